/** What a trained network makes of the test series. */
import type { LearningPhase } from '../experiments/phases.ts'

/** One test series and what the network made of it. */
export interface PredictedSeries {
  /** In the test part. */
  readonly index: number
  readonly length: number
  /** [T][I] */
  readonly inputs: readonly (readonly number[])[]
  /** Where it is read out. A target is [O], or one class; an output [O], or the probability of each class. */
  readonly readouts: readonly {
    readonly step: number
    readonly target: readonly number[]
    readonly output: readonly number[]
  }[]
}

/** Over a sample of the test part. */
export type PredictionAgreement =
  | {
      readonly kind: 'regression'
      readonly seriesCount: number
      /** Target and output of every readout. */
      readonly pairs: readonly (readonly [number, number])[]
      readonly meanSquaredError: number
    }
  | {
      readonly kind: 'classification'
      readonly seriesCount: number
      /** How often a class (row) was taken for another (column). */
      readonly confusion: readonly (readonly number[])[]
      readonly accuracy: number
    }

export interface RunPredictions {
  readonly runId: string
  readonly seed: number
  readonly weights: 'best' | 'last'
  /** The checkpoint that the weights are from; null: those of the finished run. */
  readonly at: { readonly phase: LearningPhase; readonly step: number } | null
  readonly task: 'regression' | 'classification'
  /** [O], of a classification; null for a regression. */
  readonly classNames: readonly string[] | null
  readonly testCount: number
  readonly series: readonly PredictedSeries[]
  readonly agreement: PredictionAgreement
}
