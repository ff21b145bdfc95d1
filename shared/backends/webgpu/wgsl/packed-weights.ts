/**
 * The order of weights in a recurrence's memory: a cell's products, sizes and a shape enter; where each product's weights and each vector begin,
 * and which parameter each float is, leave. One range [R, floats] of a part has everything that its two kernels read of the parameters.
 */
import type { Dim, MatrixUse, NodeId } from '../../../compiler/ir.ts'
import type { CellProgram } from '../../../compiler/passes.ts'
import type { RecurrenceShape } from './recurrence-shapes.ts'

/**
 * Float `offset + (((q * gates + g) * unitsPerWorker + u) * invocations + i) * 4 + c` is the weight of gate g for unit `u * workers + i / slices`
 * and depth `k = (q * slices + i % slices) * 4 + c`. Depths are those of the blocks one after the other, each padded to `paddedBlockDepth`: depth k
 * is `k % paddedBlockDepth` of block `k / paddedBlockDepth`. Units and depths beyond their sizes have weights of zero.
 */
export interface PackedProduct {
  /** Floats from the start of the part's range: a multiple of 4. */
  readonly offset: number
  readonly gates: number
  readonly units: number
  readonly unitsPerWorker: number
  /** Operands that stand one after the other. */
  readonly blocks: number
  readonly blockDepth: number
  readonly paddedBlockDepth: number
  /** [gate][block] */
  readonly sources: readonly (readonly WeightSource[])[]
}

/** The weight for a unit and a depth of a block is parameter `start + unit * unitStride + depth * depthStride`. */
export interface WeightSource {
  readonly start: number
  readonly unitStride: number
  readonly depthStride: number
}

/** A vector, or a number, as it is: `size` parameters from `start` on. */
export interface PackedVector {
  /** Floats from the start of the part's range: a multiple of 4. */
  readonly offset: number
  readonly start: number
  readonly size: number
}

export interface PackedWeights {
  /** By node: a project of the way there (x_t's own are not among them), or a backproject of the way back. */
  readonly products: ReadonlyMap<NodeId, PackedProduct>
  readonly vectors: ReadonlyMap<string, PackedVector>
  /** Of a replica: a multiple of 4. */
  readonly floats: number
}

/** @param startOf first entry of a symbol in the flat parameters */
export function packProducts(
  cell: CellProgram,
  sizes: Readonly<Record<Dim, number>>,
  shape: RecurrenceShape,
  startOf: (symbol: string) => number,
): PackedWeights {
  const { nodes } = cell.forward.ir
  const { forwardStages, backwardStages } = cell.stages
  const workers = shape.invocations / shape.slices
  const products = new Map<NodeId, PackedProduct>()
  let floats = 0
  /** @param isAdjoint the product takes adjoints back through the matrices */
  const source = (
    { symbol, isTransposed }: MatrixUse,
    out: number,
    operand: number,
    isAdjoint: boolean,
  ): WeightSource => {
    // The parameter is [out, operand] of its own use, or of the other way round.
    const rowFloats = isTransposed ? out : operand
    const [outStride, operandStride] = isTransposed ? [1, rowFloats] : [rowFloats, 1]
    return {
      start: startOf(symbol),
      unitStride: isAdjoint ? operandStride : outStride,
      depthStride: isAdjoint ? outStride : operandStride,
    }
  }
  for (const id of [...forwardStages, ...backwardStages].flatMap((stage) => stage.products)) {
    const node = nodes[id]!
    if (node.kind !== 'project' && node.kind !== 'backproject') throw new TypeError(`node ${id} is no product`)
    const isAdjoint = node.kind === 'backproject'
    const operandDim = nodes[isAdjoint ? node.operands[0]! : node.operand]!.dim ?? 'H'
    const [units, blockDepth] = [sizes[node.dim], sizes[operandDim]]
    const [out, operand] = isAdjoint ? [blockDepth, units] : [units, blockDepth]
    const sources = node.matrices.map((matrix) => source(matrix, out, operand, isAdjoint))
    const product = {
      offset: floats,
      gates: isAdjoint ? 1 : sources.length,
      units,
      unitsPerWorker: Math.ceil(units / workers),
      blocks: isAdjoint ? sources.length : 1,
      blockDepth,
      paddedBlockDepth: Math.ceil(blockDepth / (4 * shape.slices)) * 4 * shape.slices,
      sources: isAdjoint ? [sources] : sources.map((one) => [one]),
    }
    products.set(id, product)
    floats +=
      ((product.blocks * product.paddedBlockDepth) / shape.slices) *
      product.gates *
      product.unitsPerWorker *
      shape.invocations
  }
  const vectors = new Map<string, PackedVector>()
  for (const { symbol, dims } of cell.parameters) {
    if (dims.length > 1) continue
    const size = sizes[dims[0] ?? '1']
    vectors.set(symbol, { offset: floats, start: startOf(symbol), size })
    floats += Math.ceil(size / 4) * 4
  }
  return { products, vectors, floats }
}
