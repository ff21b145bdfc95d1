/** From a case to what the engine takes: its network, random series of full length, Adam. */
import { builtInCells } from '../../shared/cells/library.ts'
import type { OptimizerSettings, TrainRequest } from '../../shared/backends/backend.ts'
import { compileCell } from '../../shared/compiler/passes.ts'
import type { SeriesBatch } from '../../shared/datasets/dataset.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network } from '../../shared/networks/network.ts'
import { RandomStream } from '../../shared/numerics/random.ts'
import type { StepCase } from './step-cases.ts'

export const ADAM: OptimizerSettings = {
  kind: 'adam',
  learningRate: 1e-3,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  clipNorm: null,
}

export function createCaseNetwork({ parts, layers, inputs }: Pick<StepCase, 'parts' | 'layers' | 'inputs'>): Network {
  const compiled = parts.map(({ cell, units, warm }) => ({
    cell: compileCell(builtInCells[cell] ?? cell, Object.hasOwn(builtInCells, cell) ? cell : 'own'),
    units,
    warm,
    initialValues: CELL_INITIAL_VALUES,
  }))
  return createNetwork({
    inputSize: inputs,
    outputSize: 1,
    layers: Array.from({ length: layers }, () => compiled),
    loss: 'mse',
    dropout: 0,
  })
}

/** Entries of the cells' matrices, one replica: what a step multiplies by. Readout and vectors are not counted. */
export function countWeights(network: Network): number {
  return network.parameters
    .filter(({ part, shape }) => part !== null && shape.length === 2)
    .reduce((sum, { shape }) => sum + shape[0]! * shape[1]!, 0)
}

/**
 * Series of normal numbers with one target at each of the last steps.
 * @param size T, B, I and how many steps have a target
 */
export function randomBatch(
  size: Pick<StepCase, 'steps' | 'batch' | 'inputs' | 'lossSteps'>,
  stream: RandomStream,
): SeriesBatch {
  const { steps, batch, inputs, lossSteps } = size
  const normals = (length: number): Float32Array => Float32Array.from({ length }, () => stream.normal())
  return {
    steps,
    batch,
    inputs: normals(steps * batch * inputs),
    lengths: new Int32Array(batch).fill(steps),
    targetSteps: Int32Array.from(
      { length: lossSteps * batch },
      (_, slot) => steps - lossSteps + Math.floor(slot / batch),
    ),
    targets: normals(lossSteps * batch),
  }
}

/** A plain training step on such a batch. @param replica its seed */
export function trainRequest(
  size: Pick<StepCase, 'steps' | 'batch' | 'inputs' | 'lossSteps'>,
  replica: number,
): TrainRequest {
  return {
    batch: randomBatch(size, new RandomStream(replica, 'preview')),
    truncateEvery: null,
    dropoutMasks: null,
    regulariser: null,
  }
}
