/** What a run's measurements say of its network: attractors of its slices, how far back gradients reach, how weights spread over time. */
import type { SeriesSlice } from '../runs/series.ts'
import type { PartSpread, SpreadSlice } from '../runs/spreads.ts'
import type { PhaseStep, TimelineMarks } from '../runs/timeline.ts'

/** When weights were as they are measured: as drawn, at the end of the warm-up, at the last checkpoint or the end of the run. */
export type WeightsMoment = 'initial' | 'warmed-up' | 'last'

/** How far back the gradient reaches: ‖∂L/∂h_{T−k}‖ of one seed, the mean over a few training series. */
export interface RunGradientByLag {
  readonly runId: string
  readonly seed: number
  /** T */
  readonly steps: number
  readonly seriesCount: number
  /** k */
  readonly lags: readonly number[]
  /** Those that the run has; norms as [lag][layer]. */
  readonly moments: readonly {
    readonly moment: WeightsMoment
    readonly norms: readonly (readonly number[])[]
    readonly spreads: readonly PartSpread[]
  }[]
}

/** How a slice of the network spread over time, of one seed: histograms with the same bins, as many values in each as were counted. */
export interface RunSpreads {
  readonly runId: string
  readonly seed: number
  readonly what: SpreadKind
  readonly slice: SpreadSlice
  /** Those that were measured, and whole layers. */
  readonly slices: readonly SpreadSlice[]
  /** Of the run so far; fewer columns where neighbours were added together. */
  readonly momentCount: number
  /** Lines of the run's file that could not be read. */
  readonly damagedCount: number
  readonly marks: TimelineMarks
  /** The last position of any series. */
  readonly lastPosition: number
  /** Where the first bin begins. */
  readonly low: number
  /** Of a bin. */
  readonly width: number
  readonly binCount: number
  readonly columns: readonly SpreadColumnView[]
}

/** Weights, or log10 of the sizes of their gradients. */
export type SpreadKind = 'weights' | 'gradients'

export interface SpreadColumnView {
  /** Of the first and the last measurement in it. */
  readonly fromPosition: number
  readonly toPosition: number
  readonly momentCount: number
  /** One a bin. */
  readonly counts: readonly number[]
  /** Gradients that are exactly 0, which have no logarithm; 0 for weights. */
  readonly zeroCount: number
}

/** The last measurement of one slice of the network: a value a seed, null where it has none. */
export interface MeasuredSlice extends SeriesSlice {
  readonly vaa: readonly (number | null)[]
  /** Instead of it, for all seeds, where states of one were not at rest: VAA lies between these. */
  readonly vaaLow: readonly (number | null)[]
  readonly vaaHigh: readonly (number | null)[]
  readonly vaaStar: readonly (number | null)[]
  readonly residualMedian: readonly (number | null)[]
  readonly residualMax: readonly (number | null)[]
  /** Series of all draws: together as many as were compared. */
  readonly fixedCount: readonly (number | null)[]
  readonly periodicCount: readonly (number | null)[]
  readonly unconvergedCount: readonly (number | null)[]
}

export interface RunMeasures {
  readonly runId: string
  /** Null where nothing was measured yet. */
  readonly at: PhaseStep | null
  /** The whole network first, then layers, then parts. */
  readonly slices: readonly MeasuredSlice[]
}
