/** Runs the real command line in a process of its own, with a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface LabResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export const BIN = new URL('../../../main/cli/bin.ts', import.meta.url).pathname

export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-test-'))
}

/** What a process has said so far, and the process, to act on it. */
export type Watch = (said: { readonly stdout: string; readonly stderr: string }, child: ChildProcess) => void

/**
 * @param killAfterMs SIGKILL after so long; null lets it end
 * @param watch called whenever the process has said something more
 */
export function lab(
  args: readonly string[],
  home: string,
  killAfterMs: number | null = null,
  watch: Watch = () => undefined,
): Promise<LabResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...process.env, WARMUP_LAB_HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].on('data', (chunk: Buffer) => {
        said[stream] += chunk.toString()
        watch(said, child)
      })
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (timer) clearTimeout(timer)
      resolve({ code, signal, ...said })
    })
  })
}

/** Acts once, when `stream` first holds `text`. */
export function when(stream: 'stdout' | 'stderr', text: string, act: (child: ChildProcess) => void): Watch {
  let done = false
  return (said, child) => {
    if (done || !said[stream].includes(text)) return
    done = true
    act(child)
  }
}

/** `lab run` of a double layer on short series: a second or two, with a warm-up, measures, validations and many checkpoints. */
export function smallRun(trainingSteps: number, strategy = 'double'): string[] {
  const flags = {
    '--preset': 'quick',
    '--units': 12,
    '--sequence-length': 30,
    '--steps': trainingSteps,
    '--strategy': strategy,
    '--seeds': '3,4',
    '--warmup-steps': 12,
    '--test-samples': 100,
    '--validation-samples': 50,
  }
  const fields = ['checkpointEverySteps=7', 'measures.everySteps=40', 'training.validateEverySteps=30']
  return [
    'run',
    ...Object.entries(flags).flatMap(([flag, value]) => [flag, String(value)]),
    ...fields.flatMap((field) => ['--set', field]),
    '--json',
  ]
}

/** The runs of a home; none before the first was acknowledged. Names that begin with a dot are not yet acknowledged. */
export function runsOf(home: string): string[] {
  const folder = path.join(home, 'runs')
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')) : []
}

/** The tensors of a finished run without the file's header, which names the run. */
export function weightBytes(home: string, run: string): Buffer {
  const file = readFileSync(path.join(home, 'runs', run, 'weights.safetensors'))
  return file.subarray(8 + Number(file.readBigUInt64LE(0)))
}

/** What a run's file of metrics says, line by line. */
export function metricsLines(home: string, run: string): string[] {
  return readFileSync(path.join(home, 'runs', run, 'metrics.jsonl'), 'utf8')
    .split('\n')
    .slice(0, -1)
}

/** Each line of `--json` as an object. */
export function jsonLines(stdout: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}
