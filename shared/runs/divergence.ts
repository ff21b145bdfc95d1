/** Seeds that left the finite numbers: where, and in what. Such a seed is no longer trained, and the others of its run go on as if it were not there. */
import type { Phase } from '../experiments/phases.ts'

/** What can be the first number that is not finite, in words. */
const QUANTITIES = {
  loss: 'the loss is',
  gradient: 'the gradient is',
  'vaa-star': 'VAA* is',
  'validation-loss': 'the validation loss is',
  'test-loss': 'the test loss is',
  /** With the optimiser's memory of them. */
  weights: 'the weights hold',
} as const

export type DivergedQuantity = keyof typeof QUANTITIES

export interface Divergence {
  readonly seed: number
  readonly phase: Phase
  /** Of the phase, restarts of a warm-up counted on; in the test, of the training before it. */
  readonly step: number
  readonly quantity: DivergedQuantity
  /** As JSON has no such number. */
  readonly value: 'NaN' | 'Infinity' | '-Infinity'
}

/** `seed 2 at training step 41 (the loss is NaN)` */
export function describeDivergence({ seed, phase, step, quantity, value }: Divergence): string {
  return `seed ${seed} at ${phase} step ${step} (${QUANTITIES[quantity]} ${value})`
}

/** `3 of 4`, or `4`: the seeds that a mean is over. */
export function describeSeedCount(seedCount: number, divergedCount: number): string {
  return divergedCount === 0 ? String(seedCount) : `${seedCount} of ${seedCount + divergedCount}`
}

/** The text of a number that is not finite. */
export function nonFiniteText(value: number): Divergence['value'] {
  return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity'
}

/** One of a record or a checkpoint. */
export function isDivergence(value: unknown): value is Divergence {
  if (typeof value !== 'object' || value === null) return false
  const { seed, phase, step, quantity, value: text } = value as Partial<Record<keyof Divergence, unknown>>
  return (
    Number.isSafeInteger(seed) &&
    (phase === 'warm-up' || phase === 'training' || phase === 'test') &&
    Number.isSafeInteger(step) &&
    (step as number) >= 0 &&
    typeof quantity === 'string' &&
    Object.hasOwn(QUANTITIES, quantity) &&
    (text === 'NaN' || text === 'Infinity' || text === '-Infinity')
  )
}
