/** Nodes of a cell's graph -> WGSL expressions of four rows each, given those of what they read. Which variables hold them is the writer's affair. */
import type { Dim, IrNode, NodeId } from '../../../compiler/ir.ts'
import { WGSL_PRIMITIVES, type WgslFunctionName } from './functions.ts'

/** A float32 as WGSL writes it; what is not finite has no literal. */
export function floatText(value: number): string {
  const float = Math.fround(value)
  if (Object.is(float, -0)) return '-0.0f'
  const text = String(float)
  return /[.e]/.test(text) ? `${text}f` : `${text}.0f`
}

/** The same number in all four rows. @param functions takes what the text calls */
export function constantText(value: number, functions: Set<WgslFunctionName>): string {
  const float = Math.fround(value)
  if (Number.isFinite(float)) return `vec4f(${floatText(float)})`
  const name = Number.isNaN(float) ? 'not_a_number' : 'infinity'
  functions.add(name)
  return float === -Infinity ? '(-infinity())' : `${name}()`
}

/**
 * @param readArgument the expression of an argument that is no constant
 * @param functions takes what the text calls
 */
export function pointwiseText(
  node: Extract<IrNode, { kind: 'apply' | 'spread' }>,
  nodes: readonly IrNode[],
  sizes: Readonly<Record<Dim, number>>,
  readArgument: (id: NodeId) => string,
  functions: Set<WgslFunctionName>,
): string {
  const read = (id: NodeId): string => {
    const argument = nodes[id]!
    if (argument.kind === 'literal') return constantText(argument.value, functions)
    if (argument.kind === 'size') return constantText(sizes[argument.of], functions)
    return readArgument(id)
  }
  if (node.kind === 'spread') return read(node.operand)
  const { calls, write } = WGSL_PRIMITIVES[node.primitive]
  if (calls !== null) functions.add(calls)
  const [a, b] = node.args.map(read) as [string, string]
  return write(a, b)
}
