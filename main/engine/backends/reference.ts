/** The table's entry of the reference, the float64 oracle: everywhere, slow, with no memory plan. */
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import type { BackendEntry } from './backend-entry.ts'
import { processorReport } from './processor.ts'

export const referenceEntry: BackendEntry = {
  name: 'reference',
  precision: 'float64',
  probe: async () => [processorReport('reference', null)],
  load: async () => referenceBackend,
  planMemory: async () => null,
}
