/** The table's entry of WebGPU: every graphics processor that Dawn reaches from Node; under Electron the one that Chromium takes. */
import { planMemory } from '../../../shared/backends/webgpu/memory-plan.ts'
import { NetworkKernels } from '../../../shared/backends/webgpu/network-kernels.ts'
import { shapesToTry } from '../../../shared/backends/webgpu/shapes.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'
import { hasOfferedExecutors } from '../executor/open-executor.ts'
import { adapterReports } from '../webgpu/adapters.ts'
import { knownAdapters } from '../webgpu/known-adapters.ts'
import { loadHere } from '../webgpu/node-backend.ts'
import { describeWindow, loadInWindow, windowReport } from '../webgpu/window-backend.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { pickDevice } from './pick-device.ts'

/** By this thread, where its process does not know them: adapters come and go with a restart. */
let reports: Promise<readonly DeviceReport[]> | null = null

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: async (options, isAnew = false) => {
    try {
      return (isAnew ? null : await knownAdapters()) ?? (await (reports ??= look(options)))
    } catch (error) {
      return [absentReport('webgpu', 'WebGPU', error)]
    }
  },
  load: async (options) => {
    const report = pickDevice(await webgpuEntry.probe(options), options.adapter)
    return hasOfferedExecutors() ? loadInWindow(options) : loadHere(report, options)
  },
  planMemory: async (network, request, options) => {
    const report = pickDevice(await webgpuEntry.probe(options), options.adapter)
    const { adapter } = hasOfferedExecutors() ? await describeWindow(options) : await loadHere(report, options)
    if (adapter === undefined) return null // of an executor that serves something else
    const { facts, bounds } = adapter
    const kernels = new NetworkKernels(network, (part) => shapesToTry(facts, part)[0]!)
    return planMemory(kernels, request, bounds)
  },
}

async function look(options: EngineOptions): Promise<readonly DeviceReport[]> {
  return hasOfferedExecutors() ? [await windowReport(options)] : adapterReports()
}
