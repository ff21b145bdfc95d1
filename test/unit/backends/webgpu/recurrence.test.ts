/** The recurrence kernels of every cell, against float64 node by node: states, all that is kept, all adjoints, on a software adapter. */
import { afterAll, describe, expect, it } from 'vitest'
import { reachedRows } from '../../../../shared/backends/adjoint-reach.ts'
import type { ValueBuffer } from '../../../../shared/backends/plan/places.ts'
import type { NodeValue } from '../../../../shared/backends/reference/interpreter.ts'
import type { RecurrencePlan, RowLayout } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { builtInCells } from '../../../../shared/cells/library.ts'
import type { NodeId } from '../../../../shared/compiler/ir.ts'
import { closeTestDevices } from '../../../gpu/run-kernel.ts'
import type { Network } from '../../../../shared/networks/network.ts'
import { network, part, WHOLE_LAYER_CELL } from '../networks.ts'
import { largestDifference, nobodys, of, REPLICAS } from './arrays.ts'
import { runOracle, type OracleResult } from './recurrence-oracle.ts'
import {
  adjointEntries,
  BATCH,
  given,
  INPUTS,
  NOBODYS,
  runBackward,
  runForward,
  STATE_STEPS,
  STEPS,
  symbolsOf,
  type Given,
  type GivenOptions,
} from './recurrence-run.ts'

/** Of values of order 1 over a few steps in float32, relative to the largest of them. */
const TOLERANCE = 1e-5

afterAll(closeTestDevices)

const ofCell = (cell: string, units = 5): Network => network([[part(cell, units)]], { inputs: INPUTS, outputs: 1 })

describe.each([...Object.keys(builtInCells), WHOLE_LAYER_CELL])('cell %s', (cell) => {
  it('agrees with float64 at every step, forward and backward', async () => {
    await expectAgreement(given(ofCell(cell)))
  })
})

describe('a GRU', () => {
  it.each([
    { name: 'with truncated back-propagation', truncateEvery: 2 },
    { name: 'with eight rows a workgroup', shape: { rows: 8 } },
    { name: 'with several units a worker', shape: { invocations: 4, slices: 1 } },
    { name: 'with four slices', shape: { slices: 4 } },
    { name: 'with slices added by subgroup shuffles', shape: { slices: 4, subgroups: true } },
    { name: 'with all weights in registers', shape: { keptVectors: 12 } },
    { name: 'with some weights in registers', units: 12, shape: { keptVectors: 4 } },
    { name: 'where memory has room for one operand of three', shape: { memoryBytes: 16 * 20 + 16 * 8 } },
    { name: 'where memory has room for a part of an operand', units: 12, shape: { memoryBytes: 16 * 20 + 16 * 8 } },
  ])('is right $name', async ({ units, ...options }: GivenOptions & { units?: number }) => {
    await expectAgreement(given(ofCell('gru', units), options))
  })

  it('has the same bits however its steps are cut', async () => {
    const own = given(ofCell('gru'))
    const forward = await runForward(own)
    const backward = await runBackward(own, forward)
    const cutForward = await runForward(own, undefined, 4)
    expect(cutForward).toEqual(forward)
    expect(await runBackward(own, cutForward, 4)).toEqual(backward)
  })
})

it('a run under constant input that keeps its last states alone has the bits of one that keeps all', async () => {
  const own = given(ofCell(WHOLE_LAYER_CELL), { isConstant: true })
  const { sizes, placement } = own.plan
  const all = await runForward(own)
  const last = await runForward(own, { saving: false, constantInput: true, keepsHistory: false }, 4)
  const floats = BATCH * sizes.H
  for (const replica of REPLICAS)
    for (let state = 0; state < placement.states.length; state++) {
      const start = (state * (STEPS + 1) + STEPS) * floats
      expect(of(last.states, replica).subarray(state * floats, (state + 1) * floats)).toEqual(
        of(all.states, replica).subarray(start, start + floats),
      )
    }
})

it('rows that no adjoint comes to leave zeros where derivatives are infinite', async () => {
  // The root of zero, in padded steps, has a derivative that 0 times is NaN.
  await expectAgreement(given(ofCell("h' = tanh(U h + W x) * sqrt(mean(x * x)) + 0.5 * h"), { isPadded: true }))
})

/** Both ways of all that a run has, against float64; and that nothing else was written to. */
async function expectAgreement(own: Given): Promise<void> {
  const { plan, truncateEvery } = own
  const { sizes } = plan
  const forward = await runForward(own)
  const run = { ...forward, ...(await runBackward(own, forward)) }
  const reached = reachedRows(adjointEntries(truncateEvery), STEPS, BATCH)!
  for (const replica of REPLICAS) {
    const oracle = oracleOf(own, replica, reached)
    const stateStride = (STEPS + 1) * BATCH * sizes.H
    oracle.states.forEach((states, t) =>
      states.forEach((state, index) =>
        expectClose(
          of(run.states, replica)
            .subarray(index * stateStride + t * BATCH * sizes.H)
            .subarray(0, BATCH * sizes.H),
          state,
          `state ${index} after ${t} steps`,
        ),
      ),
    )
    for (let t = 0; t < STEPS; t++) {
      for (const buffer of plan.saved.columns.keys())
        expectClose(
          columns(plan, plan.saved, of(run.saved, replica), buffer, t),
          rowsOf(plan, oracle.values[t]!.get(nodeOf(plan, buffer, 0)!), buffer),
          `${buffer.name} at step ${t}`,
        )
      for (const buffer of plan.adjoints.columns.keys())
        for (let gate = 0; gate < buffer.gates; gate++) {
          const node = nodeOf(plan, buffer, gate)
          const value = rowsOf(plan, node === null ? 0 : oracle.values[t]!.get(node), buffer)
          expectClose(
            columns(plan, plan.adjoints, of(run.adjoints, replica), buffer, t, gate),
            value.map((entry, i) => (reached[t * BATCH + Math.floor(i / sizes[buffer.dim])] === 0 ? 0 : entry)),
            `${buffer.name} ${gate} at step ${t}`,
          )
        }
    }
    const rows = of(run.stateAdjoints, replica)
    oracle.initialAdjoints.forEach((adjoint, state) =>
      expectClose(
        adjoint.map(
          (_, i) =>
            rows[Math.floor(i / sizes.H) * plan.stateRows.width + plan.stateRows.columns[state]! + (i % sizes.H)]!,
        ),
        adjoint,
        `adjoint of first state ${state}`,
      ),
    )
  }
  for (const array of [run.states, run.saved, run.adjoints, run.stateAdjoints])
    expect(new Set(nobodys(array))).toEqual(new Set([NOBODYS]))
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const largest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1)
  expect(largestDifference(found, expected), what).toBeLessThan(TOLERANCE * largest)
}

function oracleOf(own: Given, replica: number, reached: Uint8Array): OracleResult {
  const { part: cellPart, sizes, outputs, stateRows } = own.plan
  const inputs = Float64Array.from(of(own.inputs, replica))
  const first = Float64Array.from(of(own.firstStates, replica))
  const above = of(own.above, replica)
  const entering = of(own.entering, replica)
  return runOracle({
    part: cellPart,
    parameters: symbolsOf(cellPart, own.network, of(own.parameters, replica)),
    batch: BATCH,
    steps: STEPS,
    inputAt: (t) => inputs.subarray(t * BATCH * sizes.I, (t + 1) * BATCH * sizes.I),
    initialStates: cellPart.cell.states.map((_, s) => first.subarray(s * BATCH * sizes.H, (s + 1) * BATCH * sizes.H)),
    enteringAt: (state, t) =>
      Float64Array.from({ length: BATCH * sizes.H }, (_, i) => {
        const [b, j] = [Math.floor(i / sizes.H), i % sizes.H]
        const column = outputs.columns.get(state)
        const fromAbove = column === undefined ? 0 : above[(t * BATCH + b) * outputs.width + column + j]!
        return (
          fromAbove + (STATE_STEPS[b] === t + 1 ? entering[b * stateRows.width + stateRows.columns[state]! + j]! : 0)
        )
      }),
    reached,
    truncateEvery: own.truncateEvery,
  })
}

/** The node whose value stands there; null where zeros do. */
function nodeOf({ part: own }: RecurrencePlan, buffer: ValueBuffer, gate: number): NodeId | null {
  const { backward, forward } = own.cell
  if (buffer.role === 'gate-adjoints')
    return backward.matrixGradients.find(({ project }) => project === buffer.project)?.adjoints[gate] ?? null
  if (buffer.role === 'input-adjoint') return backward.inputAdjoint
  if (buffer.role === 'input') return forward.ir.nodes.findIndex(({ kind }) => kind === 'input')
  if ('node' in buffer) return buffer.node
  throw new TypeError(`${buffer.name} is of no node`)
}

/** A value of all series, [B, width]. */
function rowsOf({ sizes }: RecurrencePlan, value: NodeValue | undefined, { dim }: ValueBuffer): Float64Array {
  if (value === undefined) throw new TypeError('the oracle has no such value')
  return typeof value === 'number' ? new Float64Array(BATCH * sizes[dim]).fill(value) : value
}

/** What rows of a step have of a buffer, [B, width]. */
function columns(
  { sizes }: RecurrencePlan,
  layout: RowLayout,
  rows: Float32Array,
  buffer: ValueBuffer,
  step: number,
  gate = 0,
): Float64Array {
  const width = sizes[buffer.dim]
  const column = layout.columns.get(buffer)! + gate * width
  return Float64Array.from({ length: BATCH * width }, (_, i) => {
    const row = step * BATCH + Math.floor(i / width)
    return rows[row * layout.width + column + (i % width)]!
  })
}
