/**
 * Pass 5: forward graph -> backward graph, by reverse accumulation with the adjoint rules of primitives.ts. The backward
 * nodes are added to the same builder and may read any forward node. Products of parameters' gradients are not
 * nodes: they are sums over all steps and series, listed for the backend to do at once.
 */
import { argumentsOf, type MatrixUse, type NodeId } from './ir.ts'
import type { ForwardGraph } from './lower.ts'
import { PRIMITIVES } from './primitives.ts'

/** dU_g = sum over steps and series of adjoints[g] ⊗ operand, U_g as the product uses it: transposed for the parameter where that is. */
export interface MatrixGradient {
  readonly project: NodeId
  readonly matrices: readonly MatrixUse[]
  readonly operand: NodeId
  /** Adjoint of each gate; null where a gate leads nowhere. */
  readonly adjoints: readonly (NodeId | null)[]
  /** The matrices keep their values: the adjoints are there for what the project reads, and no gradient is wanted. */
  readonly isFrozen: boolean
}

export interface BackwardGraph {
  /** Adjoint of each state before the step; null where the step does not read it. */
  readonly stateAdjoints: readonly (NodeId | null)[]
  /** Adjoint of x_t without what comes through products that read x_t itself (see `MatrixGradient`); null if none. */
  readonly inputAdjoint: NodeId | null
  readonly matrixGradients: readonly MatrixGradient[]
  /** Gradient of a vector or number: the sum of `adjoint` over steps and series. */
  readonly vectorGradients: readonly { readonly symbol: string; readonly adjoint: NodeId }[]
}

/** @param frozen parameters that have no gradient */
export function differentiate({ ir, newStates }: ForwardGraph, frozen: ReadonlySet<string> = new Set()): BackwardGraph {
  const forwardCount = ir.nodes.length
  const adjoints = new Map<NodeId, NodeId>()
  const accumulate = (id: NodeId, d: NodeId | null): void => {
    if (d === null || !reachesParameter[id]) return
    // What stands for all units alike has the sum of their adjoints.
    const own = ir.nodes[id]!.dim === '1' && ir.nodes[d]!.dim !== '1' ? ir.sum(d) : d
    const sofar = adjoints.get(id)
    adjoints.set(id, sofar === undefined ? own : ir.apply('add', [sofar, own]))
  }
  const reachesParameter: boolean[] = []
  for (const node of ir.nodes)
    reachesParameter.push(
      node.kind !== 'literal' &&
        node.kind !== 'size' &&
        (argumentsOf(node).length === 0 ||
          argumentsOf(node).some((id) => reachesParameter[id] || node.kind === 'project')),
    )
  newStates.forEach((id, state) => accumulate(id, ir.add({ kind: 'state-adjoint', state, dim: 'H' })))

  const gateAdjoints = new Map<NodeId, (NodeId | null)[]>()
  const matrixGradients: MatrixGradient[] = []
  const stateAdjoints: (NodeId | null)[] = newStates.map(() => null)
  const vectorGradients: { symbol: string; adjoint: NodeId }[] = []
  let inputAdjoint: NodeId | null = null
  for (let id = forwardCount - 1; id >= 0; id--) {
    const node = ir.nodes[id]!
    if (node.kind === 'project') {
      const gates = gateAdjoints.get(id)
      if (!gates) continue
      matrixGradients.push({
        project: id,
        matrices: node.matrices,
        operand: node.operand,
        adjoints: gates,
        isFrozen: frozen.has(node.matrices[0]!.symbol),
      })
      const operand = ir.nodes[node.operand]!
      const through = gates.flatMap((d, index) => (d === null ? [] : [{ d, matrix: node.matrices[index]! }]))
      if (operand.kind !== 'input' && through.length > 0)
        accumulate(
          node.operand,
          ir.add({
            kind: 'backproject',
            matrices: through.map(({ matrix }) => matrix),
            operands: through.map(({ d }) => d),
            dim: operand.dim ?? 'H',
          }),
        )
      continue
    }
    const d = adjoints.get(id)
    if (d === undefined) continue
    if (node.kind === 'apply')
      PRIMITIVES[node.primitive]
        .adjoint(ir, d, id, node.args)
        .forEach((argAdjoint, index) => accumulate(node.args[index]!, argAdjoint))
    else if (node.kind === 'sum') accumulate(node.operand, ir.spread(d, node.operand))
    else if (node.kind === 'spread') accumulate(node.operand, d)
    else if (node.kind === 'gate') {
      const project = ir.nodes[node.project]!
      const gates =
        gateAdjoints.get(node.project) ?? (project.kind === 'project' ? project.matrices.map(() => null) : [])
      gates[node.index] = d
      gateAdjoints.set(node.project, gates)
    } else if (node.kind === 'state') stateAdjoints[node.state] = d
    else if (node.kind === 'vector') {
      if (!frozen.has(node.symbol)) vectorGradients.push({ symbol: node.symbol, adjoint: d })
    } else if (node.kind === 'input') inputAdjoint = d
  }
  return {
    stateAdjoints,
    inputAdjoint,
    matrixGradients: matrixGradients.reverse(),
    vectorGradients: vectorGradients.reverse(),
  }
}
