/** The table's entry of WebGPU: every graphics processor that Dawn reaches from Node. */
import { LabError } from '../../../shared/protocol/errors.ts'
import { toWireError } from '../../../shared/protocol/wire-error.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { adapterReports } from '../webgpu/adapters.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'
import { pickDevice } from './pick-device.ts'

/** Asked once a process: adapters come and go with a restart. */
let reports: Promise<readonly DeviceReport[]> | null = null

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: () => (reports ??= probe()),
  load: async (options) => {
    pickDevice(await webgpuEntry.probe(options), options.adapter)
    throw notBuilt()
  },
  planMemory: async () => null,
}

async function probe(): Promise<readonly DeviceReport[]> {
  const found = await adapterReports().catch((error: unknown) => [absentReport('webgpu', 'WebGPU', error)])
  return found.map((report) => ({ ...report, refusal: report.refusal ?? toWireError(notBuilt()) }))
}

function notBuilt(): LabError {
  return new LabError('backend', 'This version of the lab has no WebGPU engine.', {
    where: 'webgpu',
    remedy: 'Take wasm.',
  })
}
