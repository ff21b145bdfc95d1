/** The table's entry of WebGPU: every graphics processor that Dawn reaches from Node. */
import { LabError } from '../../../shared/protocol/errors.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'

export const webgpuEntry: BackendEntry = {
  name: 'webgpu',
  precision: 'float32',
  probe: async () => [absentReport('webgpu', 'WebGPU', notBuilt())],
  load: async () => {
    throw notBuilt()
  },
  planMemory: async () => null,
}

function notBuilt(): LabError {
  return new LabError('backend', 'This version of the lab has no WebGPU engine.', {
    where: 'webgpu',
    remedy: 'Take wasm.',
  })
}
