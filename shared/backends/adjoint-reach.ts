/**
 * Where a sequence's adjoints can be: the steps at which they enter and the cuts of truncated back-propagation enter, and for every row
 * (a step of a series) whether one of them comes to it leaves. Nothing depends on the other rows: those of padding, those behind the last
 * step that is read, those before a cut. A backend leaves them out instead of multiplying with an adjoint of zero: sqrt, log and quotients
 * have infinite values and derivatives at zero, and 0 * Inf is NaN.
 */
import type { SequenceAdjoints } from './recurrence.ts'

/** Where adjoints enter a sequence: a part of SequenceAdjoints. */
export interface AdjointEntries extends Pick<SequenceAdjoints<unknown>, 'truncateEvery'> {
  readonly outputs: { readonly steps: Int32Array } | null
  readonly states: { readonly steps: Int32Array } | null
}

/** @returns [T, B]: 1 where an adjoint can be, 0 elsewhere; null where one can be everywhere. The same for every layer */
export function reachedRows(
  { outputs, states, truncateEvery }: AdjointEntries,
  steps: number,
  batch: number,
): Uint8Array | null {
  const reached = new Uint8Array(steps * batch)
  outputs?.steps.forEach((step, slot) => {
    if (step >= 0) reached[step * batch + (slot % batch)] = 1
  })
  states?.steps.forEach((step, b) => {
    if (step > 0) reached[(step - 1) * batch + b] = 1
  })
  for (let t = steps - 2; t >= 0; t--) {
    if (isCut(t + 1, truncateEvery)) continue
    for (let row = t * batch; row < (t + 1) * batch; row++) reached[row]! |= reached[row + batch]!
  }
  return reached.includes(0) ? reached : null
}

/** Whether no adjoint goes from step `step` to the one before; what the first step hands back is the adjoint of the start. */
export const isCut = (step: number, truncateEvery: number | null): boolean =>
  truncateEvery !== null && step > 0 && step % truncateEvery === 0
