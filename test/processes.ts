/** Processes of this machine as Linux tells of them under /proc: a word of their command enters, those that run leave. */
import { readdir, readFile } from 'node:fs/promises'

export interface RunningProcess {
  readonly pid: number
  /** Its arguments, divided by spaces. */
  readonly command: string
  /** What Linux says of it, a line each. */
  readonly status: string
}

/** One that has ended and that nobody has asked how is none. */
export async function runningProcesses(word: string): Promise<RunningProcess[]> {
  const found: RunningProcess[] = []
  for (const name of (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry))) {
    // Processes come and go meanwhile: of one that is gone there is nothing to read.
    const command = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ')
    if (!command.includes(word)) continue
    const status = await readFile(`/proc/${name}/status`, 'utf8').catch(() => '')
    if (status !== '' && !/^State:\s+Z/m.test(status)) found.push({ pid: Number(name), command, status })
  }
  return found
}
