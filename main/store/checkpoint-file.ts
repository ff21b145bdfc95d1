/**
 * A checkpoint and its file: counters and tensors enter and the bytes of `checkpoint.safetensors` leave, or the other way
 * round, checked against their digest. When to save, and what the counters mean, is left to the trainer.
 */
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { decodeSafetensors, encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { LabError, quoteStart } from '../../shared/protocol/errors.ts'
import { parseJson } from '../../shared/protocol/parse-json.ts'
import type { Checkpoint } from '../../shared/runs/run.ts'
import { codeOf, reasonOf } from './file-errors.ts'

/** Of the file; the trainer keeps a version of its counters inside them. */
const CHECKPOINT_VERSION = '1'
const REMEDY =
  'The file is left as it is. Restore it from a copy; or move it out of the folder, and a resume starts the run anew.'

export interface SavedCheckpoint extends Checkpoint {
  /** How many bytes of `metrics.jsonl` were written before it. */
  readonly metricsBytes: number
}

export function encodeCheckpoint({ counters, tensors, metricsBytes }: SavedCheckpoint): Uint8Array {
  const text = JSON.stringify(counters, (_, value: unknown) =>
    isLostInJson(value) ? { $number: nameOf(value) } : value,
  )
  return encodeSafetensors(tensors, {
    version: CHECKPOINT_VERSION,
    metricsBytes: String(metricsBytes),
    counters: text,
    sha256: digest(text, String(metricsBytes), tensors),
  })
}

/**
 * @param where the file's name, for messages
 * @throws LabError `checkpoint` for a damaged file and for one of another version
 */
export function decodeCheckpoint(bytes: Uint8Array, where: string): SavedCheckpoint {
  let file
  try {
    file = decodeSafetensors(bytes, where, 'checkpoint')
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    const { expected, found } = error.detail
    throw new LabError('checkpoint', 'the checkpoint is damaged.', {
      where,
      expected: expected ?? 'a whole file',
      found: found ?? 'another',
      remedy: REMEDY,
      cause: error,
    })
  }
  const { version, counters = '', metricsBytes = '', sha256 } = file.metadata
  if (version !== CHECKPOINT_VERSION)
    throw new LabError('checkpoint', 'the checkpoint has another version.', {
      where,
      expected: `version ${CHECKPOINT_VERSION}`,
      found: version === undefined ? 'none' : `version ${version}`,
      remedy: 'Resume the run with the version of the lab that wrote it. ' + REMEDY,
    })
  if (sha256 !== digest(counters, metricsBytes, file.tensors))
    throw new LabError('checkpoint', 'the checkpoint is damaged: its content is not what was written.', {
      where,
      expected: sha256 === undefined ? 'a digest' : `the digest ${sha256.slice(0, 12)}`,
      found: sha256 === undefined ? 'none' : 'another',
      remedy: REMEDY,
    })
  return {
    counters: parseCounters(counters, where),
    tensors: file.tensors,
    metricsBytes: parseLength(metricsBytes, where),
  }
}

/**
 * Reads a checkpoint; the file is never touched.
 * @returns null when there is none
 * @throws LabError `checkpoint` for one that is damaged or cannot be read
 */
export async function readCheckpointFile(file: string): Promise<SavedCheckpoint | null> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return null
    throw new LabError('checkpoint', 'the checkpoint cannot be read.', {
      where: file,
      expected: 'a file',
      found: reasonOf(cause),
      remedy: 'Check the permissions of the run folder.',
      cause,
    })
  }
  return decodeCheckpoint(bytes, file)
}

function parseCounters(text: string, where: string): Record<string, unknown> {
  let counters: unknown
  try {
    counters = parseJson(text, (_, value: unknown) => readNumber(value))
  } catch (cause) {
    throw new LabError('checkpoint', 'the counters of the checkpoint are not JSON.', {
      where,
      expected: 'a JSON object',
      found: text === '' ? 'none' : quoteStart(text),
      remedy: REMEDY,
      cause,
    })
  }
  if (typeof counters !== 'object' || counters === null || Array.isArray(counters))
    throw new LabError('checkpoint', 'the counters of the checkpoint are no object.', {
      where,
      expected: 'a JSON object',
      found: quoteStart(text),
      remedy: REMEDY,
    })
  return counters as Record<string, unknown>
}

function parseLength(text: string, where: string): number {
  const length = /^\d+$/.test(text) ? Number(text) : NaN
  if (Number.isSafeInteger(length)) return length
  throw new LabError('checkpoint', 'the checkpoint does not say how long its metrics are.', {
    where,
    expected: 'a count of bytes',
    found: `\`${text}\``,
    remedy: REMEDY,
  })
}

/** JSON writes these as null or without their sign. */
function isLostInJson(value: unknown): value is number {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
}

function nameOf(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function readNumber(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$number' in value)) return value
  return Number(value.$number)
}

/** Safetensors has no checksum of its own, and a flipped bit of a weight is still a weight. */
function digest(counters: string, metricsBytes: string, tensors: TensorMap): string {
  const hash = createHash('sha256').update(JSON.stringify([counters, metricsBytes]))
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name)!
    hash.update(JSON.stringify([name, shape, data.BYTES_PER_ELEMENT]))
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}
