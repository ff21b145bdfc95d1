/** What the recurrence kernels say, as snapshots: a change of the text is seen; and the shapes that are tried on an adapter. */
import { describe, expect, it } from 'vitest'
import { backwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-backward.ts'
import { forwardText } from '../../../../shared/backends/webgpu/wgsl/recurrence-forward.ts'
import { recurrenceKernel } from '../../../../shared/backends/webgpu/wgsl/recurrence-kernel.ts'
import { planRecurrence, type RecurrenceShape } from '../../../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { recurrenceShapes } from '../../../../shared/backends/webgpu/wgsl/recurrence-shapes.ts'
import { builtInCells } from '../../../../shared/cells/library.ts'
import { network, part, WHOLE_LAYER_CELL } from '../networks.ts'

const BAREST = { invocations: 256, memoryBytes: 16_384, subgroupSize: null }
const FORWARD = { saving: true, constantInput: false, keepsHistory: true }
const BACKWARD = { hasAbove: true, hasMarks: true }
const LARGE = { invocations: 1024, memoryBytes: 49_152, subgroupSize: 32 }

describe.each([
  ['gru', 'gru', LARGE],
  ['nbrc', 'nbrc', BAREST],
  ['own', WHOLE_LAYER_CELL, BAREST],
] as const)('the kernels of %s', (name, cell, limits) => {
  const own = network([[part(cell, 70)]], { inputs: 3, outputs: 1 })
  const plan = planRecurrence(own, own.wiredLayers[0]!.parts[0]!, recurrenceShapes(70, limits)[0]!)

  it('say forward what the snapshot says', async () => {
    const { code } = recurrenceKernel([forwardText(plan, FORWARD)], name)
    await expect(code).toMatchFileSnapshot(`snapshots/${name}-forward.wgsl`)
  })

  it('say backward what the snapshot says', async () => {
    const { code } = recurrenceKernel([backwardText(plan, BACKWARD)], name)
    await expect(code).toMatchFileSnapshot(`snapshots/${name}-backward.wgsl`)
  })
})

it.each([...Object.keys(builtInCells), WHOLE_LAYER_CELL])('%s has no more buffers than every device allows', (cell) => {
  const plan = planOf(cell, 5, recurrenceShapes(5, BAREST)[0]!)
  const forward = recurrenceKernel([forwardText(plan, FORWARD)], cell)
  const backward = recurrenceKernel([backwardText(plan, BACKWARD)], cell)
  for (const { buffers } of [forward, backward]) expect(buffers.length).toBeLessThanOrEqual(8)
})

describe('shapes', () => {
  it.each([1, 5, 100, 128, 256, 300, 1024, 2048])('fit the barest adapter and a large one at %d units', (units) => {
    for (const limits of [BAREST, LARGE])
      for (const shape of recurrenceShapes(units, limits)) {
        expect(shape.invocations).toBeLessThanOrEqual(limits.invocations)
        expect(shape.invocations % shape.slices).toBe(0)
        const { memory, sizes } = planOf('lstm', units, shape)
        expect(memory.exchange * shape.rows * 4 + memory.scratch * 16).toBeLessThanOrEqual(limits.memoryBytes)
        expect(sizes.H).toBe(units)
      }
  })

  it('give every unit a worker of its own first, where the adapter has enough of them', () => {
    expect(recurrenceShapes(256, LARGE)[0]).toEqual({
      rows: 4,
      slices: 2,
      invocations: 512,
      subgroups: true,
      keptVectors: 0,
      memoryBytes: LARGE.memoryBytes,
    })
    expect(recurrenceShapes(256, BAREST)[0]).toMatchObject({ slices: 1, invocations: 256, subgroups: false })
  })

  it('are refused in words where memory has no room for a product', () => {
    const shape = { ...recurrenceShapes(8, BAREST)[0]!, memoryBytes: 64 }
    expect(() => planOf('gru', 8, shape)).toThrow(expect.objectContaining({ code: 'backend' }) as Error)
  })
})

function planOf(cell: string, units: number, shape: RecurrenceShape): ReturnType<typeof planRecurrence> {
  const own = network([[part(cell, units)]], { inputs: 3, outputs: 1 })
  return planRecurrence(own, own.wiredLayers[0]!.parts[0]!, shape)
}
