/** Reports of an engine that has no device here: what is missing enters as the error that loading it throws. */
import type { BackendName } from '../../../shared/backends/names.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'

export function absentReport(backend: BackendName, name: string, error: unknown): DeviceReport {
  return {
    id: backend,
    backend,
    name,
    kind: 'gpu',
    vendor: null,
    driver: null,
    memoryBytes: null,
    refusal: toWireError(error),
  }
}
