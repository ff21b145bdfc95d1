/**
 * Takes the spreads of weights and gradients: an engine and which of its replicas are measured enter; histograms by part leave. The gradient is
 * that of the training loss on a fixed probe, so that what changes over time is the network. Nothing moves, and nothing is drawn.
 */
import type { Dataset, SeriesBatch } from '../datasets/dataset.ts'
import type { ExperimentConfig } from '../experiments/config.ts'
import { measureSpreads, type PartSpread } from '../runs/spreads.ts'
import type { MeasureSubject } from './measure.ts'

const PROBE_SERIES = 16

/** The first series of the training part. @param most fewer where a batch has fewer, so that they fit into what training needs */
export function probeBatch(dataset: Dataset, most = Infinity): SeriesBatch {
  const count = Math.min(PROBE_SERIES, most, dataset.counts.train)
  return dataset.batch(
    'train',
    Array.from({ length: count }, (_, index) => index),
  )
}

/**
 * @param included one a replica
 * @returns null for those that are left out
 */
export async function takeSpreads(
  { engine, datasets }: Pick<MeasureSubject, 'engine' | 'datasets'>,
  { training }: Pick<ExperimentConfig, 'training'>,
  included: readonly boolean[],
): Promise<(PartSpread[] | null)[]> {
  const results = await engine.trainGradients(
    datasets.map((dataset, r) => {
      if (!included[r]) return null
      // As training follows it, without what is drawn: no dropout, no regulariser.
      return {
        batch: probeBatch(dataset, training.batch),
        truncateEvery: training.truncateEvery,
        dropoutMasks: null,
        regulariser: null,
      }
    }),
  )
  return Promise.all(
    results.map(async (result, r) => result && measureSpreads(await engine.readParameters(r), result.gradients)),
  )
}
