/**
 * Runs a cell's graph on numbers, node by node, in float64: slow and obvious. One call is one step of one batch; every
 * node's value is kept. The oracle for every other backend.
 */
import type { IrNode, MatrixUse, NodeId, VectorDim } from '../../compiler/ir.ts'
import { PRIMITIVES } from '../../compiler/primitives.ts'
import type { CellProgram } from '../../compiler/passes.ts'

/** Value of a node: [B, dim] row-major, or a number for a literal or a size. */
export type NodeValue = Float64Array | number

/** What a step reads. */
export interface StepInputs {
  /** B */
  readonly batch: number
  readonly sizes: Readonly<Record<VectorDim, number>>
  /** Parameters by symbol: matrices [out, in], vectors [out]. */
  readonly parameters: (symbol: string) => Float64Array
  /** x_t: [B, I] */
  readonly input: Float64Array
  /** States before the step, [B, H] each. */
  readonly states: readonly Float64Array[]
  /** Adjoints of the states after the step, for the backward graph. */
  readonly stateAdjoints?: readonly Float64Array[]
}

/** Computes all nodes below `count` that are not there yet, in order. */
export function evaluateNodes(
  cell: CellProgram,
  inputs: StepInputs,
  ids: Iterable<NodeId>,
  values: Map<NodeId, NodeValue>,
): void {
  const { nodes } = cell.forward.ir
  for (const id of ids) if (!values.has(id)) values.set(id, evaluateNode(nodes[id]!, inputs, values, nodes))
}

function evaluateNode(
  node: IrNode,
  inputs: StepInputs,
  values: ReadonlyMap<NodeId, NodeValue>,
  nodes: readonly IrNode[],
): NodeValue {
  const { batch, parameters } = inputs
  const sizes = { ...inputs.sizes, 1: 1 }
  switch (node.kind) {
    case 'literal':
      return node.value
    case 'input':
      return inputs.input
    case 'state':
      return inputs.states[node.state]!
    case 'state-adjoint':
      return inputs.stateAdjoints![node.state]!
    case 'vector': {
      const vector = parameters(node.symbol)
      return Float64Array.from({ length: batch * vector.length }, (_, i) => vector[i % vector.length]!)
    }
    case 'apply': {
      const { evaluate } = PRIMITIVES[node.primitive]
      const [a, b] = node.args.map((id) => values.get(id)!)
      const width = sizes[node.dim]
      const result = new Float64Array(batch * width)
      for (let i = 0; i < result.length; i++)
        result[i] =
          b === undefined
            ? evaluate(entryAt(a!, i, batch, width))
            : evaluate(entryAt(a!, i, batch, width), entryAt(b, i, batch, width))
      return result
    }
    case 'spread': {
      const value = values.get(node.operand)!
      const width = sizes[node.dim]
      return Float64Array.from({ length: batch * width }, (_, i) => entryAt(value, i, batch, width))
    }
    case 'sum': {
      const rows = values.get(node.operand) as Float64Array
      const result = new Float64Array(batch)
      const width = rows.length / batch
      rows.forEach((value, i) => (result[Math.floor(i / width)]! += value))
      return result
    }
    case 'size':
      return sizes[node.of]
    case 'project':
      return new Float64Array(0) // its values are read through the gates
    case 'gate': {
      const project = nodes[node.project]!
      if (project.kind !== 'project') throw new TypeError('a gate reads a project')
      const operand = values.get(project.operand) as Float64Array
      const { symbol, isTransposed } = project.matrices[node.index]!
      if (!isTransposed) return multiply(operand, parameters(symbol), batch, sizes[node.dim])
      const result = new Float64Array(batch * sizes[node.dim])
      addTransposedProduct(result, operand, parameters(symbol), batch)
      return result
    }
    case 'backproject': {
      const result = new Float64Array(batch * sizes[node.dim])
      node.matrices.forEach((matrix, gate) =>
        addAdjointProduct(result, values.get(node.operands[gate]!) as Float64Array, matrix, parameters, batch),
      )
      return result
    }
  }
}

/** What goes with entry i of a value [B, width]: its own, its row's one number, or the number of all. */
function entryAt(value: NodeValue, i: number, batch: number, width: number): number {
  if (typeof value === 'number') return value
  return value.length === batch * width ? value[i]! : value[Math.floor(i / width)]!
}

/** operand [B, in] times matrix [out, in] transposed: [B, out]. */
export function multiply(operand: Float64Array, matrix: Float64Array, batch: number, out: number): Float64Array {
  const inSize = matrix.length / out
  const result = new Float64Array(batch * out)
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++) {
      let sum = 0
      for (let i = 0; i < inSize; i++) sum += operand[b * inSize + i]! * matrix[o * inSize + i]!
      result[b * out + o] = sum
    }
  return result
}

/** result [B, in] += adjoint [B, out] times matrix [out, in]. */
function addTransposedProduct(result: Float64Array, adjoint: Float64Array, matrix: Float64Array, batch: number): void {
  const out = adjoint.length / batch
  const inSize = matrix.length / out
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++) {
      const d = adjoint[b * out + o]!
      for (let i = 0; i < inSize; i++) result[b * inSize + i]! += d * matrix[o * inSize + i]!
    }
}

/** result += what an adjoint becomes on its way back through a product: the product with the other orientation of its matrix. */
export function addAdjointProduct(
  result: Float64Array,
  adjoint: Float64Array,
  { symbol, isTransposed }: MatrixUse,
  parameters: StepInputs['parameters'],
  batch: number,
): void {
  if (isTransposed)
    multiply(adjoint, parameters(symbol), batch, result.length / batch).forEach((d, i) => (result[i]! += d))
  else addTransposedProduct(result, adjoint, parameters(symbol), batch)
}

/** gradient [out, in] += adjoint [B, out] transposed times operand [B, in]. */
export function addOuterProduct(
  gradient: Float64Array,
  adjoint: Float64Array,
  operand: Float64Array,
  batch: number,
): void {
  const out = adjoint.length / batch
  const inSize = operand.length / batch
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++) {
      const d = adjoint[b * out + o]!
      for (let i = 0; i < inSize; i++) gradient[o * inSize + i]! += d * operand[b * inSize + i]!
    }
}

/** gradient [n] += sum over rows of adjoint [B, n]. */
export function addRowSum(gradient: Float64Array, adjoint: Float64Array): void {
  for (let i = 0; i < adjoint.length; i++) gradient[i % gradient.length]! += adjoint[i]!
}
