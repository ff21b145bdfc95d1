/**
 * Weights in the order in which kernels read them: `packed[e] = parameters[sources[e]]`, whatever that order is. The list of sources is made
 * once a network, the weights are packed again whenever parameters have moved.
 */
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

/** A place that is packed as a zero. */
export const NO_SOURCE = 0xffff_ffff

/** A matrix as a product uses it. */
export interface PackedMatrix {
  /** Where the parameter begins in the flat parameters. */
  readonly start: number
  /** The product reads [out, in], the parameter is [in, out]. */
  readonly isTransposed: boolean
}

/** Sources are u32, [count], the same for all replicas. */
export function packWeights(): ReplicaKernel<'count', 'parameters' | 'sources' | 'packed'> {
  return replicaKernel({
    name: 'pack-weights',
    fields: { count: 'u32' },
    buffers: {
      parameters: { access: 'read', element: 'f32' },
      sources: { access: 'read', element: 'u32' },
      packed: { access: 'read-write', element: 'f32' },
    },
    body: overElements(
      'call.count',
      `\
let source = sources[sources_base + e];
packed[packed_base + e] = select(parameters[parameters_base + source], 0.0, source == ${NO_SOURCE}u);`,
    ),
    workgroups: ({ count }) => elementWorkgroups(count),
  })
}

/** Where entry [out, in] of a matrix stands in the flat parameters. */
const sourceOf = (
  { start, isTransposed }: PackedMatrix,
  [outSize, inSize]: readonly [outSize: number, inSize: number],
  [o, i]: readonly [outIndex: number, inIndex: number],
): number => start + (isTransposed ? i * outSize + o : o * inSize + i)

/**
 * The gates of a project as the right matrix of `rowsProduct`.
 * @param direction `forward`: [in, gates * out], for operand times weights; `backward`: [gates * out, in], for adjoints times weights
 */
export function productSources(
  gates: readonly PackedMatrix[],
  size: readonly [outSize: number, inSize: number],
  direction: 'forward' | 'backward',
): Uint32Array<ArrayBuffer> {
  const [outSize, inSize] = size
  const rows = gates.length * outSize
  const sources = new Uint32Array(rows * inSize)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < inSize; i++)
      sources[direction === 'forward' ? i * rows + row : row * inSize + i] = sourceOf(
        gates[Math.floor(row / outSize)]!,
        size,
        [row % outSize, i],
      )
  return sources
}
