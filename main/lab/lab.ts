/**
 * The laboratory as a service: commands enter, checked against the protocol; results leave, and events to every window that is connected.
 * The WebSocket server and Electron's IPC are two doors to this one class. Training is left to the engine's host, files to the store.
 */
import { randomUUID } from 'node:crypto'
import type { CheckedPayload, CommandHandlers, CommandName } from '../../shared/protocol/commands.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import { checkPayload } from '../../shared/protocol/messages.ts'
import type { Settings } from '../../shared/protocol/settings.ts'
import type { LabSnapshot } from '../../shared/protocol/views.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { timeSteps } from '../../shared/runs/trained-time.ts'
import { describeDevice } from '../engine/device.ts'
import { readEngineOptions, type EngineOptions } from '../engine/engine-options.ts'
import { isOnProcessor } from '../../shared/backends/names.ts'
import { DeviceDesk } from '../engine/host/device-desk.ts'
import { engineLines } from '../engine/host/engine-lines.ts'
import { Estimator } from '../engine/host/estimator.ts'
import { listForkPoints } from '../engine/fork-run.ts'
import { createEvaluator } from '../engine/host/evaluator.ts'
import { makeRuns } from '../engine/run-group.ts'
import { offerDevices } from '../engine/webgpu/known-adapters.ts'
import { LAB_VERSION } from '../engine/version.ts'
import type { StartTrial } from '../setup/tensorflow/trial.ts'
import { DataFiles } from '../store/data-files.ts'
import { findMetricsChange } from '../store/metrics-change.ts'
import { QueueStore } from '../store/queue-store.ts'
import { RunStore } from '../store/run-store.ts'
import { readSettings, writeSettings } from '../store/settings.ts'
import { SweepStore } from '../store/sweep-store.ts'
import { isInTrash } from '../store/trash.ts'
import { Audience } from './audience.ts'
import { listCells } from './designs/cells.ts'
import { DesignDesk } from './designs/design-desk.ts'
import { exportRun } from './export-run.ts'
import { HeldQueue } from './held-queue.ts'
import { PresetShelf } from './preset-shelf.ts'
import { QueueKeeper } from './queue-keeper.ts'
import { RunCatalog } from './run-catalog.ts'
import { RunMonitor } from './run-monitor.ts'
import { RunSpreadsShelf } from './run-spreads.ts'
import { RunsDesk } from './runs-desk.ts'
import { SweepCatalog } from './sweep-catalog.ts'
import { SweepDesk } from './sweep-desk.ts'
import { SweepRemoval } from './sweep-removal.ts'
import { TensorflowDesk } from './tensorflow-desk.ts'
import { LabTrash } from './trash/lab-trash.ts'

/** Other processes write into the same home: how often its sweeps and its trash are looked at again while a window looks. */
const REFRESH_EVERY_MS = 5000

/** What its host does in another way than Node. */
export interface LabHost {
  readonly startTrial?: StartTrial
}

export class Lab {
  readonly #instanceId = randomUUID()
  readonly #home: string
  readonly #engine: EngineOptions
  readonly #store: RunStore
  readonly #designs: DesignDesk
  readonly #presets: PresetShelf
  readonly #dataFiles: DataFiles
  readonly #devices: DeviceDesk
  readonly #estimator: Estimator
  readonly #evaluator: ReturnType<typeof createEvaluator>
  readonly #catalog: RunCatalog
  readonly #monitor: RunMonitor
  readonly #runsDesk: RunsDesk
  readonly #spreads: RunSpreadsShelf
  readonly #sweeps: SweepCatalog
  readonly #sweepDesk: SweepDesk
  readonly #sweepRemoval: SweepRemoval
  readonly #trash: LabTrash
  readonly #tensorflow: TensorflowDesk
  readonly #queueStore: QueueStore
  readonly #heldQueue: HeldQueue
  readonly #queueKeeper: QueueKeeper
  readonly #refreshTimer: NodeJS.Timeout
  readonly #audience = new Audience()
  #settings: Settings

  private constructor(home: string, engine: EngineOptions, host: LabHost, settings: Settings) {
    const tell = (event: LabEvent): void => this.#tellAll(event)
    this.#home = home
    this.#engine = engine
    this.#settings = settings
    this.#store = new RunStore(home)
    this.#designs = new DesignDesk(home, engine)
    this.#presets = new PresetShelf(home, this.#designs)
    this.#dataFiles = new DataFiles(home)
    this.#devices = new DeviceDesk(home, engine)
    offerDevices(() => this.#devices.lastDevices())
    this.#estimator = new Estimator(home, engine)
    this.#evaluator = createEvaluator(home, engine)
    this.#catalog = new RunCatalog(home, (runId) => this.#monitor.holds(runId), tell)
    const sweepStore = new SweepStore(home)
    this.#monitor = new RunMonitor(home, engine, this.#store, sweepStore, this.#catalog, tell)
    this.#trash = new LabTrash(home, this.#store, sweepStore, tell, (runIds) => this.#readMoved(runIds))
    const { catalog: trashCatalog } = this.#trash
    this.#runsDesk = new RunsDesk(home, this.#store, this.#catalog, trashCatalog, (id) => this.#monitor.holdsStill(id))
    this.#spreads = new RunSpreadsShelf(this.#store)
    this.#tensorflow = new TensorflowDesk(engine.cacheFolder, host.startTrial, tell)
    this.#sweeps = new SweepCatalog(this.#store, sweepStore, this.#monitor, this.#designs, tell)
    this.#sweepDesk = new SweepDesk(home, sweepStore, this.#sweeps, this.#monitor, this.#designs)
    this.#sweepRemoval = new SweepRemoval(
      this.#store,
      sweepStore,
      this.#trash.sweeps,
      this.#sweeps,
      this.#monitor,
      this.#runsDesk,
      this.#trash.desk,
    )
    this.#queueStore = new QueueStore(home, this.#instanceId)
    this.#heldQueue = new HeldQueue(this.#store, this.#sweeps, this.#monitor, this.#sweepDesk, tell)
    this.#queueKeeper = new QueueKeeper(
      this.#queueStore,
      () => [...this.#monitor.kept(), ...this.#heldQueue.kept()],
      (error) => this.#monitor.notice(null, error),
    )
    this.#refreshTimer = setInterval(() => {
      if (this.#audience.isEmpty) return
      for (const reading of [this.#sweeps.refresh(), trashCatalog.refresh()])
        reading.catch((error: unknown) => this.#monitor.notice(null, error))
    }, REFRESH_EVERY_MS)
    this.#refreshTimer.unref()
  }

  /**
   * @param home folder of runs and settings, see store/home.ts
   * @param engine what it may use of the machine
   */
  static async open(home: string, engine = readEngineOptions(), host: LabHost = {}): Promise<Lab> {
    const lab = new Lab(home, engine, host, await readSettings(home))
    lab.#designs.start()
    lab.#trash.open((error) => lab.#monitor.notice(null, error))
    const [taken] = await Promise.all([
      lab.#queueStore.takeOver(),
      lab.#catalog.open(),
      lab.#sweeps.refresh(),
      lab.#tensorflow.read(),
    ])
    for (const error of taken.errors) lab.#monitor.notice(null, error)
    await lab.#heldQueue.open(taken.jobs)
    lab.#queueKeeper.note()
    return lab
  }

  /** Hears every event from now on. @returns ends it */
  listen(listener: (event: LabEvent) => void): () => void {
    return this.#audience.listen(listener)
  }

  /** The same for a window, which hears first what no window has heard. @returns ends it */
  listenAsWindow(listener: (event: LabEvent) => void): () => void {
    return this.#audience.listenAsWindow(listener)
  }

  #tellAll(event: LabEvent): void {
    this.#sweeps.hear(event)
    this.#heldQueue.hear(event)
    if (event.type === 'queue' || event.type === 'held-queue') this.#queueKeeper.note()
    this.#audience.tell(event)
  }

  snapshot(): LabSnapshot {
    return {
      instanceId: this.#instanceId,
      labVersion: LAB_VERSION,
      home: this.#home,
      device: describeDevice(this.#engine),
      settings: this.#settings,
      runs: this.#catalog.list(),
      index: this.#catalog.state,
      progress: this.#monitor.progress(),
      queue: this.#monitor.queue(),
      heldQueue: this.#heldQueue.views(),
      sweeps: this.#sweeps.list(),
      trash: this.#trash.catalog.known,
      tensorflow: this.#tensorflow.known,
    }
  }

  get settings(): Settings {
    return this.#settings
  }

  /** Whether something is being trained or waits for it. */
  get isBusy(): boolean {
    return this.#monitor.isBusy
  }

  /** Jobs that run or wait, and those that are held from earlier sessions. */
  get jobCounts(): { readonly queued: number; readonly held: number } {
    return { queued: this.#monitor.queue().length, held: this.#heldQueue.views().length }
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
    clearInterval(this.#refreshTimer)
    offerDevices(null)
    await this.#devices.close()
    await this.#estimator.close()
    await this.#evaluator.close()
    await this.#designs.close()
    await this.#dataFiles.close()
    await this.#tensorflow.close()
    this.#queueKeeper.freeze() // it is about to be emptied
    await this.#monitor.close()
    await this.#heldQueue.close()
    await this.#queueKeeper.close()
    await this.#catalog.close()
    await this.#trash.close()
    this.#audience.close()
  }

  readonly #handlers: CommandHandlers = {
    'lab.snapshot': async () => this.snapshot(),
    'settings.change': async (change) => {
      this.#settings = { ...this.#settings, ...change }
      await writeSettings(this.#home, this.#settings)
      this.#tellAll({ type: 'settings', settings: this.#settings })
      return this.#settings
    },
    'tensorflow.read': () => this.#tensorflow.read(),
    'tensorflow.set-up': async ({ flavour }) => {
      this.#tensorflow.setUp(flavour)
      return null
    },
    'tensorflow.cancel': async () => {
      this.#tensorflow.cancel()
      return null
    },
    'tensorflow.remove': async () => {
      await this.#tensorflow.remove()
      return null
    },
    'presets.list': () => this.#presets.list((error) => this.#monitor.notice(null, error)),
    'presets.save': async ({ config }) => {
      const replaced = await this.#presets.save(config)
      this.#tellAll({ type: 'presets' })
      return { replaced }
    },
    'presets.remove': async ({ name }) => {
      const removed = await this.#presets.remove(name)
      this.#tellAll({ type: 'presets' })
      return { removed }
    },
    'config.resolve': (payload) => this.#designs.resolve(payload),
    'design.estimate': async ({ estimateId, config }) => {
      const isBesideRun = this.isBusy
      const strategies = await this.#estimator.measure(estimateId, config)
      return { isBesideRun: isBesideRun || this.isBusy, strategies }
    },
    'design.cancel-estimate': async ({ estimateId }) => {
      this.#estimator.cancel(estimateId)
      return null
    },
    'devices.list': ({ isAnew }) => this.#devices.devices(isAnew),
    'devices.measure': ({ measureId, config }) =>
      this.#devices.measure(measureId, config, (speed) => this.#tellAll({ type: 'device-speed', measureId, speed })),
    'devices.cancel-measure': async ({ measureId }) => {
      this.#devices.cancel(measureId)
      return null
    },
    'cells.list': async () => listCells(),
    'cell.check': (payload) => this.#designs.checkCell(payload),
    'dataset.preview': (payload) => this.#designs.ask('preview', payload),
    'data-file.begin': async ({ fileName, byteCount }) => ({
      uploadId: await this.#dataFiles.begin(fileName, byteCount),
    }),
    'data-file.append': async ({ uploadId, base64 }) => {
      await this.#dataFiles.append(uploadId, Buffer.from(base64, 'base64'))
      return null
    },
    'data-file.finish': async ({ uploadId }) => {
      const { path, isNew } = await this.#dataFiles.finish(uploadId)
      try {
        return await this.#designs.ask('data-file', { path })
      } catch (error) {
        if (isNew && error instanceof LabError && error.code === 'dataset') await this.#dataFiles.discard(path)
        throw error
      }
    },
    'data-file.abort': async ({ uploadId }) => {
      await this.#dataFiles.abort(uploadId)
      return null
    },
    'data-file.read': (payload) => this.#designs.ask('data-file', payload),
    'run.start': ({ config }) => this.#startGroup(config),
    'run.pause': async ({ runId }) => this.#monitor.pause(runId),
    'run.resume': ({ runId, backend }) => this.#monitor.resume(runId, backend),
    'run.stop': ({ runId }) => this.#monitor.stop(runId),
    'run.query': (query) => this.#catalog.query(query),
    'run.configurations': (query) => this.#catalog.configurations(query),
    'run.ids': (query) => this.#catalog.ids(query),
    'run.facets': () => this.#catalog.facets(),
    'run.locate-data': (payload) => this.#designs.ask('locate-data', payload),
    'run.fork-points': ({ runId }) => listForkPoints(this.#store, runId),
    'run.fork': async (payload) => {
      const record = await this.#designs.ask('fork', payload)
      return this.#startRuns([record], record.backend ?? record.config.backend)
    },
    'run.read': async ({ runId }) => {
      const [summary] = await this.#catalog.update([runId])
      if (!summary) throw missingRun(runId)
      const { record } = await this.#store.listOne(runId)
      const { config = null, versions = null, backend = null, data = null, remarks = [] } = record ?? {}
      return { summary, config, versions, backend, data, remarks }
    },
    'run.metrics': async (payload) => {
      const series = await this.#monitor.series(payload.runId)
      return series.metrics(payload, await findMetricsChange(this.#store, payload.runId, 'length'))
    },
    'run.measures': async ({ runId }) => (await this.#monitor.series(runId)).measures(),
    'run.time-steps': async ({ runId }) => timeSteps((await this.#store.readLog(runId, 0)).entries),
    'run.log': ({ runId, fromByte }) => this.#store.readLog(runId, fromByte),
    'run.predict': (payload) => this.#evaluator.ask('predict', payload),
    'run.export': (payload) => exportRun(this.#store, payload),
    'run.annotate': ({ runIds, change }) => this.#runsDesk.annotate(runIds, change),
    'run.delete': ({ runIds }) => this.#runsDesk.delete(runIds),
    'run.undelete': ({ runIds }) => this.#runsDesk.undelete(runIds),
    'run.gradient-by-lag': (payload) => this.#evaluator.ask('gradient-by-lag', payload),
    'run.spreads': async (payload) =>
      this.#spreads.read(payload, (await this.#monitor.series(payload.runId)).timeAxis()),
    'queue.move': async ({ jobId, index }) => this.#monitor.moveJob(jobId, index),
    'queue.remove': async ({ jobId }) =>
      this.#heldQueue.has(jobId) ? this.#heldQueue.remove(jobId) : this.#monitor.removeJob(jobId),
    'queue.resume-held': ({ jobId }) => this.#heldQueue.resume(jobId),
    'sweep.check': ({ definition }) => this.#designs.checkSweep(definition),
    'sweep.start': ({ definition }) => this.#sweepDesk.start(definition),
    'sweep.read': ({ sweepId }) => this.#sweepDesk.read(sweepId),
    'sweep.pause': async ({ sweepId }) => this.#sweepDesk.pause(sweepId),
    'sweep.resume': ({ sweepId, rerunFailed }) => this.#sweepDesk.resume(sweepId, rerunFailed),
    'sweep.delete': ({ sweepId, withRuns }) => this.#sweepRemoval.delete(sweepId, withRuns),
    'sweep.undelete': ({ sweepId }) => this.#sweepRemoval.undelete(sweepId),
    'sweep.export': ({ sweepId }) => this.#sweepDesk.export(sweepId),
    'trash.state': () => this.#trash.catalog.state(),
    'trash.list': (query) => this.#trash.catalog.page(query),
    'trash.holds': ({ runId }) => isInTrash(this.#home, this.#store, runId),
    'trash.ids': (query) => this.#trash.catalog.keys(query),
    'trash.sum': ({ keys }) => this.#trash.catalog.sum(keys),
    'trash.restore': ({ keys }) => this.#trash.desk.restore(keys),
    'trash.erase': ({ keys }) => this.#trash.desk.erase(keys),
  }

  /** Several graphics processors train side by side, once one of them is asked for. */
  #openLines(): void {
    this.#devices
      .devices(false)
      .then((devices) => this.#monitor.setLines(engineLines(this.#engine, devices)))
      .catch((error: unknown) => this.#monitor.notice(null, error))
  }

  /** What has gone into the trash or left it is among the runs and sweeps no more, or again. */
  async #readMoved(runIds: readonly string[]): Promise<void> {
    if (runIds.length > 0) await this.#catalog.update(runIds)
    await this.#sweeps.refresh()
  }

  async #startGroup(json: unknown): Promise<{ groupId: string; runIds: string[] }> {
    const { prepared, choice } = await this.#designs.ask('prepare', json)
    return this.#startRuns(await makeRuns(this.#store, prepared), choice.backend)
  }

  /**
   * @param records of one group, in the order in which they are run
   * @param backend what they are trained on
   */
  async #startRuns(records: readonly RunRecord[], backend: string): Promise<{ groupId: string; runIds: string[] }> {
    this.#devices.cancel(null)
    this.#estimator.cancel(null) // it would slow the run, and be wrong itself
    const groupId = records[0]!.groupId
    const runIds = records.map(({ id }) => id)
    this.#monitor.start(groupId, records[0]!.config.name, runIds, { trainedOn: backend })
    if (!isOnProcessor(backend)) this.#openLines()
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
