/** From a configuration to networks: which strategies it tries, and the network of each. */
import type { CellProgram } from '../compiler/passes.ts'
import { createNetwork, type Network, type PartSpec } from '../networks/network.ts'
import type { DatasetConfig, ExperimentConfig, LayerConfig, Strategy } from './config.ts'

/** The strategies of a configuration; derived from the parts where they are explicit. */
export function trialStrategies({ strategies, layers }: ExperimentConfig): Strategy[] {
  if (strategies !== null) return strategies
  const parts = layers.flatMap((layer) => layer.parts ?? [])
  if (parts.every(({ warm }) => !warm)) return ['none']
  return [parts.every(({ warm }) => warm) ? 'warmed-up' : 'double']
}

/** The size of what goes in and comes out, from the dataset. */
export interface TaskShape {
  readonly inputSize: number
  readonly outputSize: number
  readonly task: 'regression' | 'classification'
}

/** What is asked of a network, before its data is opened. */
export function taskOf(dataset: DatasetConfig): TaskShape['task'] {
  if (dataset.kind === 'file') return dataset.task
  return dataset.kind === 'mnist' ? 'classification' : 'regression'
}

/** @param cellOf compiled cells by name; it throws for unknown ones */
export function buildNetwork(
  config: ExperimentConfig,
  strategy: Strategy,
  cellOf: (name: string) => CellProgram,
  { inputSize, outputSize, task }: TaskShape,
): Network {
  return createNetwork({
    inputSize,
    outputSize,
    layers: config.layers.map((layer) => partsOf(layer, strategy, cellOf)),
    loss: task === 'classification' ? 'cross-entropy' : 'mse',
    dropout: config.training.dropout,
  })
}

function partsOf(layer: LayerConfig, strategy: Strategy, cellOf: (name: string) => CellProgram): PartSpec[] {
  const { cell, coldCell, units, warmUnits, initialValues, parts } = layer
  if (parts !== null) return parts.map((part) => ({ ...part, cell: cellOf(part.cell) }))
  switch (strategy) {
    case 'none':
      return [{ cell: cellOf(cell), units, warm: false, initialValues }]
    case 'warmed-up':
      return [{ cell: cellOf(cell), units, warm: true, initialValues }]
    case 'double':
      return [
        { cell: cellOf(cell), units: warmUnits, warm: true, initialValues },
        { cell: cellOf(coldCell), units: units - warmUnits, warm: false, initialValues },
      ]
  }
}
