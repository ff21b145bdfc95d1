/**
 * `weights.safetensors`, what a run came to: tensors and what is told of them enter and the file's bytes leave with their digest, or the
 * other way round, checked against it. Which of the tensors are wanted is left to the callers.
 */
import { decodeSafetensors, encodeSafetensors, type SafetensorsFile } from '../../shared/exchange/safetensors.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { digestOfFile } from './digests.ts'

export interface EncodedWeights {
  readonly bytes: Uint8Array
  /** It stands in the file, and in the record of the run once that is finished. */
  readonly sha256: string
}

export function encodeWeightsFile(tensors: TensorMap, metadata: Readonly<Record<string, string>>): EncodedWeights {
  const sha256 = digestOfFile(metadata, tensors)
  return { bytes: encodeSafetensors(tensors, { ...metadata, sha256 }), sha256 }
}

/**
 * @param where the file's name, for messages
 * @param runId whose weights these are
 * @param recorded the digest in the run's record; null for runs of earlier versions, which wrote none: their weights cannot be checked
 * @throws LabError `weights` for a file that is not what was written
 */
export function decodeWeightsFile(
  bytes: Uint8Array,
  where: string,
  runId: string,
  recorded: string | null,
): SafetensorsFile {
  const refuse = (expected: string, found: string, cause?: unknown): LabError =>
    new LabError('weights', 'the weights are damaged: the file is not what was written.', {
      where,
      expected,
      found,
      remedy: `Restore the file from a copy; or make the same weights again from the run's last checkpoint: \`lab fork ${runId}\`.`,
      cause,
    })
  let file
  try {
    file = decodeSafetensors(bytes, where)
  } catch (error) {
    if (!(error instanceof LabError)) throw error
    throw refuse(error.detail.expected ?? 'a whole file', `${error.detail.found ?? 'another'}: ${error.summary}`, error)
  }
  const { sha256 } = file.metadata
  const expected = recorded ?? sha256
  if (expected === undefined) return file
  if (sha256 !== expected || digestOfFile(file.metadata, file.tensors) !== expected)
    throw refuse(`the digest ${expected.slice(0, 12)}`, sha256 === undefined ? 'none' : 'another')
  return file
}
