/**
 * The one table of backends: a name enters, its entry leaves. Whatever differs from engine to engine (how it is looked for, loaded, planned)
 * is asked here; a new one is a file beside this and a line below.
 */
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import { BACKEND_NAMES, isBackendName, listNames, type BackendName } from '../../../shared/backends/names.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { EngineOptions } from '../engine-options.ts'
import type { BackendEntry } from './backend-entry.ts'
import { referenceEntry } from './reference.ts'
import { tensorflowEntry } from './tensorflow.ts'
import { wasmEntry } from './wasm.ts'
import { webgpuEntry } from './webgpu.ts'

const ENTRIES: Readonly<Record<BackendName, BackendEntry>> = {
  wasm: wasmEntry,
  webgpu: webgpuEntry,
  tensorflow: tensorflowEntry,
  reference: referenceEntry,
}

export const BACKENDS: readonly BackendEntry[] = BACKEND_NAMES.map((name) => ENTRIES[name])

/** @throws LabError `backend` for an unknown name */
export function backendEntry(name: string): BackendEntry {
  if (isBackendName(name)) return ENTRIES[name]
  throw new LabError('backend', 'There is no backend of this name.', {
    expected: listNames(['auto', ...BACKEND_NAMES]),
    found: name,
  })
}

/** Every device of every engine on this machine, those that cannot be used among them. @param isAnew see `BackendEntry` */
export async function probeDevices(options: EngineOptions, isAnew = false): Promise<DeviceReport[]> {
  return (await Promise.all(BACKENDS.map((entry) => entry.probe(options, isAnew)))).flat()
}
