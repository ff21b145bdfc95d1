/**
 * Runs a cell's graph on numbers, node by node, in float64: slow and obvious. One call is one step of one batch; every
 * node's value is kept. The oracle for every other backend.
 */
import type { IrNode, NodeId } from '../../compiler/ir.ts'
import { PRIMITIVES } from '../../compiler/primitives.ts'
import type { CellProgram } from '../../compiler/passes.ts'

/** Value of a node: [B, dim] row-major, or a number for a literal. */
export type NodeValue = Float64Array | number

/** What a step reads. */
export interface StepInputs {
  /** B */
  readonly batch: number
  readonly sizes: { readonly I: number; readonly H: number }
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
  const { batch, sizes, parameters } = inputs
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
      return Float64Array.from({ length: batch * sizes[node.dim] }, (_, i) => vector[i % vector.length]!)
    }
    case 'apply': {
      const { evaluate } = PRIMITIVES[node.primitive]
      const [a, b] = node.args.map((id) => values.get(id)!)
      const at = (value: NodeValue, i: number): number => (typeof value === 'number' ? value : value[i]!)
      const result = new Float64Array(batch * sizes[node.dim])
      for (let i = 0; i < result.length; i++)
        result[i] = b === undefined ? evaluate(at(a!, i)) : evaluate(at(a!, i), at(b, i))
      return result
    }
    case 'project':
      return new Float64Array(0) // its values are read through the gates
    case 'gate': {
      const project = nodes[node.project]!
      if (project.kind !== 'project') throw new TypeError('a gate reads a project')
      const operand = values.get(project.operand) as Float64Array
      return multiply(operand, parameters(project.matrices[node.index]!), batch, sizes[node.dim])
    }
    case 'backproject': {
      const result = new Float64Array(batch * sizes[node.dim])
      node.matrices.forEach((symbol, gate) =>
        addTransposedProduct(result, values.get(node.operands[gate]!) as Float64Array, parameters(symbol), batch),
      )
      return result
    }
  }
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
export function addTransposedProduct(
  result: Float64Array,
  adjoint: Float64Array,
  matrix: Float64Array,
  batch: number,
): void {
  const out = adjoint.length / batch
  const inSize = matrix.length / out
  for (let b = 0; b < batch; b++)
    for (let o = 0; o < out; o++) {
      const d = adjoint[b * out + o]!
      for (let i = 0; i < inSize; i++) result[b * inSize + i]! += d * matrix[o * inSize + i]!
    }
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
