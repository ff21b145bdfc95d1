/** Sweeps as windows see them: in a list, whole with their rows, and a definition that was checked. */
import type { SweepDefinition } from '../experiments/sweep.ts'
import type { SweepRow, SweepRowStatus } from '../runs/sweep-table.ts'
import type { WireError } from '../errors/wire-error.ts'

/**
 * `elsewhere`: another process runs it; `paused`: there is work left and nobody does it; `failed`: all is done, and some runs have failed.
 */
export type SweepState = 'running' | 'elsewhere' | 'waiting' | 'paused' | 'failed' | 'finished'

/** The process that works at a sweep. */
export interface SweepHolder {
  readonly pid: number
  readonly host: string
}

/** A sweep as a list shows it. */
export interface SweepSummary {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly state: SweepState
  /** Another process that works at it; null for none, and for this lab. */
  readonly holder: SweepHolder | null
  readonly pointCount: number
  /** Strategies of points. */
  readonly runCount: number
  readonly counts: Readonly<Partial<Record<SweepRowStatus, number>>>
  /** Of the runs that are left, if each takes as long as the median one; null before the first has finished. */
  readonly remainingMs: number | null
}

export interface SweepDetail {
  readonly summary: SweepSummary
  readonly definition: SweepDefinition
  readonly axes: readonly string[]
  /** Axes whose values are drawn from a range. */
  readonly drawnAxes: readonly string[]
  readonly rows: readonly SweepRow[]
}

export type CheckedSweep =
  | {
      readonly ok: true
      readonly name: string
      readonly pointCount: number
      readonly runCount: number
      /** What the first points have of each axis. */
      readonly examples: readonly Readonly<Record<string, unknown>>[]
    }
  | { readonly ok: false; readonly error: WireError }
