/** WebGPU in a window that forgets everything with its end: what was measured there is remembered by whoever has opened it. */
import { MessageChannel } from 'node:worker_threads'
import { expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { overMessagePort } from '../../../main/engine/executor/message-port.ts'
import { offerExecutors } from '../../../main/engine/executor/offer-executors.ts'
import { AdapterMemory } from '../../../main/engine/webgpu/adapter-memory.ts'
import { loadInWindow } from '../../../main/engine/webgpu/window-backend.ts'
import { serveBackend } from '../../../shared/backends/remote/serve-backend.ts'
import { temporaryFolder } from '../store/store-helpers.ts'
import { choosingBackend } from '../training/choosing-backend.ts'
import { toyNetwork } from '../training/toy.ts'

const WINDOW = { device: 'card of the window', driver: 'maker / 1.0' }

it('a window measures what no window before it has, for this device and driver', async () => {
  const cacheFolder = await temporaryFolder()
  await (await AdapterMemory.read(cacheFolder, { ...WINDOW, driver: 'maker / 0.9' })).addTuning({ choice: 'old' })
  const { backend, measurementCount } = choosingBackend('fast')
  offerExecutors(async () => {
    const { port1, port2 } = new MessageChannel()
    serveBackend(overMessagePort(port2), Promise.resolve({ ...backend, ...WINDOW }))
    return overMessagePort(port1)
  })
  const remote = await loadInWindow({ ...readEngineOptions({}, {}), cacheFolder })
  expect((await remote.createEngine(toyNetwork(), 1)).tuning).toEqual({ choice: 'fast' })
  expect((await AdapterMemory.read(cacheFolder, WINDOW)).tuning).toEqual({ choice: 'fast' })
  await remote.createEngine(toyNetwork(), 1)
  expect(measurementCount()).toBe(1)
  remote.close()
})
