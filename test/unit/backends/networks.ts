/** Small networks, weights and batches for the tests of backends. */
import type { OptimizerSettings } from '../../../shared/backends/backend.ts'
import type { SeriesBatch } from '../../../shared/datasets/dataset.ts'
import { builtInCells } from '../../../shared/cells/library.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network, type PartSpec } from '../../../shared/networks/network.ts'
import { elementCount, type Tensor } from '../../../shared/numerics/dims.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'

export const ADAM: OptimizerSettings = {
  kind: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  clipNorm: 1,
}

/** Sums over units, a matrix both ways round, a learned number, states that begin at learned vectors, and two outputs. */
export const WHOLE_LAYER_CELL = `
h0 = h_init
c0 = c_init
u  = (U - U^T) h + V^T c
v  = u - mean(u)
c' = 0.9 * c + tanh(W x + g * v / sqrt(mean(v^2) + 0.1) + k * sum(h) + b)
h' = tanh(V c' + U^T h) * sigmoid(mean(x) + b)
output h, c
k: 1
b: H`

/** A part of a cell of the lab, or of equations. */
export function part(cell: string, units: number, warm = true): PartSpec {
  return {
    cell: compileCell(builtInCells[cell] ?? cell, cell in builtInCells ? cell : 'own'),
    units,
    warm,
    initialValues: CELL_INITIAL_VALUES,
  }
}

export function network(
  layers: PartSpec[][],
  sizes: { inputs: number; outputs: number; loss?: Network['loss']; dropout?: number },
): Network {
  return createNetwork({
    inputSize: sizes.inputs,
    outputSize: sizes.outputs,
    layers,
    loss: sizes.loss ?? 'mse',
    dropout: sizes.dropout ?? 0,
  })
}

/** Normal values of this spread, rounded to float32 so that both precisions read the same. */
export function weights({ parameters }: Network, seed: number, spread: number): Map<string, Tensor<Float32Array>> {
  const random = new RandomStream(seed, 'initial-values')
  return new Map(
    parameters.map(({ name, shape }) => [
      name,
      { shape, data: Float32Array.from({ length: elementCount(shape) }, () => spread * random.normal()) },
    ]),
  )
}

/** Series of unequal length with a few marked steps each. */
export function batch(net: Network, steps: number, series: number, seed: number): SeriesBatch {
  const random = new RandomStream(seed, 'preview')
  const slots = 2
  const lengths = Int32Array.from({ length: series }, (_, b) => (b === 0 ? steps : 1 + random.integer(steps)))
  const targetSteps = Int32Array.from({ length: slots * series }, (_, i) =>
    i >= series && random.uniform() < 0.3 ? -1 : random.integer(lengths[i % series]!),
  )
  const targets = Float32Array.from({ length: slots * series * (net.loss === 'mse' ? net.outputSize : 1) }, () =>
    net.loss === 'mse' ? random.normal() : random.integer(net.outputSize),
  )
  return {
    steps,
    batch: series,
    inputs: Float32Array.from({ length: steps * series * net.inputSize }, () => random.normal()),
    lengths,
    targetSteps,
    targets,
  }
}

/** Largest deviation relative to the largest entry of b. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0
  let deviation = 0
  for (let i = 0; i < b.length; i++) {
    largest = Math.max(largest, Math.abs(b[i]!))
    deviation = Math.max(deviation, Math.abs(a[i]! - b[i]!))
    if (Number.isNaN(a[i]!)) return Infinity
  }
  return deviation === 0 ? 0 : deviation / largest
}
