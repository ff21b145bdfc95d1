/**
 * Lines of one type in `metrics.jsonl`, found without reading the others as JSON: a range of bytes enters, those lines leave as text, in pieces,
 * and where the range's whole lines end. What they say, and whether they are damaged, is left to whoever asked.
 */
import type { FileHandle } from 'node:fs/promises'
import type { RunEvent } from '../../shared/runs/run.ts'
import { openMetrics } from './metrics-file.ts'

const CHUNK_BYTES = 4 << 20
const NEWLINE = 0x0a
const TAIL_BYTES = 256

export interface FoundLines {
  readonly lines: readonly string[]
  /** Where the next line begins. */
  readonly endByte: number
}

/**
 * @param fromByte the beginning of a line
 * @param toByte nothing from here on is read; half a line before it is left for the next time
 */
export async function* findMetricsLines(
  folder: string,
  type: RunEvent['type'],
  fromByte: number,
  toByte: number,
): AsyncGenerator<FoundLines> {
  if (toByte <= fromByte) return
  const head = Buffer.from(`{"type":"${type}",`)
  const handle = await openMetrics(folder)
  try {
    let start = fromByte
    let chunk = Buffer.alloc(Math.min(CHUNK_BYTES, toByte - fromByte))
    while (start < toByte) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, toByte - start), start)
      const end = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1
      if (end === 0) {
        if (bytesRead < chunk.length || start + bytesRead >= toByte) return
        chunk = Buffer.alloc(chunk.length * 2) // a line longer than the chunk
        continue
      }
      start += end
      yield { lines: linesWith(chunk.subarray(0, end), head), endByte: start }
    }
  } finally {
    await handle.close()
  }
}

/** @param whole lines, the last newline included */
function linesWith(whole: Buffer, head: Buffer): string[] {
  const lines: string[] = []
  for (let at = whole.indexOf(head); at >= 0; at = whole.indexOf(head, at)) {
    const end = whole.indexOf(NEWLINE, at)
    if (at === 0 || whole[at - 1] === NEWLINE) lines.push(whole.toString('utf8', at, end))
    at = end
  }
  return lines
}

/** The last bytes before a place: they tell whether what was read up to there still stands there. Shorter where the file is. */
export async function readMetricsTail(folder: string, toByte: number): Promise<Buffer> {
  const length = Math.min(TAIL_BYTES, toByte)
  if (length === 0) return Buffer.alloc(0)
  let handle: FileHandle | null = null
  try {
    handle = await openMetrics(folder)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, toByte - length)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle?.close()
  }
}
