/**
 * A stage's pointwise nodes as one fused loop over rows and columns: every value is loaded once, computed in registers and stored
 * only where something else reads it. Pad columns (up to the next multiple of 4) are stored as zeros, so that no product
 * sees them.
 */
import { argumentsOf, type Dim, type IrNode, type NodeId, type VectorDim } from '../../../compiler/ir.ts'
import type { ValueBuffer } from '../../plan/places.ts'
import type { FunctionBuilder, Local, ModuleBuilder } from './module-builder.ts'
import type { VectorFeatures } from './products.ts'
import { VectorMath } from './vector-math.ts'

/** Where a value stands: a buffer, the column where it starts, and the bytes from one row to the next (0: one row for all). */
export interface Place {
  readonly buffer: ValueBuffer
  readonly column: number
  readonly rowBytes: number
}

/** Ones where a column has a meaning, zeros in the pad columns. */
export interface ColumnMask {
  readonly maskOf: VectorDim
}

/** One object each, so that maps may have them as keys. */
const COLUMN_MASKS: Readonly<Record<VectorDim, ColumnMask>> = { I: { maskOf: 'I' }, H: { maskOf: 'H' } }

/** One fused kernel: what it computes and where its operands and results stand. */
export interface PointwiseLayout {
  readonly name: string
  /** Of its columns. */
  readonly dim: Dim
  /** Columns with a meaning; the loop covers the next multiple of 4. */
  readonly size: number
  /** `apply` and `spread` nodes to compute, in order. */
  readonly computed: readonly NodeId[]
  readonly loads: ReadonlyMap<NodeId, Place>
  /** Values of dimension 1 for all columns alike: each stands in four equal floats. */
  readonly numbers: ReadonlyMap<NodeId, Place>
  /** What `size` nodes stand for. */
  readonly sizes: Readonly<Record<Dim, number>>
  /** Results smaller than FLUSH_BELOW become zero: set for adjoints. */
  readonly flushesTiny: boolean
  /** `node` null stores zeros. */
  readonly stores: readonly { readonly node: NodeId | null; readonly place: Place }[]
}

/**
 * Vanishing gradients reach subnormal numbers, on which processors are up to a hundred times slower and WebAssembly cannot flush.
 * Adjoints under this are set to zero: a product with any weight or state above 1e-13 then stays a normal number.
 */
export const FLUSH_BELOW = 1e-25

const VECTOR_BYTES = 16
/** Vectors that are computed side by side. */
const PAIR = 2

/** The buffers whose addresses the kernel takes, in the order of its parameters; the number of rows comes last. */
export function pointwiseBuffers(kernel: PointwiseLayout): (ValueBuffer | ColumnMask)[] {
  const buffers = [...new Set(placesOf(kernel).map(({ buffer }) => buffer))]
  const mask = maskOf(kernel)
  return mask ? [...buffers, mask] : buffers
}

/** null where no column is a pad. A kernel of numbers fills its columns. */
const maskOf = ({ dim, size }: PointwiseLayout): ColumnMask | null =>
  dim === '1' || size % 4 === 0 ? null : COLUMN_MASKS[dim]

const placesOf = ({ loads, numbers, stores }: PointwiseLayout): Place[] => [
  ...loads.values(),
  ...numbers.values(),
  ...stores.map(({ place }) => place),
]

/** Adds the kernel to the module. */
export function addPointwise(
  module: ModuleBuilder,
  kernel: PointwiseLayout,
  nodes: readonly IrNode[],
  features: VectorFeatures,
): void {
  const buffers = pointwiseBuffers(kernel)
  module.add(kernel.name, buffers.length + 1, (f) => {
    const rows = f.parameter(buffers.length)
    const bases = new Map(buffers.map((buffer, index) => [buffer, f.parameter(index)] as const))
    const math = Array.from({ length: PAIR }, () => new VectorMath(f, features))
    const mask = maskOf(kernel)
    const rowBytes = new Map<ValueBuffer | ColumnMask, number>(
      placesOf(kernel).map((place) => [place.buffer, place.rowBytes]),
    )
    const ofNumbers = new Set<ValueBuffer | ColumnMask>([...kernel.numbers.values()].map(({ buffer }) => buffer))
    const numbers = new Map([...kernel.numbers.keys()].map((node) => [node, f.vectorLocal()]))
    /** `count` vectors side by side, each operation for all of them in turn: V8 joins two neighbours to one 256-bit operation. */
    const body = (count: number): void => {
      const values = Array.from({ length: count }, () => new Map(numbers))
      const each = (write: (values: Map<NodeId, Local>, offset: number) => void): void =>
        values.forEach((own, i) => write(own, i * VECTOR_BYTES))
      for (const [node, { buffer, column: start }] of kernel.loads)
        each((own, offset) => {
          const value = f.vectorLocal()
          f.get(bases.get(buffer)!)
            .load('v128.load', 4 * start + offset)
            .set(value)
          own.set(node, value)
        })
      for (const node of kernel.computed)
        each((own, offset) => computeNode(f, math[offset / VECTOR_BYTES]!, node, nodes, kernel.sizes, own))
      for (const { node, place } of kernel.stores)
        each((own, offset) => {
          f.get(bases.get(place.buffer)!)
          if (node === null) f.floats(0)
          else {
            const value = own.get(node)!
            f.get(value)
            // A NaN is not under the limit: it must be seen.
            if (kernel.flushesTiny)
              f.get(value).simd('f32x4.abs').floats(FLUSH_BELOW).simd('f32x4.lt').simd('v128.andnot')
            if (mask) f.get(bases.get(mask)!).load('v128.load', offset).simd('v128.and')
          }
          f.store(4 * place.column + offset)
        })
    }
    const vectors = Math.ceil(kernel.size / 4)
    const left = f.integerLocal()
    const advance = (by: (buffer: ValueBuffer | ColumnMask) => number): void => {
      for (const [buffer, base] of bases) if (by(buffer) !== 0) f.advance(base, by(buffer))
    }
    const advanceColumns = (bytes: number): void => advance((buffer) => (ofNumbers.has(buffer) ? 0 : bytes))
    repeatRows(f, rows, () => {
      for (const [node, { buffer, column }] of kernel.numbers)
        f.get(bases.get(buffer)!)
          .load('v128.load', 4 * column)
          .set(numbers.get(node)!)
      if (vectors >= PAIR) {
        f.constant(Math.floor(vectors / PAIR)).set(left)
        f.loop(() => {
          body(PAIR)
          advanceColumns(PAIR * VECTOR_BYTES)
          f.get(left).constant(1).integer('sub').tee(left)
        })
      }
      for (let rest = 0; rest < vectors % PAIR; rest++) {
        body(1)
        advanceColumns(VECTOR_BYTES)
      }
      // To the next row, or back to the start of the only one.
      advance((buffer) => (rowBytes.get(buffer) ?? 0) - (ofNumbers.has(buffer) ? 0 : vectors * VECTOR_BYTES))
    })
  })
}

function repeatRows(f: FunctionBuilder, rows: Local, body: () => void): void {
  f.loop(() => {
    body()
    f.get(rows).constant(1).integer('sub').tee(rows)
  })
}

function computeNode(
  f: FunctionBuilder,
  math: VectorMath,
  id: NodeId,
  nodes: readonly IrNode[],
  sizes: PointwiseLayout['sizes'],
  values: Map<NodeId, Local>,
): void {
  const node = nodes[id]!
  const args = argumentsOf(node).map((arg) => {
    const known = values.get(arg)
    if (known) return known
    const literal = nodes[arg]!
    if (literal.kind !== 'literal' && literal.kind !== 'size')
      throw new TypeError(`node ${arg} has no place in this kernel`)
    const local = f.vectorLocal()
    f.floats(literal.kind === 'size' ? sizes[literal.of] : literal.value).set(local)
    return local
  })
  if (node.kind === 'spread') {
    values.set(id, args[0]!)
    return
  }
  if (node.kind !== 'apply') throw new TypeError('only pointwise nodes are computed in a kernel')
  const result = f.vectorLocal()
  math.apply(node.primitive, args, result)
  values.set(id, result)
}
