/**
 * Masks of dropout between layers: a seed, a step and a batch's dimensions enter, masks of 0 and 1 / (1 - p) leave
 * (Srivastava et al. 2014, inverted, so that evaluation needs no factor).
 */
import type { Network } from '../networks/network.ts'
import { RandomStream } from '../numerics/random.ts'

/**
 * One mask [T, B, outputs of layer l] for each layer but the last.
 * @param step training steps taken so far
 * @returns null without dropout or with one layer
 */
export function drawDropoutMasks(
  network: Network,
  seed: number,
  step: number,
  { steps, batch }: { readonly steps: number; readonly batch: number },
): Float32Array[] | null {
  const probability = network.dropout
  if (probability === 0 || network.wiredLayers.length < 2) return null
  const stream = new RandomStream(seed, 'dropout', step)
  const kept = 1 / (1 - probability)
  return network.wiredLayers
    .slice(0, -1)
    .map(({ outputSize }) =>
      Float32Array.from({ length: steps * batch * outputSize }, () => (stream.uniform() < probability ? 0 : kept)),
    )
}
