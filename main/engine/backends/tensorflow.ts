/** The table's entry of TensorFlow: its native library, where `npm run setup:tensorflow` has built it. */
import { LabError } from '../../../shared/protocol/errors.ts'
import { absentReport } from './absent.ts'
import type { BackendEntry } from './backend-entry.ts'

export const tensorflowEntry: BackendEntry = {
  name: 'tensorflow',
  precision: 'float32',
  probe: async () => [absentReport('tensorflow', 'TensorFlow', notBuilt())],
  load: async () => {
    throw notBuilt()
  },
  planMemory: async () => null,
}

function notBuilt(): LabError {
  return new LabError('backend', 'This version of the lab has no TensorFlow engine.', {
    where: 'tensorflow',
    remedy: 'Take wasm.',
  })
}
