/** A run folder as a list shows it: what the store lists enters, a RunSummary leaves. */
import type { ExperimentConfig, LayerConfig, Strategy } from '../../shared/experiments/config.ts'
import type { RunState, RunSummary } from '../../shared/protocol/views.ts'
import type { ListedRun } from '../store/run-store.ts'

/** @param active whether this lab's engine holds the run */
export function summariseRun({ id, record, crashed, damaged }: ListedRun, active: boolean): RunSummary {
  if (record === null) {
    const error = { code: damaged.code, message: damaged.message }
    return { ...NOTHING_KNOWN, id, groupId: id, name: id, error }
  }
  const { groupId, config, strategy, createdAt, startedAt, endedAt, result, forkedFrom, error, status } = record
  const state: RunState = crashed ? 'crashed' : status
  return {
    id,
    groupId,
    name: config.name,
    state,
    strategy,
    network: describeLayers(config.layers, strategy),
    dataset: describeDatasetConfig(config.dataset),
    seeds: config.seeds,
    vaaSeries: config.measures.vaa?.series ?? null,
    restartAbove: strategy === 'none' ? null : config.warmup.restartAbove,
    createdAt,
    startedAt,
    endedAt,
    result,
    forkedFrom,
    error,
    // One that was paused for another job waits for its turn again.
    active: active && (state === 'queued' || state === 'running' || state === 'paused'),
  }
}

const NOTHING_KNOWN = {
  state: 'damaged',
  strategy: null,
  network: '',
  dataset: '',
  seeds: [],
  vaaSeries: null,
  restartAbove: null,
  createdAt: null,
  startedAt: null,
  endedAt: null,
  result: null,
  forkedFrom: null,
  active: false,
} as const

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
