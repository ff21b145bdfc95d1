/**
 * Series made on demand: a rule that draws one series enters, a dataset of any number of them leaves. Series i of a
 * split depends on (seed, split, i) only, so it is the same in every batch and order, and the training split has no end.
 */
import type { Dataset, SeriesBatch, Split } from './dataset.ts'
import { requireIndex } from './indices.ts'
import type { SplitCounts } from './options.ts'
import { RandomStream, type DrawPurpose } from '../numerics/random.ts'

const PURPOSES: Readonly<Record<Split, DrawPurpose>> = {
  train: 'series-train',
  validation: 'series-validation',
  test: 'series-test',
}

/** A regression of one output whose series all have the same length and read-out steps. */
export interface SeriesRule {
  /** T */
  readonly steps: number
  /** I */
  readonly inputSize: number
  /** Steps of the K targets, rising. */
  readonly targetSteps: readonly number[]
  readonly counts: SplitCounts
  /**
   * Draws one series into a batch: step t's input i at `inputs[(t * batch + b) * I + i]` (zeros before),
   * slot k's target at `targets[k * batch + b]`.
   */
  draw(stream: RandomStream, b: number, batch: number, inputs: Float32Array, targets: Float32Array): void
}

/**
 * A dataset that follows a rule.
 * @param seed integer in [0, 2^32); each seed draws its own series
 * @returns a dataset whose training split accepts every index of 0 or more, for training on series never seen
 */
export function generatedDataset(rule: SeriesRule, seed: number): Dataset {
  const { steps, inputSize, targetSteps, counts } = rule
  return {
    inputSize,
    outputSize: 1,
    task: 'regression',
    classNames: null,
    maxSteps: steps,
    targetSlots: targetSteps.length,
    counts,
    groupCounts: null,
    batch(split: Split, indices: ArrayLike<number>): SeriesBatch {
      const batch = indices.length
      const inputs = new Float32Array(steps * batch * inputSize)
      const targets = new Float32Array(targetSteps.length * batch)
      for (let b = 0; b < batch; b++) {
        const index = requireIndex(split, indices[b]!, split === 'train' ? Infinity : counts[split])
        rule.draw(new RandomStream(seed, PURPOSES[split], index), b, batch, inputs, targets)
      }
      return {
        steps,
        batch,
        inputs,
        lengths: new Int32Array(batch).fill(steps),
        targetSteps: Int32Array.from({ length: targets.length }, (_, i) => targetSteps[Math.floor(i / batch)]!),
        targets,
      }
    },
  }
}
