/**
 * What every dataset offers: series by index, deterministic from a seed, in three splits. It fills batches that
 * the engine reads as they are; it knows nothing of networks.
 */

import type { RoundedNumbers } from './rounding.ts'

export type Split = 'train' | 'validation' | 'test'

/** A batch of one replica. Steps beyond a series' length hold zeros and lead to nothing. */
export interface SeriesBatch {
  /** T, the longest length in the batch. */
  readonly steps: number
  /** B. */
  readonly batch: number
  /** [T, B, I] */
  readonly inputs: Float32Array
  /** [B], 1 .. T */
  readonly lengths: Int32Array
  /** [K, B], the step (0-based) at which slot k of a series is read out; -1 where the slot is not used. */
  readonly targetSteps: Int32Array
  /** [K, B, O] for regression; [K, B] class indices for classification. Ignored where the slot is not used. */
  readonly targets: Float32Array
}

export interface Dataset {
  /** I */
  readonly inputSize: number
  /** O: outputs of a regression, classes of a classification. */
  readonly outputSize: number
  readonly task: 'regression' | 'classification'
  /** [O], what people read for each class; null for a regression. */
  readonly classNames: readonly string[] | null
  /** The longest series. */
  readonly maxSteps: number
  /** K: target slots of a series, at most. */
  readonly targetSlots: number
  readonly counts: Readonly<Record<Split, number>>
  /** Different groups of series, such as subjects, in each split; null where series are not grouped. */
  readonly groupCounts: Readonly<Record<Split, number>> | null
  /** Whole numbers of a file that float32 does not hold, in whichever split; null where there are none. */
  readonly rounded?: RoundedNumbers | null
  /**
   * The series with these indices, as a batch.
   * @param indices each in [0, counts[split])
   */
  batch(split: Split, indices: ArrayLike<number>): SeriesBatch
  /** The targets of every series of a split, [K_i, O] or [K_i] classes each, where they are at hand: not where series are made on demand. */
  readonly targetsOf?: (split: Split) => Iterable<Float32Array>
}
