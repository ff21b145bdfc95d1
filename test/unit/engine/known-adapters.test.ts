/** The graphics adapters of the machine are looked for once, and every thread hears what was found. */
import { afterEach, expect, it } from 'vitest'
import { startThread } from '../../../main/engine/start-thread.ts'
import { offerDevices } from '../../../main/engine/webgpu/known-adapters.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'

const CARD: DeviceReport = {
  id: 'webgpu',
  backend: 'webgpu',
  name: 'card of tests',
  kind: 'gpu',
  vendor: null,
  driver: null,
  memoryBytes: null,
  refusal: null,
}
const PROCESSOR: DeviceReport = { ...CARD, id: 'wasm', backend: 'wasm', kind: 'processor' }

afterEach(() => offerDevices(null))

/** @returns what a thread finds in each of several probes at the same time */
async function probeInThread(): Promise<readonly (readonly DeviceReport[])[]> {
  const worker = startThread(new URL('./probing-thread.ts', import.meta.url), { probeCount: 2 })
  let told: readonly (readonly DeviceReport[])[] = []
  worker.on('message', (message: typeof told) => (told = message))
  await new Promise((resolve, reject) => worker.on('error', reject).on('exit', resolve))
  return told
}

it('threads take what the process knows, each as often as it asks, and end', async () => {
  offerDevices(async () => [PROCESSOR, CARD])
  const told = await Promise.all([probeInThread(), probeInThread()])
  expect(told.flat()).toEqual([[CARD], [CARD], [CARD], [CARD]])
})

it('what was found anew is heard by threads that were told before', async () => {
  let count = 0
  offerDevices(async () => [{ ...CARD, name: `card ${++count}` }])
  expect((await probeInThread()).flat().map(({ name }) => name)).toEqual(['card 1', 'card 2'])
})

it('adapters that cannot be looked for are a refusal that says why', async () => {
  offerDevices(() => Promise.reject(new LabError('worker', 'the driver has taken its thread along.')))
  const [found] = await probeInThread()
  expect(found).toMatchObject([{ backend: 'webgpu', refusal: { code: 'worker' } }])
})
