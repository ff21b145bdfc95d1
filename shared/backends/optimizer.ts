/**
 * One optimiser step over flat parameters: clipping by global norm, then Adam, AdamW or SGD in PyTorch's forms. Elementwise in
 * double precision; the numbers that all elements share are worked out once, here, for every backend.
 */
import type { OptimizerSettings } from './backend.ts'
import type { FlatRange, FloatArray, Moments } from './recurrence.ts'

/** Euclidean norm of the gradients in `moving`. */
export function gradientNorm(gradients: FloatArray, moving: readonly FlatRange[]): number {
  let sum = 0
  for (const { start, end } of moving) for (let i = start; i < end; i++) sum += gradients[i]! * gradients[i]!
  return Math.sqrt(sum)
}

/** What all elements of a step share. */
export interface StepScalars {
  /** Of the gradients: 1, or less where the norm is clipped. */
  readonly clip: number
  /** Weight decay that is added to the gradient. */
  readonly coupledDecay: number
  /** What is left of a parameter by the decay beside the step (AdamW). */
  readonly kept: number
  readonly beta1: number
  readonly beta2: number
  /** The learning rate, over Adam's first bias correction. */
  readonly stepSize: number
  /** 1 over the square root of Adam's second bias correction. */
  readonly secondScale: number
  readonly epsilon: number
  readonly momentum: number
}

/**
 * @param step 1-based
 * @param norm global norm of the moving gradients
 */
export function stepScalars(settings: OptimizerSettings, step: number, norm: number): StepScalars {
  const { kind, learningRate, beta1, beta2, epsilon, momentum, weightDecay, clipNorm } = settings
  return {
    clip: clipNorm !== null && norm > clipNorm ? clipNorm / norm : 1,
    coupledDecay: kind === 'adamw' ? 0 : weightDecay,
    kept: kind === 'adamw' ? 1 - learningRate * weightDecay : 1,
    beta1,
    beta2,
    stepSize: kind === 'sgd' ? learningRate : learningRate / (1 - beta1 ** step),
    secondScale: 1 / Math.sqrt(1 - beta2 ** step),
    epsilon,
    momentum,
  }
}

/**
 * Moves `parameters` in place. Adam: Kingma and Ba 2015, algorithm 1. AdamW: decay beside the step (Loshchilov and Hutter 2019).
 * @param moving the entries that may move
 * @param norm global norm of the moving gradients, for clipping
 */
export function applyOptimizer(
  parameters: FloatArray,
  gradients: FloatArray,
  moments: Moments,
  settings: OptimizerSettings,
  moving: readonly FlatRange[],
  norm: number,
): void {
  const { first, second } = moments
  moments.step++
  const scalars = stepScalars(settings, moments.step, norm)
  const { clip, coupledDecay, kept, beta1, beta2, stepSize, secondScale, epsilon, momentum } = scalars
  for (const { start, end } of moving)
    for (let i = start; i < end; i++) {
      const parameter = parameters[i]!
      const gradient = gradients[i]! * clip + coupledDecay * parameter
      if (settings.kind === 'sgd') {
        const velocity = momentum * first[i]! + gradient
        if (momentum !== 0) first[i] = velocity
        parameters[i] = parameter - stepSize * velocity
        continue
      }
      const m = beta1 * first[i]! + (1 - beta1) * gradient
      const v = beta2 * second[i]! + (1 - beta2) * gradient * gradient
      first[i] = m
      second[i] = v
      parameters[i] = parameter * kept - (stepSize * m) / (Math.sqrt(v) * secondScale + epsilon)
    }
}
