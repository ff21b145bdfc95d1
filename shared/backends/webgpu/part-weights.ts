/**
 * The weights of a part as its kernels read them: the part's plan enters; a list that says which parameter each packed number is leaves. First what
 * the recurrence reads (packed-weights.ts), then, for every product of x_t, its matrix there and back.
 */
import type { ProjectPlacement } from '../plan/places.ts'
import type { ParameterRange } from '../programs/parameter-ranges.ts'
import { NO_SOURCE, productSources } from './wgsl/pack-weights.ts'
import type { PackedProduct } from './wgsl/packed-weights.ts'
import type { RecurrencePlan } from './wgsl/recurrence-plan.ts'

export interface InputWeights {
  readonly project: ProjectPlacement
  /** Where [I, gates * dim] begins: x_t times it is the gates. */
  readonly forwardStart: number
  /** Where [gates * dim, I] begins: adjoints of gates times it are those of x_t. */
  readonly backwardStart: number
}

export interface PartWeights {
  /** Place in the flat parameters for each packed number. */
  readonly sources: Uint32Array
  readonly inputs: readonly InputWeights[]
}

export function packPart(plan: RecurrencePlan, rangeOf: (symbol: string) => ParameterRange): PartWeights {
  const { weights, placement, sizes } = plan
  const pieces = [recurrenceSources(plan)]
  let end = weights.floats
  const put = (piece: Uint32Array): number => {
    pieces.push(piece)
    end += piece.length
    return end - piece.length
  }
  const inputs = placement.projects
    .filter(({ readsInput }) => readsInput)
    .map((project): InputWeights => {
      const gates = project.matrices.map(({ symbol, isTransposed }) => ({ start: rangeOf(symbol).start, isTransposed }))
      const size = [sizes[project.dim], sizes.I] as const
      return {
        project,
        forwardStart: put(productSources(gates, size, 'forward')),
        backwardStart: put(productSources(gates, size, 'backward')),
      }
    })
  const sources = new Uint32Array(end)
  let start = 0
  for (const piece of pieces) {
    sources.set(piece, start)
    start += piece.length
  }
  return { sources, inputs }
}

function recurrenceSources(plan: RecurrencePlan): Uint32Array {
  const { products, vectors, floats } = plan.weights
  const sources = new Uint32Array(floats).fill(NO_SOURCE)
  for (const product of products.values()) putProduct(product, plan, sources)
  for (const { offset, start, size } of vectors.values()) for (let i = 0; i < size; i++) sources[offset + i] = start + i
  return sources
}

function putProduct(product: PackedProduct, { shape, workers }: RecurrencePlan, into: Uint32Array): void {
  const { offset, gates, units, unitsPerWorker, blocks, blockDepth, paddedBlockDepth, sources } = product
  const { invocations, slices } = shape
  const quads = (blocks * paddedBlockDepth) / (4 * slices)
  let at = offset
  for (let q = 0; q < quads; q++)
    for (let g = 0; g < gates; g++)
      for (let u = 0; u < unitsPerWorker; u++)
        for (let i = 0; i < invocations; i++)
          for (let c = 0; c < 4; c++, at++) {
            const unit = u * workers + Math.floor(i / slices)
            const depth = (q * slices + (i % slices)) * 4 + c
            const inBlock = depth % paddedBlockDepth
            if (unit >= units || inBlock >= blockDepth) continue
            const { start, unitStride, depthStride } = sources[g]![Math.floor(depth / paddedBlockDepth)]!
            into[at] = start + unit * unitStride + inBlock * depthStride
          }
}
