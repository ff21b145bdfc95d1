/** Everything that the lab tells its windows. Only these change the renderer's stores. */
import type { RunEvent } from '../runs/run.ts'
import type { DeviceSpeed } from './devices.ts'
import type { IndexState } from './run-query.ts'
import type { Settings } from './settings.ts'
import type { TensorflowView } from './tensorflow.ts'
import type { TrashState } from './trash.ts'
import type { SweepRow } from '../runs/sweep-table.ts'
import type { HeldJobView, QueuedJobView } from './queue-views.ts'
import type { LabSnapshot } from './lab-snapshot.ts'
import type { RunProgress } from './run-progress.ts'
import type { RunSummary } from './run-views.ts'
import type { SweepSummary } from './sweep-views.ts'
import type { WireError } from '../errors/wire-error.ts'

export type LabEvent =
  /** The first one of every connection, and after a gap: replaces all that was known. */
  | { readonly type: 'snapshot'; readonly snapshot: LabSnapshot }
  | { readonly type: 'settings'; readonly settings: Settings }
  /** A set-up of TensorFlow goes on, has ended or was cancelled, or it was removed. */
  | { readonly type: 'tensorflow'; readonly tensorflow: TensorflowView }
  /** The user's own presets are others. */
  | { readonly type: 'presets' }
  /** A run is new or another. */
  | { readonly type: 'run'; readonly run: RunSummary }
  | { readonly type: 'run-removed'; readonly runId: string }
  /** So many runs have changed that they are not told one by one: ask again for what is shown. */
  | { readonly type: 'runs-changed' }
  | { readonly type: 'index'; readonly index: IndexState }
  | { readonly type: 'progress'; readonly progress: RunProgress }
  | { readonly type: 'progress-end'; readonly runId: string }
  /** Events of a run in order; `firstIndex` is the place of the first among all of the run. */
  | {
      readonly type: 'run-events'
      readonly runId: string
      readonly firstIndex: number
      readonly events: readonly RunEvent[]
    }
  /** Events were left out for a slow window, or the run went back to a checkpoint: ask for its metrics again. */
  | { readonly type: 'run-gap'; readonly runId: string }
  /** The jobs that run and wait are others, or in another order. */
  | { readonly type: 'queue'; readonly queue: readonly QueuedJobView[] }
  /** The jobs that wait from an earlier session are others. */
  | { readonly type: 'held-queue'; readonly heldQueue: readonly HeldJobView[] }
  /** A sweep is new or another. */
  | { readonly type: 'sweep'; readonly sweep: SweepSummary }
  | { readonly type: 'sweep-removed'; readonly sweepId: string }
  /** One row of a sweep's table has changed. */
  | { readonly type: 'sweep-row'; readonly sweepId: string; readonly row: SweepRow }
  /** There is more or less in the trash, or more of it was read: ask again for what is shown. */
  | { readonly type: 'trash'; readonly trash: TrashState }
  /** What a training step has come to on one device, on the way of a measurement. */
  | { readonly type: 'device-speed'; readonly measureId: string; readonly speed: DeviceSpeed }
  /** Something went wrong that no command waits for. */
  | { readonly type: 'notice'; readonly runId: string | null; readonly error: WireError }
