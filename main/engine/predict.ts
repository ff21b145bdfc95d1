/**
 * What a run says to test series: a run, a seed and one of its two sets of weights enter; a few series with targets and predictions, and the
 * agreement over a sample, leave. The weights are those of a finished run, or of the last checkpoint of any other.
 */
import { wireNetworks } from './run-group.ts'
import type { Dataset, SeriesBatch } from '../../shared/datasets/dataset.ts'
import { takeSeries } from '../../shared/datasets/describe.ts'
import type { Engine } from '../../shared/backends/backend.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { PredictedSeries, PredictionAgreement, RunPredictions } from '../../shared/protocol/prediction-views.ts'
import type { RunStore } from '../store/run-store.ts'
import type { EngineOptions } from './engine-options.ts'
import { loadToEvaluate } from './load-backend.ts'
import { AS_RECORDED, openRunData } from './run-data.ts'
import { readTrainedWeights, seedsLeft } from './trained-weights.ts'

export interface PredictRequest {
  readonly runId: string
  /** Null: the first. */
  readonly seed: number | null
  readonly weights: 'best' | 'last'
  /** Of the series that are shown, in the test part. */
  readonly firstSeries: number
  readonly seriesCount: number
  /** Series over which the agreement is taken: the first of the test part. */
  readonly sampleCount: number
}

/** It runs beside a training, which has the cores. */
const THREADS = 1

/** @throws LabError `weights`, `usage`, `checkpoint`, `run-folder`; `dataset` for other data than the run's */
export async function predict(
  store: RunStore,
  baseFolder: string,
  options: EngineOptions,
  request: PredictRequest,
): Promise<RunPredictions> {
  const { runId, sampleCount } = request
  const record = await store.readRecord(runId)
  const { config } = record
  const seed = request.seed ?? seedsLeft(record)[0]!
  if (!config.seeds.includes(seed))
    throw new LabError('usage', 'The run has no such seed.', {
      where: runId,
      expected: `one of ${config.seeds.join(', ')}`,
      found: `\`${seed}\``,
    })
  const { tensors, weights, at } = await readTrainedWeights(store, record, seed, request.weights)
  const { datasets } = await openRunData(store.home, record, [seed], baseFolder, AS_RECORDED)
  const dataset = datasets[0]!
  const network = wireNetworks(config, dataset).get(record.strategy)!
  const backend = await loadToEvaluate(record.backend ?? config.backend, { ...options, threads: THREADS })
  const engine = await backend.createEngine(network, 1)
  try {
    await engine.writeParameters(0, tensors)
    const testCount = dataset.counts.test
    const first = Math.max(0, Math.min(request.firstSeries, testCount - 1))
    const shown = range(first, Math.min(testCount, first + request.seriesCount))
    return {
      runId,
      seed,
      weights,
      at,
      task: dataset.task,
      classNames: dataset.classNames,
      testCount,
      series: await predictSeries(engine, dataset, shown),
      agreement: agreementOf(dataset, await predictSeries(engine, dataset, range(0, Math.min(testCount, sampleCount)))),
    }
  } finally {
    await engine.dispose()
  }
}

const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from) }, (_, i) => from + i)

async function predictSeries(engine: Engine, dataset: Dataset, indices: readonly number[]): Promise<PredictedSeries[]> {
  if (indices.length === 0) return []
  const batch = dataset.batch('test', indices)
  const [result] = await engine.evaluate([batch])
  return indices.map((index, b) => {
    const { steps, firstInputs, targets } = takeSeries(batch, b)
    const outputs = outputsOf(batch, b, result!.outputs, dataset.outputSize)
    const values = dataset.task === 'classification' ? outputs.map(probabilities) : outputs
    return {
      index,
      length: steps,
      inputs: firstInputs,
      readouts: targets.map(({ step, values: target }, k) => ({ step, target, output: values[k]! })),
    }
  })
}

/** Of one series, in the order of its used slots: [O] each. */
function outputsOf(
  { batch, targetSteps }: SeriesBatch,
  b: number,
  outputs: ArrayLike<number>,
  outputSize: number,
): number[][] {
  return range(0, targetSteps.length / batch)
    .map((k) => k * batch + b)
    .filter((slot) => targetSteps[slot]! >= 0)
    .map((slot) => range(0, outputSize).map((o) => outputs[slot * outputSize + o]!))
}

/** Softmax, shifted so that nothing overflows. */
function probabilities(logits: readonly number[]): number[] {
  const greatest = logits.reduce((most, value) => Math.max(most, value), -Infinity)
  const powers = logits.map((value) => Math.exp(value - greatest))
  const sum = powers.reduce((total, value) => total + value, 0)
  return powers.map((value) => value / sum)
}

function agreementOf({ task, outputSize }: Dataset, sample: readonly PredictedSeries[]): PredictionAgreement {
  const readouts = sample.flatMap((series) => series.readouts)
  if (task === 'regression') {
    const pairs = readouts.flatMap(({ target, output }) =>
      target.map((value, o): readonly [number, number] => [value, output[o]!]),
    )
    const squares = pairs.reduce((sum, [target, output]) => sum + (output - target) ** 2, 0)
    return { kind: 'regression', seriesCount: sample.length, pairs, meanSquaredError: squares / pairs.length }
  }
  const confusion = range(0, outputSize).map(() => range(0, outputSize).map(() => 0))
  let correctCount = 0
  for (const { target, output } of readouts) {
    const chosen = output.reduce((best, value, index) => (value > output[best]! ? index : best), 0)
    confusion[target[0]!]![chosen]!++
    if (chosen === target[0]) correctCount++
  }
  return { kind: 'classification', seriesCount: sample.length, confusion, accuracy: correctCount / readouts.length }
}
