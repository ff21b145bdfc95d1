/** Jobs of the engine's line: groups of runs and sweeps, in turn or held back. */

/** A group of runs or a sweep, as something to be done. */
export interface JobView {
  readonly id: string
  readonly name: string
  /** Null for a group. */
  readonly sweepId: string | null
  /** The next of its runs; null for a sweep that has made none yet. */
  readonly firstRunId: string | null
  /** Runs that are made and have not ended. */
  readonly runCount: number
}

/** A job in the engine's line. */
export interface QueuedJobView extends JobView {
  readonly isRunning: boolean
}

/** A job that stood in line when an earlier session ended: nothing is done for it until the user says so. */
export type HeldJobView = JobView
