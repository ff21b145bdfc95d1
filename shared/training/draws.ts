/**
 * The draws of Algorithms 1 and 2: a stream of random numbers, a batch and a network enter; truncations, perturbations
 * and convergence steps leave. Which stream it is, is left to the caller.
 */
import type { ConvergeRequest, ConvergenceDraw } from '../backends/backend.ts'
import type { Dataset, SeriesBatch } from '../datasets/dataset.ts'
import type { Network } from '../networks/network.ts'
import type { RandomStream } from '../numerics/random.ts'

/** c_i ~ U{1 .. length of series i}. @returns [B] */
export function drawTruncations(stream: RandomStream, batch: SeriesBatch): Int32Array {
  return Int32Array.from({ length: batch.batch }, (_, index) => 1 + stream.integer(batch.lengths[index]!))
}

/** u ~ N(0, 1)^size. */
export function drawPerturbation(stream: RandomStream, size: number): Float32Array {
  return Float32Array.from({ length: size }, () => stream.normal())
}

/** The truncations and one u_l a layer of Algorithm 2, at M given steps. */
export function drawConvergence(
  stream: RandomStream,
  batch: SeriesBatch,
  network: Network,
  convergenceSteps: number,
): ConvergenceDraw {
  return {
    truncations: drawTruncations(stream, batch),
    perturbations: network.wiredLayers.map((layer) => drawPerturbation(stream, layer.inputSize)),
    convergenceSteps,
  }
}

/** n series of the training part, drawn with replacement. */
export function drawTrainingSeries(stream: RandomStream, dataset: Dataset, n: number): SeriesBatch {
  return dataset.batch(
    'train',
    Array.from({ length: n }, () => stream.integer(dataset.counts.train)),
  )
}

/** A fresh draw of VAA* (Algorithm 2): n training series, truncations, perturbations. */
export function drawVaaStar(
  stream: RandomStream,
  dataset: Dataset,
  network: Network,
  settings: { readonly series: number; readonly convergenceSteps: number; readonly epsilon: number },
): { batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number } {
  const batch = drawTrainingSeries(stream, dataset, settings.series)
  return { batch, draw: drawConvergence(stream, batch, network, settings.convergenceSteps), epsilon: settings.epsilon }
}

/** A fresh draw of VAA (Algorithm 1): n training series, truncations, one perturbation of the whole network. */
export function drawVaa(
  stream: RandomStream,
  dataset: Dataset,
  series: number,
): Pick<ConvergeRequest, 'batch' | 'truncations' | 'perturbation'> {
  const batch = drawTrainingSeries(stream, dataset, series)
  return {
    batch,
    truncations: drawTruncations(stream, batch),
    perturbation: drawPerturbation(stream, dataset.inputSize),
  }
}
