/** The readout's kernels beside the processors' readout in double precision: outputs, losses, right classes, adjoints. */
import { afterAll, describe, expect, it } from 'vitest'
import { lossCount, readOut, readOutBackward } from '../../../../shared/backends/programs/readout.ts'
import * as kernels from '../../../../shared/backends/webgpu/wgsl/readout.ts'
import { sumSlots } from '../../../../shared/backends/webgpu/wgsl/sum-slots.ts'
import type { SeriesBatch } from '../../../../shared/datasets/dataset.ts'
import { closeTestDevices, runReplicaKernel } from '../../../gpu/run-kernel.ts'
import { drawn, largestDifference, listed, nobodys, of, REPLICAS, written, type ReplicaArray } from './arrays.ts'

/** Of sums of 70 products of numbers under 1, and of logarithms of such, in float32. */
const TOLERANCE = 3e-6
const [SLOTS, WIDTH] = [5, 70]
/** The second slot is not used. */
const STEPS = [3, -1, 0, 2, 2]

afterAll(closeTestDevices)

describe.each([
  { loss: 'mse', outputSize: 3 },
  { loss: 'cross-entropy', outputSize: 67 },
] as const)('with $loss and $outputSize outputs', ({ loss, outputSize }) => {
  const size = { width: WIDTH, outputSize, loss }
  const targetFloats = loss === 'mse' ? outputSize : 1

  interface Setup {
    readonly hidden: ReplicaArray<Float32Array<ArrayBuffer>>
    readonly readout: ReplicaArray<Float32Array<ArrayBuffer>>
    readonly targets: ReplicaArray<Float32Array<ArrayBuffer>>
    readonly steps: ReplicaArray
  }
  const setUp = (): Setup => {
    const targets = drawn(SLOTS * targetFloats)
    if (loss === 'cross-entropy') for (const replica of REPLICAS) of(targets, replica).set([5, 66, 0, replica, 31])
    return { hidden: drawn(SLOTS * WIDTH), readout: drawn((WIDTH + 1) * outputSize), targets, steps: listed(STEPS) }
  }
  const runForward = async (setup: Setup): Promise<{ outputs: ReplicaArray; losses: ReplicaArray }> => {
    const before = { outputs: drawn(SLOTS * outputSize), losses: drawn(SLOTS * kernels.SLOT_LOSS_FLOATS) }
    const run = await runReplicaKernel(kernels.readOut(size), { slots: SLOTS }, { ...setup, ...before }, REPLICAS)
    const after = { outputs: written(before.outputs, run.outputs), losses: written(before.losses, run.losses) }
    expect(nobodys(after.outputs)).toEqual(nobodys(before.outputs))
    expect(nobodys(after.losses)).toEqual(nobodys(before.losses))
    return after
  }
  const weightAndBias = ({ readout }: Setup, replica: number): [Float32Array, Float32Array] => [
    of(readout, replica).subarray(0, WIDTH * outputSize),
    of(readout, replica).subarray(WIDTH * outputSize),
  ]
  const batchOf = ({ targets }: Setup, replica: number): SeriesBatch => ({
    ...{ steps: 4, batch: 1, inputs: new Float32Array(4), lengths: Int32Array.of(4) },
    targetSteps: Int32Array.from(STEPS),
    targets: of(targets, replica),
  })

  it('outputs, losses and right classes are those of double precision', async () => {
    const setup = setUp()
    // A class that is right in the first replica, and is only the second of two equal ones in the other.
    for (const replica of REPLICAS) {
      const row = of(setup.hidden, replica)
        .subarray(3 * WIDTH, 4 * WIDTH)
        .fill(0)
      row[0] = 1
      const [weight, bias] = weightAndBias(setup, replica)
      if (loss === 'mse') continue
      for (const output of [0, 2]) {
        bias[output] = 1
        weight[output * WIDTH] = 3
      }
    }
    const { outputs, losses } = await runForward(setup)
    const sums = { array: new Float32Array(9), place: { offset: 0, stride: 3 } }
    const total = await runReplicaKernel(
      sumSlots(kernels.SLOT_LOSS_FLOATS),
      { slots: SLOTS },
      { source: losses, result: sums },
      REPLICAS,
    )
    for (const replica of REPLICAS) {
      const expected = readOut(
        of(setup.hidden, replica),
        ...weightAndBias(setup, replica),
        batchOf(setup, replica),
        loss,
      )
      expect(largestDifference(of(outputs, replica), expected.outputs)).toBeLessThan(TOLERANCE)
      const [lossSum, correctCount] = total.result.subarray(replica * 3)
      expect(Math.abs(lossSum! / expected.lossSum - 1)).toBeLessThan(TOLERANCE)
      expect(correctCount).toBe(expected.correctCount)
      if (loss === 'cross-entropy') expect(expected.correctCount).toBe(replica === 0 ? 1 : 0)
    }
  })

  it('adjoints of outputs and of hidden rows are those of double precision, zeros where a slot is not used', async () => {
    const setup = setUp()
    const { outputs } = await runForward(setup)
    const before = { outputAdjoints: drawn(SLOTS * outputSize), hiddenAdjoints: drawn(SLOTS * WIDTH) }
    const { readout, steps, targets } = setup
    const scale = {
      array: new Float32Array(3).fill(1 / lossCount(batchOf(setup, 0), size)),
      place: { offset: 0, stride: 1 },
    }
    const run = await runReplicaKernel(
      kernels.readOutBackward(size),
      { slots: SLOTS },
      { readout, steps, targets, outputs, scale, ...before },
      REPLICAS,
    )
    for (const replica of REPLICAS) {
      const batch = batchOf(setup, replica)
      const [weight, bias] = weightAndBias(setup, replica)
      const hidden = of(setup.hidden, replica)
      const biasGradient = new Float64Array(outputSize)
      const hiddenAdjoint = readOutBackward(
        readOut(hidden, weight, bias, batch, loss).outputs,
        hidden,
        weight,
        new Float64Array(weight.length),
        biasGradient,
        batch,
        loss,
      )
      const outputAdjoints = of(written(before.outputAdjoints, run.outputAdjoints), replica)
      const sums = Array.from({ length: outputSize }, (_, o) =>
        STEPS.reduce((sum, _step, slot) => sum + outputAdjoints[slot * outputSize + o]!, 0),
      )
      expect(largestDifference(sums, biasGradient)).toBeLessThan(TOLERANCE)
      expect([...outputAdjoints.subarray(outputSize, 2 * outputSize)].every((value) => value === 0)).toBe(true)
      expect(
        largestDifference(of(written(before.hiddenAdjoints, run.hiddenAdjoints), replica), hiddenAdjoint),
      ).toBeLessThan(TOLERANCE)
    }
    expect(nobodys(written(before.hiddenAdjoints, run.hiddenAdjoints))).toEqual(nobodys(before.hiddenAdjoints))
  })

  it.each([NaN, Infinity])('a weight of %d leaves no loss a number that is none in double precision', async (wrong) => {
    const setup = setUp()
    of(setup.readout, 0)[WIDTH] = wrong
    const { losses } = await runForward(setup)
    const isNumber = STEPS.map((_, slot) => Number.isFinite(of(losses, 0)[slot * kernels.SLOT_LOSS_FLOATS]))
    const expected = STEPS.map((_, slot) => {
      const alone = { ...batchOf(setup, 0), targetSteps: Int32Array.from(STEPS, (step, s) => (s === slot ? step : -1)) }
      return Number.isFinite(readOut(of(setup.hidden, 0), ...weightAndBias(setup, 0), alone, loss).lossSum)
    })
    expect(isNumber).toEqual(expected)
    expect(isNumber).toContain(false)
    expect(of(losses, 2).every(Number.isFinite)).toBe(true)
  })
})

it('a long sum of equal terms loses next to nothing', async () => {
  const slots = 50_000
  const source = { array: new Float32Array(slots).fill(0.1), place: { offset: 0, stride: 0 } }
  const result = { array: new Float32Array(1), place: { offset: 0, stride: 0 } }
  const run = await runReplicaKernel(sumSlots(1), { slots }, { source, result }, [0])
  expect(Math.abs(run.result[0]! / (slots * Math.fround(0.1)) - 1)).toBeLessThan(1e-6)
})
