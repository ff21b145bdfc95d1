/** Where a network's parameters stand in one flat array, and tensors in and out of it. */
import type { Network } from '../../networks/network.ts'
import { elementCount, type Tensor, type TensorMap } from '../../numerics/dims.ts'
import { LabError } from '../../errors/errors.ts'
import type { FlatRange, FloatArray } from '../recurrence.ts'

export interface ParameterRange extends FlatRange {
  readonly name: string
  readonly shape: readonly number[]
  readonly warm: boolean
  /** Keeps its initial values. */
  readonly isFrozen: boolean
}

export function parameterRanges(network: Network): ParameterRange[] {
  let start = 0
  return network.parameters.map(({ name, shape, part, isFrozen }) => {
    const range = { name, shape, start, end: start + elementCount(shape), warm: part?.warm ?? false, isFrozen }
    start = range.end
    return range
  })
}

/** Ranges in their order, those that touch made one. */
export function joinRanges(ranges: readonly FlatRange[]): FlatRange[] {
  const joined: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = joined.at(-1)
    if (last?.end === start) last.end = end
    else joined.push({ start, end })
  }
  return joined
}

export function toTensors(ranges: readonly ParameterRange[], flat: FloatArray): TensorMap {
  return new Map(
    ranges.map(({ name, shape, start, end }): [string, Tensor] => [name, { shape, data: flat.slice(start, end) }]),
  )
}

/**
 * @param what the values are, for the error
 * @throws LabError `weights` when a tensor is missing or has another shape
 */
export function fromTensors(
  ranges: readonly ParameterRange[],
  values: TensorMap,
  flat: FloatArray,
  what: string,
): void {
  for (const { name, shape, start } of ranges) {
    const tensor = values.get(name)
    if (!tensor || tensor.shape.join('x') !== shape.join('x'))
      throw new LabError('weights', `The ${what} do not fit the network.`, {
        where: name,
        expected: `a tensor [${shape.join(', ')}]`,
        found: tensor ? `[${tensor.shape.join(', ')}]` : 'none',
        remedy: 'Use the configuration that the weights were made with.',
      })
    flat.set(tensor.data, start)
  }
}

/** The readout's weight and bias: the last two parameters. */
export function readoutOf(
  ranges: readonly ParameterRange[],
  flat: FloatArray,
): { readonly weight: FloatArray; readonly bias: FloatArray } {
  const [weight, bias] = ranges.slice(-2)
  return { weight: flat.subarray(weight!.start, weight!.end), bias: flat.subarray(bias!.start, bias!.end) }
}
