/**
 * `log.jsonl` read: a part of the file enters, and leaves as entries with the place where the next part begins. Writing it is left to
 * run-log.ts.
 */
import type { FileHandle } from 'node:fs/promises'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import type { LogEntry } from '../../shared/runs/log.ts'
import { codeOf, explainReadError } from './file-errors.ts'
import { openRegularFile } from './regular-file.ts'

/** Of a long log, what is read first. */
const FIRST_BYTES = 256 * 1024
const NEWLINE = 0x0a

export interface LogPiece {
  readonly entries: readonly LogEntry[]
  /** Of the next piece. */
  readonly nextByte: number
  /** Before the first entry that was read: 0 unless the log is long. */
  readonly skippedBytes: number
}

/**
 * @param fromByte where a piece ended before; null: the last part of the log
 * @returns no entries for a run without a log
 * @throws LabError `run-folder` where there is no file but something else
 */
export async function readLog(file: string, fromByte: number | null): Promise<LogPiece> {
  let handle: FileHandle
  try {
    handle = await openRegularFile(file, 'r')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { entries: [], nextByte: 0, skippedBytes: 0 }
    throw explainReadError(error, file, 'the log cannot be read.')
  }
  try {
    const { size } = await handle.stat()
    // A log that is shorter than it was has been replaced.
    const from = fromByte !== null && fromByte <= size ? fromByte : Math.max(0, size - FIRST_BYTES)
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from)
    const end = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1
    const begins = from === 0 || from === fromByte ? 0 : buffer.indexOf(NEWLINE) + 1
    const lines = buffer.toString('utf8', begins, Math.max(begins, end)).split('\n').slice(0, -1)
    return {
      entries: lines.map((line, index) => parseEntry(line, index + 1)),
      nextByte: from + end,
      skippedBytes: from + begins,
    }
  } finally {
    await handle.close()
  }
}

/** A damaged line is told in its place: the log is for reading only. */
function parseEntry(line: string, number: number): LogEntry {
  try {
    const entry = parseJson(line) as Partial<LogEntry> | null
    if (typeof entry?.kind === 'string' && typeof entry.at === 'string') return entry as LogEntry
  } catch {
    // Told below, as for a line that is JSON but no entry.
  }
  return {
    kind: 'message',
    level: 'warning',
    message: `Line ${number} of this part of the log is damaged.`,
    at: new Date(0).toISOString(),
  }
}
