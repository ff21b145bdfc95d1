/**
 * Programs of this machine that a set-up calls (Python, the compiler, npm): a command enters, what it printed leaves. Each is the leader of a
 * process group, so that whatever it has started ends with it when the set-up is cancelled.
 */
import { spawn } from 'node:child_process'
import process from 'node:process'
import { LabError } from '../../../shared/errors/errors.ts'
import { reasonOf } from '../../store/file-errors.ts'

export interface ToolOptions {
  readonly folder?: string
  /** Beside that of this process. */
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal | null
  /** Whole lines of standard output, as they come. */
  readonly hearLine?: (line: string) => void
}

/** How a program ended that could be started. */
export interface ToolResult {
  readonly exitCode: number | null
  readonly output: string
  /** Its last words on standard error, else on standard output. */
  readonly lastWords: string
}

const MOST_LAST_WORDS = 600

/** @throws LabError `interrupted` when it is cancelled; the system's error when there is no such program */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolResult> {
  const { signal = null } = options
  if (signal?.aborted) return Promise.reject(cancelled())
  const child = spawn(program, args, {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const end = (): void => endGroup(child.pid)
  signal?.addEventListener('abort', end)
  let output = ''
  let complaints = ''
  let unfinished = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (options.hearLine === undefined) return
    const lines = (unfinished + text).split('\n')
    unfinished = lines.pop()!
    for (const line of lines) options.hearLine(line)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-MOST_LAST_WORDS)
  })
  return new Promise<ToolResult>((resolve, reject) => {
    child.on('error', (error) => reject(signal?.aborted ? cancelled() : error))
    child.on('close', (exitCode) => {
      if (signal?.aborted) reject(cancelled())
      else resolve({ exitCode, output, lastWords: (complaints.trim() || output.trim()).slice(-MOST_LAST_WORDS) })
    })
  }).finally(() => signal?.removeEventListener('abort', end))
}

/**
 * The same for one that has to succeed.
 * @param what it was to do, as a sentence without its end
 * @throws LabError `setup` with its last words when it fails
 */
export async function runToEnd(
  what: string,
  remedy: string,
  program: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<string> {
  const { exitCode, output, lastWords } = await runTool(program, args, options).catch((error: unknown) => {
    if (error instanceof LabError) throw error
    return { exitCode: null, output: '', lastWords: reasonOf(error) }
  })
  if (exitCode === 0) return output
  throw new LabError('setup', `${what} has failed.`, {
    where: program,
    expected: 'exit code 0',
    found: lastWords === '' ? `exit code ${exitCode}` : lastWords,
    remedy,
  })
}

export function cancelled(): LabError {
  return new LabError('interrupted', 'the set-up was cancelled.', {
    where: 'tensorflow',
    remedy: 'What has arrived is kept: set it up again and it goes on from there.',
  })
}

/** At once: what they leave half done is done anew the next time. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
