/**
 * The way back through a part's run, as one loop over its steps in reverse with the cell's own derivative. The loop keeps the adjoints of products
 * and vectors; gradients are made of them after it, of all steps at once. Rows that no adjoint comes to (adjoint-reach.ts) are left out, not
 * multiplied by zero.
 */
import type { NodeId } from '../../compiler/ir.ts'
import type { Part } from '../../networks/network.ts'
import { CellValues, type CellValue } from './cell-values.ts'
import type { Value } from './graph/graph.ts'
import { loop } from './graph/functions.ts'
import type { Count, Graph } from './graph/ops.ts'
import type { PartRun } from './part-forward.ts'
import type { PartParameters } from './part-parameters.ts'

/** Where adjoints can be, of [T, B] or [T, 1]. */
export interface AdjointReach {
  /** Whether one comes to this row. */
  readonly reached: Value
  /** Whether it goes on to the step before: reached, and not cut. */
  readonly passed: Value
}

export interface BackwardRequest {
  readonly steps: Value
  readonly room: Count
  readonly reach: AdjointReach
  /** Adjoints of the states after the last step, [B, H] each; null for none. */
  readonly lastStates: readonly Value[] | null
  /** By state, what enters at its value after every step: [T, B, H]. */
  readonly sequences: ReadonlyMap<number, Value>
  /** What enters at all states after `steps[b]` steps: [B, H] each. */
  readonly states: { readonly steps: Value; readonly adjoints: readonly Value[] } | null
  /** Whether gradients of the parameters are wanted. */
  readonly wantsGradients: boolean
  /** Whether the adjoint of the input is. */
  readonly wantsInput: boolean
}

export interface PartAdjoints {
  /** Of the states that the run began with, [B, H] each. */
  readonly initialStates: readonly Value[]
  /** [T, B, I]; null where it is not wanted. */
  readonly input: Value | null
  /** By symbol, in the parameter's shape. */
  readonly gradients: ReadonlyMap<string, Value>
}

export function runPartBackward(
  graph: Graph,
  part: Part,
  parameters: PartParameters,
  run: PartRun,
  request: BackwardRequest,
): PartAdjoints {
  const { steps, room, reach, sequences, states, wantsGradients, wantsInput } = request
  const { backward, forward, states: stateNames } = part.cell
  const { nodes } = forward.ir
  const batch = graph.size(run.history[0]!, 1)
  const width = (id: NodeId): number => ({ I: part.inputSize, H: part.units, 1: 1 })[nodes[id]!.dim ?? 'H']
  const products = backward.matrixGradients.filter(
    ({ isFrozen, operand }) => (wantsGradients && !isFrozen) || (wantsInput && nodes[operand]!.kind === 'input'),
  )
  const vectors = wantsGradients ? backward.vectorGradients : []
  const keptIds = [
    ...new Set(
      [
        ...products.flatMap(({ adjoints }) => adjoints),
        ...vectors.map(({ adjoint }) => adjoint),
        wantsInput ? backward.inputAdjoint : null,
      ].filter((id) => id !== null),
    ),
  ]
  const zeroStates = stateNames.map(() => graph.zeros([batch, part.units]))
  const lists = keptIds.map((id) => graph.newList([batch, width(id)], room))
  const [, ...last] = loop(
    graph,
    [graph.subtract(steps, graph.integers(1)), ...(request.lastStates ?? zeroStates), ...lists],
    ({ graph: inner }, [t]) => inner.compare('GreaterEqual', t!, inner.integers(0)),
    ({ graph: inner, outside }, [t, ...carried]) => {
      const zero = inner.scalar(0)
      const after = inner.add(t!, inner.integers(1))
      const adjoints = stateNames.map((_, s) => {
        let d = carried[s]!
        const sequence = sequences.get(s)
        if (sequence) d = inner.add(d, inner.at(outside(sequence), t!))
        if (states) {
          const enters = inner.expand(inner.compare('Equal', outside(states.steps), after), 1)
          d = inner.add(d, inner.select(enters, outside(states.adjoints[s]!), zero))
        }
        return d
      })
      const known = knownValues(inner, part, run, outside, t!)
      nodes.forEach((node, id) => {
        if (node.kind === 'state-adjoint') known.set(id, { value: adjoints[node.state]!, hasRows: true, width: 'H' })
      })
      const values = new CellValues(
        {
          graph: inner,
          part,
          vector: (symbol) => outside(parameters.vector(symbol)),
          matrices: (uses) => outside(parameters.matrices(uses)),
          rows: () => [inner.size(carried[0]!, 0)],
        },
        known,
      )
      values.compute([...backward.stateAdjoints.filter((id) => id !== null), ...keptIds])
      const rowsAt = (mask: Value): Value => inner.expand(inner.at(outside(mask), t!), 1)
      const reached = rowsAt(reach.reached)
      const passed = rowsAt(reach.passed)
      const before = backward.stateAdjoints.map((id, s) =>
        id === null ? inner.broadcastTo(zero, inner.shape(carried[s]!)) : inner.select(passed, values.full(id), zero),
      )
      const kept = keptIds.map((id, i) =>
        inner.put(carried[stateNames.length + i]!, t!, inner.select(reached, values.full(id), zero)),
      )
      return [inner.subtract(t!, inner.integers(1)), ...before, ...kept]
    },
  )
  const keptOf = new Map(
    keptIds.map((id, i) => [id, graph.stack(last[stateNames.length + i]!, [batch, width(id)])] as const),
  )
  return {
    initialStates: last.slice(0, stateNames.length),
    input: wantsInput ? inputAdjoint(graph, part, parameters, keptOf, batch) : null,
    gradients: wantsGradients ? gradientsOf(graph, part, parameters, run, reach.reached, keptOf, batch) : new Map(),
  }
}

/** Values of a step that the run has left: inputs, the states before it, what was saved. */
function knownValues(
  graph: Graph,
  { cell }: Part,
  { input, history, saved }: PartRun,
  outside: (value: Value) => Value,
  t: Value,
): Map<NodeId, CellValue> {
  const known = new Map<NodeId, CellValue>()
  cell.forward.ir.nodes.forEach((node, id) => {
    const kept = saved.get(id)
    if (node.kind === 'state')
      known.set(id, { value: graph.at(outside(history[node.state]!), t), hasRows: true, width: 'H' })
    else if (node.kind === 'input')
      known.set(
        id,
        input.isConstant
          ? { value: outside(input.value), hasRows: false, width: 'I' }
          : { value: graph.at(outside(input.value), t), hasRows: true, width: 'I' },
      )
    else if (kept) known.set(id, { value: graph.at(outside(kept), t), hasRows: true, width: node.dim ?? 'H' })
  })
  return known
}

/** Of x_t at every step: through products of it, and beside them. */
function inputAdjoint(
  graph: Graph,
  part: Part,
  parameters: PartParameters,
  kept: ReadonlyMap<NodeId, Value>,
  batch: Value,
): Value {
  const { matrixGradients, inputAdjoint: direct } = part.cell.backward
  const terms = matrixGradients.flatMap(({ operand, matrices, adjoints }) => {
    if (part.cell.forward.ir.nodes[operand]!.kind !== 'input') return []
    const through = adjoints.flatMap((id, g) => (id === null ? [] : [{ adjoint: kept.get(id)!, matrix: matrices[g]! }]))
    if (through.length === 0) return []
    const rows = rowsOf(
      graph,
      through.map(({ adjoint }) => adjoint),
    )
    return [graph.product(rows, parameters.matrices(through.map(({ matrix }) => matrix)))]
  })
  const sum = terms.reduce<Value | null>((all, term) => (all === null ? term : graph.add(all, term)), null)
  const unfolded = sum && graph.reshape(sum, [-1, batch, part.inputSize])
  const beside = direct === null ? null : kept.get(direct)!
  if (unfolded && beside) return graph.add(unfolded, beside)
  // A cell that does not read its input still hands an adjoint on.
  return unfolded ?? beside ?? graph.zeros([1, 1, part.inputSize])
}

/** [T B, widths together]: values of all steps side by side. */
function rowsOf(graph: Graph, values: readonly Value[]): Value {
  const joined = graph.concat(values, 2)
  return graph.reshape(joined, [-1, graph.size(joined, 2)])
}

function gradientsOf(
  graph: Graph,
  part: Part,
  parameters: PartParameters,
  run: PartRun,
  reached: Value,
  kept: ReadonlyMap<NodeId, Value>,
  batch: Value,
): Map<string, Value> {
  const { backward, forward } = part.cell
  const { nodes } = forward.ir
  const gradients = new Map<string, Value>()
  const add = (symbol: string, gradient: Value): void => {
    const known = gradients.get(symbol)
    gradients.set(symbol, known ? graph.add(known, gradient) : gradient)
  }
  const steps = graph.subtract(graph.size(run.history[0]!, 0), graph.integers(1))
  const known = new Map<NodeId, CellValue>()
  nodes.forEach((node, id) => {
    const saved = run.saved.get(id)
    if (node.kind === 'state')
      known.set(id, {
        value: graph.slice(run.history[node.state]!, [0, 0, 0], [steps, -1, -1]),
        hasRows: true,
        width: 'H',
      })
    else if (node.kind === 'input')
      known.set(id, { value: run.input.value, hasRows: !run.input.isConstant, width: 'I' })
    else if (saved) known.set(id, { value: saved, hasRows: true, width: node.dim ?? 'H' })
  })
  const values = new CellValues({ graph, part, ...parameters, rows: () => [steps, batch] }, known)
  const mask = graph.expand(reached, 2)
  for (const { operand, matrices, adjoints, isFrozen } of backward.matrixGradients) {
    if (isFrozen) continue
    const through = adjoints.flatMap((id, g) => (id === null ? [] : [{ id, matrix: matrices[g]! }]))
    if (through.length === 0) continue
    // What stands in a row that is left out may be infinite.
    const rows = rowsOf(graph, [graph.select(mask, values.full(operand), graph.scalar(0))])
    const adjointRows = rowsOf(
      graph,
      through.map(({ id }) => kept.get(id)!),
    )
    const all = graph.product(adjointRows, rows, { isTransposedA: true })
    const width = { I: part.inputSize, H: part.units, 1: 1 }[nodes[through[0]!.id]!.dim ?? 'H']
    graph
      .split(
        all,
        through.map(() => width),
        0,
      )
      .forEach((gradient, i) => {
        const { symbol, isTransposed } = through[i]!.matrix
        add(symbol, isTransposed ? graph.transpose(gradient, [1, 0]) : gradient)
      })
  }
  for (const { symbol, adjoint } of backward.vectorGradients) add(symbol, graph.sum(kept.get(adjoint)!, [0, 1]))
  return gradients
}
