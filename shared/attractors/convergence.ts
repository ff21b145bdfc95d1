/**
 * Whether states have arrived: the last states of a run enter, residuals and the counts of fixed, periodic and
 * unconverged series leave. Convergence is not a given: in float32 a state hovers around its attractor by rounding, or
 * cycles, or is still on its way, and an unconverged state is never called an attractor.
 */
import { squaredDistance, type Slice } from './distances.ts'

/** The longest period that is looked for. */
export const LONGEST_PERIOD = 64

export interface Convergence {
  /** ‖x_M − x_{M−1}‖₂ of each series, [n]; empty when M = 0. */
  readonly residuals: Float64Array
  /** Series with a residual under ε/4. */
  readonly fixedCount: number
  /** Of the others, series that return within ε/4 with a period of 2 .. 64. */
  readonly periodicCount: number
  readonly unconvergedCount: number
}

/**
 * Judges how each series of Algorithm 1's run ended.
 * @param tail x_M, x_{M−1}, ... as [n, width] each, the last state first
 * @param n states compared
 * @param slice the columns judged
 * @param epsilon ε of the comparison; a series has arrived within ε/4
 */
export function judgeConvergence(
  tail: readonly ArrayLike<number>[],
  n: number,
  slice: Slice,
  epsilon: number,
): Convergence {
  const last = tail[0]!
  const before = tail[1]
  const residuals = new Float64Array(before === undefined ? 0 : n)
  let fixedCount = 0
  let periodicCount = 0
  if (before !== undefined)
    for (let i = 0; i < n; i++) {
      residuals[i] = Math.sqrt(squaredDistance(last, i, before, i, slice))
      const period = returnPeriod(tail, i, slice, epsilon)
      if (period === 1) fixedCount++
      else if (period !== null) periodicCount++
    }
  return { residuals, fixedCount, periodicCount, unconvergedCount: n - fixedCount - periodicCount }
}

/** The least period, 1 .. 64, with which series i has come back within ε/4; null where there is none. @param tail the last state first */
export function returnPeriod(
  tail: readonly ArrayLike<number>[],
  i: number,
  slice: Slice,
  epsilon: number,
): number | null {
  const limit = (epsilon / 4) ** 2
  for (let period = 1; period <= LONGEST_PERIOD && period < tail.length; period++)
    if (squaredDistance(tail[0]!, i, tail[period]!, i, slice) < limit) return period
  return null
}

/** The median of numbers, the mean of the middle two for an even count; null without numbers. NaN sorts last. */
export function median(values: Float64Array): number | null {
  if (values.length === 0) return null
  const sorted = values.slice().sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
