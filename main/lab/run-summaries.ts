/** A run folder as a list shows it: what the store lists enters, a RunSummary leaves. */
import { createHash } from 'node:crypto'
import { configurationText } from '../../shared/experiments/configuration.ts'
import type { ExperimentConfig, LayerConfig, Strategy } from '../../shared/experiments/config.ts'
import { taskOf } from '../../shared/experiments/trials.ts'
import type { RunSettings, RunState, RunSummary } from '../../shared/protocol/views.ts'
import { NO_ANNOTATIONS, type RunAnnotations } from '../../shared/runs/annotations.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { stepsPerEpoch } from '../../shared/training/batches.ts'
import type { ListedRun } from '../store/run-store.ts'

/** @param active whether this lab's engine holds the run */
export function summariseRun(
  { id, record, crashed, damaged }: ListedRun,
  active: boolean,
  annotations: RunAnnotations = NO_ANNOTATIONS,
): RunSummary {
  if (record === null) {
    const error = { code: damaged.code, message: damaged.message }
    return { ...NOTHING_KNOWN, id, groupId: id, name: id, annotations, error }
  }
  const { groupId, config, strategy, createdAt, startedAt, endedAt, result, diverged, forkedFrom, error, status } =
    record
  const { engines, deviceLosses } = record
  const state: RunState = crashed ? 'crashed' : status
  return {
    id,
    groupId,
    name: config.name,
    state,
    strategy,
    network: describeLayers(config.layers, strategy),
    dataset: describeDatasetConfig(config.dataset),
    task: taskOf(config.dataset),
    seeds: config.seeds,
    vaaSeries: config.measures.vaa?.series ?? null,
    restartAbove: strategy === 'none' ? null : config.warmup.restartAbove,
    createdAt,
    startedAt,
    endedAt,
    result,
    diverged,
    engines,
    deviceLossCount: deviceLosses.length,
    forkedFrom,
    error,
    configurationId: createHash('sha256').update(configurationText(config, strategy)).digest('hex').slice(0, ID_DIGITS),
    settings: readSettings(record),
    annotations,
    // One that was paused for another job waits for its turn again.
    active: active && (state === 'queued' || state === 'running' || state === 'paused'),
  }
}

/** 80 bits: a million configurations share none. */
const ID_DIGITS = 20

const NOTHING_KNOWN = {
  state: 'damaged',
  strategy: null,
  network: '',
  dataset: '',
  task: null,
  seeds: [],
  vaaSeries: null,
  restartAbove: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  result: null,
  diverged: [],
  engines: [],
  deviceLossCount: 0,
  forkedFrom: null,
  configurationId: null,
  settings: null,
  active: false,
} as const

function readSettings({ config, strategy, data }: RunRecord): RunSettings {
  const { layers, dataset, training, warmup } = config
  const trainCount = 'counts' in dataset ? dataset.counts.train : data?.trainCount
  const cellsOf = ({ cell, coldCell, parts }: LayerConfig): string[] =>
    parts !== null ? parts.map((part) => part.cell) : strategy === 'double' ? [cell, coldCell] : [cell]
  const [first] = layers
  return {
    cells: [...new Set(layers.flatMap(cellsOf))].join(', '),
    units: first?.parts?.reduce((sum, { units }) => sum + units, 0) ?? first?.units ?? 0,
    layerCount: layers.length,
    seriesSteps: 'steps' in dataset ? dataset.steps : null,
    learningRate: training.optimizer.learningRate,
    batch: training.batch,
    trainingSteps: training.steps,
    epochs: training.steps === null ? training.epochs : null,
    stepsPerEpoch: trainCount === undefined ? null : stepsPerEpoch(trainCount, training.batch),
    warmupSteps: strategy === 'none' ? null : warmup.steps,
  }
}

/** `gru 128 + lstm 64|64`: layers from the input on, the parts of a double layer with a bar. */
export function describeLayers(layers: readonly LayerConfig[], strategy: Strategy): string {
  return layers
    .map(({ cell, coldCell, units, warmUnits, parts }) => {
      if (parts !== null) return parts.map((part) => `${part.cell} ${part.units}`).join(' | ')
      if (strategy !== 'double') return `${cell} ${units}`
      const other = coldCell === cell ? '' : `${coldCell} `
      return `${cell} ${warmUnits} | ${other}${units - warmUnits}`
    })
    .join(' + ')
}

export function describeDatasetConfig(dataset: ExperimentConfig['dataset']): string {
  switch (dataset.kind) {
    case 'copy-first-input':
      return `copy-first-input T=${dataset.steps}`
    case 'denoising':
      return `denoising T=${dataset.steps} N=${dataset.forbiddenSteps}`
    case 'mnist':
      return `mnist ${dataset.order}`
    case 'file':
      return dataset.path.replace(/^.*[/\\]/, '')
  }
}
