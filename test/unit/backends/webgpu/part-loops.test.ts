/** The loops of a layer's parts: which go together in one dispatch, and what each is told there. */
import { expect, it } from 'vitest'
import type { Launcher, Piece } from '../../../../shared/backends/webgpu/launcher.ts'
import { PartLoops, type LoopCall } from '../../../../shared/backends/webgpu/part-loops.ts'
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

const PIECE: Piece = { block: { buffer: { gpu: {} as GPUBuffer, bytes: 0, id: 0 }, words: 4, first: 0 } }

async function runOn(storageBuffers: number, invocations: readonly number[]): Promise<Asked[]> {
  const asked: Asked[] = []
  const launcher: Pick<Launcher, 'loop'> & { device: { facts: { storageBuffers: number } } } = {
    device: { facts: { storageBuffers } },
    loop: (kernel, _size, valuesOf, pieces) => {
      const values = valuesOf({ first: 2, last: 4 })
      asked.push({ kernel: kernel.name, values, pieces: pieces as Asked['pieces'] })
      expect(Object.keys(pieces).filter((name) => !kernel.buffers.includes(name as never))).toEqual([])
      return Promise.resolve()
    },
  }
  const own = network([[part('gru', 5), part('lstm', 7)]], { inputs: 3, outputs: 1 })
  const calls = own.wiredLayers[0]!.parts.map((one, index): LoopCall => {
    const plan = planRecurrence(own, one, { ...SHAPE, invocations: invocations[index]! })
    return {
      loop: {
        key: `part ${index}`,
        name: `part ${index}`,
        text: forwardText(plan, { saving: true, constantInput: false, keepsHistory: true }),
      },
      valuesOf: ({ first, last }) => ({ batch: 3, first, last, stateStride: 100 + index }),
      pieces: { weights: PIECE, inputProducts: PIECE, states: PIECE, saved: PIECE },
    }
  })
  const loops = new PartLoops(launcher as unknown as Launcher)
  await loops.run(calls, { steps: 6, batch: 3, isBackward: false }, new Set(['inputs']), [0])
  return asked
}

it('parts whose workgroups are alike go through time in one loop, each with values and buffers of its own', async () => {
  const [asked, ...others] = await runOn(8, [16, 16])
  expect(others).toEqual([])
  expect(asked).toMatchObject({
    kernel: 'part 0 beside part 1',
    values: { first_0: 2, last_1: 4, stateStride_0: 100, stateStride_1: 101 },
  })
  expect(Object.keys(asked!.pieces)).toContain('states_1')
})

it('parts go one after the other where the device binds too few buffers', async () => {
  expect((await runOn(7, [16, 16])).map(({ kernel }) => kernel)).toEqual(['part 0', 'part 1'])
})

it('parts go one after the other where their workgroups differ', async () => {
  expect((await runOn(16, [16, 32])).map(({ kernel }) => kernel)).toEqual(['part 0', 'part 1'])
})
