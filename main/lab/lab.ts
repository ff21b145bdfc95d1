/**
 * The laboratory as a service: commands enter, checked against the protocol; results leave, and events to every window that is connected.
 * The WebSocket server and Electron's IPC are two doors to this one class. Training is left to the engine's host, files to the store.
 */
import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { CheckedPayload, CommandHandlers, CommandName } from '../../shared/protocol/commands.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import { checkPayload } from '../../shared/protocol/messages.ts'
import type { Settings } from '../../shared/protocol/settings.ts'
import type { LabSnapshot } from '../../shared/protocol/views.ts'
import { trialStrategies } from '../../shared/experiments/trials.ts'
import { prepare } from '../engine/run-group.ts'
import { threadCount } from '../engine/thread-count.ts'
import { LAB_VERSION } from '../engine/version.ts'
import { RunStore } from '../store/run-store.ts'
import { readSettings, writeSettings } from '../store/settings.ts'
import { Designs, readDesign } from './designs.ts'
import { exportRun } from './export-run.ts'
import { RunCatalog } from './run-catalog.ts'
import { RunMonitor } from './run-monitor.ts'
import { RunsDesk } from './runs-desk.ts'

export class Lab {
  readonly #instanceId = randomUUID()
  readonly #home: string
  readonly #store: RunStore
  readonly #designs: Designs
  readonly #catalog: RunCatalog
  readonly #monitor: RunMonitor
  readonly #runsDesk: RunsDesk
  readonly #listeners = new Set<(event: LabEvent) => void>()
  #settings: Settings

  private constructor(home: string, settings: Settings) {
    const tell = (event: LabEvent): void => {
      for (const listener of this.#listeners) listener(event)
    }
    this.#home = home
    this.#settings = settings
    this.#store = new RunStore(home)
    this.#designs = new Designs(home)
    this.#catalog = new RunCatalog(home, (runId) => this.#monitor.holds(runId), tell)
    this.#monitor = new RunMonitor(home, this.#store, this.#catalog, tell)
    this.#runsDesk = new RunsDesk(home, this.#store, this.#catalog, (runId) => this.#monitor.holds(runId))
  }

  /** @param home folder of runs and settings, see store/home.ts */
  static async open(home: string): Promise<Lab> {
    const lab = new Lab(home, await readSettings(home))
    await lab.#catalog.open()
    return lab
  }

  /** Hears every event from now on. @returns ends it */
  listen(listener: (event: LabEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  snapshot(): LabSnapshot {
    return {
      instanceId: this.#instanceId,
      labVersion: LAB_VERSION,
      home: this.#home,
      device: { backend: 'wasm', threads: threadCount(), platform: `${process.platform} ${process.arch}` },
      settings: this.#settings,
      runs: this.#catalog.list(),
      index: this.#catalog.state,
      progress: this.#monitor.progress(),
    }
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Whether something is being trained or waits for it. */
  get isBusy(): boolean {
    return this.#monitor.isBusy
  }

  /**
   * Carries out a command that came from a window.
   * @throws LabError with the code of what went wrong; `protocol` for a command or payload that is none
   */
  async execute(name: string, payload: unknown): Promise<unknown> {
    const checked = checkPayload(name, payload)
    const handler = this.#handlers[checked.name] as (payload: CheckedPayload<CommandName>) => Promise<unknown>
    return handler(checked.payload)
  }

  /** Pauses what runs and waits until it is saved. */
  async close(): Promise<void> {
    await this.#monitor.close()
    await this.#catalog.close()
    this.#listeners.clear()
  }

  readonly #handlers: CommandHandlers = {
    'lab.snapshot': async () => this.snapshot(),
    'settings.change': async (change) => {
      this.#settings = { ...this.#settings, ...change }
      await writeSettings(this.#home, this.#settings)
      for (const listener of this.#listeners) listener({ type: 'settings', settings: this.#settings })
      return this.#settings
    },
    'presets.list': async () => this.#designs.presets(),
    'config.resolve': ({ config }) => this.#designs.resolve(config),
    'cells.list': async () => this.#designs.cells(),
    'cell.check': async (payload) => this.#designs.checkCell(payload),
    'dataset.preview': (payload) => this.#designs.previewDataset(payload),
    'run.start': ({ config }) => this.#startGroup(config),
    'run.pause': async ({ runId }) => this.#monitor.pause(runId),
    'run.resume': ({ runId }) => this.#monitor.resume(runId),
    'run.stop': ({ runId }) => this.#monitor.stop(runId),
    'run.query': (query) => this.#catalog.query(query),
    'run.configurations': (query) => this.#catalog.configurations(query),
    'run.ids': (query) => this.#catalog.ids(query),
    'run.facets': () => this.#catalog.facets(),
    'run.read': async ({ runId }) => {
      const [summary] = await this.#catalog.update([runId])
      if (!summary) throw missingRun(runId)
      const { record } = await this.#store.listOne(runId)
      const { config = null, versions = null, backend = null } = record ?? {}
      return { summary, config, versions, backend }
    },
    'run.metrics': (payload) => this.#monitor.metrics(payload),
    'run.export': (payload) => exportRun(this.#store, payload),
    'run.annotate': ({ runIds, change }) => this.#runsDesk.annotate(runIds, change),
    'run.delete': ({ runIds }) => this.#runsDesk.delete(runIds),
    'run.undelete': ({ runIds }) => this.#runsDesk.undelete(runIds),
  }

  async #startGroup(json: unknown): Promise<{ groupId: string; runIds: string[] }> {
    const config = readDesign(json)
    // Made absolute, so that a resume from elsewhere finds it.
    if (config.dataset.kind === 'file') config.dataset.path = path.resolve(this.#home, config.dataset.path)
    await prepare(config, this.#home)
    const records = await this.#store.createGroup(config, trialStrategies(config), {
      lab: LAB_VERSION,
      node: process.versions.node,
    })
    const groupId = records[0]!.groupId
    const runIds = records.map(({ id }) => id)
    this.#monitor.start(groupId, runIds)
    await this.#catalog.update(runIds)
    return { groupId, runIds }
  }
}

function missingRun(runId: string): LabError {
  return new LabError('run-folder', 'there is no run of this name.', {
    where: runId,
    expected: 'a run of this home',
    found: 'none',
    remedy: 'It may have been deleted. Look for it in the table of runs.',
  })
}
