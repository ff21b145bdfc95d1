/**
 * A backend that measures nothing twice: it enters with what is known of its adapter, and leaves so that every engine has that, and what an engine had
 * to measure is kept. A tuning that is asked for goes before what is remembered.
 */
import type { Backend } from '../../../shared/backends/backend.ts'
import { tuningBeside, type Tuning } from '../../../shared/backends/tuning.ts'

/** What is known of an adapter. */
export interface TuningMemory {
  /** Of all networks that were ever measured on it. */
  readonly tuning: Tuning
  addTuning(measured: Tuning): Promise<void>
}

export function rememberingBackend<Remembering extends Backend>(
  backend: Remembering,
  memory: TuningMemory,
): Remembering {
  return {
    ...backend,
    async createEngine(network, replicas, asked = {}) {
      const given = { ...memory.tuning, ...asked }
      const engine = await backend.createEngine(network, replicas, given)
      const measured = tuningBeside(engine.tuning ?? {}, given)
      if (Object.keys(measured).length > 0) await memory.addTuning(measured)
      return engine
    },
  }
}
