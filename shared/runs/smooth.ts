/** Smoothing of a curve for the eye: values enter, values leave; the curve itself is always drawn beside it. */

/**
 * The exponential moving average without its bias towards the start (Kingma & Ba 2015, section 3): s_n = Σ w^(n-i) x_i / Σ w^(n-i).
 * @param weight of the past, in [0, 1); 0 leaves the values as they are
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let sum = 0
  let total = 0
  return values.map((value) => {
    sum = weight * sum + value
    total = weight * total + 1
    return sum / total
  })
}
