/**
 * Digests of what a run folder holds: tensors with what is written beside them, a record, the beginning of a file enter; sha256 in hex
 * leaves. Neither safetensors nor JSON has a checksum of its own, and a flipped bit of a number is still a number.
 */
import { createHash } from 'node:crypto'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { openRegularFile } from './regular-file.ts'

/**
 * Of every tensor, and of what is told of them.
 * @param told what else the digest is to stand for, as text that is the same whenever it is written
 */
export function digestOfTensors(told: string, tensors: TensorMap): string {
  const hash = createHash('sha256').update(told)
  for (const name of [...tensors.keys()].sort()) {
    const { shape, data } = tensors.get(name)!
    hash.update(JSON.stringify([name, shape, data.BYTES_PER_ELEMENT]))
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  }
  return hash.digest('hex')
}

/** Of a safetensors file, by its tensors and all of its metadata but the digest itself, which is `sha256` among them. */
export function digestOfFile(metadata: Readonly<Record<string, string>>, tensors: TensorMap): string {
  const told = Object.entries(metadata).filter(([name]) => name !== 'sha256')
  return digestOfTensors(JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1))), tensors)
}

/** Of a run's record, by its members but `recordSha256`, which holds it; how the text is set out does not count. */
export function digestOfRecord(record: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify({ ...record, recordSha256: undefined }) // what is undefined is left out
  return createHash('sha256').update(text).digest('hex')
}

/** Of the first `byteCount` bytes of a file; of all of them where it is shorter. */
export async function digestOfBytes(file: string, byteCount: number): Promise<string> {
  const hash = createHash('sha256')
  if (byteCount === 0) return hash.digest('hex')
  const handle = await openRegularFile(file, 'r') // the stream closes it
  for await (const chunk of handle.createReadStream({ end: byteCount - 1 })) hash.update(chunk as Buffer)
  return hash.digest('hex')
}
