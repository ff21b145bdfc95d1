/**
 * Algorithm 1 on given states: columns of states [n, D] and ε enter; VAA leaves. Distances are taken by subtraction
 * in float64 (distances.ts says why). How far the states are from their attractors is judged by convergence.ts; the run
 * that reaches them is left to the backends.
 */
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
  let isFinite = true
  for (let i = 0; i < n; i++) {
    for (let k = slice.offset; k < slice.offset + slice.size; k++)
      isFinite &&= Number.isFinite(states[i * slice.width + k]!)
    for (let j = i + 1; j < n; j++) {
      const squared = squaredDistance(states, i, states, j, slice)
      limits.forEach((limit, index) => {
        if (!(squared < limit)) return
        v[index]![i]!++
        v[index]![j]!++
      })
    }
  }
  return v.map((counts) => (isFinite ? counts.reduce((sum, v_i) => sum + 1 / v_i, 0) / n : Number.NaN))
}
