/** The table's entry of WebGPU: every graphics processor that Dawn reaches from Node. Engines of a process share an adapter's device until that is lost. */
import type { Backend } from '../../../shared/backends/backend.ts'
import { createWebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'
import { adapterReports } from '../webgpu/adapters.ts'
import { openDawn } from '../webgpu/dawn.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { pickDevice } from './pick-device.ts'

/** Asked once a process: adapters come and go with a restart. */
let reports: Promise<readonly DeviceReport[]> | null = null
/** By adapter and memory. */
const loaded = new Map<string, Promise<Backend>>()

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: () =>
    (reports ??= adapterReports().catch((error: unknown) => [absentReport('webgpu', 'WebGPU', error)])),
  load: async (options) => {
    const { name } = pickDevice(await webgpuEntry.probe(options), options.adapter)
    const memoryBytes = memoryBound(options)
    const key = `${name} ${memoryBytes}`
    const backend = loaded.get(key) ?? load(key, name, memoryBytes)
    loaded.set(key, backend)
    return backend
  },
  planMemory: async () => null,
}

/** What an engine may take of the adapter's memory, where the user has said it. */
const memoryBound = ({ isMemorySet, memoryBytes }: EngineOptions): number | null => (isMemorySet ? memoryBytes : null)

async function load(key: string, adapterName: string, memoryBytes: number | null): Promise<Backend> {
  const forget = (): boolean => loaded.delete(key)
  try {
    const gpu = await openDawn({ adapterName })
    const backend = await createWebGpuBackend(gpu, { now: () => performance.now(), memoryBytes })
    void backend.computeDevice.lost.then(forget) // the next one asks for a new device
    return backend
  } catch (error) {
    forget()
    throw error
  }
}
