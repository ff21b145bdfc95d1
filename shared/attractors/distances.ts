/**
 * Distances between rows of states: two rows and a slice of columns enter, a squared distance leaves. Always by
 * subtraction in float64: expanding ‖a‖² + ‖b‖² − 2ab in float32 gave 1.5e-2 at H = 256 where the truth was 7.5e-6.
 */

/** Columns [offset, offset + size) of rows of `width` columns. */
export interface Slice {
  readonly width: number
  readonly offset: number
  readonly size: number
}

/** ‖a_i − b_j‖₂² over the slice's columns. @param a [n, width] @param b [m, width] */
export function squaredDistance(
  a: ArrayLike<number>,
  i: number,
  b: ArrayLike<number>,
  j: number,
  { width, offset, size }: Slice,
): number {
  let sum = 0
  for (let k = offset; k < offset + size; k++) {
    const difference = a[i * width + k]! - b[j * width + k]!
    sum += difference * difference
  }
  return sum
}
