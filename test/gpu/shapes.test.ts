/** Which shape of a recurrence is taken: the fastest that the device takes, a likelier one where there is no clear gain. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ComputeDevice } from '../../shared/backends/webgpu/device.ts'
import { shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { fastestShape } from '../../shared/backends/webgpu/tune/fastest-shape.ts'
import type { RecurrenceShape } from '../../shared/backends/webgpu/wgsl/recurrence-shapes.ts'
import { network, part } from '../unit/backends/networks.ts'
import { openTestGpu } from './adapter.ts'

const PART = network([[part("h' = tanh(W x + U h + b)", 4)]], { inputs: 2, outputs: 1 }).wiredLayers[0]!.parts[0]!
/** A shape's rounds read the clock so often: the first one only at its beginning. */
const READINGS_A_SHAPE = 7

let device: ComputeDevice

beforeAll(async () => {
  device = await ComputeDevice.open(await openTestGpu('swiftshader'), { now: () => 0 })
})
afterAll(() => device.destroy())

/** A clock by which rounds of the n-th shape take so many ms. */
function clockOf(roundMs: readonly number[]): () => number {
  let [readings, ms] = [0, 0]
  return () => (ms += roundMs[Math.floor(readings++ / READINGS_A_SHAPE)]!)
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
