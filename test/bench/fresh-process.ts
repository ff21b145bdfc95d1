/** Starts one-step.ts and reads what it tells: how long a first training step is from nothing, and how much memory it takes. */
import { spawn } from 'node:child_process'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { LabError } from '../../shared/errors/errors.ts'

export interface FreshProcess {
  /** From before the process was started to the end of its first training step. */
  readonly firstStepMs: number
  /** Largest resident memory over two steps. */
  readonly memoryMiB: number
}

/** @param caseName one of the cases of training */
export async function runFreshProcess(caseName: string, threads: number): Promise<FreshProcess> {
  const start = performance.now()
  const script = path.join(import.meta.dirname, 'one-step.ts')
  const child = spawn(process.execPath, [script, caseName, `${threads}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let firstStepMs: number | null = null
  let memoryMiB: number | null = null
  for await (const line of createInterface({ input: child.stdout })) {
    firstStepMs ??= performance.now() - start
    memoryMiB = (JSON.parse(line) as { memoryMiB?: number }).memoryMiB ?? null
  }
  if (firstStepMs === null || memoryMiB === null)
    throw new LabError('internal', 'A fresh process took no training step.', { where: caseName })
  return { firstStepMs, memoryMiB }
}
