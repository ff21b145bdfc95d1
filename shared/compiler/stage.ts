/**
 * Pass 6: graphs -> stages. A stage is what can be computed pointwise once the products before it are done; stages are
 * separated by products and sums over units that need earlier values, so their number is the serial depth of a step.
 * Products of x_t alone are `preProjects`: done for many steps at once, outside the loop over time. Also decides what the
 * forward pass saves for the backward one, and what is cheaper to compute again.
 */
import type { BackwardGraph } from './differentiate.ts'
import { argumentsOf, reachable, type IrBuilder, type NodeId } from './ir.ts'
import type { ForwardGraph } from './lower.ts'
import { PRIMITIVES } from './primitives.ts'

export interface Stage {
  /** `project` and `backproject` nodes whose operands are ready when the stage starts. */
  readonly products: readonly NodeId[]
  /** `sum` nodes whose operands are ready then, or with the stage's products. */
  readonly sums: readonly NodeId[]
  /** `apply` and `spread` nodes, in order. */
  readonly pointwise: readonly NodeId[]
}

export interface StagedCell {
  /** Projects of x_t itself. */
  readonly preProjects: readonly NodeId[]
  readonly forwardStages: readonly Stage[]
  readonly backwardStages: readonly Stage[]
  /** Forward nodes (`apply` or `gate`) whose values of every step the backward pass reads. */
  readonly saved: readonly NodeId[]
  /** Forward `apply` nodes that the backward pass computes again. */
  readonly recomputed: readonly NodeId[]
}

export function stageCell(forward: ForwardGraph, backward: BackwardGraph): StagedCell {
  const { ir } = forward
  const backwardRoots = [
    ...backward.stateAdjoints,
    backward.inputAdjoint,
    ...backward.matrixGradients.flatMap(({ adjoints }) => adjoints),
    ...backward.vectorGradients.map(({ adjoint }) => adjoint),
  ].filter((id) => id !== null)
  const forwardLive = reachable(ir, forward.newStates)
  const isForward = (id: NodeId): boolean => forwardLive.has(id)
  const backwardLive = reachable(ir, backwardRoots, isForward)

  // Operands of products are read again for the gradients of their matrices.
  const referenced = new Set<NodeId>(backward.matrixGradients.map(({ operand }) => operand))
  for (const id of backwardLive) {
    if (isForward(id)) referenced.add(id)
    else
      argumentsOf(ir.nodes[id]!)
        .filter(isForward)
        .forEach((arg) => referenced.add(arg))
  }
  const { saved, recomputed } = chooseSaved(ir, referenced)
  const preProjects = [...forwardLive].filter((id) => {
    const node = ir.nodes[id]!
    return node.kind === 'project' && ir.nodes[node.operand]!.kind === 'input'
  })
  const pre = new Set(preProjects)
  const savedSet = new Set(saved)
  const operands = new Set(backward.matrixGradients.map(({ operand }) => operand))
  // A recomputed value is one more pointwise node of the backward pass; one that a matrix gradient reads is stored there.
  const backwardNodes = new Set([...backwardLive].filter((id) => !isForward(id)))
  const waiting = recomputed.filter((id) => referenced.has(id) || operands.has(id))
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (savedSet.has(id) || ir.nodes[id]!.kind !== 'apply' || backwardNodes.has(id)) continue
    backwardNodes.add(id)
    waiting.push(...argumentsOf(ir.nodes[id]!))
  }
  const backwardOnly = new Set([...backwardNodes].sort((a, b) => a - b))
  return {
    preProjects,
    forwardStages: assignStages(
      ir,
      new Set([...forwardLive].filter((id) => !pre.has(id))),
      (id) => !forwardLive.has(id) || pre.has(id),
    ),
    backwardStages: assignStages(ir, backwardOnly, (id) => !backwardOnly.has(id)),
    saved,
    recomputed: recomputed.filter((id) => backwardOnly.has(id)),
  }
}

/** Saves what is expensive; computes again what is cheap and made of leaves and saved values only. */
function chooseSaved(ir: IrBuilder, referenced: ReadonlySet<NodeId>): { saved: NodeId[]; recomputed: NodeId[] } {
  const ordered = [...referenced].sort((a, b) => a - b)
  const isLeaf = (id: NodeId): boolean => ['input', 'state', 'vector', 'literal', 'size'].includes(ir.nodes[id]!.kind)
  const isCheap = (id: NodeId): boolean => {
    const node = ir.nodes[id]!
    return node.kind === 'apply' && PRIMITIVES[node.primitive].cheap
  }
  const saved = new Set(ordered.filter((id) => !isLeaf(id) && !isCheap(id)))
  // In topological order, so that what a node is made of has been judged before it: asked anew for each reader, values that are shared
  // along a chain would be judged as often as there are ways to them, which doubles with every link.
  const available = new Set<NodeId>()
  for (let id = 0; id <= (ordered.at(-1) ?? -1); id++) {
    const isMadeOfAvailable = isCheap(id) && argumentsOf(ir.nodes[id]!).every((arg) => available.has(arg))
    if (!isLeaf(id) && !saved.has(id) && !isMadeOfAvailable) {
      if (!referenced.has(id)) continue
      saved.add(id)
    }
    available.add(id)
  }
  return { saved: [...saved].sort((a, b) => a - b), recomputed: ordered.filter((id) => !isLeaf(id) && !saved.has(id)) }
}

/** As early as possible: a product opens the stage after its latest operand, a sum too unless that is a product. */
function assignStages(ir: IrBuilder, live: ReadonlySet<NodeId>, ready: (id: NodeId) => boolean): Stage[] {
  const stageOf = new Map<NodeId, number>()
  const stages: { products: NodeId[]; sums: NodeId[]; pointwise: NodeId[] }[] = []
  const put = (id: NodeId, stage: number, list: 'products' | 'sums' | 'pointwise'): void => {
    stageOf.set(id, stage)
    ;(stages[stage] ??= { products: [], sums: [], pointwise: [] })[list].push(id)
  }
  for (const id of live) {
    const node = ir.nodes[id]!
    const latest = argumentsOf(node).reduce(
      (stage, arg) => (ready(arg) ? stage : Math.max(stage, stageOf.get(arg) ?? -1)),
      -1,
    )
    if (node.kind === 'project' || node.kind === 'backproject') put(id, latest + 1, 'products')
    else if (node.kind === 'sum') {
      const isOfProduct = ['gate', 'backproject'].includes(ir.nodes[node.operand]!.kind)
      put(id, isOfProduct ? Math.max(latest, 0) : latest + 1, 'sums')
    } else if (node.kind === 'gate') stageOf.set(id, Math.max(latest, 0))
    else if (node.kind === 'apply' || node.kind === 'spread') put(id, Math.max(latest, 0), 'pointwise')
  }
  for (let i = 0; i < stages.length; i++) stages[i] ??= { products: [], sums: [], pointwise: [] }
  return stages
}
