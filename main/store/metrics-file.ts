/**
 * `metrics.jsonl` from one place on: a file and a range of bytes enter, its whole lines leave as events, in pieces, and where they end.
 * A torn last line is left for the next time.
 */
import { open } from 'node:fs/promises'
import path from 'node:path'
import { LabError, quoteStart } from '../../shared/protocol/errors.ts'
import type { RunEvent } from '../../shared/runs/run.ts'
import { codeOf } from './file-errors.ts'
import { RUN_FILES } from './run-files.ts'

const CHUNK_BYTES = 1 << 20
const NEWLINE = 0x0a

export interface MetricsPiece {
  readonly events: RunEvent[]
  /** Where the next line begins. */
  readonly endByte: number
}

export interface MetricsFileState {
  readonly sizeBytes: number
  /** Tells a file that was replaced by another from one that grew. */
  readonly inode: number
}

/** @returns size 0 for a run without metrics */
export async function statMetrics(folder: string): Promise<MetricsFileState> {
  try {
    const handle = await open(path.join(folder, RUN_FILES.metrics), 'r')
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
 * @throws LabError `run-folder` for a damaged line
 */
export async function* readMetricsPieces(
  folder: string,
  fromByte: number,
  toByte: number,
): AsyncGenerator<MetricsPiece> {
  if (toByte <= fromByte) return
  const file = path.join(folder, RUN_FILES.metrics)
  const handle = await open(file, 'r')
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
      const lines = chunk.toString('utf8', 0, end - 1).split('\n')
      const lineStart = start
      start += end
      yield { events: lines.map((line) => parseEvent(line, `${file}, after byte ${lineStart}`)), endByte: start }
    }
  } finally {
    await handle.close()
  }
}

/** One line of the metrics. @throws LabError `run-folder` when it is damaged */
export function parseEvent(line: string, where: string): RunEvent {
  try {
    const event = JSON.parse(line) as RunEvent | null
    if (typeof event?.type === 'string') return event
  } catch {
    // Told below, as for a line that is JSON but no event.
  }
  throw new LabError('run-folder', 'this line of the metrics is damaged.', {
    where,
    expected: 'one event as JSON',
    found: quoteStart(line),
    remedy: 'Restore the file from a copy, or remove the line.',
  })
}
