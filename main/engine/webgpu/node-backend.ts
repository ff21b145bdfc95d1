/**
 * WebGPU in this thread, through Dawn: an adapter and what may be used of it enter, its backend leaves. Engines of a thread share a device until
 * that is lost.
 */
import type { Backend } from '../../../shared/backends/backend.ts'
import { boundedBackend } from '../../../shared/backends/calls/bounded-backend.ts'
import { createLastingBackend, type LastingBackend } from '../../../shared/backends/webgpu/lasting-backend.ts'
import { requireRightResults } from '../../../shared/backends/self-test.ts'
import { createWebGpuBackend, type WebGpuBackend } from '../../../shared/backends/webgpu/webgpu-backend.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { ALARM_CLOCK } from '../alarm-clock.ts'
import type { EngineOptions } from '../engine-options.ts'
import { AdapterMemory } from './adapter-memory.ts'
import { openDawn } from './dawn.ts'
import { rememberingBackend } from './remembering-backend.ts'

/** What is left to the screen, and to others that use the processor. */
const USED_SHARE = 0.8

/** By adapter and memory. */
const loaded = new Map<string, Promise<LastingBackend>>()

/** @throws LabError `backend` when the adapter gives no device, or computes wrong */
export function loadHere(report: DeviceReport, options: EngineOptions): Promise<LastingBackend> {
  const memoryBytes = memoryBound(options, report)
  const key = `${report.name} ${memoryBytes}`
  const known = loaded.get(key)
  if (known) return known
  const backend = createLastingBackend(() => openBackend(report.name, memoryBytes, options.cacheFolder))
  loaded.set(key, backend)
  backend.catch(() => loaded.delete(key)) // the next one tries again
  return backend
}

/** What an engine may take: what the user says, or most of what the adapter is known to have. */
function memoryBound({ isMemorySet, memoryBytes }: EngineOptions, report: DeviceReport): number | null {
  if (isMemorySet) return memoryBytes
  return report.memoryBytes === null ? null : Math.floor(report.memoryBytes * USED_SHARE)
}

async function openBackend(name: string, memoryBytes: number | null, cacheFolder: string): Promise<WebGpuBackend> {
  const backend = await createWebGpuBackend(await openDawn({ adapterName: name }), {
    name,
    now: () => performance.now(),
    memoryBytes,
    measuresShapes: true,
  })
  const bounded = <Bounded extends Backend>(each: Bounded): Bounded =>
    boundedBackend(each, ALARM_CLOCK, () => backend.computeDevice.destroy())
  const memory = await AdapterMemory.read(cacheFolder, backend)
  if (!memory.isRight) {
    await requireRightResults(bounded(backend.unmeasured))
    await memory.rememberRight()
  }
  return rememberingBackend(bounded(backend), memory)
}
