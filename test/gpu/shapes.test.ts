/**
 * Which shape of a recurrence is taken, and how far layers are apart: the fastest that the device takes, a likelier one where there is no clear gain.
 */
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { ComputeDevice } from '../../shared/backends/webgpu/device.ts'
import { shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { fastestChunks } from '../../shared/backends/webgpu/tune/fastest-chunks.ts'
import { fastestShape } from '../../shared/backends/webgpu/tune/fastest-shape.ts'
import type { RecurrenceShape } from '../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { network, part } from '../unit/backends/networks.ts'
import { openTestGpu } from './adapter.ts'

const LAYER = [part("h' = tanh(W x + U h + b)", 4)]
const STACK = network([LAYER, LAYER], { inputs: 4, outputs: 1 })
const PART = network([[part("h' = tanh(W x + U h + b)", 4)]], { inputs: 2, outputs: 1 }).wiredLayers[0]!.parts[0]!
/** A choice's rounds read the clock so often: the first one only at its beginning. */
const READINGS_A_CHOICE = 9

let device: ComputeDevice

beforeAll(async () => {
  device = await ComputeDevice.open(await openTestGpu('swiftshader'), { now: () => 0 })
})
afterAll(() => device.destroy())

/** A clock by which rounds of the n-th choice take so many ms. */
function clockOf(roundMs: readonly number[]): () => number {
  let [readings, ms] = [0, 0]
  return () => (ms += roundMs[Math.floor(readings++ / READINGS_A_CHOICE)]!)
}

it('a clearly faster shape is taken, one that is faster by noise is not', async () => {
  const [likeliest] = shapesToTry(device.facts, PART) as [RecurrenceShape]
  const shapes = [likeliest, { ...likeliest, invocations: 8 }, { ...likeliest, invocations: 12 }]
  expect(await fastestShape(device, PART, shapes, clockOf([10, 5, 4.9]))).toBe(shapes[1])
  expect(await fastestShape(device, PART, shapes, clockOf([10, 9.9, 9.8]))).toBe(shapes[0])
})

it('a shape that the device refuses is passed over, and the device goes on', async () => {
  const [likeliest] = shapesToTry(device.facts, PART) as [RecurrenceShape]
  const refused = { ...likeliest, invocations: 4 * device.facts.workgroupInvocations }
  expect(await fastestShape(device, PART, [refused, likeliest], () => 0)).toBe(likeliest)
})

const chunksBy = (clock: () => number): Promise<number | null> =>
  fastestChunks(device, STACK, (one) => shapesToTry(device.facts, one)[0]!, [null, 64], clock)

it('layers go a chunk apart where that is clearly faster', async () => {
  expect(await chunksBy(clockOf([10, 5]))).toBe(64)
  expect(await chunksBy(clockOf([10, 9.9]))).toBeNull()
})

it('layers go one after the other on a device whose compiler makes something else of kernels that stand together', async () => {
  const { pipelines } = device
  const compile = pipelines.get.bind(pipelines)
  const spy = vi.spyOn(pipelines, 'get').mockImplementation((kernel) => {
    if (!kernel.name.includes(' beside ')) return compile(kernel)
    return compile({ ...kernel, code: kernel.code.replaceAll(' = fma(', ' = 1.001 * fma(') })
  })
  const chunks = await chunksBy(clockOf([10, 5]))
  spy.mockRestore()
  expect(chunks).toBeNull()
})
