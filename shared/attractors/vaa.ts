/**
 * Algorithm 1 on given states, and VAA at rest: columns of states [n, D] and ε enter; VAA leaves, or an interval where some are not at rest. Distances are taken by subtraction
 * in float64 (distances.ts says why). How far the states are from their attractors is judged by convergence.ts; the run
 * that reaches them is left to the backends.
 */
import { returnPeriod, type Convergence } from './convergence.ts'
import { squaredDistance, type Slice } from './distances.ts'

/**
 * VAA = (1/n) Σ_i 1/v_i with v_i = Σ_j C_ij, C_ij = [‖x_i − x_j‖₂ < ε] (Algorithm 1), one value an ε.
 * @param states [n, width]
 * @param n states compared, >= 1
 * @param slice the columns compared
 * @param epsilons each > 0
 * @returns one a given ε, in [1/n, 1]; NaN when a compared state is not finite
 */
export function vaa(states: ArrayLike<number>, n: number, slice: Slice, epsilons: readonly number[]): number[] {
  const limits = epsilons.map((epsilon) => epsilon * epsilon)
  const v = epsilons.map(() => new Float64Array(n).fill(1))
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const squared = squaredDistance(states, i, states, j, slice)
      limits.forEach((limit, index) => {
        if (!(squared < limit)) return
        v[index]![i]!++
        v[index]![j]!++
      })
    }
  }
  const isFinite = areFinite(states, n, slice)
  return v.map((counts) => (isFinite ? counts.reduce((sum, v_i) => sum + 1 / v_i, 0) / n : Number.NaN))
}

/** Where VAA lies: a point where every state is at rest. */
export interface VaaInterval {
  /** max(1, A)/n: all states that are not at rest are on their way to one attractor, of those there are. NaN when a compared state is not finite. */
  readonly low: number
  /** (A + u)/n: each of them is on its way to one of its own. */
  readonly high: number
}

/**
 * VAA at rest: A = Σ_i 1/v_i over the states at rest, u states that are not, and VAA in [max(1, A)/n, (A + u)/n]. An attractor is a fixed point or a
 * cycle as a whole: two series on one cycle are in one attractor, wherever on it they are. (Algorithm 1 compares states at the same step M, and counts
 * those that go round a cycle at different phases apart; the paper has fixed points in mind, for which it is the same.)
 * @param tail x_M, x_{M−1}, ... [n, width] each, the last state first; M is each series' own
 * @param n states compared, >= 1
 * @param slice the columns compared
 * @param isAtRest [n], 1 for a series at rest
 */
export function vaaAtRest(
  tail: readonly ArrayLike<number>[],
  n: number,
  slice: Slice,
  epsilon: number,
  isAtRest: Uint8Array,
): VaaInterval & Convergence {
  const limit = epsilon * epsilon
  const last = tail[0]!
  const residuals = Float64Array.from({ length: tail.length > 1 ? n : 0 }, (_, i) =>
    Math.sqrt(squaredDistance(last, i, tail[1]!, i, slice)),
  )
  // A state that hovers has come back, by the stride of its samples at the latest; where rounding has it a little farther off, all phases are looked at.
  const periods = Array.from(isAtRest, (rests, i) =>
    rests ? (returnPeriod(tail, i, slice, epsilon) ?? tail.length - 1) : 0,
  )
  const isSame = (i: number, j: number): boolean => {
    const phases = Math.max(periods[i]!, periods[j]!)
    for (let phase = 0; phase < phases; phase++)
      if (squaredDistance(last, i, tail[phase]!, j, slice) < limit) return true
    return false
  }
  const v = new Float64Array(n).fill(1)
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      if (periods[i] === 0 || periods[j] === 0 || !isSame(i, j)) continue
      v[i]!++
      v[j]!++
    }
  const fixedCount = periods.filter((period) => period === 1).length
  const restCount = periods.filter((period) => period > 0).length
  // Σ 1/v_i, states with as many like them together: without a rounding where every attractor's states see each other.
  const counts = new Map<number, number>()
  v.forEach((v_i, i) => periods[i]! > 0 && counts.set(v_i, (counts.get(v_i) ?? 0) + 1))
  const attractors = [...counts].reduce((sum, [v_i, count]) => sum + count / v_i, 0)
  const unconvergedCount = n - restCount
  return {
    ...(areFinite(last, n, slice)
      ? { low: Math.max(1, attractors) / n, high: (attractors + unconvergedCount) / n }
      : { low: Number.NaN, high: Number.NaN }),
    residuals,
    fixedCount,
    periodicCount: restCount - fixedCount,
    unconvergedCount,
  }
}

function areFinite(states: ArrayLike<number>, n: number, { width, offset, size }: Slice): boolean {
  for (let i = 0; i < n; i++)
    for (let k = offset; k < offset + size; k++) if (!Number.isFinite(states[i * width + k]!)) return false
  return true
}
