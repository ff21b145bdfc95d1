/** Parts beside each other in one dispatch have the bits that each has alone. */
import { afterAll, expect, it } from 'vitest'
import { backwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { forwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import {
  canGoBeside,
  recurrenceKernel,
  type BufferIdentity,
} from '../../../../shared/backends/webgpu/wgsl/recurrence-kernel.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { network, part } from '../networks.ts'
import { REPLICAS } from './arrays.ts'
import { BATCH, beginning, empty, given, INPUTS, runBackward, runForward, STEPS, type Given } from './recurrence-run.ts'

const FORWARD = { saving: true, constantInput: false, keepsHistory: true }
const BACKWARD = { hasAbove: true, hasMarks: true }
const COMMON = new Set(['above', 'reached', 'entering', 'stateAdjoints'])
/** Members have these in common, and all else apart. */
const commonOf =
  (common: ReadonlySet<string>): BufferIdentity =>
  (member, buffer) =>
    common.has(buffer) ? buffer : `${buffer} of ${member}`

afterAll(closeTestDevices)

it('two parts of one layer go forward and backward in one dispatch', async () => {
  const own = network([[part('gru', 5), part('lstm', 7)]], { inputs: INPUTS, outputs: 1 })
  const members = [given(own, { partIndex: 0 }), given(own, { partIndex: 1 })]
  const alone = await Promise.all(
    members.map(async (member) => {
      const forward = await runForward(member)
      return { ...forward, ...(await runBackward(member, forward)) }
    }),
  )

  const forward = recurrenceKernel(
    members.map(({ plan }) => forwardText(plan, FORWARD)),
    'forward',
  )
  const there = await runReplicaKernel(
    forward,
    numbered(members, (member) => ({ batch: BATCH, first: 0, last: STEPS, stateStride: strideOf(member) })),
    numbered(members, (member) => ({
      ...{ weights: member.weights, inputProducts: member.inputProducts, states: beginning(member, STEPS + 1) },
      saved: empty(STEPS * BATCH * member.plan.saved.width),
    })),
    REPLICAS,
  )
  const common = {
    ...{ above: members[0]!.above, reached: members[0]!.reached, entering: members[0]!.entering },
    stateAdjoints: empty(BATCH * members[0]!.plan.stateRows.width),
  }
  const back = await runReplicaKernel(
    recurrenceKernel(
      members.map(({ plan }) => backwardText(plan, BACKWARD)),
      'backward',
      commonOf(COMMON),
    ),
    numbered(members, (member) => ({
      ...{ batch: BATCH, first: 0, last: STEPS, stateStride: strideOf(member), truncateEvery: 0, isFresh: 1 },
    })),
    numbered(members, (member, index) => ({
      weights: member.weights,
      ...{ states: alone[index]!.states, saved: alone[index]!.saved },
      adjoints: empty(STEPS * BATCH * member.plan.adjoints.width),
      ...common,
    })),
    REPLICAS,
  )

  members.forEach(({ plan }, index) => {
    expect(there[`states_${index}`]).toEqual(alone[index]!.states.array)
    expect(there[`saved_${index}`]).toEqual(alone[index]!.saved.array)
    expect(back[`adjoints_${index}`]).toEqual(alone[index]!.adjoints.array)
    // Each has its own columns of the rows that are common to both.
    const place = alone[index]!.stateAdjoints.place
    for (const replica of REPLICAS)
      for (const column of plan.stateRows.columns)
        for (let b = 0; b < BATCH; b++) {
          const start = place.offset + replica * place.stride + b * plan.stateRows.width + column
          expect(back.stateAdjoints_0!.subarray(start, start + plan.sizes.H)).toEqual(
            alone[index]!.stateAdjoints.array.subarray(start, start + plan.sizes.H),
          )
        }
  })
})

it('what one member reads and another writes is bound once, to be written', () => {
  const own = network([[part("h' = tanh(U h + W (x * x))", 3)]], { inputs: 3, outputs: 1 })
  const text = forwardText(given(own).plan, FORWARD)
  const upperInputs: BufferIdentity = (member, buffer) =>
    member === 1 && buffer === 'inputs' ? 'states of 0' : `${buffer} of ${member}`
  const { bindings, boundBuffers, buffers, code } = recurrenceKernel([text, text], 'layers', upperInputs)
  expect(buffers).toContain('inputs_1')
  expect(boundBuffers).not.toContain('inputs_1')
  expect(bindings.find(({ name }) => name === 'states_0')).toMatchObject({ kind: 'read-write' })
  expect(code).toMatch(/states_0\[inputs_1_base/)
})

it('parts whose workgroups differ, or that have too many buffers together, go alone', () => {
  const own = network([[part('gru', 5), part('lstm', 7)]], { inputs: INPUTS, outputs: 1 })
  const texts = [0, 1].map((partIndex) => forwardText(given(own, { partIndex }).plan, FORWARD))
  const wider = forwardText(given(own, { shape: { invocations: 32 } }).plan, FORWARD)
  expect(canGoBeside(texts, 8)).toBe(true)
  expect(canGoBeside(texts, 7)).toBe(false)
  expect(canGoBeside(texts, 7, commonOf(new Set(['weights'])))).toBe(true)
  expect(canGoBeside([texts[0]!, wider], 8)).toBe(false)
})

const strideOf = ({ plan }: Given): number => (STEPS + 1) * BATCH * plan.sizes.H

/** Every member's entries under their numbered names. */
function numbered<Entry>(
  members: readonly Given[],
  entriesOf: (member: Given, index: number) => Readonly<Record<string, Entry>>,
): Record<string, Entry> {
  return Object.fromEntries(
    members.flatMap((member, index) =>
      Object.entries(entriesOf(member, index)).map(([name, entry]) => [`${name}_${index}`, entry] as const),
    ),
  )
}
