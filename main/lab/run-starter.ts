/**
 * Starts runs: a design, or a fork of a run, enters and becomes the runs of a group, which are queued; their ids leave. What is wrong with them
 * is told before anything is written. Training is the monitor's.
 */
import { isOnProcessor } from '../../shared/backends/names.ts'
import type { CheckedPayload, CommandResult } from '../../shared/protocol/commands.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import type { EngineOptions } from '../engine/engine-options.ts'
import type { DeviceDesk } from '../engine/host/device-desk.ts'
import { engineLines } from '../engine/host/engine-lines.ts'
import type { Estimator } from '../engine/host/estimator.ts'
import { makeRuns } from '../engine/run-group.ts'
import type { RunStore } from '../store/run-store.ts'
import type { DesignDesk } from './designs/design-desk.ts'
import type { RunCatalog } from './run-catalog.ts'
import type { RunMonitor } from './run-monitor.ts'

export interface RunStarterServices {
  readonly engine: EngineOptions
  readonly store: RunStore
  readonly designs: DesignDesk
  readonly devices: DeviceDesk
  readonly estimator: Estimator
  readonly monitor: RunMonitor
  readonly catalog: RunCatalog
}

export class RunStarter {
  readonly #services: RunStarterServices

  constructor(services: RunStarterServices) {
    this.#services = services
  }

  /** @param json any that a configuration file may hold @throws LabError of what is wrong with it */
  async start(json: unknown): Promise<CommandResult<'run.start'>> {
    const { designs, store } = this.#services
    const { prepared, choice } = await designs.ask('prepare', json)
    return this.#queue(await makeRuns(store, prepared), choice.backend)
  }

  /** @throws LabError of what is wrong with it */
  async fork(payload: CheckedPayload<'run.fork'>): Promise<CommandResult<'run.fork'>> {
    const record = await this.#services.designs.ask('fork', payload)
    return this.#queue([record], record.backend ?? record.config.backend)
  }

  /**
   * @param records of one group, in the order in which they are run
   * @param backend what they are trained on
   */
  async #queue(records: readonly RunRecord[], backend: string): Promise<CommandResult<'run.start'>> {
    const { devices, estimator, monitor, catalog } = this.#services
    devices.cancel(null)
    estimator.cancel(null) // it would slow the run, and be wrong itself
    const groupId = records[0]!.groupId
    const runIds = records.map(({ id }) => id)
    monitor.start(groupId, records[0]!.config.name, runIds, { trainedOn: backend })
    if (!isOnProcessor(backend)) this.#openLines()
    await catalog.update(runIds)
    return { groupId, runIds }
  }

  /** Several graphics processors train side by side, once one of them is asked for. */
  #openLines(): void {
    const { engine, devices, monitor } = this.#services
    devices
      .devices(false)
      .then((found) => monitor.setLines(engineLines(engine, found)))
      .catch((error: unknown) => monitor.notice(null, error))
  }
}
