/** Parts beside each other in one dispatch have the bits that each has alone. */
import { afterAll, expect, it } from 'vitest'
import { backwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { forwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import { recurrencesBeside } from '../../../../shared/backends/webgpu/wgsl/recurrence-kernel.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { network, part } from '../networks.ts'
import { of, REPLICAS } from './arrays.ts'
import {
  BATCH,
  beginning,
  empty,
  given,
  INPUTS,
  runBackward,
  runForward,
  STEPS,
  type Floats,
  type Given,
} from './recurrence-run.ts'

const FORWARD = { saving: true, constantInput: false, keepsHistory: true }
const BACKWARD = { hasAbove: true, hasMarks: true }

/** Several arrays as one: a replica's values after each other. */
interface Joined {
  readonly array: Float32Array<ArrayBuffer>
  readonly place: { readonly offset: number; readonly stride: number }
  readonly starts: readonly number[]
}

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

  const weights = joinWeights(members)
  const inputProducts = join(members.map((member) => member.inputProducts))
  const before = join(members.map((member) => beginning(member, STEPS + 1)))
  const savedBefore = join(members.map(({ plan }) => empty(STEPS * BATCH * plan.saved.width)))
  const forward = recurrencesBeside(
    members.map(({ plan }) => forwardText(plan, FORWARD)),
    'forward',
  )
  const { states, saved } = await runReplicaKernel(
    forward,
    numbered(members, (member, index) => ({
      ...{ batch: BATCH, first: 0, last: STEPS, stateStride: strideOf(member) },
      ...startsOf(index, { weights, inputProducts, states: before, saved: savedBefore }),
    })),
    { weights, inputProducts, states: before, saved: savedBefore },
    REPLICAS,
  )
  const after = { ...before, array: states as Float32Array<ArrayBuffer> }
  const kept = { ...savedBefore, array: saved as Float32Array<ArrayBuffer> }
  members.forEach((_, index) => {
    expectSame(after, index, alone[index]!.states)
    expectSame(kept, index, alone[index]!.saved)
  })

  const rows = join(members.map(({ plan }) => empty(STEPS * BATCH * plan.adjoints.width)))
  const above = join(members.map((member) => member.above))
  const entering = join(members.map((member) => member.entering))
  const adjointsBefore = join(members.map(({ plan }) => empty(BATCH * plan.stateRows.width)))
  const buffers = {
    weights,
    states: after,
    saved: kept,
    above,
    entering,
    adjoints: rows,
    stateAdjoints: adjointsBefore,
  }
  const { adjoints, stateAdjoints } = await runReplicaKernel(
    recurrencesBeside(
      members.map(({ plan }) => backwardText(plan, BACKWARD)),
      'backward',
    ),
    numbered(members, (member, index) => ({
      ...{ batch: BATCH, first: 0, last: STEPS, stateStride: strideOf(member), truncateEvery: 0, isFresh: 1 },
      ...{ ...startsOf(index, buffers), reachedStart: 0 },
    })),
    { ...buffers, reached: members[0]!.reached },
    REPLICAS,
  )
  members.forEach((_, index) => {
    expectSame({ ...rows, array: adjoints as Float32Array<ArrayBuffer> }, index, alone[index]!.adjoints)
    expectSame(
      { ...adjointsBefore, array: stateAdjoints as Float32Array<ArrayBuffer> },
      index,
      alone[index]!.stateAdjoints,
    )
  })
})

const strideOf = ({ plan }: Given): number => (STEPS + 1) * BATCH * plan.sizes.H

/** Every member's values under their numbered names. */
function numbered(
  members: readonly Given[],
  valuesOf: (member: Given, index: number) => Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    members.flatMap((member, index) =>
      Object.entries(valuesOf(member, index)).map(([name, value]) => [`${name}_${index}`, value] as const),
    ),
  )
}

const startsOf = (member: number, arrays: Readonly<Record<string, Joined>>): Record<string, number> =>
  Object.fromEntries(Object.entries(arrays).map(([name, { starts }]) => [`${name}Start`, starts[member]!]))

/** @param arrays each of three replicas */
function join(arrays: readonly Floats[]): Joined {
  const starts = arrays.map((_, index) => arrays.slice(0, index).reduce((sum, one) => sum + one.place.stride, 0))
  const stride = arrays.reduce((sum, { place }) => sum + place.stride, 0)
  const array = new Float32Array(3 * stride)
  arrays.forEach((one, index) => {
    for (const replica of REPLICAS) array.set(of(one, replica), replica * stride + starts[index]!)
  })
  return { array, place: { offset: 0, stride }, starts }
}

/** Their places are in vectors of four. */
function joinWeights(members: readonly Given[]): Joined {
  const vectors = members.map(({ plan }) => plan.weights.floats / 4)
  const starts = vectors.map((_, index) => vectors.slice(0, index).reduce((sum, count) => sum + count, 0))
  const stride = vectors.reduce((sum, count) => sum + count, 0)
  const array = new Float32Array(3 * 4 * stride)
  members.forEach(({ weights, plan }, index) => {
    for (const replica of REPLICAS)
      array.set(
        weights.array.subarray(replica * plan.weights.floats, (replica + 1) * plan.weights.floats),
        4 * (replica * stride + starts[index]!),
      )
  })
  return { array, place: { offset: 0, stride }, starts }
}

function expectSame({ array, place, starts }: Joined, member: number, alone: Floats): void {
  for (const replica of REPLICAS) {
    const values = of(alone, replica)
    const start = replica * place.stride + starts[member]!
    expect(array.subarray(start, start + values.length)).toEqual(values)
  }
}
