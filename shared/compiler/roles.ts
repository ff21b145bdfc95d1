/** What each parameter does in a cell, by how its graph uses it: what `lab cell` and the editor say beside its shape. */
import { argumentsOf, type NodeId } from './ir.ts'
import type { ForwardGraph } from './lower.ts'
import type { Primitive } from './primitives.ts'

/** `vector`: used both as a bias and as a factor, or inside a function alone; `start`: where a state begins, and nothing else. */
export type ParameterRole = 'input-matrix' | 'recurrent-matrix' | 'bias' | 'gain' | 'vector' | 'scalar' | 'start'

function useIn(primitive: Primitive): ParameterRole {
  if (primitive === 'add' || primitive === 'sub') return 'bias'
  return primitive === 'mul' ? 'gain' : 'vector'
}

/** The roles of matrices and vectors, by symbol. */
export function findRoles({ ir }: ForwardGraph): Map<string, ParameterRole> {
  const roles = new Map<string, ParameterRole>()
  const usesOf = new Map<NodeId, Set<ParameterRole>>()
  const readsState: boolean[] = []
  ir.nodes.forEach((node, id) => {
    readsState.push(node.kind === 'state' || argumentsOf(node).some((arg) => readsState[arg]))
    if (node.kind === 'project')
      for (const matrix of node.matrices) {
        // A matrix that is applied twice is recurrent if one of its vectors is.
        if (readsState[id]) roles.set(matrix.symbol, 'recurrent-matrix')
        else if (!roles.has(matrix.symbol)) roles.set(matrix.symbol, 'input-matrix')
      }
    if (node.kind === 'vector') usesOf.set(id, new Set())
    if (node.kind === 'apply') for (const arg of node.args) usesOf.get(arg)?.add(useIn(node.primitive))
  })
  for (const [id, uses] of usesOf) {
    const node = ir.nodes[id]!
    const [use = 'vector'] = uses
    if (node.kind === 'vector') roles.set(node.symbol, uses.size === 1 ? use : 'vector')
  }
  return roles
}
