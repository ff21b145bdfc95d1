/**
 * A checkpoint and its file: counters and tensors enter and the bytes of `checkpoint.safetensors` leave, or the other way
 * round, checked against their digest. With them stand the configuration that they were made with, and a digest of the metrics before
 * them. When to save, and what the counters mean, is left to the trainer.
 */
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { firstDifference } from '../../shared/experiments/difference.ts'
import { decodeSafetensors, encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import { isLostInJson, textOfNumber } from '../../shared/numerics/json-numbers.ts'
import { LabError, quoteStart } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { completeConfig } from '../../shared/runs/record.ts'
import type { Checkpoint, RunRecord } from '../../shared/runs/run.ts'
import { digestOfFile, digestOfTensors } from './digests.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { readRegularFile } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

/** Of the file; the trainer keeps a version of its counters inside them. */
const CHECKPOINT_VERSION = '2'
/** Read still. It knew neither configuration nor metrics, and its digest was made in another way. */
const FIRST_VERSION = '1'
const REMEDY =
  'The file is left as it is. Restore it from a copy; or move it out of the folder, and a resume starts the run anew.'

/** What decides, with the lab's version, on every bit of a run. */
export interface Trial {
  readonly strategy: Strategy
  readonly config: ExperimentConfig
}

export interface NewCheckpoint extends Checkpoint {
  /** How many bytes of `metrics.jsonl` were written before it. */
  readonly metricsBytes: number
  /** Of those bytes. */
  readonly metricsSha256: string
  /** What it was made with. */
  readonly trial: Trial
}

/** As it is read back: one of an earlier version has neither digest of the metrics nor configuration. */
export type SavedCheckpoint = Omit<NewCheckpoint, 'metricsSha256' | 'trial'> & {
  readonly metricsSha256: string | null
  readonly trial: Trial | null
}

export function encodeCheckpoint({ counters, tensors, metricsBytes, metricsSha256, trial }: NewCheckpoint): Uint8Array {
  const { strategy, config } = trial
  const metadata = {
    version: CHECKPOINT_VERSION,
    metricsBytes: String(metricsBytes),
    metricsSha256,
    trial: JSON.stringify({ strategy, config }),
    counters: JSON.stringify(counters, (_, value: unknown) =>
      isLostInJson(value) ? { $number: textOfNumber(value) } : value,
    ),
  }
  return encodeSafetensors(tensors, { ...metadata, sha256: digestOfFile(metadata, tensors) })
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
  const { version, counters = '', metricsBytes = '', metricsSha256, trial, sha256 } = file.metadata
  if (version !== CHECKPOINT_VERSION && version !== FIRST_VERSION)
    throw new LabError('checkpoint', 'the checkpoint has another version.', {
      where,
      expected: `version ${CHECKPOINT_VERSION}`,
      found: version === undefined ? 'none' : `version ${version}`,
      remedy: 'Resume the run with the version of the lab that wrote it. ' + REMEDY,
    })
  const found =
    version === FIRST_VERSION
      ? digestOfTensors(JSON.stringify([counters, metricsBytes]), file.tensors)
      : digestOfFile(file.metadata, file.tensors)
  if (sha256 !== found)
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
    metricsSha256: metricsSha256 ?? null,
    trial: trial === undefined ? null : parseTrial(trial, where),
  }
}

/**
 * A run whose record was edited would go on with another configuration than the one that brought it here.
 * @throws LabError `checkpoint` with the first field that differs
 */
export function requireSameTrial({ trial }: SavedCheckpoint, record: RunRecord, where: string): void {
  if (trial === null) return
  const { strategy, config } = record
  const difference = firstDifference(trial, { strategy, config }, '')
  if (difference === null) return
  const field = difference.field.replace(/^\.(config\.)?/, '')
  throw new LabError('checkpoint', 'the checkpoint was made with another configuration than that of the run.', {
    where,
    expected: `\`${field}\` ${difference.before}`,
    found: `${difference.after} in ${RUN_FILES.record}`,
    remedy: `Put it back in ${RUN_FILES.record}, or restore that from a copy; to go on with other settings, fork the run then: \`lab fork\`.`,
  })
}

/**
 * Reads a checkpoint; the file is never touched.
 * @returns null when there is none
 * @throws LabError `checkpoint` for one that is damaged or cannot be read
 */
export async function readCheckpointFile(file: string): Promise<SavedCheckpoint | null> {
  let bytes: Uint8Array
  try {
    bytes = await readRegularFile(file)
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

/**
 * What the metrics lack of those before the checkpoint, as a run's log has it.
 * @param sizeBytes of the metrics
 * @param digestUpTo of their first bytes
 */
export async function complainOfMetrics(
  { metricsBytes, metricsSha256 }: Pick<SavedCheckpoint, 'metricsBytes' | 'metricsSha256'>,
  sizeBytes: number,
  digestUpTo: (endByte: number) => Promise<string>,
): Promise<string | null> {
  if (sizeBytes < metricsBytes)
    return `Lines of ${RUN_FILES.metrics} are missing: the checkpoint remembers ${metricsBytes} bytes, found ${sizeBytes}. The run goes on without them.`
  if (metricsSha256 === null || metricsSha256 === (await digestUpTo(metricsBytes))) return null
  return `Lines of ${RUN_FILES.metrics} are not what was written: the checkpoint remembers another digest of its first ${metricsBytes} bytes. The run goes on with them as they are.`
}

/** Its digest was checked: what is wrong here was written so. */
function parseTrial(text: string, where: string): Trial {
  try {
    const { strategy, config } = parseJson(text) as Trial
    return { strategy, config: completeConfig(config) }
  } catch (cause) {
    throw new LabError('checkpoint', 'the checkpoint does not say what it was made with.', {
      where,
      expected: 'a strategy and a configuration',
      found: quoteStart(text),
      remedy: REMEDY,
      cause,
    })
  }
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

function readNumber(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('$number' in value)) return value
  return Number(value.$number)
}
