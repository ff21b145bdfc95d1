/** The programs of Algorithm 2: VAA* of every layer, its gradient, and the warm-up step that follows it. */
import { vaaStar, vaaStarWithGradient } from '../../attractors/vaa-star.ts'
import type { SeriesBatch } from '../../datasets/dataset.ts'
import { comparedParts, type Layer, type Network } from '../../networks/network.ts'
import type { TensorMap } from '../../numerics/dims.ts'
import type { ConvergenceDraw, OptimizerSettings, WarmupRequest, WarmupResult } from '../backend.ts'
import type { FloatArray } from '../recurrence.ts'
import { longest, statesAfter } from './evaluate.ts'
import { toTensors } from './parameter-ranges.ts'
import type { Program } from './program.ts'
import { move, type Replica } from './replica.ts'

export function* warmupStep<Job>(
  replica: Replica<Job>,
  request: WarmupRequest,
  settings: OptimizerSettings,
): Program<Job, WarmupResult> {
  const result = yield* warmUp(replica, request)
  const moving = request.masked ? replica.warmParameters : replica.allParameters
  return { ...result, gradientNorm: yield* move(replica, settings, moving) }
}

/** The gradient of a warm-up step, nothing moved. */
export function* warmupGradients<Job>(
  replica: Replica<Job>,
  request: WarmupRequest,
): Program<Job, WarmupResult & { gradients: TensorMap }> {
  const result = yield* warmUp(replica, request)
  const { recurrence, learned, allParameters } = replica
  const { gradients } = recurrence
  if (request.masked) for (const { start, end, warm } of learned) if (!warm) gradients.fill(0, start, end)
  const gradientNorm = yield* recurrence.gradientNorm(allParameters)
  return { ...result, gradientNorm, gradients: toTensors(learned, gradients) }
}

function* warmUp<Job>(replica: Replica<Job>, request: WarmupRequest): Program<Job, Omit<WarmupResult, 'gradientNorm'>> {
  yield* replica.recurrence.clearGradients()
  return yield* addWarmupGradients(replica, request, 1)
}

/** Algorithm 2 and its adjoint: adds `scale` times the gradient of mean_l (VAA*_l - k)^2. */
export function* addWarmupGradients<Job>(
  replica: Replica<Job>,
  { batch, draw, target, epsilon, masked }: WarmupRequest,
  scale: number,
): Program<Job, Omit<WarmupResult, 'gradientNorm'>> {
  const { recurrence, network, newArray } = replica
  const { inputSize } = network
  // All series together up to the longest truncation; states are picked per series.
  const steps = longest(draw.truncations)
  yield* recurrence.forward({
    steps,
    batch: batch.batch,
    inputs: batch.inputs.subarray(0, steps * batch.batch * inputSize),
    isConstant: false,
    initialStates: null,
    dropoutMasks: null,
    saving: true,
  })
  const states = recurrence.statesAt(draw.truncations)
  const stateAdjoint = newArray(states.length)
  const layers = network.wiredLayers.map((layer) => ({
    index: layer.index,
    columns: comparedColumns(network, layer),
  }))
  let loss = 0
  const vaaStars: number[] = []
  for (const { index, columns } of layers) {
    const converged = yield* recurrence.convergeLayer(
      index,
      states,
      draw.perturbations[index]!,
      draw.convergenceSteps,
      true,
    )
    const { value, gradient } = vaaStarWithGradient(
      gather(replica, converged, columns, batch.batch),
      batch.batch,
      columns.length,
      epsilon,
    )
    loss += (value - target) ** 2 / layers.length
    const factor = (scale * 2 * (value - target)) / layers.length
    const finalAdjoint = newArray(states.length)
    columns.forEach((column, i) => {
      for (let b = 0; b < batch.batch; b++)
        finalAdjoint[b * network.stateSize + column] = factor * gradient[b * columns.length + i]!
    })
    const initialAdjoint = yield* recurrence.convergeLayerBackward(index, finalAdjoint)
    for (let i = 0; i < stateAdjoint.length; i++) stateAdjoint[i]! += initialAdjoint[i]!
    vaaStars.push(value)
  }
  yield* recurrence.backward({
    outputs: null,
    states: { steps: draw.truncations, data: stateAdjoint },
    truncateEvery: null,
    movesColdParts: !masked,
  })
  return { loss, vaaStar: vaaStars }
}

/** VAA* of each layer, forward only. */
export function* vaaStarOfLayers<Job>(
  replica: Replica<Job>,
  { batch, draw, epsilon }: { batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number },
): Program<Job, readonly number[]> {
  const { recurrence, network } = replica
  const states = yield* statesAfter(replica, batch, draw.truncations)
  const values: number[] = []
  for (const layer of network.wiredLayers) {
    const columns = comparedColumns(network, layer)
    const converged = yield* recurrence.convergeLayer(
      layer.index,
      states,
      draw.perturbations[layer.index]!,
      draw.convergenceSteps,
      false,
    )
    values.push(vaaStar(gather(replica, converged, columns, batch.batch), batch.batch, columns.length, epsilon))
  }
  return values
}

/** Columns of the state rows that VAA* compares in a layer. */
function comparedColumns(network: Network, layer: Layer): number[] {
  const compared = new Set(comparedParts(layer).map(({ partIndex }) => partIndex))
  return network.stateSlices
    .filter(({ layerIndex, partIndex }) => layerIndex === layer.index && compared.has(partIndex))
    .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i))
}

function gather<Job>(
  { network, newArray }: Replica<Job>,
  states: FloatArray,
  columns: readonly number[],
  batch: number,
): FloatArray {
  const rows = newArray(batch * columns.length)
  for (let b = 0; b < batch; b++)
    columns.forEach((column, i) => (rows[b * columns.length + i] = states[b * network.stateSize + column]!))
  return rows
}
