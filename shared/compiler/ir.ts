/**
 * The intermediate representation of one step of a cell: a graph of nodes in topological order, each made once
 * (equal nodes are one node). Leaves, pointwise primitives, and products with the cell's matrices. The derivative is
 * made of the same nodes, so every backend knows one small language.
 */
import { PRIMITIVES, type Primitive } from './primitives.ts'
import { isLostInJson, textOfNumber } from '../numerics/json-numbers.ts'

export type NodeId = number
/** Inputs, or units of a part. */
export type VectorDim = 'I' | 'H'
/** A vector's, or one number for all units or inputs. */
export type Dim = VectorDim | '1'

/** A matrix of parameters as a product uses it: [out, in] of the use are those of the parameter, or swapped. */
export interface MatrixUse {
  readonly symbol: string
  readonly isTransposed: boolean
}

/** `W` or `W^T`: tells the uses of a matrix apart. */
export const matrixText = ({ symbol, isTransposed }: MatrixUse): string => (isTransposed ? `${symbol}^T` : symbol)

export type IrNode =
  /** x_t, [I] */
  | { readonly kind: 'input'; readonly dim: 'I' }
  /** State `state` before the step, [H] */
  | { readonly kind: 'state'; readonly state: number; readonly dim: 'H' }
  /** A vector of parameters, or one number */
  | { readonly kind: 'vector'; readonly symbol: string; readonly dim: Dim }
  | { readonly kind: 'literal'; readonly value: number; readonly dim: null }
  /** How many inputs or units there are: a literal that the network knows. */
  | { readonly kind: 'size'; readonly of: Dim; readonly dim: null }
  /** A value with this dimension; arguments of dimension 1 stand for all units alike. */
  | { readonly kind: 'apply'; readonly primitive: Primitive; readonly args: readonly NodeId[]; readonly dim: Dim }
  /** All products that read one operand: [matrices[g] operand]_g; its values are read through `gate` nodes. */
  | { readonly kind: 'project'; readonly matrices: readonly MatrixUse[]; readonly operand: NodeId; readonly dim: Dim }
  | { readonly kind: 'gate'; readonly project: NodeId; readonly index: number; readonly dim: Dim }
  /** The sum over the units or inputs of a vector. */
  | { readonly kind: 'sum'; readonly operand: NodeId; readonly dim: '1' }
  /** One number for all units or inputs, as a vector. */
  | { readonly kind: 'spread'; readonly operand: NodeId; readonly dim: Dim }
  /** Adjoint of the new value of a state; a leaf of the backward graph. */
  | { readonly kind: 'state-adjoint'; readonly state: number; readonly dim: 'H' }
  /** sum_g matrices[g]^T operands[g]: the adjoint of a project's operand. */
  | {
      readonly kind: 'backproject'
      readonly matrices: readonly MatrixUse[]
      readonly operands: readonly NodeId[]
      readonly dim: Dim
    }

/** Makes nodes, each once, folding what is known beforehand. */
export class IrBuilder {
  readonly nodes: IrNode[] = []
  readonly #known = new Map<string, NodeId>()

  /** The node as an id; an equal one made before is returned instead. */
  add(node: IrNode): NodeId {
    const key = JSON.stringify(node, (_, value: unknown) => (isLostInJson(value) ? textOfNumber(value) : value))
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const id = this.nodes.push(node) - 1
    this.#known.set(key, id)
    return id
  }

  literal(value: number): NodeId {
    return this.add({ kind: 'literal', value, dim: null })
  }

  /** A primitive applied, simplified where that changes no value (identities, constants, double negation). */
  apply(primitive: Primitive, args: readonly NodeId[]): NodeId {
    const nodes = args.map((id) => this.nodes[id]!)
    const values = nodes.map((node) => (node.kind === 'literal' ? node.value : null))
    if (values.every((value) => value !== null))
      return this.literal(PRIMITIVES[primitive].evaluate(...(values as number[])))
    const [a, b] = args
    const [va, vb] = values
    if (primitive === 'add' && va === 0) return b!
    if ((primitive === 'add' || primitive === 'sub') && vb === 0) return a!
    if (primitive === 'sub' && va === 0) return this.apply('neg', [b!])
    if (primitive === 'mul' && va === 1) return b!
    if ((primitive === 'mul' || primitive === 'div') && vb === 1) return a!
    if (primitive === 'mul' && va === -1) return this.apply('neg', [b!])
    if (primitive === 'mul' && vb === -1) return this.apply('neg', [a!])
    const first = nodes[0]
    if (primitive === 'neg' && first?.kind === 'apply' && first.primitive === 'neg') return first.args[0]!
    const second = nodes[1]
    if (primitive === 'add' && second?.kind === 'apply' && second.primitive === 'neg')
      return this.apply('sub', [a!, second.args[0]!])
    const dims = nodes.map((node) => node.dim).filter((dim) => dim !== null)
    return this.add({ kind: 'apply', primitive, args, dim: dims.find((dim) => dim !== '1') ?? '1' })
  }

  sum(operand: NodeId): NodeId {
    return this.add({ kind: 'sum', operand, dim: '1' })
  }

  mean(operand: NodeId): NodeId {
    return this.apply('div', [this.sum(operand), this.add({ kind: 'size', of: this.#dimOf(operand), dim: null })])
  }

  /** @param like a value of the dimension that is wanted */
  spread(operand: NodeId, like: NodeId): NodeId {
    return this.add({ kind: 'spread', operand, dim: this.#dimOf(like) })
  }

  #dimOf(id: NodeId): Dim {
    return this.nodes[id]!.dim ?? '1'
  }
}

/** The nodes that a node reads. */
export function argumentsOf(node: IrNode): readonly NodeId[] {
  switch (node.kind) {
    case 'apply':
      return node.args
    case 'project':
    case 'sum':
    case 'spread':
      return [node.operand]
    case 'gate':
      return [node.project]
    case 'backproject':
      return node.operands
    default:
      return []
  }
}

/**
 * All nodes that the roots need, in topological order; not beyond nodes where `stop` holds. Nodes are read by later ones only, so one
 * walk backwards over the list finds them, whatever the graph's depth.
 */
export function reachable(
  ir: IrBuilder,
  roots: readonly NodeId[],
  stop: (id: NodeId) => boolean = () => false,
): Set<NodeId> {
  const needed = new Set(roots)
  const found: NodeId[] = []
  for (let id = ir.nodes.length - 1; id >= 0; id--) {
    if (!needed.has(id)) continue
    found.push(id)
    if (!stop(id)) for (const arg of argumentsOf(ir.nodes[id]!)) needed.add(arg)
  }
  return new Set(found.reverse())
}
