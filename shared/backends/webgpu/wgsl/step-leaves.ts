/** What a step's nodes read that the step itself does not compute: stages and further roots enter, nodes leave. */
import { argumentsOf, type IrNode, type NodeId } from '../../../compiler/ir.ts'
import type { Stage } from '../../../compiler/stage.ts'

/** In the order of the graph; not constants and vectors of parameters, which are the same for all steps. */
export function leavesOf(nodes: readonly IrNode[], stages: readonly Stage[], roots: readonly NodeId[]): NodeId[] {
  const computed = new Set(stages.flatMap(({ products, sums, pointwise }) => [...products, ...sums, ...pointwise]))
  const read = new Set([...[...computed].flatMap((id) => argumentsOf(nodes[id]!)), ...roots])
  return [...read].filter((id) => isLeaf(id)).sort((a, b) => a - b)

  function isLeaf(id: NodeId): boolean {
    const node = nodes[id]!
    if (computed.has(id) || (node.kind === 'gate' && computed.has(node.project))) return false
    return !['literal', 'size', 'vector', 'project'].includes(node.kind)
  }
}
