/**
 * The laboratory as a service, put together: commands enter, checked against the protocol; results leave, and events to every window that is
 * connected. The WebSocket server and Electron's IPC are two doors to this one class. What a command does stands in handlers/, by namespace;
 * training is left to the engine's host, files to the store.
 */
import { randomUUID } from 'node:crypto'
import type { CheckedPayload, CommandHandlers, CommandName, HandlersOf } from '../../shared/protocol/commands.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import { checkPayload } from '../../shared/protocol/messages.ts'
import type { Settings } from '../../shared/protocol/settings.ts'
import type { LabSnapshot } from '../../shared/protocol/lab-snapshot.ts'
import { describeDevice } from '../engine/device.ts'
import { readEngineOptions, type EngineOptions } from '../engine/engine-options.ts'
import { DeviceDesk } from '../engine/host/device-desk.ts'
import { Estimator } from '../engine/host/estimator.ts'
import { createEvaluator, type Evaluator } from '../engine/host/evaluator.ts'
import { offerDevices } from '../engine/webgpu/known-adapters.ts'
import { LAB_VERSION } from '../engine/version.ts'
import type { StartTrial } from '../setup/tensorflow/trial.ts'
import { DataFiles } from '../store/data-files.ts'
import { QueueStore } from '../store/queue-store.ts'
import { RunStore } from '../store/run-store.ts'
import { readSettings, writeSettings } from '../store/settings.ts'
import { SweepStore } from '../store/sweep-store.ts'
import { Audience } from './audience.ts'
import { DesignDesk } from './designs/design-desk.ts'
import { dataFileHandlers } from './handlers/data-file-handlers.ts'
import { designHandlers } from './handlers/design-handlers.ts'
import { deviceHandlers } from './handlers/device-handlers.ts'
import { presetHandlers } from './handlers/preset-handlers.ts'
import { queueHandlers } from './handlers/queue-handlers.ts'
import { runHandlers } from './handlers/run-handlers.ts'
import { sweepHandlers } from './handlers/sweep-handlers.ts'
import { tensorflowHandlers } from './handlers/tensorflow-handlers.ts'
import { trashHandlers } from './handlers/trash-handlers.ts'
import { HeldQueue } from './held-queue.ts'
import { PresetShelf } from './preset-shelf.ts'
import { QueueKeeper } from './queue-keeper.ts'
import { RunCatalog } from './run-catalog.ts'
import { RunMonitor } from './run-monitor.ts'
import { RunSpreadsShelf } from './run-spreads.ts'
import { RunStarter } from './run-starter.ts'
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
  readonly #designs: DesignDesk
  readonly #dataFiles: DataFiles
  readonly #devices: DeviceDesk
  readonly #estimator: Estimator
  readonly #evaluator: Evaluator
  readonly #catalog: RunCatalog
  readonly #monitor: RunMonitor
  readonly #sweeps: SweepCatalog
  readonly #trash: LabTrash
  readonly #tensorflow: TensorflowDesk
  readonly #queueStore: QueueStore
  readonly #heldQueue: HeldQueue
  readonly #queueKeeper: QueueKeeper
  readonly #refreshTimer: NodeJS.Timeout
  readonly #audience = new Audience()
  readonly #handlers: CommandHandlers
  #settings: Settings

  private constructor(home: string, engine: EngineOptions, host: LabHost, settings: Settings) {
    const tell = (event: LabEvent): void => this.#tellAll(event)
    const notice = (error: unknown): void => this.#monitor.notice(null, error)
    const store = new RunStore(home)
    const sweepStore = new SweepStore(home)
    this.#home = home
    this.#engine = engine
    this.#settings = settings
    this.#designs = new DesignDesk(home, engine)
    this.#dataFiles = new DataFiles(home)
    this.#devices = new DeviceDesk(home, engine)
    offerDevices(() => this.#devices.lastDevices())
    this.#estimator = new Estimator(home, engine)
    this.#evaluator = createEvaluator(home, engine)
    this.#catalog = new RunCatalog(home, (runId) => this.#monitor.holds(runId), tell)
    this.#monitor = new RunMonitor(home, engine, store, sweepStore, this.#catalog, tell)
    this.#trash = new LabTrash(home, store, sweepStore, tell, (runIds) => this.#readMoved(runIds))
    const { catalog: trashCatalog, desk: trashDesk, sweeps: sweepTrash } = this.#trash
    const runsDesk = new RunsDesk(home, store, this.#catalog, trashCatalog, (id) => this.#monitor.holdsStill(id))
    this.#tensorflow = new TensorflowDesk(engine.cacheFolder, host.startTrial, tell)
    this.#sweeps = new SweepCatalog(store, sweepStore, this.#monitor, this.#designs, tell)
    const sweepDesk = new SweepDesk(home, sweepStore, this.#sweeps, this.#monitor, this.#designs)
    const sweepRemoval = new SweepRemoval(
      store,
      sweepStore,
      sweepTrash,
      this.#sweeps,
      this.#monitor,
      runsDesk,
      trashDesk,
    )
    this.#queueStore = new QueueStore(home, this.#instanceId)
    this.#heldQueue = new HeldQueue(store, this.#sweeps, this.#monitor, sweepDesk, tell)
    this.#queueKeeper = new QueueKeeper(
      this.#queueStore,
      () => [...this.#monitor.kept(), ...this.#heldQueue.kept()],
      notice,
    )
    const running = {
      engine,
      store,
      designs: this.#designs,
      devices: this.#devices,
      estimator: this.#estimator,
      evaluator: this.#evaluator,
      monitor: this.#monitor,
      catalog: this.#catalog,
    }
    this.#handlers = {
      ...this.#ownHandlers(),
      ...tensorflowHandlers(this.#tensorflow),
      ...presetHandlers(new PresetShelf(home, this.#designs), tell, notice),
      ...designHandlers(this.#designs, this.#estimator, () => this.isBusy),
      ...deviceHandlers(this.#devices, tell),
      ...dataFileHandlers(this.#dataFiles, this.#designs),
      ...runHandlers({ ...running, starter: new RunStarter(running), runsDesk, spreads: new RunSpreadsShelf(store) }),
      ...queueHandlers(this.#monitor, this.#heldQueue),
      ...sweepHandlers(sweepDesk, sweepRemoval, this.#designs),
      ...trashHandlers(this.#trash, home, store),
    }
    this.#refreshTimer = setInterval(() => {
      if (this.#audience.isEmpty) return
      for (const reading of [this.#sweeps.refresh(), trashCatalog.refresh()]) reading.catch(notice)
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

  #ownHandlers(): HandlersOf<'lab' | 'settings'> {
    return {
      'lab.snapshot': async () => this.snapshot(),
      'settings.change': async (change) => {
        this.#settings = { ...this.#settings, ...change }
        await writeSettings(this.#home, this.#settings)
        this.#tellAll({ type: 'settings', settings: this.#settings })
        return this.#settings
      },
    }
  }

  /** What has gone into the trash is no longer among the runs and sweeps, and what has left it is again. */
  async #readMoved(runIds: readonly string[]): Promise<void> {
    if (runIds.length > 0) await this.#catalog.update(runIds)
    await this.#sweeps.refresh()
  }
}
