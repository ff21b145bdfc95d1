/** Arrays for tests of kernels: three replicas with nobody's floats around them. Kernels are run for the first and the last. */
import type { KernelArray } from '../../../gpu/run-kernel.ts'
import type { ReplicaPlace } from '../../../../shared/backends/webgpu/wgsl/replica-kernel.ts'
import { RandomStream } from '../../../../shared/numerics/random.ts'

export const REPLICAS = [0, 2]
/** Floats before the first replica, and between two. */
const MARGIN = 3

export interface ReplicaArray<Values extends KernelArray = KernelArray> {
  readonly array: Values
  readonly place: ReplicaPlace
}

/** Values in (-1, 1), `count` for each replica. */
export function drawn(count: number): ReplicaArray<Float32Array<ArrayBuffer>> {
  const place = { offset: MARGIN, stride: count + MARGIN }
  const random = new RandomStream(count, 'initial-values')
  return {
    array: Float32Array.from({ length: MARGIN + 3 * place.stride }, () => 2 * random.uniform() - 1),
    place,
  }
}

/** Whole numbers that all replicas share. */
export const shared = (values: readonly number[]): ReplicaArray<Uint32Array<ArrayBuffer>> => ({
  array: Uint32Array.from(values),
  place: { offset: 0, stride: 0 },
})

/** Places, -1 among them, that all replicas share. */
export const listed = (values: readonly number[]): ReplicaArray<Int32Array<ArrayBuffer>> => ({
  array: Int32Array.from(values),
  place: { offset: 0, stride: 0 },
})

/** A replica's values. */
export function of<Values extends KernelArray>({ array, place }: ReplicaArray<Values>, replica: number): Values {
  const start = place.offset + replica * place.stride
  return array.subarray(start, place.stride === 0 ? undefined : start + place.stride - MARGIN) as Values
}

/** What a kernel wrote, as the array that it was given. */
export const written = <Values extends KernelArray>(
  before: ReplicaArray<Values>,
  array: KernelArray,
): ReplicaArray<Values> => ({
  array: array as Values,
  place: before.place,
})

/** Everything but what `replicas` own, so that a test can say that it is what it was. */
export function nobodys({ array, place }: ReplicaArray, replicas: readonly number[] = REPLICAS): number[] {
  const isOwned = (index: number): boolean =>
    replicas.some((replica) => {
      const start = place.offset + replica * place.stride
      return index >= start && index < start + place.stride - MARGIN
    })
  return [...array].filter((_, index) => !isOwned(index))
}

/** The largest difference. NaN when one is a NaN. */
export const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((largest, value, index) => {
    const difference = Math.abs(value - b[index]!)
    return difference > largest || Number.isNaN(difference) ? difference : largest
  }, 0)
