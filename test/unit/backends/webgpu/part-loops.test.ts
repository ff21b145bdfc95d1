/** Loops of several parts: which go together in one dispatch, and what each is told there. */
import { expect, it } from 'vitest'
import type { StepRange } from '../../../../shared/backends/webgpu/command-queue.ts'
import type { Launcher } from '../../../../shared/backends/webgpu/launcher.ts'
import { PartLoops, type LoopCall } from '../../../../shared/backends/webgpu/part-loops.ts'
import type { Piece } from '../../../../shared/backends/webgpu/replica-blocks.ts'
import { forwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import { planRecurrence } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { network, part } from '../networks.ts'
import { SHAPE } from './recurrence-run.ts'

/** What was asked of the launcher. */
interface Asked {
  readonly kernel: string
  readonly values: Readonly<Record<string, number>>
  readonly pieces: Readonly<Record<string, Piece>>
}

const pieceOf = (id: number): Piece => ({
  block: { buffer: { gpu: {} as GPUBuffer, bytes: 0, id }, words: 4, first: 0 },
})

interface Given {
  readonly storageBuffers: number
  /** Of each part. */
  readonly invocations: readonly number[]
  /** Whether parts have their states, and so on, in one buffer. */
  readonly areJoined?: boolean
  readonly steps?: readonly StepRange[]
}

const ALL_STEPS: StepRange = { first: 0, last: 6 }

async function runOn({ storageBuffers, invocations, areJoined = false, steps = [] }: Given): Promise<Asked[]> {
  const asked: Asked[] = []
  const launcher: Pick<Launcher, 'loop'> & { device: { facts: { storageBuffers: number } } } = {
    device: { facts: { storageBuffers } },
    loop: (kernel, size, valuesOf, pieces) => {
      const values = valuesOf({ first: 2, last: size.steps })
      asked.push({ kernel: kernel.name, values, pieces: pieces as Asked['pieces'] })
      expect(Object.keys(pieces).filter((name) => !kernel.buffers.includes(name as never))).toEqual([])
      return Promise.resolve()
    },
  }
  const own = network([invocations.map(() => part('gru', 5))], { inputs: 3, outputs: 1 })
  const calls = own.wiredLayers[0]!.parts.map((one, index): LoopCall => {
    const plan = planRecurrence(own, one, { ...SHAPE, invocations: invocations[index]! })
    return {
      loop: {
        key: `part ${index}`,
        name: `part ${index}`,
        text: forwardText(plan, { saving: true, constantInput: false, keepsHistory: true }),
      },
      steps: steps[index] ?? ALL_STEPS,
      valuesOf: ({ first, last }) => ({ batch: 3, first, last, stateStride: 100 + index }),
      pieces: Object.fromEntries(
        ['weights', 'inputProducts', 'states', 'saved'].map((name, kind) => [
          name,
          pieceOf(areJoined ? kind : 4 * index + kind),
        ]),
      ),
    }
  })
  const loops = new PartLoops(launcher as unknown as Launcher)
  await loops.run(calls, { batch: 3, isBackward: false }, [0])
  return asked
}

it('parts whose workgroups are alike go through time in one loop, each with values and buffers of its own', async () => {
  const [asked, ...others] = await runOn({ storageBuffers: 8, invocations: [16, 16] })
  expect(others).toEqual([])
  expect(asked).toMatchObject({
    kernel: 'part 0 beside part 1',
    values: { first_0: 2, last_1: 6, stateStride_0: 100, stateStride_1: 101 },
  })
  expect(Object.keys(asked!.pieces)).toContain('states_1')
})

it('parts go one after the other where the device binds too few buffers', async () => {
  const asked = await runOn({ storageBuffers: 7, invocations: [16, 16] })
  expect(asked.map(({ kernel }) => kernel)).toEqual(['part 0', 'part 1'])
})

it('parts go one after the other where their workgroups differ', async () => {
  const asked = await runOn({ storageBuffers: 16, invocations: [16, 32] })
  expect(asked.map(({ kernel }) => kernel)).toEqual(['part 0', 'part 1'])
})

it('a part goes with the first ones that it can go beside, though another comes between', async () => {
  const asked = await runOn({ storageBuffers: 16, invocations: [16, 32, 16] })
  expect(asked.map(({ kernel }) => kernel)).toEqual(['part 0 beside part 2', 'part 1'])
})

it('any number of parts whose buffers are one go together on the barest device', async () => {
  const asked = await runOn({ storageBuffers: 4, invocations: [16, 16, 16, 16], areJoined: true })
  expect(asked.map(({ kernel }) => kernel)).toEqual(['part 0 beside part 1 beside part 2 beside part 3'])
})

it('parts at steps of their own go together as long as the longest takes, the others do nothing in the rest', async () => {
  const steps = [
    { first: 10, last: 14 },
    { first: 5, last: 8 },
  ]
  const [asked] = await runOn({ storageBuffers: 8, invocations: [16, 16], steps })
  expect(asked!.values).toMatchObject({ first_0: 12, last_0: 14, first_1: 7, last_1: 8 })
  const [rest] = await runOn({ storageBuffers: 8, invocations: [16, 16], steps: [steps[0]!, { first: 5, last: 6 }] })
  expect(rest!.values).toMatchObject({ first_0: 12, last_0: 14, first_1: 6, last_1: 6 })
})
