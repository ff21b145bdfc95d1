/** The recurrence kernels of every cell, against float64 node by node: states, all that is kept, all adjoints, on a software adapter. */
import { afterAll, describe, expect, it } from 'vitest'
import { reachedRows } from '../../../../shared/backends/adjoint-reach.ts'
import type { ValueBuffer } from '../../../../shared/backends/plan/places.ts'
import type { NodeValue } from '../../../../shared/backends/reference/interpreter.ts'
import type { RecurrencePlan, RowLayout } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { builtInCells } from '../../../../shared/cells/library.ts'
import type { NodeId } from '../../../../shared/compiler/ir.ts'
import { closeTestDevices } from '../../../gpu/run-kernel.ts'
import { network, part, WHOLE_LAYER_CELL } from '../networks.ts'
import { largestDifference, nobodys, of, REPLICAS } from './arrays.ts'
import { runOracle, type OracleResult } from './recurrence-oracle.ts'
import {
  adjointEntries,
  BATCH,
  INPUTS,
  NOBODYS,
  runBoth,
  STATE_STEPS,
  STEPS,
  symbolsOf,
  type Run,
  type RunOptions,
} from './recurrence-run.ts'

/** Of values of order 1 over a few steps in float32, relative to the largest of them. */
const TOLERANCE = 1e-5

afterAll(closeTestDevices)

describe.each([...Object.keys(builtInCells), WHOLE_LAYER_CELL])('cell %s', (cell) => {
  it('agrees with float64 at every step, forward and backward', async () => {
    await expectAgreement(await runBoth(network([[part(cell, 5)]], { inputs: INPUTS, outputs: 1 })), {})
  })
})

describe('a GRU', () => {
  it.each([
    { name: 'in chunks of steps', chunk: 4 },
    { name: 'with truncated back-propagation', truncateEvery: 2 },
    { name: 'with eight rows a workgroup', shape: { rows: 8 } },
    { name: 'with several units a worker', shape: { invocations: 4, slices: 1 } },
    { name: 'with four slices', shape: { slices: 4 } },
    { name: 'where memory has room for one operand of three', shape: { memoryBytes: 16 * 20 + 16 * 8 } },
    { name: 'where memory has room for a part of an operand', units: 12, shape: { memoryBytes: 16 * 20 + 16 * 8 } },
  ])('is right $name', async ({ units = 5, ...options }: RunOptions & { units?: number }) => {
    await expectAgreement(
      await runBoth(network([[part('gru', units)]], { inputs: INPUTS, outputs: 1 }), options),
      options,
    )
  })
})

async function expectAgreement(run: Run, { truncateEvery }: RunOptions): Promise<void> {
  const { plan } = run
  const { sizes } = plan
  const reached = reachedRows(adjointEntries(truncateEvery ?? null), STEPS, BATCH)!
  for (const replica of REPLICAS) {
    const oracle = oracleOf(run, replica, reached, truncateEvery ?? null)
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

function oracleOf(run: Run, replica: number, reached: Uint8Array, truncateEvery: number | null): OracleResult {
  const { plan } = run
  const { part: own, sizes, outputs, stateRows } = plan
  const inputs = Float64Array.from(of(run.inputs, replica))
  const first = Float64Array.from(of(run.firstStates, replica))
  const above = of(run.above, replica)
  const entering = of(run.entering, replica)
  return runOracle({
    part: own,
    parameters: symbolsOf(run.network, of(run.parameters, replica)),
    batch: BATCH,
    steps: STEPS,
    inputAt: (t) => inputs.subarray(t * BATCH * sizes.I, (t + 1) * BATCH * sizes.I),
    initialStates: own.cell.states.map((_, s) => first.subarray(s * BATCH * sizes.H, (s + 1) * BATCH * sizes.H)),
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
    truncateEvery,
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
