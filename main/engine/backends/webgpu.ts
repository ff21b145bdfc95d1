/**
 * The table's entry of WebGPU: every graphics processor that Dawn reaches from Node; under Electron, whose Node lets Dawn not in, the one that
 * Chromium takes, in a window's worker. Engines of a thread share a device until that is lost.
 */
import type { Backend } from '../../../shared/backends/backend.ts'
import { createLastingBackend } from '../../../shared/backends/webgpu/lasting-backend.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'
import { hasOfferedExecutors } from '../executor/open-executor.ts'
import { loadRemoteBackend } from '../executor/remote-backend.ts'
import { adapterReports } from '../webgpu/adapters.ts'
import { openDawn } from '../webgpu/dawn.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { pickDevice } from './pick-device.ts'

/** Asked once a thread: adapters come and go with a restart. */
let reports: Promise<readonly DeviceReport[]> | null = null
/** By adapter and memory. */
const loaded = new Map<string, Promise<Backend>>()

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: (options) => (reports ??= probe(options)),
  load: async (options) => {
    const { name } = pickDevice(await webgpuEntry.probe(options), options.adapter)
    return loadOnce(name, options)
  },
  planMemory: async () => null,
}

async function probe(options: EngineOptions): Promise<readonly DeviceReport[]> {
  try {
    return hasOfferedExecutors() ? [await windowReport(options)] : await adapterReports()
  } catch (error) {
    return [absentReport('webgpu', 'WebGPU', error)]
  }
}

/** Chromium chooses the adapter, and tells little of it. */
async function windowReport(options: EngineOptions): Promise<DeviceReport> {
  const { device, isSoftwareDevice } = await loadOnce('', options)
  return {
    id: 'webgpu',
    backend: 'webgpu',
    name: device ?? 'WebGPU',
    kind: isSoftwareDevice ? 'software-gpu' : 'gpu',
    vendor: null,
    driver: null,
    memoryBytes: null,
    refusal: null,
  }
}

function loadOnce(adapterName: string, options: EngineOptions): Promise<Backend> {
  const memoryBytes = memoryBound(options)
  const key = hasOfferedExecutors() ? 'window' : `${adapterName} ${memoryBytes}`
  const known = loaded.get(key)
  if (known !== undefined) return known
  const loading = hasOfferedExecutors()
    ? loadRemoteBackend({ backend: 'webgpu', options })
    : loadHere(adapterName, memoryBytes)
  loaded.set(key, loading)
  loading.catch(() => loaded.delete(key)) // the next one tries again
  return loading
}

/** What an engine may take of the adapter's memory, where the user has said it. */
const memoryBound = ({ isMemorySet, memoryBytes }: EngineOptions): number | null => (isMemorySet ? memoryBytes : null)

async function loadHere(adapterName: string, memoryBytes: number | null): Promise<Backend> {
  return createLastingBackend(await openDawn({ adapterName }), { now: () => performance.now(), memoryBytes })
}
