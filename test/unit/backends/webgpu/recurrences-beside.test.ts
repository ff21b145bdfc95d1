/** Parts beside each other in one dispatch have the bits that each has alone. */
import { afterAll, expect, it } from 'vitest'
import {
  backwardText,
  type BackwardBuffer,
  type BackwardField,
} from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { forwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import { canGoBeside, recurrencesBeside } from '../../../../shared/backends/webgpu/wgsl/recurrence-kernel.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { network, part } from '../networks.ts'
import { REPLICAS } from './arrays.ts'
import { BATCH, beginning, empty, given, INPUTS, runBackward, runForward, STEPS, type Given } from './recurrence-run.ts'

const FORWARD = { saving: true, constantInput: false, keepsHistory: true }
const BACKWARD = { hasAbove: true, hasMarks: true }
const COMMON = new Set(['above', 'reached', 'entering', 'stateAdjoints'] as const)

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

  const forward = recurrencesBeside(
    members.map(({ plan }) => forwardText(plan, FORWARD)),
    new Set(),
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
  const back = await runReplicaKernel(
    recurrencesBeside<BackwardField, BackwardBuffer>(
      members.map(({ plan }) => backwardText(plan, BACKWARD)),
      COMMON,
      'backward',
    ),
    numbered(members, (member) => ({
      ...{ batch: BATCH, first: 0, last: STEPS, stateStride: strideOf(member), truncateEvery: 0, isFresh: 1 },
    })),
    {
      ...numbered(members, (member, index) => ({
        weights: member.weights,
        ...{ states: alone[index]!.states, saved: alone[index]!.saved },
        adjoints: empty(STEPS * BATCH * member.plan.adjoints.width),
      })),
      ...{ above: members[0]!.above, reached: members[0]!.reached, entering: members[0]!.entering },
      stateAdjoints: empty(BATCH * members[0]!.plan.stateRows.width),
    },
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
          expect(back.stateAdjoints.subarray(start, start + plan.sizes.H)).toEqual(
            alone[index]!.stateAdjoints.array.subarray(start, start + plan.sizes.H),
          )
        }
  })
})

it('parts whose workgroups differ, or that have too many buffers together, go alone', () => {
  const own = network([[part('gru', 5), part('lstm', 7)]], { inputs: INPUTS, outputs: 1 })
  const texts = [0, 1].map((partIndex) => forwardText(given(own, { partIndex }).plan, FORWARD))
  const wider = forwardText(given(own, { shape: { invocations: 32 } }).plan, FORWARD)
  expect(canGoBeside(texts, new Set(), 8)).toBe(true)
  expect(canGoBeside(texts, new Set(), 7)).toBe(false)
  expect(canGoBeside(texts, new Set(['weights'] as const), 7)).toBe(true)
  expect(canGoBeside([texts[0]!, wider], new Set(), 8)).toBe(false)
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
