/**
 * The nodes of a cell's graph as operations: what is known of a step (or of all steps at once: only the last axis counts) enters, the values of
 * other nodes leave. Forward, backward and what the backward pass computes again are all made here; loops and what they keep are not.
 */
import { reachable, type Dim, type MatrixUse, type NodeId } from '../../compiler/ir.ts'
import type { CellProgram } from '../../compiler/passes.ts'
import type { Primitive } from '../../compiler/primitives.ts'
import type { Part } from '../../networks/network.ts'
import type { Value } from './graph/graph.ts'
import type { Graph } from './graph/ops.ts'

/** A node's value: [..., width], where numbers for all units alike have width 1 and what every row shares has no axes before it. */
export interface CellValue {
  readonly value: Value
  readonly hasRows: boolean
  readonly width: Dim
}

/** What the values of a part are made of in one graph. */
export interface CellSurroundings {
  readonly graph: Graph
  readonly part: Part
  /** Vectors [dim] and numbers [1] of the part. */
  readonly vector: (symbol: string) => Value
  /** [outs of all, in]: the matrices of a product, one above the other. */
  readonly matrices: (uses: readonly MatrixUse[]) => Value
  /** Axes before the last: of one step [B], or of all [T, B]; products are made of one step only. */
  readonly rows: () => readonly Value[]
}

export class CellValues {
  readonly #around: CellSurroundings
  readonly #cell: CellProgram
  readonly #known: Map<NodeId, CellValue>
  readonly #gates = new Map<NodeId, readonly Value[]>()

  /** @param known values of nodes that are not to be computed: the input, states, what was kept */
  constructor(around: CellSurroundings, known: ReadonlyMap<NodeId, CellValue>) {
    this.#around = around
    this.#cell = around.part.cell
    this.#known = new Map(known)
  }

  /** Makes these nodes and all that they need. */
  compute(ids: readonly NodeId[]): void {
    const { ir } = this.#cell.forward
    for (const id of reachable(ir, ids, (each) => this.#known.has(each))) if (!this.#known.has(id)) this.#computeOne(id)
  }

  /** A node's value with all its rows and its whole width. */
  full(id: NodeId): Value {
    this.compute([id])
    return this.#whole(id)
  }

  #computeOne(id: NodeId): void {
    const { graph, vector, matrices } = this.#around
    const node = this.#cell.forward.ir.nodes[id]!
    const know = (value: CellValue): void => void this.#known.set(id, value)
    switch (node.kind) {
      case 'literal':
        return know({ value: graph.floats([1], [node.value]), hasRows: false, width: '1' })
      case 'size':
        return know({ value: graph.floats([1], [this.#size(node.of)]), hasRows: false, width: '1' })
      case 'vector':
        return know({ value: vector(node.symbol), hasRows: false, width: node.dim })
      case 'apply': {
        const args = node.args.map((arg) => this.#known.get(arg)!)
        return know({
          value: applyPrimitive(
            graph,
            node.primitive,
            args.map(({ value }) => value),
          ),
          hasRows: args.some(({ hasRows }) => hasRows),
          width: args.find(({ width }) => width !== '1')?.width ?? '1',
        })
      }
      case 'spread': {
        const operand = this.#known.get(node.operand)!
        return know(operand) // numbers stand for all units as they are
      }
      case 'sum': {
        const { dim } = this.#cell.forward.ir.nodes[node.operand]!
        const operand = this.#known.get(node.operand)!
        if (operand.width !== '1' || dim === '1' || dim === null)
          return know({ value: graph.sum(operand.value, [-1], true), hasRows: operand.hasRows, width: '1' })
        // A number that stands for all units: they are as many.
        const count = graph.floats([1], [this.#size(dim)])
        return know({ value: graph.multiply(operand.value, count), hasRows: operand.hasRows, width: '1' })
      }
      case 'project': {
        const product = graph.product(this.#whole(node.operand), matrices(node.matrices), { isTransposedB: true })
        const sizes = node.matrices.map(() => this.#size(node.dim))
        this.#gates.set(id, graph.split(product, sizes, 1))
        return know({ value: product, hasRows: true, width: node.dim })
      }
      case 'gate':
        return know({ value: this.#gates.get(node.project)![node.index]!, hasRows: true, width: node.dim })
      case 'backproject': {
        const operands = graph.concat(
          node.operands.map((operand) => this.#whole(operand)),
          1,
        )
        return know({ value: graph.product(operands, matrices(node.matrices)), hasRows: true, width: node.dim })
      }
      case 'input':
      case 'state':
      case 'state-adjoint':
        throw new TypeError(`node ${id} (${node.kind}) of ${this.#cell.name} must be known`)
    }
  }

  /** A known node with all its rows and its whole width. */
  #whole(id: NodeId): Value {
    const { graph, rows } = this.#around
    const { value, hasRows, width } = this.#known.get(id)!
    const dim = this.#cell.forward.ir.nodes[id]!.dim ?? 'H'
    if (hasRows && (width === dim || this.#size(dim) === 1)) return value
    return graph.broadcast(value, [...rows(), this.#size(dim)])
  }

  #size(dim: Dim): number {
    return { I: this.#around.part.inputSize, H: this.#around.part.units, 1: 1 }[dim]
  }
}

/** The primitives of compiler/primitives.ts. */
function applyPrimitive(graph: Graph, primitive: Primitive, [a, b]: readonly Value[]): Value {
  switch (primitive) {
    case 'neg':
      return graph.unary('Neg', a!)
    case 'add':
      return graph.add(a!, b!)
    case 'sub':
      return graph.subtract(a!, b!)
    case 'mul':
      return graph.multiply(a!, b!)
    case 'div':
      return graph.divide(a!, b!)
    case 'min':
      return graph.binary('Minimum', a!, b!)
    case 'max':
      return graph.binary('Maximum', a!, b!)
    case 'greater':
      return graph.cast(graph.compare('Greater', a!, b!), 'float')
    case 'sign':
      return graph.unary('Sign', a!)
    case 'abs':
      return graph.unary('Abs', a!)
    case 'sqrt':
      return graph.unary('Sqrt', a!)
    case 'exp':
      return graph.unary('Exp', a!)
    case 'expm1':
      return graph.unary('Expm1', a!)
    case 'log':
      return graph.unary('Log', a!)
    case 'sigmoid':
      return graph.unary('Sigmoid', a!)
    case 'tanh':
      return graph.unary('Tanh', a!)
    case 'softplus': {
      // max(a, 0) + log1p(exp(-|a|)), which overflows nowhere
      const fall = graph.unary('Exp', graph.unary('Neg', graph.unary('Abs', a!)))
      return graph.add(graph.binary('Maximum', a!, graph.scalar(0)), graph.unary('Log1p', fall))
    }
    case 'sin':
      return graph.unary('Sin', a!)
    case 'cos':
      return graph.unary('Cos', a!)
    case 'surrogate':
      return a!
  }
}
