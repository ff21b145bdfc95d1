/** Loads a backend by name, on first use, with what it may use of the machine. */
import type { Backend } from '../../shared/backends/backend.ts'
import { isBackendName } from '../../shared/backends/names.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { backendEntry } from './backends/table.ts'
import { readEngineOptions, type EngineOptions } from './engine-options.ts'

/**
 * @param name `auto` is the wasm engine, which works everywhere
 * @param options what is left out is as the machine has it
 * @throws LabError `backend` for an unknown name, and for one that does not work here, with what is missing
 */
export async function loadBackend(name: string, options: Partial<EngineOptions> = {}): Promise<Backend> {
  return backendEntry(name === 'auto' ? 'wasm' : name).load({ ...readEngineOptions(), ...options })
}

/**
 * For a look at what a run has learned: its own backend, or where that does not work here, on another machine or without its driver, the
 * processor's, which rounds differently.
 * @throws LabError `backend` for an unknown name
 */
export async function loadToEvaluate(name: string, options: Partial<EngineOptions>): Promise<Backend> {
  try {
    return await loadBackend(name, options)
  } catch (error) {
    if (!isBackendName(name) || !(error instanceof LabError) || error.code !== 'backend') throw error
    return loadBackend('auto', options)
  }
}
