/**
 * WebGPU under Electron, whose Node does not let Dawn in: Chromium's own, in the worker of a window. Chromium chooses the adapter, and tells little
 * of it.
 */
import type { RemoteBackend } from '../../../shared/backends/remote/remote-backend.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { ExecutorDevice } from '../executor/offer-executors.ts'
import { describeExecutor } from '../executor/open-executor.ts'
import { loadRemoteBackend } from '../executor/remote-backend.ts'
import { AdapterMemory } from './adapter-memory.ts'
import { rememberingBackend } from './remembering-backend.ts'

/** One for all engines of a thread. */
let loaded: Promise<RemoteBackend> | null = null

/** @throws LabError `backend` when there is no adapter, or it computes wrong */
export function loadInWindow(options: EngineOptions): Promise<RemoteBackend> {
  if (loaded !== null) return loaded
  const loading = load(options)
  loading.catch(() => (loaded = null)) // the next one tries again
  return (loaded = loading)
}

/** The window keeps nothing from one start to the next: what it measures is remembered here. */
async function load(options: EngineOptions): Promise<RemoteBackend> {
  const remote = await loadRemoteBackend({ backend: 'webgpu', options })
  return rememberingBackend(remote, await AdapterMemory.read(options.cacheFolder, remote))
}

/** Asked once for all threads. @throws as `loadInWindow` */
export function describeWindow(options: EngineOptions): Promise<ExecutorDevice> {
  return describeExecutor({ backend: 'webgpu', options })
}

/** @throws as `loadInWindow` */
export async function windowReport(options: EngineOptions): Promise<DeviceReport> {
  const { device = 'WebGPU', isSoftwareDevice = false } = await describeWindow(options)
  return {
    id: 'webgpu',
    backend: 'webgpu',
    name: device,
    kind: isSoftwareDevice ? 'software-gpu' : 'gpu',
    vendor: null,
    driver: null,
    memoryBytes: null,
    refusal: null,
  }
}
