/** The programs of Algorithm 2: VAA* of every layer, its gradient, and the warm-up step that follows it. */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import { comparedParts, type Layer, type Network } from '../../networks/network.ts'
import type { TensorMap } from '../../numerics/dims.ts'
import type { ConvergenceDraw, OptimizerSettings, WarmupRequest, WarmupResult } from '../backend.ts'
import type { Handles } from '../recurrence.ts'
import { longest, statesAfter } from './evaluate.ts'
import { toTensors } from './parameter-ranges.ts'
import type { Program } from './program.ts'
import { move, type MeasuredReplica, type Replica } from './replica.ts'

export function* warmupStep<H extends Handles>(
  replica: Replica<H>,
  request: WarmupRequest,
  settings: OptimizerSettings,
): Program<H['job'], WarmupResult> {
  const vaaStars = yield* warmUp(replica, request)
  const moving = request.masked ? replica.warmParameters : replica.allParameters
  return yield* readResult(replica, request, vaaStars, yield* move(replica, settings, moving))
}

/** The gradient of a warm-up step, nothing moved. */
export function* warmupGradients<H extends Handles>(
  replica: Replica<H>,
  request: WarmupRequest,
): Program<H['job'], WarmupResult & { gradients: TensorMap }> {
  const { recurrence, learned, allParameters } = replica
  const vaaStars = yield* warmUp(replica, request)
  if (request.masked) yield* recurrence.clearGradients(learned.filter(({ warm }) => !warm))
  const result = yield* readResult(replica, request, vaaStars, yield* recurrence.gradientNorm(allParameters))
  return { ...result, gradients: toTensors(learned, yield* recurrence.readGradients()) }
}

function* warmUp<H extends Handles>(
  replica: Replica<H>,
  request: WarmupRequest,
): Program<H['job'], readonly H['scalar'][]> {
  yield* replica.recurrence.clearGradients()
  return yield* addWarmupGradients(replica, request, 1)
}

function* readResult<H extends Handles>(
  { recurrence }: Replica<H>,
  { target }: WarmupRequest,
  vaaStars: readonly H['scalar'][],
  norm: H['scalar'],
): Program<H['job'], WarmupResult> {
  const [gradientNorm, ...vaaStar] = yield* recurrence.read([norm, ...vaaStars])
  const loss = vaaStar.reduce((sum, value) => sum + (value - target) ** 2 / vaaStar.length, 0)
  return { loss, vaaStar, gradientNorm: gradientNorm! }
}

/** Algorithm 2 and its adjoint: adds `scale` times the gradient of mean_l (VAA*_l - k)^2. @returns VAA*, one a layer */
export function* addWarmupGradients<H extends Handles>(
  replica: Replica<H>,
  { batch, draw, target, epsilon, masked }: WarmupRequest,
  scale: number,
): Program<H['job'], readonly H['scalar'][]> {
  const { recurrence, network } = replica
  const { inputSize, stateSize, wiredLayers } = network
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
  const states = yield* recurrence.newRows(batch.batch, stateSize)
  yield* recurrence.takeStates(draw.truncations, states)
  const stateAdjoint = yield* recurrence.newRows(batch.batch, stateSize)
  const vaaStars: H['scalar'][] = []
  for (const layer of wiredLayers) {
    const { index } = layer
    const perturbation = draw.perturbations[index]!
    const converged = yield* recurrence.convergeLayer(index, states, perturbation, draw.convergenceSteps, true)
    const { value, adjoint } = yield* recurrence.vaaStarWithAdjoint(
      converged,
      batch.batch,
      comparedColumns(network, layer),
      epsilon,
      { target, weight: scale * 2, count: wiredLayers.length },
    )
    yield* recurrence.addRows(stateAdjoint, yield* recurrence.convergeLayerBackward(index, adjoint))
    vaaStars.push(value)
  }
  yield* recurrence.backward({
    outputs: null,
    states: { steps: draw.truncations, data: stateAdjoint },
    truncateEvery: null,
    movesColdParts: !masked,
  })
  return vaaStars
}

/** VAA* of each layer, forward only. */
export function* vaaStarOfLayers<H extends Handles>(
  replica: MeasuredReplica<H>,
  { batch, draw, epsilon }: { batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number },
): Program<H['job'], readonly number[]> {
  const { recurrence, network } = replica
  const states = yield* statesAfter(replica, batch, draw.truncations)
  const vaaStars: H['scalar'][] = []
  for (const layer of network.wiredLayers) {
    const perturbation = draw.perturbations[layer.index]!
    const converged = yield* recurrence.convergeLayer(layer.index, states, perturbation, draw.convergenceSteps, false)
    vaaStars.push(yield* recurrence.vaaStar(converged, batch.batch, comparedColumns(network, layer), epsilon))
  }
  return yield* recurrence.read(vaaStars)
}

/** Columns of the state rows that VAA* compares in a layer. */
function comparedColumns(network: Network, layer: Layer): number[] {
  const compared = new Set(comparedParts(layer).map(({ partIndex }) => partIndex))
  return network.stateSlices
    .filter(({ layerIndex, partIndex }) => layerIndex === layer.index && compared.has(partIndex))
    .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i))
}
