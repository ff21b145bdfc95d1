/** What a job's worker thread and its host say to each other over their MessagePort. */
import type { WireError } from '../../../shared/errors/wire-error.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import type { EngineOptions } from '../engine-options.ts'

/** What the thread starts with. */
export type ThreadTask = {
  readonly home: string
  readonly engine: EngineOptions
} & (
  | {
      readonly kind: 'group'
      /** In the order in which they are run. */
      readonly runIds: readonly string[]
      /** They go on with this backend; absent: with that which they began on. */
      readonly backend?: string
    }
  | {
      readonly kind: 'sweep'
      readonly sweepId: string
      /** Takes up runs that have failed, too. */
      readonly rerunFailed: boolean
    }
)

export type ToThread =
  /** Save, and leave the rest of the job for a resume. */
  | { readonly kind: 'pause' }
  /** Save and end this run; go on with the next. */
  | { readonly kind: 'stop'; readonly runId: string }

export type FromThread =
  /** A sweep has made the runs of its next point. */
  | { readonly kind: 'made'; readonly runIds: readonly string[] }
  | {
      readonly kind: 'started'
      readonly record: RunRecord
      /** Of the metrics that are there already; what follows them is cut off and written again. */
      readonly keptMetricsBytes: number
      /** Optimiser steps of training; null where a dataset decides later. */
      readonly trainingSteps: number | null
    }
  | { readonly kind: 'events'; readonly runId: string; readonly events: readonly RunEvent[] }
  /** The run is finished, paused, stopped or failed; the record says which. */
  | { readonly kind: 'ended'; readonly record: RunRecord; readonly error: WireError | null }
  /** The job as a whole cannot be done, and why: another process works at it, its file is damaged. Its runs are as they were. */
  | { readonly kind: 'refused'; readonly error: WireError }
  /** The thread ends after this. */
  | { readonly kind: 'done' }
