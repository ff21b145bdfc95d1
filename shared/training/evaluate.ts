/**
 * Losses and accuracies over a whole split: an engine and the seeds' datasets enter, exact averages over series leave, whatever
 * the size of the chunks that are evaluated at once.
 */
import type { Split } from '../datasets/dataset.ts'
import type { MeasureSubject } from './measure.ts'

/** Series evaluated at once: enough for full tiles, few enough to keep long sequences in memory. */
export const CHUNK_SERIES = 256

export interface Evaluation {
  /** Mean of squared errors over used slots and outputs, or of cross-entropies over used slots. */
  readonly loss: number
  /** Correct classes over used slots; null for a regression. */
  readonly accuracy: number | null
}

/**
 * Evaluates replicas, each on its own dataset.
 * @param includes whether a replica is evaluated
 * @returns one a replica; null for those that are left out
 */
export async function evaluateSplit(
  { engine, datasets, breathe }: MeasureSubject,
  split: Split,
  includes: (r: number) => boolean,
): Promise<(Evaluation | null)[]> {
  const sums = datasets.map(() => ({ loss: 0, terms: 0, correct: 0 }))
  const count = datasets.reduce((most, dataset) => Math.max(most, dataset.counts[split]), 0)
  for (let first = 0; first < count; first += CHUNK_SERIES) {
    await breathe()
    const results = await engine.evaluate(
      datasets.map((dataset, r) => {
        if (!includes(r)) return null
        const size = Math.min(CHUNK_SERIES, dataset.counts[split] - first)
        return size <= 0
          ? null
          : dataset.batch(
              split,
              Array.from({ length: size }, (_, index) => first + index),
            )
      }),
    )
    results.forEach((result, r) => {
      const sum = sums[r]!
      sum.loss += result?.lossSum ?? 0
      sum.terms += result?.lossCount ?? 0
      sum.correct += result?.correctCount ?? 0
    })
  }
  return sums.map(({ loss, terms, correct }, r) =>
    includes(r)
      ? { loss: loss / terms, accuracy: datasets[r]!.task === 'classification' ? correct / terms : null }
      : null,
  )
}
