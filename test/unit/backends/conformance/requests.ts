/** Networks and requests that several topics share: few and tiny, so that an emulated GPU has few kernels to compile and little to compute. */
import type {
  ConvergenceDraw,
  ConvergeRequest,
  OptimizerSettings,
  TrainRequest,
  WarmupRequest,
} from '../../../../shared/backends/backend.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import { RandomStream } from '../../../../shared/numerics/random.ts'
import { batch, network, part } from '../networks.ts'

export const STEPS = 9
export const SERIES = 5

/** A double layer, a layer above it, dropout between them, odd widths. */
export const DOUBLE_LAYER = network([[part('gru', 5), part('lstm', 3, false)], [part('mgu', 6)]], {
  inputs: 3,
  outputs: 2,
  dropout: 0.5,
})

/** Every request of a seed has draws of its own. */
export const trainRequest = (net: Network, seed = 7, more: Partial<TrainRequest> = {}): TrainRequest => ({
  batch: batch(net, STEPS, SERIES, seed),
  truncateEvery: null,
  dropoutMasks: null,
  regulariser: null,
  ...more,
})

export function drawOf(net: Network, seed = 7, convergenceSteps = 6): ConvergenceDraw {
  const random = new RandomStream(seed, 'preview', 1)
  const { lengths } = batch(net, STEPS, SERIES, seed)
  return {
    truncations: lengths.map((length) => 1 + random.integer(length)),
    perturbations: net.wiredLayers.map(({ inputSize }) =>
      Float32Array.from({ length: inputSize }, () => random.normal()),
    ),
    convergenceSteps,
  }
}

export const regulariserOf = (net: Network, seed = 7): NonNullable<TrainRequest['regulariser']> => ({
  weight: 0.5,
  draw: drawOf(net, seed),
  target: 0.95,
  epsilon: 1e-2,
})

export const warmupRequest = (net: Network, seed = 7, more: Partial<WarmupRequest> = {}): WarmupRequest => ({
  batch: batch(net, STEPS, SERIES, seed),
  draw: drawOf(net, seed),
  target: 0.95,
  epsilon: 1e-2,
  masked: false,
  ...more,
})

export function convergeRequest(net: Network, convergenceSteps: number, seed = 7): ConvergeRequest {
  const { truncations, perturbations } = drawOf(net, seed)
  return {
    batch: batch(net, STEPS, SERIES, seed),
    truncations,
    perturbation: perturbations[0]!,
    convergenceSteps,
    stopResidual: null,
  }
}

/** Masks of 0 and 1 / (1 - p) for p = 1/3, for every boundary between layers. */
export function dropoutMasks(net: Network): Float32Array[] {
  return net.wiredLayers
    .slice(0, -1)
    .map(({ outputSize }) =>
      Float32Array.from({ length: STEPS * SERIES * outputSize }, (_, i) => (i % 3 === 0 ? 0 : 1.5)),
    )
}

/** An epsilon that keeps the step of a gradient near zero from being decided by its last bits. */
export const STEADY_ADAM: OptimizerSettings = {
  kind: 'adam',
  learningRate: 0.01,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-3,
  momentum: 0,
  weightDecay: 0,
  clipNorm: 1,
}
