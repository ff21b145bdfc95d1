/** Node's clock for calls that must be answered in time. */
import { performance } from 'node:perf_hooks'
import type { AlarmClock } from '../../shared/backends/calls/call-limits.ts'

export const ALARM_CLOCK: AlarmClock = {
  now: () => performance.now(),
  after(ms, act) {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
}
