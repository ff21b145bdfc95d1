/** The device below the webgpu engine: commands keep their order, loops are cut without a trace, and faults arrive as words. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ComputeDevice } from '../../shared/backends/webgpu/device.ts'
import { replicaKernel, uniformValues } from '../../shared/backends/webgpu/wgsl/replica-kernel.ts'
import { uniformBytes } from '../../shared/backends/webgpu/wgsl/kernel.ts'
import type { Dispatch, StepRange } from '../../shared/backends/webgpu/command-queue.ts'
import type { DeviceBuffer } from '../../shared/backends/webgpu/buffer-pool.ts'
import { openTestGpu } from './adapter.ts'

const now = (): number => performance.now()
let device: ComputeDevice

beforeAll(async () => {
  device = await ComputeDevice.open(await openTestGpu('swiftshader'), { now })
})
afterAll(() => device.destroy())

/** values[0] = values[0] * 3 + step, for each step of the range: a result that tells the order. */
const chain = replicaKernel<'first' | 'last', 'values'>({
  name: 'chain',
  fields: { first: 'u32', last: 'u32' },
  buffers: { values: { access: 'read-write', element: 'u32' } },
  body: `
for (var step = call.first; step < call.last; step++) {
  if (lane == 0u && group.x == 0u) { values[values_base] = values[values_base] * 3u + step; }
}`,
  workgroups: () => [1, 1],
})

function chained(buffer: DeviceBuffer, range: StepRange): Dispatch {
  const values = uniformValues(chain, { ...range }, { values: { offset: 0, stride: 1 } })
  return { kernel: chain, uniform: uniformBytes(chain.fields, values, [0]), buffers: [buffer], workgroups: [1, 1, 1] }
}

const expected = (start: number, steps: number): number => {
  let value = start
  for (let step = 0; step < steps; step++) value = (Math.imul(value, 3) + step) >>> 0
  return value
}

async function readWord(buffer: DeviceBuffer): Promise<number> {
  const [bytes] = await device.queue.read([{ buffer, offsetBytes: 0, bytes: 4 }])
  return new Uint32Array(bytes!)[0]!
}

it('a loop over time has the same result in one piece and in many', async () => {
  const whole = device.upload(new Uint32Array([7]))
  device.queue.dispatch(chained(whole, { first: 0, last: 50 }))
  const cut = device.upload(new Uint32Array([7]))
  await device.queue.loop(chain, 'cut', 50, false, (range) => chained(cut, range))
  expect([await readWord(whole), await readWord(cut)]).toEqual([expected(7, 50), expected(7, 50)])
})

it('a loop is cut by what its own kernel was measured to take, whatever another of its name takes', async () => {
  let msAReading = 0
  let clock = 0
  const timed = await ComputeDevice.open(await openTestGpu('swiftshader'), { now: () => (clock += msAReading) })
  const buffer = timed.upload(new Uint32Array([7]))
  const dispatchesOf = async (kernel: typeof chain): Promise<number> => {
    const before = timed.queue.counts.dispatches
    await timed.queue.loop(kernel, 'size', 50, false, (range) => ({ ...chained(buffer, range), kernel }))
    return timed.queue.counts.dispatches - before
  }
  for (let known = 0; known < 4; known++) await dispatchesOf(chain)
  expect(await dispatchesOf(chain)).toBe(1)
  msAReading = 80 // of a piece of four steps: two of them in a submission
  const slow = { ...chain, code: `${chain.code}// another` }
  for (let known = 0; known < 4; known++) await dispatchesOf(slow)
  expect(await dispatchesOf(slow)).toBe(25)
  timed.destroy()
})

it('a write takes its place between the commands before and after it', async () => {
  const buffer = device.upload(new Uint32Array([1]))
  device.queue.dispatch(chained(buffer, { first: 0, last: 3 }))
  const copy = device.buffers.take(4)
  device.queue.copy(buffer, 0, copy, 0, 4)
  device.queue.write(buffer, 0, new Uint32Array([5]))
  device.queue.dispatch(chained(buffer, { first: 0, last: 3 }))
  expect([await readWord(copy), await readWord(buffer)]).toEqual([expected(1, 3), expected(5, 3)])
})

it('a buffer that was given back serves again', () => {
  const first = device.buffers.take(5000)
  const total = device.buffers.totalBytes
  device.buffers.giveBack(first)
  expect(device.buffers.take(4900).id).toBe(first.id)
  expect(device.buffers.totalBytes).toBe(total)
})

it('a kernel that the device refuses is an error with its word, and the device goes on', async () => {
  const broken = { ...chain, name: 'broken', code: `${chain.code}\nfn f() -> u32 { return 1.5; }` }
  const buffer = device.upload(new Uint32Array([1]))
  device.queue.dispatch({ ...chained(buffer, { first: 0, last: 1 }), kernel: broken })
  await expect(readWord(buffer)).rejects.toMatchObject({ code: 'backend' })
  device.queue.write(buffer, 0, new Uint32Array([9]))
  expect(await readWord(buffer)).toBe(9)
})

it('more memory than a buffer may have is refused before anything is asked of the device', () => {
  expect(() => device.buffers.take(device.facts.bindingBytes + 1)).toThrow(
    expect.objectContaining({ code: 'device-memory', detail: expect.objectContaining({ remedy: expect.any(String) }) }),
  )
})

it('a buffer that is destroyed to make room is there as long as commands that were given before use it', async () => {
  const small = await ComputeDevice.open(await openTestGpu('swiftshader'), { now, memoryBytes: 8192 })
  const first = small.buffers.take(6000)
  small.queue.clear(first)
  small.buffers.giveBack(first)
  small.queue.clear(small.buffers.take(4000))
  await expect(small.queue.finish()).resolves.toBeUndefined()
  small.destroy()
})

it('what is free makes room where buffers together would go beyond their bound', async () => {
  const small = await ComputeDevice.open(await openTestGpu('swiftshader'), { now, memoryBytes: 8192 })
  const first = small.buffers.take(6000)
  small.buffers.giveBack(first)
  small.buffers.take(4000)
  expect(small.buffers.totalBytes).toBeLessThanOrEqual(8192)
  small.destroy()
})

it('a device that is lost in the middle is told as such', async () => {
  const lost = await ComputeDevice.open(await openTestGpu('swiftshader'), { now })
  const buffer = lost.upload(new Uint32Array([1]))
  const read = lost.queue.read([{ buffer, offsetBytes: 0, bytes: 4 }])
  lost.destroy()
  await expect(read).rejects.toMatchObject({ code: 'device-lost' })
  await expect(lost.queue.finish()).rejects.toMatchObject({ code: 'device-lost' })
})
