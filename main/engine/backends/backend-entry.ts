/** What the table of backends holds of each: how it is looked for on this machine, loaded, and how its memory is planned. */
import type { Backend } from '../../../shared/backends/backend.ts'
import type { MemoryPlan, MemoryRequest } from '../../../shared/backends/memory-plan.ts'
import type { BackendName } from '../../../shared/backends/names.ts'
import type { Network } from '../../../shared/networks/network.ts'
import type { DeviceReport } from '../../../shared/protocol/devices.ts'
import type { EngineOptions } from '../engine-options.ts'

export interface BackendEntry {
  readonly name: BackendName
  readonly precision: Backend['precision']
  /**
   * Its devices here, best first, those that cannot be used among them; at least one report, and never an error.
   * @param isAnew this thread looks itself, whatever the process knows; default: it does not
   */
  probe(options: EngineOptions, isAnew?: boolean): Promise<readonly DeviceReport[]>
  /** @throws LabError `backend` with what is missing and how to get it */
  load(options: EngineOptions): Promise<Backend>
  /** A training step's memory; null from a backend that does not count it. */
  planMemory(network: Network, request: MemoryRequest, options: EngineOptions): Promise<MemoryPlan | null>
  /** Where it can be taken away: keeps it while a run is trained on it. @returns gives it free */
  keepFor?(
    run: { readonly runId: string; readonly folder: string },
    options: EngineOptions,
  ): Promise<() => Promise<void>>
}
