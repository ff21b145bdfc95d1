/** Everything that a window needs to begin with, be it new, reloaded or back on its line. */
import type { IndexState } from './run-query.ts'
import type { Settings } from './settings.ts'
import type { TensorflowView } from './tensorflow.ts'
import type { TrashState } from './trash.ts'
import type { DeviceView } from './devices.ts'
import type { HeldJobView, QueuedJobView } from './queue-views.ts'
import type { RunProgress } from './run-progress.ts'
import type { RunSummary } from './run-views.ts'
import type { SweepSummary } from './sweep-views.ts'

/** Everything that a window needs to begin with. */
export interface LabSnapshot {
  /** Of this start of the lab: another one says that it was ended and started again. */
  readonly instanceId: string
  readonly labVersion: string
  readonly home: string
  readonly device: DeviceView
  readonly settings: Settings
  /** The newest, and all that are active; the others are asked for with `run.query`. */
  readonly runs: readonly RunSummary[]
  readonly index: IndexState
  readonly progress: readonly RunProgress[]
  readonly queue: readonly QueuedJobView[]
  /** In the order in which they stood in line. */
  readonly heldQueue: readonly HeldJobView[]
  readonly sweeps: readonly SweepSummary[]
  /** Null until a window has asked for it. */
  readonly trash: TrashState | null
  readonly tensorflow: TensorflowView
}
