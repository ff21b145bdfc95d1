/** Commands about the engine's line: jobs in turn, and those that are held from an earlier session. */
import type { HandlersOf } from '../../../shared/protocol/commands.ts'
import type { HeldQueue } from '../held-queue.ts'
import type { RunMonitor } from '../run-monitor.ts'

export function queueHandlers(monitor: RunMonitor, heldQueue: HeldQueue): HandlersOf<'queue'> {
  return {
    'queue.move': async ({ jobId, index }) => monitor.moveJob(jobId, index),
    'queue.remove': async ({ jobId }) => (heldQueue.has(jobId) ? heldQueue.remove(jobId) : monitor.removeJob(jobId)),
    'queue.resume-held': ({ jobId }) => heldQueue.resume(jobId),
  }
}
