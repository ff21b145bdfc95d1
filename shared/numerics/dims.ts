/**
 * The legend of dimensions, used in every docstring:
 *   R replicas, T steps, B batch (series), I input, H hidden units of a part, O output, L layers, S states of a cell,
 *   K target slots of a series, n states compared, M convergence steps.
 * Sequences are time-major: [T, B, I]. Matrices are [out, in], row-major, as in PyTorch.
 */

/** A dense row-major tensor of real numbers; `data.length` is the product of `shape`. */
export interface Tensor<Data extends Float32Array | Float64Array = Float32Array | Float64Array> {
  readonly shape: readonly number[]
  readonly data: Data
}

/** Named tensors in a fixed order. */
export type TensorMap<Data extends Float32Array | Float64Array = Float32Array | Float64Array> = ReadonlyMap<
  string,
  Tensor<Data>
>

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
