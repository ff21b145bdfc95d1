/** What a group's worker thread and its host say to each other over their MessagePort. */
import type { WireError } from '../../../shared/protocol/wire-error.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'

/** What the thread starts with. */
export interface GroupTask {
  readonly home: string
  readonly groupId: string
  /** In the order in which they are run. */
  readonly runIds: readonly string[]
}

export type ToThread =
  /** Save, and leave the rest of the group for a resume. */
  | { readonly kind: 'pause' }
  /** Save and end this run; go on with the next. */
  | { readonly kind: 'stop'; readonly runId: string }

export type FromThread =
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
  /** The thread ends after this. */
  | { readonly kind: 'done' }
