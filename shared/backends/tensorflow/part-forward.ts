/**
 * A part's cell over all steps, as one loop: inputs and first states enter, states after every step and what the way back reads leave.
 * Products of the input alone are made before the loop, of all steps at once.
 */
import type { NodeId } from '../../compiler/ir.ts'
import type { Part } from '../../networks/network.ts'
import { CellValues, type CellValue } from './cell-values.ts'
import type { Value } from './graph/graph.ts'
import { loop } from './graph/functions.ts'
import type { Count, Graph } from './graph/ops.ts'
import type { PartParameters } from './part-parameters.ts'

/** What a layer reads: [T, B, I], or [I] for every series and step. */
export interface LayerInput {
  readonly value: Value
  readonly isConstant: boolean
}

export interface ForwardRequest {
  readonly input: LayerInput
  /** [B, H] each */
  readonly initialStates: readonly Value[]
  /** How many steps are made, at most as many as there is room for. */
  readonly steps: Value
  /** T: steps that there is room for; what is kept of those that are not made is zero. */
  readonly room: Count
  /** What outlives the loop: the last states alone, the states of all steps, or all that the way back reads. */
  readonly keeps: 'last-states' | 'states' | 'all'
}

export interface PartRun {
  readonly input: LayerInput
  readonly lastStates: readonly Value[]
  /** [T + 1, B, H] of each state, entry t before step t; none where only the last states are kept. */
  readonly history: readonly Value[]
  /** [T, B, width] of the nodes that the cell's derivative reads. */
  readonly saved: ReadonlyMap<NodeId, Value>
}

export function runPart(
  graph: Graph,
  part: Part,
  parameters: PartParameters,
  { input, initialStates, steps, room, keeps }: ForwardRequest,
): PartRun {
  const { forward, stages, states } = part.cell
  const { nodes } = forward.ir
  const products = inputProducts(graph, part, parameters, input)
  const batch = graph.size(initialStates[0]!, 0)
  const savedIds = keeps === 'all' ? stages.saved : []
  const one = graph.integers(1)
  const historyLists =
    keeps === 'last-states'
      ? []
      : initialStates.map((state) => {
          const length = typeof room === 'number' ? room + 1 : graph.add(room, one)
          return graph.put(graph.newList([batch, part.units], length), graph.integers(0), state)
        })
  const width = (id: NodeId): number => ({ I: part.inputSize, H: part.units, 1: 1 })[nodes[id]!.dim ?? 'H']
  const savedLists = savedIds.map((id) => graph.newList([batch, width(id)], room))
  const stateCount = states.length
  const [, ...last] = loop(
    graph,
    [graph.integers(0), ...initialStates, ...historyLists, ...savedLists],
    ({ graph: inner, outside }, [t]) => inner.compare('Less', t!, outside(steps)),
    ({ graph: inner, outside }, [t, ...carried]) => {
      const before = carried.slice(0, stateCount)
      const known = new Map<NodeId, CellValue>()
      nodes.forEach((node, id) => {
        if (node.kind === 'state') known.set(id, { value: before[node.state]!, hasRows: true, width: 'H' })
        else if (node.kind === 'input')
          known.set(
            id,
            input.isConstant
              ? { value: outside(input.value), hasRows: false, width: 'I' }
              : { value: inner.at(outside(input.value), t!), hasRows: true, width: 'I' },
          )
      })
      for (const { project, value } of products) {
        const node = nodes[project]!
        if (node.kind !== 'project') throw new TypeError('products of the input are projects')
        const gates = inner.split(
          input.isConstant ? outside(value) : inner.at(outside(value), t!),
          node.matrices.map(() => width(project)),
          1,
        )
        nodes.forEach((gate, id) => {
          if (gate.kind === 'gate' && gate.project === project)
            known.set(id, { value: gates[gate.index]!, hasRows: !input.isConstant, width: gate.dim })
        })
      }
      const values = new CellValues(
        {
          graph: inner,
          part,
          vector: (symbol) => outside(parameters.vector(symbol)),
          matrices: (uses) => outside(parameters.matrices(uses)),
          rows: () => [inner.size(before[0]!, 0)],
        },
        known,
      )
      values.compute([...forward.newStates, ...savedIds])
      const after = forward.newStates.map((id) => values.full(id))
      const next = inner.add(t!, inner.integers(1))
      const lists = carried.slice(stateCount)
      const kept = [
        ...historyLists.map((_, s) => inner.put(lists[s]!, next, after[s]!)),
        ...savedIds.map((id, i) => inner.put(lists[historyLists.length + i]!, t!, values.full(id))),
      ]
      return [next, ...after, ...kept]
    },
  )
  const lists = last.slice(stateCount)
  return {
    input,
    lastStates: last.slice(0, stateCount),
    history: historyLists.map((_, s) => graph.stack(lists[s]!, [batch, part.units])),
    saved: new Map(
      savedIds.map((id, i) => [id, graph.stack(lists[historyLists.length + i]!, [batch, width(id)])] as const),
    ),
  }
}

/** Products of x_t with the cell's matrices, of all steps: [T, B, outs], or [1, outs] of a constant input. */
function inputProducts(
  graph: Graph,
  part: Part,
  parameters: PartParameters,
  { value, isConstant }: LayerInput,
): { readonly project: NodeId; readonly value: Value }[] {
  return part.cell.stages.preProjects.map((project) => {
    const node = part.cell.forward.ir.nodes[project]!
    if (node.kind !== 'project') throw new TypeError('products of the input are projects')
    const rows = graph.reshape(value, [-1, part.inputSize])
    const product = graph.product(rows, parameters.matrices(node.matrices), { isTransposedB: true })
    if (isConstant) return { project, value: product }
    const width = { I: part.inputSize, H: part.units, 1: 1 }[node.dim] * node.matrices.length
    return { project, value: graph.reshape(product, [graph.size(value, 0), graph.size(value, 1), width]) }
  })
}
