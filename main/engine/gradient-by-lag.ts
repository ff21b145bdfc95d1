/**
 * How far back a run's gradient reaches, and how weights and gradients spread, before warm-up, after it and with its last weights: a run and
 * a seed enter, norms by lag and histograms by layer leave. The weights before come from the draws, the others from the run's files; what it has not is left out.
 */
import { createDataset } from '../../shared/datasets/create-dataset.ts'
import { initialize } from '../../shared/networks/initial-values.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { LayerSpread, RunGradientByLag, WeightsMoment } from '../../shared/protocol/views.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { histogram } from '../../shared/statistics/histogram.ts'
import { readProgress } from '../../shared/training/progress.ts'
import { loadDatasetSources } from '../store/datasets.ts'
import type { RunStore } from '../store/run-store.ts'
import { loadBackend } from './load-backend.ts'
import { wireNetworks } from './run-group.ts'
import { selectSeed } from './trained-weights.ts'

export interface LagMeasureRequest {
  readonly runId: string
  /** Null: the first. */
  readonly seed: number | null
}

/** The first of the training part. */
const SERIES_COUNT = 16
const MOST_LAGS = 28
/** It runs beside a training, which has the cores. */
const THREADS = 1

/** @throws LabError `usage`, `checkpoint`, `weights`, `run-folder` */
export async function measureGradientByLag(
  store: RunStore,
  baseFolder: string,
  request: LagMeasureRequest,
): Promise<RunGradientByLag> {
  const record = await store.readRecord(request.runId)
  const { config } = record
  const seed = request.seed ?? config.seeds[0]!
  const seedIndex = config.seeds.indexOf(seed)
  if (seedIndex < 0)
    throw new LabError('usage', 'The run has no such seed.', {
      where: record.id,
      expected: `one of ${config.seeds.join(', ')}`,
      found: `\`${seed}\``,
    })
  const dataset = createDataset(config.dataset, seed, await loadDatasetSources(config.dataset, baseFolder))
  const network = wireNetworks(config, dataset).get(record.strategy)!
  const count = Math.min(SERIES_COUNT, dataset.counts.train)
  const batch = dataset.batch(
    'train',
    Array.from({ length: count }, (_, index) => index),
  )
  const lags = spreadLags(batch.steps)
  const backend = await loadBackend(record.backend ?? config.backend, { threads: THREADS })
  const engine = await backend.createEngine(network, 1)
  try {
    const known = await weightsOf(store, record, network, seedIndex)
    const reaches = largestWeights(known.map(([, weights]) => weights))
    const moments: RunGradientByLag['moments'][number][] = []
    for (const [moment, weights] of known) {
      engine.writeParameters(0, weights)
      const [result] = await engine.gradientByLag([{ batch, lags }])
      const [trained] = await engine.trainGradients([
        { batch, truncateEvery: null, dropoutMasks: null, regulariser: null },
      ])
      moments.push({ moment, norms: result!.norms, spreads: spreadsOf(weights, trained!.gradients, reaches) })
    }
    return { runId: record.id, seed, steps: batch.steps, seriesCount: count, lags, moments }
  } finally {
    engine.dispose()
  }
}

/** 1, 2, 3, ... at first, then farther and farther apart, up to the first step. */
function spreadLags(steps: number): number[] {
  const last = Math.max(1, steps - 1)
  const lags = Array.from({ length: MOST_LAGS }, (_, i) => Math.round(last ** (i / (MOST_LAGS - 1))))
  return [...new Set(lags)].filter((lag) => lag < steps)
}

async function weightsOf(
  store: RunStore,
  record: RunRecord,
  network: Network,
  seedIndex: number,
): Promise<[WeightsMoment, TensorMap][]> {
  const seed = record.config.seeds[seedIndex]!
  const warmed = record.strategy === 'none' ? null : await store.readCheckpoint(record.id, 'warmed-up')
  // The draws that the warm-up began with, if it began anew.
  const attempt = warmed
    ? readProgress(warmed.counters, record.config.seeds.length).warmup.attempts[seedIndex]!
    : (record.result?.warmupRestarts[seedIndex] ?? 0)
  const found: [WeightsMoment, TensorMap][] = [['initial', initialize(network, seed, attempt)]]
  if (warmed) found.push(['warmed-up', selectSeed(warmed.tensors, seed, 'parameters')])
  const last =
    record.status === 'finished'
      ? selectSeed((await store.readWeights(record.id)).tensors, seed, 'last')
      : selectSeed((await store.readCheckpoint(record.id))?.tensors ?? new Map(), seed, 'parameters')
  if (last.size > 0) found.push(['last', last])
  return found
}

const BINS = 48
/** Decades of gradients: what is under them is nothing to float32's sums. */
const GRADIENT_DECADES = { low: -12, high: 4 } as const

/** `layers.1.parts.0.W_r` is layer 1's; the readout's have none. */
function layerOf(name: string): number | null {
  const [, index] = /^layers\.(\d+)\./.exec(name) ?? []
  return index === undefined ? null : Number(index)
}

/** By layer, over all moments, so that their histograms can be laid over each other. */
function largestWeights(all: readonly TensorMap[]): Map<number | null, number> {
  const largest = new Map<number | null, number>()
  for (const weights of all)
    for (const [name, { data }] of weights)
      for (const value of data) largest.set(layerOf(name), Math.max(largest.get(layerOf(name)) ?? 0, Math.abs(value)))
  return largest
}

function spreadsOf(
  weights: TensorMap,
  gradients: TensorMap,
  reaches: ReadonlyMap<number | null, number>,
): LayerSpread[] {
  return [...reaches].map(([layerIndex, reach]) => {
    const valuesOf = (tensors: TensorMap): number[] =>
      [...tensors].flatMap(([name, { data }]) => (layerOf(name) === layerIndex ? Array.from(data) : []))
    const sizes = valuesOf(gradients).map(Math.abs)
    const { low, high } = GRADIENT_DECADES
    return {
      layerIndex,
      weights: histogram(valuesOf(weights), BINS, -(reach || 1), reach || 1),
      gradients: histogram(
        sizes.filter((size) => size > 0).map((size) => Math.min(high, Math.max(low, Math.log10(size)))),
        BINS,
        low,
        high,
      ),
      zeroGradientCount: sizes.filter((size) => size === 0).length,
    }
  })
}
