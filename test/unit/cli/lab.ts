/** Runs the real command line in a process of its own, with a home of its own. */
import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'

export interface LabResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

const BIN = new URL('../../../main/cli/bin.ts', import.meta.url).pathname

export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'warmup-lab-test-'))
}

/** @param killAfterMs SIGKILL after so long; null lets it end */
export function lab(args: readonly string[], home: string, killAfterMs: number | null = null): Promise<LabResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [BIN, ...args], {
      env: { ...process.env, WARMUP_LAB_HOME: home, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const timer = killAfterMs === null ? null : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
    child.on('error', reject)
    child.on('close', (code, signal) => {
      if (timer) clearTimeout(timer)
      resolve({ code, signal, stdout, stderr })
    })
  })
}
