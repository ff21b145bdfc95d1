/**
 * Pass 3: checked syntax -> IR. Products that read the same operand become one `project` node, so that a backend computes
 * all gates at once. Simplification happens as nodes are made (ir.ts). Temporaries are gone afterwards.
 */
import type { Expression } from './ast.ts'
import type { CheckedCell } from './check.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { IrBuilder, type Dim, type IrNode, type NodeId } from './ir.ts'

export interface ForwardGraph {
  readonly ir: IrBuilder
  /** The new value of each state, in the order of the states. */
  readonly newStates: readonly NodeId[]
}

/** Before grouping, a product is kept as one matrix and its operand. */
type SingleProduct = { matrix: string; operand: NodeId; dim: Dim }

export function lowerCell(cell: CheckedCell): ForwardGraph {
  const ungrouped = new IrBuilder()
  const products = new Map<NodeId, SingleProduct>()
  const values = new Map<string, NodeId>()
  const primitiveOf = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div' } as const

  const lower = (expression: Expression): NodeId => {
    switch (expression.kind) {
      case 'number':
        return ungrouped.literal(expression.value)
      case 'name':
        return lowerName(expression.name)
      case 'negate':
        return ungrouped.apply('neg', [lower(expression.operand)])
      case 'power':
        return lowerPower(lower(expression.base), expression.exponent)
      case 'binary':
        return ungrouped.apply(primitiveOf[expression.operator], [lower(expression.left), lower(expression.right)])
      case 'call':
        return NOTATION_FUNCTIONS[expression.callee]!.build(ungrouped, expression.args.map(lower))
      case 'matrix': {
        const operand = lower(expression.operand)
        const dim = cell.matrices.get(expression.matrix)![0]
        const id = ungrouped.add({ kind: 'project', matrices: [expression.matrix], operand, dim })
        products.set(id, { matrix: expression.matrix, operand, dim })
        return id
      }
    }
  }

  const lowerName = (name: string): NodeId => {
    if (name === 'x') return ungrouped.add({ kind: 'input', dim: 'I' })
    const value = values.get(name)
    if (value !== undefined) return value
    const state = cell.states.indexOf(name)
    if (state >= 0) return ungrouped.add({ kind: 'state', state, dim: 'H' })
    const constant = cell.syntax.constants[name]
    if (constant !== undefined) return ungrouped.literal(constant)
    return ungrouped.add({ kind: 'vector', symbol: name, dim: cell.vectors.get(name)! })
  }

  const lowerPower = (base: NodeId, exponent: number): NodeId => {
    if (exponent === 0) return ungrouped.literal(1)
    let result = base
    for (let i = 1; i < Math.abs(exponent); i++) result = ungrouped.apply('mul', [result, base])
    return exponent > 0 ? result : ungrouped.apply('div', [ungrouped.literal(1), result])
  }

  for (const { target, value } of cell.syntax.equations) values.set(target, lower(value))
  const newStates = cell.states.map((state) => values.get(`${state}'`)!)
  return groupProducts(ungrouped, products, newStates)
}

/** Rebuilds the graph with one `project` for all products of an operand (and result dimension), dead nodes dropped. */
function groupProducts(
  source: IrBuilder,
  products: ReadonlyMap<NodeId, SingleProduct>,
  roots: readonly NodeId[],
): ForwardGraph {
  const live = new Set<NodeId>()
  const mark = (id: NodeId): void => {
    if (live.has(id)) return
    live.add(id)
    const node = source.nodes[id]!
    if (node.kind === 'apply') node.args.forEach(mark)
    if (node.kind === 'project') mark(node.operand)
  }
  roots.forEach(mark)
  const groups = new Map<string, string[]>()
  const groupKey = ({ operand, dim }: SingleProduct): string => `${operand}:${dim}`
  for (const [id, product] of products) {
    if (!live.has(id)) continue
    const members = groups.get(groupKey(product)) ?? []
    if (!members.includes(product.matrix)) members.push(product.matrix)
    groups.set(groupKey(product), members)
  }
  const ir = new IrBuilder()
  const moved = new Map<NodeId, NodeId>()
  source.nodes.forEach((node, id) => {
    if (!live.has(id)) return
    moved.set(id, moveNode(node, id))
  })
  function moveNode(node: IrNode, id: NodeId): NodeId {
    if (node.kind === 'apply')
      return ir.apply(
        node.primitive,
        node.args.map((arg) => moved.get(arg)!),
      )
    if (node.kind !== 'project') return ir.add(node)
    const product = products.get(id)!
    const matrices = groups.get(groupKey(product))!
    const project = ir.add({ kind: 'project', matrices, operand: moved.get(product.operand)!, dim: product.dim })
    return ir.add({ kind: 'gate', project, index: matrices.indexOf(product.matrix), dim: product.dim })
  }
  return { ir, newStates: roots.map((root) => moved.get(root)!) }
}
