/**
 * A part's steps in float64, node by node (reference/interpreter.ts), as the recurrence kernels' tests compare them: inputs, first states and where
 * adjoints enter go in; the value of every node at every step comes out.
 */
import { reachable, type NodeId } from '../../../../shared/compiler/ir.ts'
import { isCut } from '../../../../shared/backends/adjoint-reach.ts'
import { evaluateNodes, type NodeValue, type StepInputs } from '../../../../shared/backends/reference/interpreter.ts'
import type { Part } from '../../../../shared/networks/network.ts'

export interface OracleInput {
  readonly part: Part
  readonly parameters: StepInputs['parameters']
  readonly batch: number
  readonly steps: number
  /** x_t [B, I] */
  readonly inputAt: (step: number) => Float64Array
  /** [B, H] for each state */
  readonly initialStates: readonly Float64Array[]
  /** What enters at the adjoint of a state after a step, [B, H]; null for none. */
  readonly enteringAt: (state: number, step: number) => Float64Array | null
  /** [T, B]: 0 where no adjoint comes to; null where one comes everywhere. */
  readonly reached: Uint8Array | null
  readonly truncateEvery: number | null
}

export interface OracleResult {
  /** [T + 1][state]: [B, H] */
  readonly states: readonly (readonly Float64Array[])[]
  /** [T]: values of the nodes of both ways; of rows that are not reached, whatever they come to */
  readonly values: readonly ReadonlyMap<NodeId, NodeValue>[]
  /** Adjoints of the states before the first step. */
  readonly initialAdjoints: readonly Float64Array[]
}

export function runOracle(input: OracleInput): OracleResult {
  const { part, parameters, batch, steps, reached, truncateEvery } = input
  const { forward, backward, states: names } = part.cell
  const forwardIds = reachable(forward.ir, forward.newStates)
  const states: Float64Array[][] = [input.initialStates.map((state) => state.slice())]
  const values: Map<NodeId, NodeValue>[] = []
  const stepInputs = (step: number): StepInputs => ({
    batch,
    sizes: { I: part.inputSize, H: part.units },
    parameters,
    input: input.inputAt(step),
    states: states[step]!,
  })
  for (let t = 0; t < steps; t++) {
    const own = new Map<NodeId, NodeValue>()
    evaluateNodes(part.cell, stepInputs(t), forwardIds, own)
    values.push(own)
    states.push(forward.newStates.map((id) => own.get(id) as Float64Array))
  }
  const roots = [
    ...backward.stateAdjoints,
    backward.inputAdjoint,
    ...backward.matrixGradients.flatMap(({ adjoints, operand }) => [...adjoints, operand]),
    ...backward.vectorGradients.map(({ adjoint }) => adjoint),
  ].filter((id) => id !== null)
  const backwardIds = reachable(forward.ir, roots)
  let adjoints: Float64Array[] = names.map(() => new Float64Array(batch * part.units))
  for (let t = steps - 1; t >= 0; t--) {
    const entering = adjoints.map((adjoint, state) => {
      const added = input.enteringAt(state, t)
      return added ? Float64Array.from(adjoint, (value, i) => value + added[i]!) : adjoint
    })
    evaluateNodes(part.cell, { ...stepInputs(t), stateAdjoints: entering }, backwardIds, values[t]!)
    adjoints = backward.stateAdjoints.map((id) =>
      id === null || isCut(t, truncateEvery)
        ? new Float64Array(batch * part.units)
        : Float64Array.from(values[t]!.get(id) as Float64Array, (value, i) =>
            reached?.[t * batch + Math.floor(i / part.units)] === 0 ? 0 : value,
          ),
    )
  }
  return { states, values, initialAdjoints: adjoints }
}
