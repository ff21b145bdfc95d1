/** Dawn in Node: an adapter is found without installing one, and what is missing is said in words. */
import { Worker } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { openDawn } from '../../main/engine/webgpu/dawn.ts'
import { itUnless, LINUX_LACK } from '../needs.ts'
import { openTestGpu, testAdapterOptions } from './adapter.ts'

it('a software adapter computes in this thread', async () => {
  const adapter = await (await openTestGpu()).requestAdapter()
  expect(adapter).not.toBeNull()
  const device = await adapter!.requestDevice()
  const buffer = device.createBuffer({ size: 16, usage: 0x8 | 0x1 }) // COPY_DST | MAP_READ
  device.queue.writeBuffer(buffer, 0, new Float32Array([1, 2, 3, 4]))
  await buffer.mapAsync(1)
  expect([...new Float32Array(buffer.getMappedRange())]).toEqual([1, 2, 3, 4])
  device.destroy()
})

itUnless(LINUX_LACK)('a library that is not there is named, with the remedy', async () => {
  await expect(
    openDawn({ ...testAdapterOptions(), libraries: ['libvulkan-nowhere.so.9'], adapterName: 'nowhere' }),
  ).rejects.toMatchObject({ code: 'backend', detail: { found: expect.stringContaining('libvulkan-nowhere.so.9') } })
})

it('a worker thread has an adapter of its own', async () => {
  const worker = new Worker(new URL('./adapter-thread.ts', import.meta.url))
  const answer = await new Promise<unknown>((resolve, reject) => {
    worker.once('message', resolve)
    worker.once('error', reject)
  })
  expect(answer).toMatchObject({ hasAdapter: true })
  await worker.terminate()
})
