/** The reference backend: float64, interpreted, one thread. The oracle of the others. */
import type { Backend } from '../backend.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import { ReferenceRecurrence } from './reference-recurrence.ts'

export const referenceBackend: Backend = {
  name: 'reference',
  precision: 'float64',
  createEngine: (network, replicas) =>
    Promise.resolve(
      new ProgramEngine(
        network,
        Array.from({ length: replicas }, () => new ReferenceRecurrence(network)),
        { run: () => undefined, sideBySide: () => 1, dispose: () => undefined, memoryBytes: () => null },
      ),
    ),
}
