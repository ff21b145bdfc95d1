/** How many threads the wasm engine uses. A matter of the machine, not of the experiment: results do not depend on it. */
import os from 'node:os'
import { MAX_THREADS } from '../../shared/backends/wasm/run/thread-team.ts'
import { LabError } from '../../shared/protocol/errors.ts'

export const THREADS_VARIABLE = 'WARMUP_LAB_THREADS'

/** @throws LabError `usage` when the variable (or `--threads`, which sets it) is not a number of threads */
export function threadCount(): number {
  const given = process.env[THREADS_VARIABLE]
  if (given === undefined || given === '') return Math.min(coreCount(), MAX_THREADS)
  const threads = Number(given)
  if (!Number.isInteger(threads) || threads < 1 || threads > MAX_THREADS)
    throw new LabError('usage', 'The number of threads cannot be used.', {
      where: `--threads or ${THREADS_VARIABLE}`,
      expected: `a whole number from 1 to ${MAX_THREADS}`,
      found: given,
      remedy: 'Leave it out to use every core.',
    })
  return threads
}

/** Electron 22 runs Node 16, which cannot tell what this process may use of the machine's cores. */
function coreCount(): number {
  return typeof os.availableParallelism === 'function' ? os.availableParallelism() : os.cpus().length
}
