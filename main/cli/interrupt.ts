/** The wish to save of a command that trains, which this thread cannot hear for itself: it is read from what it shares with the one that does. */
import { isMainThread, workerData } from 'node:worker_threads'
import type { TrainControl } from '../../shared/training/train-run.ts'
import type { CommandTask } from './command-task.ts'
import { outputFailure } from './streams.ts'
import { WorkFlags } from './work-flags.ts'

/** Of the command of this thread. */
export const workFlags = new WorkFlags(isMainThread ? undefined : (workerData as CommandTask).flags)

/**
 * Runs with a control that asks for a pause once the user has, or once nobody can read how it goes.
 * @throws LabError `file` in the latter case, after all is saved
 */
export async function untilInterrupted<Result>(run: (control: TrainControl) => Promise<Result>): Promise<Result> {
  workFlags.saves = true
  try {
    const result = await run({
      requested: () => (workFlags.isSaveAsked || outputFailure() !== null ? 'pause' : null),
      // Timers, as that of the heartbeat, are seen only when the event loop turns.
      rest: () => new Promise((resolve) => setImmediate(resolve)),
    })
    const failure = outputFailure()
    if (failure !== null) throw failure
    return result
  } finally {
    workFlags.saves = false
  }
}
