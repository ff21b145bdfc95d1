/** Ctrl-C of a command that trains: the first one saves and pauses, a second one stops at once. */
import process from 'node:process'
import type { TrainControl } from '../../shared/training/train-run.ts'
import type { ProgressLine } from './progress.ts'

const EXIT_INTERRUPTED = 130

/** Runs with a control that asks for a pause once the user has. */
export async function untilInterrupted<Result>(
  progress: ProgressLine | null,
  run: (control: TrainControl) => Promise<Result>,
): Promise<Result> {
  let interrupted = false
  const onSignal = (): void => {
    if (interrupted) process.exit(EXIT_INTERRUPTED)
    interrupted = true
    progress?.end()
    process.stderr.write('Saving; press Ctrl-C again to stop at once.\n')
  }
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal)
  try {
    return await run({
      requested: () => (interrupted ? 'pause' : null),
      // Signals and timers are seen only when the event loop turns.
      rest: () => new Promise((resolve) => setImmediate(resolve)),
    })
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal)
  }
}
