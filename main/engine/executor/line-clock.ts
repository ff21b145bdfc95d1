/** Node's clock for the lines to executors. */
import { performance } from 'node:perf_hooks'
import type { LineClock } from '../../../shared/backends/remote/remote-line.ts'

export const LINE_CLOCK: LineClock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}
