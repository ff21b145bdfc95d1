/**
 * Standard output and error: text enters and is written when the call returns, from any thread, so that none is lost when the process ends.
 * A standard output that cannot be written (a full disk, a reader that has gone) is remembered and nothing more is written: whoever works saves
 * first and tells it then.
 */
import { writeSync } from 'node:fs'
import process from 'node:process'
import tty from 'node:tty'
import { LabError } from '../../shared/errors/errors.ts'
import { codeOf, reasonOf } from '../store/file-errors.ts'

const OUT = 1
const ERROR = 2
/** How long a pipe that is full is left to its reader. */
const RETRY_MS = 5

/** Whether somebody looks at standard output. */
export const isTerminal = tty.isatty(OUT)

const sleeper = new Int32Array(new SharedArrayBuffer(4))
let failure: LabError | null = null

export function writeOut(text: string): void {
  if (failure !== null) return
  try {
    writeWhole(OUT, text)
  } catch (error) {
    noteOutputError(error)
  }
}

/** Nobody is left to be told when it fails. */
export function writeError(text: string): void {
  try {
    writeWhole(ERROR, text)
  } catch {
    // What is told here is told beside the work, which goes on.
  }
}

/** Why standard output is not written any more; null while it is. */
export function outputFailure(): LabError | null {
  return failure
}

/** Whether the one who read standard output has had enough, as in `lab runs | head`. */
export function hasReaderLeft(): boolean {
  return codeOf(failure?.cause) === 'EPIPE'
}

export function noteOutputError(error: unknown): void {
  failure ??= new LabError('file', 'standard output cannot be written.', {
    where: 'stdout',
    expected: 'a reader, or a file with space left',
    found: codeOf(error) === 'EPIPE' ? 'no reader any more' : reasonOf(error),
    remedy:
      'Make room, or print elsewhere. What was being trained is saved: go on with it then (`lab resume`, `lab sweep`).',
    cause: error,
  })
}

function writeWhole(fd: typeof OUT | typeof ERROR, text: string): void {
  if (process.platform === 'win32') {
    // Only there does the stream know what a console's letters are.
    ;(fd === OUT ? process.stdout : process.stderr).write(text)
    return
  }
  let rest = Buffer.from(text, 'utf8')
  while (rest.length > 0)
    try {
      rest = rest.subarray(writeSync(fd, rest))
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') throw error
      Atomics.wait(sleeper, 0, 0, RETRY_MS)
    }
}
