/**
 * Algorithm 2 on given states: states [n, D] and ε enter; VAA* and its gradient with respect to the states leave, in
 * float64 whatever the states' precision. How states are reached, and how the gradient flows back through the
 * steps that led there, is left to the backends.
 */

/** Keeps the quotient of Ĉ finite (Algorithm 2: d + 1e-6). */
export const DISTANCE_OFFSET = 1e-6

export interface VaaStarGradient {
  /** VAA*, in [1/n, 1]. */
  readonly value: number
  /** ∂VAA*⁄∂x, [n, D]; exactly 0 where every d_ij <= ε, never NaN for finite states. */
  readonly gradient: Float64Array
}

interface Similarities {
  /** tanh x, [n, D] */
  readonly squashed: Float64Array
  /** d_ij, [n, n], symmetric */
  readonly d: Float64Array
  /** v_i = Σ_j Ĉ_ij, [n] */
  readonly v: Float64Array
}

/** d_ij = ‖tanh x_i − tanh x_j‖₂ by subtraction, and v_i = Σ_j Ĉ_ij. */
function similarities(states: ArrayLike<number>, n: number, D: number, epsilon: number): Similarities {
  const squashed = new Float64Array(n * D)
  for (let index = 0; index < squashed.length; index++) squashed[index] = Math.tanh(states[index]!)
  const d = new Float64Array(n * n)
  const v = new Float64Array(n).fill(1)
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      let sum = 0
      for (let k = 0; k < D; k++) {
        const difference = squashed[i * D + k]! - squashed[j * D + k]!
        sum += difference * difference
      }
      const d_ij = Math.sqrt(sum)
      d[i * n + j] = d_ij
      d[j * n + i] = d_ij
      // Not Math.max: a NaN distance must stay NaN, so that a diverged network is not measured as converged.
      const C_ij = d_ij <= epsilon ? 1 : 1 - (d_ij - epsilon) / (d_ij + DISTANCE_OFFSET)
      v[i]! += C_ij
      v[j]! += C_ij
    }
  return { squashed, d, v }
}

function meanInverse(v: Float64Array): number {
  let sum = 0
  for (const v_i of v) sum += 1 / v_i
  return sum / v.length
}

/**
 * VAA* = (1/n) Σ_i 1/v_i with v_i = Σ_j Ĉ_ij, Ĉ_ij = 1 − max(0, d_ij − ε)/(d_ij + 1e-6), Ĉ_ii = 1 (Algorithm 2).
 * @param states [n, D]
 * @param n states compared, >= 1
 * @param D width of a state
 * @param epsilon ε > 0
 * @returns in [1/n, 1]; NaN when a state is NaN
 */
export function vaaStar(states: ArrayLike<number>, n: number, D: number, epsilon: number): number {
  return meanInverse(similarities(states, n, D, epsilon).v)
}

/**
 * VAA* (Algorithm 2) with its gradient: ∂VAA*⁄∂Ĉ_ij = −(1/n) (v_i⁻² + v_j⁻²), ∂Ĉ⁄∂d = −(1e-6 + ε)/(d + 1e-6)² where d > ε
 * and 0 elsewhere, ∂d_ij⁄∂tanh x_i = (tanh x_i − tanh x_j)/d_ij.
 * @param states [n, D]
 * @param n states compared, >= 1
 * @param D width of a state
 * @param epsilon ε > 0
 */
export function vaaStarWithGradient(states: ArrayLike<number>, n: number, D: number, epsilon: number): VaaStarGradient {
  const { squashed, d, v } = similarities(states, n, D, epsilon)
  const gradient = new Float64Array(n * D)
  for (let i = 0; i < n; i++)
    for (let j = i + 1; j < n; j++) {
      const d_ij = d[i * n + j]!
      if (d_ij <= epsilon) continue
      const denominator = d_ij + DISTANCE_OFFSET
      const dC = -(1 / (v[i]! * v[i]!) + 1 / (v[j]! * v[j]!)) / n
      const scale = (-dC * (DISTANCE_OFFSET + epsilon)) / (denominator * denominator) / d_ij
      for (let k = 0; k < D; k++) {
        const flow = scale * (squashed[i * D + k]! - squashed[j * D + k]!)
        gradient[i * D + k]! += flow
        gradient[j * D + k]! -= flow
      }
    }
  for (let index = 0; index < gradient.length; index++) gradient[index]! *= 1 - squashed[index]! * squashed[index]!
  return { value: meanInverse(v), gradient }
}
