/**
 * `metrics.jsonl` from one place on: a file and a range of bytes enter, its whole lines leave as events, in pieces, and where they end.
 * Lines that are damaged are left out and counted. A torn last line is left for the next time.
 */
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { DamagedLines } from '../../shared/runs/damaged-lines.ts'
import { readEvent } from '../../shared/runs/read-event.ts'
import type { RunEvent } from '../../shared/runs/run.ts'
import { codeOf, explainReadError } from './file-errors.ts'
import { openRegularFile } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a

export interface MetricsPiece {
  readonly events: RunEvent[]
  /** Lines counted from the beginning of the piece. */
  readonly damaged: DamagedLines | null
  /** Where the next line begins. */
  readonly endByte: number
}

export interface MetricsFileState {
  readonly sizeBytes: number
  /** Tells a file that was replaced by another from one that grew. */
  readonly inode: number
}

/** @throws LabError `run-folder` for what cannot be read; the file system's error where there is none */
export async function openMetrics(folder: string): Promise<FileHandle> {
  const file = path.join(folder, RUN_FILES.metrics)
  try {
    return await openRegularFile(file, 'r')
  } catch (error) {
    throw codeOf(error) === 'ENOENT' ? error : explainReadError(error, file, 'the metrics cannot be read.')
  }
}

/**
 * @returns size 0 for a run without metrics
 * @throws LabError `run-folder` where there is no file but something else
 */
export async function statMetrics(folder: string): Promise<MetricsFileState> {
  try {
    const handle = await openMetrics(folder)
    try {
      const { size, ino } = await handle.stat()
      return { sizeBytes: size, inode: ino }
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { sizeBytes: 0, inode: 0 }
    throw error
  }
}

/**
 * @param fromByte the beginning of a line
 * @param toByte nothing from here on is read
 */
export async function* readMetricsPieces(
  folder: string,
  fromByte: number,
  toByte: number,
): AsyncGenerator<MetricsPiece> {
  if (toByte <= fromByte) return
  const handle = await openMetrics(folder)
  try {
    let start = fromByte
    let chunk = Buffer.alloc(CHUNK_BYTES)
    while (start < toByte) {
      const { bytesRead } = await handle.read(chunk, 0, Math.min(chunk.length, toByte - start), start)
      const end = chunk.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1
      if (end === 0) {
        if (bytesRead < chunk.length) return
        chunk = Buffer.alloc(chunk.length * 2) // a line longer than the chunk
        continue
      }
      const piece = readLines(chunk.subarray(0, end), start)
      start += end
      yield { ...piece, endByte: start }
    }
  } finally {
    await handle.close()
  }
}

/** @param whole lines, the last newline included */
function readLines(whole: Buffer, fromByte: number): Pick<MetricsPiece, 'events' | 'damaged'> {
  const events: RunEvent[] = []
  const damagedIndices: number[] = []
  for (const [index, line] of whole
    .toString('utf8', 0, whole.length - 1)
    .split('\n')
    .entries()) {
    const event = readEvent(line)
    if (event !== null) events.push(event)
    else damagedIndices.push(index)
  }
  const [first] = damagedIndices
  if (first === undefined) return { events, damaged: null }
  const firstByte = fromByte + startOfLine(whole, first)
  return { events, damaged: { count: damagedIndices.length, firstLine: first + 1, firstByte } }
}

/** In bytes: a damaged text may decode to another length. */
function startOfLine(whole: Buffer, lineIndex: number): number {
  let start = 0
  for (let index = 0; index < lineIndex; index++) start = whole.indexOf(NEWLINE, start) + 1
  return start
}
