/** One optimiser step over flat parameters: clipping by global norm, then Adam, AdamW or SGD in PyTorch's forms. Elementwise in double precision. */
import type { OptimizerSettings } from './backend.ts'
import type { FloatArray } from './recurrence.ts'

export interface Moments {
  step: number
  readonly first: FloatArray
  readonly second: FloatArray
}

/** Euclidean norm of the entries of `gradients` that `moves` marks (all when null). */
export function gradientNorm(gradients: FloatArray, moves: Uint8Array | null): number {
  let sum = 0
  for (let i = 0; i < gradients.length; i++) if (moves === null || moves[i]) sum += gradients[i]! * gradients[i]!
  return Math.sqrt(sum)
}

/**
 * Moves `parameters` in place. Adam: Kingma and Ba 2015, algorithm 1. AdamW: decay beside the step (Loshchilov and Hutter 2019).
 * @param moves 1 where a parameter may move; null for all
 * @param norm global norm of the moving gradients, for clipping
 */
export function applyOptimizer(
  parameters: FloatArray,
  gradients: FloatArray,
  moments: Moments,
  settings: OptimizerSettings,
  moves: Uint8Array | null,
  norm: number,
): void {
  const { kind, learningRate, beta1, beta2, epsilon, momentum, weightDecay, clipNorm } = settings
  const scale = clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1
  const { first, second } = moments
  moments.step++
  const correction1 = 1 - beta1 ** moments.step
  const correction2 = Math.sqrt(1 - beta2 ** moments.step)
  for (let i = 0; i < parameters.length; i++) {
    if (moves !== null && !moves[i]) continue
    const parameter = parameters[i]!
    let gradient = gradients[i]! * scale
    if (weightDecay !== 0 && kind !== 'adamw') gradient += weightDecay * parameter
    if (kind === 'sgd') {
      const velocity = momentum === 0 ? gradient : moments.step === 1 ? gradient : momentum * first[i]! + gradient
      if (momentum !== 0) first[i] = velocity
      parameters[i] = parameter - learningRate * velocity
      continue
    }
    const m = beta1 * first[i]! + (1 - beta1) * gradient
    const v = beta2 * second[i]! + (1 - beta2) * gradient * gradient
    first[i] = m
    second[i] = v
    const decayed = kind === 'adamw' ? parameter * (1 - learningRate * weightDecay) : parameter
    parameters[i] = decayed - ((learningRate / correction1) * m) / (Math.sqrt(v) / correction2 + epsilon)
  }
}
