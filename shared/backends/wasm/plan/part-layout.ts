/**
 * A part's placement in linear memory: how wide the rows of each buffer are, at which column each value begins, how weights are packed into panels.
 * Made from the cell's placement, the part's sizes and the register tile; addresses come later (part-buffers.ts).
 */
import type { Dim, MatrixUse, NodeId } from '../../../compiler/ir.ts'
import type { Part } from '../../../networks/network.ts'
import { placeCell, type Placement } from '../../plan/placement.ts'
import {
  dimOfVector,
  type PointwisePlacement,
  type ProductPlacement,
  type ProjectPlacement,
  type StagePlacement,
  type ValueBuffer,
  type ValuePlace,
  type Way,
} from '../../plan/places.ts'
import type { Place, PointwiseLayout } from '../emit/pointwise.ts'
import type { Tile } from '../emit/products.ts'
import { NUMBER_FLOATS, paddedSizes, padTo, rowFloats } from './padding.ts'

/** c = operand times packed weights. */
export interface ProductLayout {
  readonly project: NodeId
  readonly way: Way
  readonly operand: Place
  readonly target: Place
}

/** The sum of an operand's first `size` columns, one number a row. */
export interface SumLayout {
  readonly operand: Place
  readonly size: number
  readonly target: Place
}

export interface StageLayout {
  readonly products: readonly ProductLayout[]
  readonly sums: readonly SumLayout[]
  readonly kernels: readonly PointwiseLayout[]
}

/** A project's sizes, padded and not. */
export interface ProjectLayout {
  readonly project: NodeId
  readonly matrices: readonly MatrixUse[]
  /** Logical sizes of one matrix as it is used. */
  readonly outSize: number
  readonly inSize: number
  /** Columns from one gate to the next. */
  readonly gateStride: number
  /** The weights in panels for c = operand * W^T ([K, gates * out]), and for the adjoint of the operand ([gates * out, in]). */
  readonly packing: Readonly<Record<Way, Packing>>
  /** Reads x itself. */
  readonly readsInput: boolean
  readonly gateAdjoints: ValueBuffer
  /** Where the operand of the matrices' gradient stands in the backward pass. */
  readonly gradientOperand: Place
  /** No gradient is wanted. */
  readonly isFrozen: boolean
}

/** Weights [panels, depth, tile columns]. */
export interface Packing {
  readonly panels: number
  readonly depth: number
}

export interface PartLayout {
  readonly placement: Placement
  /** Bytes from one row to the next. */
  readonly rowBytes: ReadonlyMap<ValueBuffer, number>
  readonly projects: ReadonlyMap<NodeId, ProjectLayout>
  /** Of x alone, for several steps at once. */
  readonly inputProducts: readonly ProductLayout[]
  readonly forward: readonly StageLayout[]
  readonly backward: readonly StageLayout[]
  /** Where the rows to be summed for each vector's gradient stand. */
  readonly vectorSums: readonly { readonly symbol: string; readonly place: Place; readonly size: number }[]
  readonly inputSize: number
  readonly units: number
  /** Floats from one row of a state to the next. */
  readonly stateFloats: number
}

/**
 * @param inputRowBytes of the layer's input
 * @param prefix tells the kernels of parts apart
 */
export function layPart(part: Part, inputRowBytes: number, tile: Tile, prefix: string): PartLayout {
  const placement = placeCell(part.cell)
  const sizes = { I: part.inputSize, H: part.units, 1: 1 }
  const padded = paddedSizes(sizes)
  const rowBytes = new Map(
    placement.buffers.map((buffer) => [
      buffer,
      buffer.role === 'input' ? inputRowBytes : 4 * rowFloats(rowSize(buffer, padded, tile)),
    ]),
  )
  const lay: Lay = {
    sizes,
    place: ({ buffer, gate }) => ({
      buffer,
      column: gate * padded[buffer.dim],
      rowBytes: buffer.extent === 'one' ? 0 : rowBytes.get(buffer)!,
    }),
  }
  const dimOf = new Map(part.cell.parameters.map(({ symbol, dims }) => [symbol, dimOfVector(dims)]))
  return {
    placement,
    rowBytes,
    projects: new Map(
      placement.projects.map((project) => [project.project, layProject(project, lay, padded, tile)] as const),
    ),
    inputProducts: placement.inputProducts.map((product) => layProduct(product, lay)),
    forward: placement.forward.map((stage, index) => layStage(stage, lay, `${prefix}f${index}`)),
    backward: placement.backward.map((stage, index) => layStage(stage, lay, `${prefix}b${index}`)),
    vectorSums: placement.vectorSums.map(({ symbol, place }) => ({
      symbol,
      place: lay.place(place),
      size: sizes[dimOf.get(symbol)!],
    })),
    inputSize: sizes.I,
    units: sizes.H,
    stateFloats: rowFloats(padded.H),
  }
}

/** What stages and projects are laid with. */
interface Lay {
  readonly sizes: Readonly<Record<Dim, number>>
  readonly place: (place: ValuePlace) => Place
}

/** Floats that are written of a row: products write whole tiles. */
function rowSize({ role, dim, gates }: ValueBuffer, padded: Readonly<Record<Dim, number>>, tile: Tile): number {
  const size = gates * padded[dim]
  return role === 'product' || role === 'input-product' || role === 'backproduct' ? padTo(size, tile.columns) : size
}

function layProject(
  { project, matrices, dim, operandDim, readsInput, gateAdjoints, gradientOperand, isFrozen }: ProjectPlacement,
  { sizes, place }: Lay,
  padded: Readonly<Record<Dim, number>>,
  tile: Tile,
): ProjectLayout {
  const rows = matrices.length * padded[dim]
  const inSize = sizes[operandDim]
  return {
    project,
    matrices,
    outSize: sizes[dim],
    inSize,
    gateStride: padded[dim],
    packing: {
      forward: { panels: Math.ceil(rows / tile.columns), depth: inSize },
      backward: { panels: Math.ceil(padTo(inSize, 4) / tile.columns), depth: rows },
    },
    readsInput,
    gateAdjoints,
    gradientOperand: place(gradientOperand),
    isFrozen,
  }
}

const layProduct = ({ project, way, operand, target }: ProductPlacement, { place }: Lay): ProductLayout => ({
  project,
  way,
  operand: place(operand),
  target: place({ buffer: target, gate: 0 }),
})

function layStage({ products, sums, kernels }: StagePlacement, lay: Lay, name: string): StageLayout {
  return {
    products: products.map((product) => layProduct(product, lay)),
    sums: sums.map(({ operand, target }) => ({
      operand: lay.place(operand),
      size: lay.sizes[operand.buffer.dim],
      target: lay.place(target),
    })),
    kernels: kernels.map((kernel) => layKernel(kernel, lay, `${name}${kernel.dim}`)),
  }
}

function layKernel(
  { dim, way, computed, loads, numbers, stores }: PointwisePlacement,
  { sizes, place }: Lay,
  name: string,
): PointwiseLayout {
  const places = (values: ReadonlyMap<NodeId, ValuePlace>): Map<NodeId, Place> =>
    new Map([...values].map(([id, value]) => [id, place(value)]))
  return {
    name,
    dim,
    size: dim === '1' ? NUMBER_FLOATS : sizes[dim],
    computed,
    loads: places(loads),
    numbers: places(numbers),
    sizes,
    flushesTiny: way === 'backward',
    stores: stores.map((store) => ({ node: store.node, place: place(store.place) })),
  }
}
