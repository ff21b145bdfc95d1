/**
 * How far back a run's gradient reaches, and how weights and gradients spread, before warm-up, after it and with its last weights: a run and
 * a seed enter, norms by lag and histograms by part leave. The weights before come from the draws, the others from the run's files; what it has not is left out.
 */
import { initialize } from '../../shared/networks/initial-values.ts'
import type { Network } from '../../shared/networks/network.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { RunGradientByLag, WeightsMoment } from '../../shared/protocol/insight-views.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { measureSpreads } from '../../shared/runs/spreads.ts'
import { readProgress } from '../../shared/training/progress.ts'
import { probeBatch } from '../../shared/training/spreads.ts'
import type { RunStore } from '../store/run-store.ts'
import type { EngineOptions } from './engine-options.ts'
import { loadToEvaluate } from './load-backend.ts'
import { AS_RECORDED, openRunData } from './run-data.ts'
import { wireNetworks } from './run-group.ts'
import { seedsLeft, selectSeed } from './trained-weights.ts'

export interface LagMeasureRequest {
  readonly runId: string
  /** Null: the first. */
  readonly seed: number | null
}

const MOST_LAGS = 28
/** It runs beside a training, which has the cores. */
const THREADS = 1

/** @throws LabError `usage`, `checkpoint`, `weights`, `run-folder`; `dataset` for other data than the run's */
export async function measureGradientByLag(
  store: RunStore,
  baseFolder: string,
  options: EngineOptions,
  request: LagMeasureRequest,
): Promise<RunGradientByLag> {
  const record = await store.readRecord(request.runId)
  const { config } = record
  const seed = request.seed ?? seedsLeft(record)[0]!
  const seedIndex = config.seeds.indexOf(seed)
  if (seedIndex < 0)
    throw new LabError('usage', 'The run has no such seed.', {
      where: record.id,
      expected: `one of ${config.seeds.join(', ')}`,
      found: `\`${seed}\``,
    })
  const { datasets } = await openRunData(store.home, record, [seed], baseFolder, AS_RECORDED)
  const dataset = datasets[0]!
  const network = wireNetworks(config, dataset).get(record.strategy)!
  const batch = probeBatch(dataset)
  const lags = spreadLags(batch.steps)
  const backend = await loadToEvaluate(record.backend ?? config.backend, { ...options, threads: THREADS })
  const engine = await backend.createEngine(network, 1)
  try {
    const known = await weightsOf(store, record, network, seedIndex)
    const moments: RunGradientByLag['moments'][number][] = []
    for (const [moment, weights] of known) {
      await engine.writeParameters(0, weights)
      const [result] = await engine.gradientByLag([{ batch, lags }])
      const [trained] = await engine.trainGradients([
        { batch, truncateEvery: null, dropoutMasks: null, regulariser: null },
      ])
      moments.push({ moment, norms: result!.norms, spreads: measureSpreads(weights, trained!.gradients) })
    }
    return { runId: record.id, seed, steps: batch.steps, seriesCount: batch.batch, lags, moments }
  } finally {
    await engine.dispose()
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
    : (record.result?.warmupRestarts[record.result.seeds.indexOf(seed)] ?? 0)
  const found: [WeightsMoment, TensorMap][] = [['initial', initialize(network, seed, attempt)]]
  if (warmed) found.push(['warmed-up', selectSeed(warmed.tensors, seed, 'parameters')])
  const last =
    record.status === 'finished'
      ? selectSeed((await store.readWeights(record.id)).tensors, seed, 'last')
      : selectSeed((await store.readCheckpoint(record.id))?.tensors ?? new Map(), seed, 'parameters')
  if (last.size > 0) found.push(['last', last])
  return found
}
