/**
 * Pass 4: checked syntax -> IR. Products that read the same operand become one `project` node, so that a backend computes
 * all gates at once. Simplification happens as nodes are made (ir.ts). Temporaries are gone afterwards.
 */
import { operatorChain, type Expression } from './ast.ts'
import type { CheckedCell } from './check.ts'
import { NOTATION_FUNCTIONS } from './functions.ts'
import { IrBuilder, matrixText, reachable, type Dim, type IrNode, type MatrixUse, type NodeId } from './ir.ts'
import { syntaxError } from './tokenize.ts'

export interface ForwardGraph {
  readonly ir: IrBuilder
  /** The new value of each state, in the order of the states. */
  readonly newStates: readonly NodeId[]
}

/** Two orders above any cell in the literature; the derivative has some for each of them. */
const MAX_VALUES = 10_000

/** Before grouping, a product is kept as one matrix and its operand. */
type SingleProduct = { matrix: MatrixUse; operand: NodeId; dim: Dim }

/** All products of one operand: their node, and the gate of each matrix by its text. */
type GroupedProject = { project: NodeId; indices: ReadonlyMap<string, number> }

/** @throws LabError `cell-syntax` at the equation that makes the cell too large */
export function lowerCell(cell: CheckedCell, where: string): ForwardGraph {
  const ungrouped = new IrBuilder()
  const products = new Map<NodeId, SingleProduct>()
  const values = new Map<string, NodeId>()
  const stateIndices = new Map(cell.states.map((state, index) => [state, index]))
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
      case 'binary': {
        const { first, links } = operatorChain(expression)
        return links.reduce(
          (left, { operator, right }) => ungrouped.apply(primitiveOf[operator], [left, lower(right)]),
          lower(first),
        )
      }
      case 'call':
        return NOTATION_FUNCTIONS[expression.callee]!.build(ungrouped, expression.args.map(lower))
      case 'matrix': {
        const operand = lower(expression.operand)
        const [first, ...others] = expression.terms
        const start = lowerProduct(first!.matrix, operand)
        return others.reduce(
          (sum, { matrix, sign }) => ungrouped.apply(primitiveOf[sign], [sum, lowerProduct(matrix, operand)]),
          first!.sign === '-' ? ungrouped.apply('neg', [start]) : start,
        )
      }
    }
  }

  const lowerProduct = (matrix: MatrixUse, operand: NodeId): NodeId => {
    const dim = cell.matrices.get(matrix.symbol)![matrix.isTransposed ? 1 : 0]
    const id = ungrouped.add({ kind: 'project', matrices: [matrix], operand, dim })
    products.set(id, { matrix, operand, dim })
    return id
  }

  const lowerName = (name: string): NodeId => {
    if (name === 'x') return ungrouped.add({ kind: 'input', dim: 'I' })
    const value = values.get(name)
    if (value !== undefined) return value
    const state = stateIndices.get(name)
    if (state !== undefined) return ungrouped.add({ kind: 'state', state, dim: 'H' })
    const { constants } = cell.syntax
    if (Object.hasOwn(constants, name)) return ungrouped.literal(constants[name]!)
    return ungrouped.add({ kind: 'vector', symbol: name, dim: cell.vectors.get(name) ?? '1' })
  }

  const lowerPower = (base: NodeId, exponent: number): NodeId => {
    if (exponent === 0) return ungrouped.spread(ungrouped.literal(1), base)
    let result = base
    for (let i = 1; i < Math.abs(exponent); i++) result = ungrouped.apply('mul', [result, base])
    return exponent > 0 ? result : ungrouped.apply('div', [ungrouped.literal(1), result])
  }

  for (const { target, value, at } of cell.syntax.equations) {
    values.set(target, lower(value))
    if (ungrouped.nodes.length > MAX_VALUES)
      throw syntaxError(where, at, 'The cell computes too many values.', {
        expected: `at most ${MAX_VALUES}, one for each operation`,
        found: `${ungrouped.nodes.length} with \`${target}\``,
        remedy: 'Give values that are used twice a name of their own, or leave some out.',
      })
  }
  const newStates = cell.states.map((state) => values.get(`${state}'`)!)
  return groupProducts(ungrouped, products, newStates, new Set(cell.syntax.frozen.map(({ name }) => name)))
}

/**
 * Rebuilds the graph with one `project` for all products of an operand (and result dimension), dead nodes dropped. Frozen matrices have
 * projects of their own, whose gradients nobody computes.
 */
function groupProducts(
  source: IrBuilder,
  products: ReadonlyMap<NodeId, SingleProduct>,
  roots: readonly NodeId[],
  frozen: ReadonlySet<string>,
): ForwardGraph {
  const live = reachable(source, roots)
  const groups = new Map<string, Map<string, MatrixUse>>()
  const groupKey = ({ matrix, operand, dim }: SingleProduct): string => `${operand}:${dim}:${frozen.has(matrix.symbol)}`
  for (const [id, product] of products) {
    if (!live.has(id)) continue
    const members = groups.get(groupKey(product)) ?? new Map<string, MatrixUse>()
    groups.set(groupKey(product), members.set(matrixText(product.matrix), product.matrix))
  }
  const ir = new IrBuilder()
  const moved = new Map<NodeId, NodeId>()
  const projects = new Map<string, GroupedProject>()
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
    if (node.kind === 'sum' || node.kind === 'spread') return ir.add({ ...node, operand: moved.get(node.operand)! })
    if (node.kind !== 'project') return ir.add(node)
    const product = products.get(id)!
    const { project, indices } = projectOf(product)
    return ir.add({ kind: 'gate', project, index: indices.get(matrixText(product.matrix))!, dim: product.dim })
  }
  /** Made with its first product: comparing it again for each would take its matrices' number squared. */
  function projectOf(product: SingleProduct): GroupedProject {
    const key = groupKey(product)
    const known = projects.get(key)
    if (known) return known
    const matrices = [...groups.get(key)!.values()]
    const id = ir.add({ kind: 'project', matrices, operand: moved.get(product.operand)!, dim: product.dim })
    const grouped = { project: id, indices: new Map(matrices.map((matrix, index) => [matrixText(matrix), index])) }
    projects.set(key, grouped)
    return grouped
  }
  return { ir, newStates: roots.map((root) => moved.get(root)!) }
}
