/**
 * The table's entry of WebGPU: every graphics processor that Dawn reaches from Node; under Electron, whose Node lets Dawn not in, the one that
 * Chromium takes, in a window's worker. Engines of a thread share an adapter's device until that is lost.
 */
import type { Backend } from '../../../shared/backends/backend.ts'
import { planMemory } from '../../../shared/backends/webgpu/memory-plan.ts'
import { NetworkKernels } from '../../../shared/backends/webgpu/network-kernels.ts'
import { shapesToTry } from '../../../shared/backends/webgpu/shapes.ts'
import { requireRightResults } from '../../../shared/backends/webgpu/tune/self-test.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'
import { hasOfferedExecutors } from '../executor/open-executor.ts'
import { loadRemoteBackend } from '../executor/remote-backend.ts'
import { AdapterMemory } from '../webgpu/adapter-memory.ts'
import { adapterReports } from '../webgpu/adapters.ts'
import { openDawn } from '../webgpu/dawn.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { pickDevice } from './pick-device.ts'

/** Asked once a thread: adapters come and go with a restart. */
let reports: Promise<readonly DeviceReport[]> | null = null
/** By adapter and memory. */
const loaded = new Map<string, Promise<WebGpuBackend>>()

/** What is left to the screen, and to others that use the processor. */
const USED_SHARE = 0.8

let windowBackend: Promise<Backend> | null = null

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: (options) => (reports ??= probe(options)),
  load: (options) => (hasOfferedExecutors() ? loadWindow(options) : loadBackend(options)),
  planMemory: async (network, request, options) => {
    if (hasOfferedExecutors()) return null // the window's worker plans, and says so when it does not fit
    const { computeDevice } = await loadBackend(options)
    const { facts, bounds } = computeDevice
    const kernels = new NetworkKernels(network, (part) => shapesToTry(facts, part)[0]!)
    return planMemory(kernels, request, bounds)
  },
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
  const { device, isSoftwareDevice } = await loadWindow(options)
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

/** The backend in the window's worker; it is started anew where it has died. */
function loadWindow(options: EngineOptions): Promise<Backend> {
  windowBackend ??= loadRemoteBackend({ backend: 'webgpu', options })
  windowBackend.catch(() => (windowBackend = null)) // the next one tries again
  return windowBackend
}

async function loadBackend(options: EngineOptions): Promise<WebGpuBackend> {
  const report = pickDevice(await webgpuEntry.probe(options), options.adapter)
  const memoryBytes = memoryBound(options, report)
  const key = `${report.name} ${memoryBytes}`
  const known = loaded.get(key)
  if (known) return known
  const backend = openBackend(report.name, memoryBytes, options.cacheFolder)
  loaded.set(key, backend)
  const forget = (): boolean => loaded.delete(key)
  // After a loss, or a failure to begin, the next one asks for a new device.
  void backend.then(({ computeDevice }) => computeDevice.lost).then(forget, forget)
  return backend
}

/** What an engine may take: what the user says, or most of what the adapter is known to have. */
function memoryBound({ isMemorySet, memoryBytes }: EngineOptions, report: DeviceReport): number | null {
  if (isMemorySet) return memoryBytes
  return report.memoryBytes === null ? null : Math.floor(report.memoryBytes * USED_SHARE)
}

/** @throws LabError `backend` when it gives no device, or computes wrong */
async function openBackend(name: string, memoryBytes: number | null, cacheFolder: string): Promise<WebGpuBackend> {
  let memory: AdapterMemory | null = null
  const backend = await createWebGpuBackend(await openDawn({ adapterName: name }), {
    name,
    now: () => performance.now(),
    memoryBytes,
    shapes: async (facts) => (memory = await AdapterMemory.read(cacheFolder, facts)),
  })
  const known = memory as AdapterMemory | null
  if (known?.isRight) return backend
  await requireRightResults(backend)
  await known?.rememberRight()
  return backend
}
