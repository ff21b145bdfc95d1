/**
 * Runs on the way: wishes (start, pause, resume, stop) enter and go to the engine's host; what the host tells becomes the series and the
 * progress of each live run, and events for the windows. Ranges of series are answered from memory, for other runs from their files.
 */
import { trialStrategies } from '../../shared/experiments/trials.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { QueuedJobView, RunProgress } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { isOver, type RunRecord } from '../../shared/runs/run.ts'
import type { EngineOptions } from '../engine/engine-options.ts'
import type { EngineLine } from '../engine/host/engine-lines.ts'
import { EngineHost, type HostEvent, type Job } from '../engine/host/engine-host.ts'
import type { KeptJob } from '../store/queue-file.ts'
import { releaseLockOfDeadThread } from '../store/run-lock.ts'
import type { RunStore } from '../store/run-store.ts'
import type { SweepStore } from '../store/sweep-store.ts'
import { LiveRun } from './live-run.ts'
import type { RunCatalog } from './run-catalog.ts'
import { RunSeries } from './run-series.ts'

/** Runs that are not live and whose series stay in memory. */
const MOST_CACHED_RUNS = 6

export interface JobEngines {
  /** That runs which were begun go on with; absent: the same. */
  readonly backend?: string
  /** What its runs are trained on, as far as it is known. */
  readonly trainedOn?: string
}

export class RunMonitor {
  readonly #engine: EngineOptions
  readonly #store: RunStore
  readonly #sweeps: SweepStore
  readonly #catalog: RunCatalog
  readonly #tell: (event: LabEvent) => void
  readonly #host: EngineHost
  readonly #live = new Map<string, LiveRun>()
  /** Least recently asked for first. */
  readonly #cached = new Map<string, RunSeries>()
  readonly #reading = new Map<string, Promise<void>>()

  constructor(
    home: string,
    engine: EngineOptions,
    store: RunStore,
    sweeps: SweepStore,
    catalog: RunCatalog,
    tell: (event: LabEvent) => void,
  ) {
    this.#engine = engine
    this.#store = store
    this.#sweeps = sweeps
    this.#catalog = catalog
    this.#tell = tell
    this.#host = new EngineHost(home, engine, (event) => this.#hear(event))
  }

  holds(runId: string): boolean {
    return this.#host.holds(runId)
  }

  /**
   * Whether the run is held though its thread was heard out: a folder says that a run has ended a moment before the thread does, and what
   * a user sees of the folder can be acted upon at once.
   */
  async holdsStill(runId: string): Promise<boolean> {
    while (this.#host.isRunning(runId)) {
      const { status } = await this.#store.readRecord(runId)
      if (status === 'running' || status === 'queued') break
      await this.#host.nextWord(runId)
    }
    return this.#host.holds(runId)
  }

  get isBusy(): boolean {
    return this.#host.queue().length > 0
  }

  progress(): RunProgress[] {
    return [...this.#live.values()].map((live) => live.progress())
  }

  /** The line as it is to be kept; whoever takes a job out of it wants it no more. */
  kept(): KeptJob[] {
    return this.#host.queue().flatMap(({ job, runIds, isLeaving }): KeptJob[] => {
      if (isLeaving) return []
      if (job.kind === 'sweep') return [job]
      return runIds.length > 0 ? [{ ...job, runIds: [...runIds] }] : []
    })
  }

  /** In the order in which they are run. */
  queue(): QueuedJobView[] {
    return this.#host.queue().map(({ id, job, runIds, isRunning }) => ({
      id,
      name: job.name,
      sweepId: job.kind === 'sweep' ? job.sweepId : null,
      firstRunId: runIds[0] ?? null,
      runCount: runIds.length,
      isRunning,
    }))
  }

  start(groupId: string, name: string, runIds: readonly string[], { backend, trainedOn }: JobEngines = {}): void {
    this.#host.start({ kind: 'group', groupId, name, backend }, runIds, trainedOn)
  }

  /** Jobs are run side by side on these devices. */
  setLines(lines: readonly EngineLine[]): void {
    this.#host.setLines(lines)
  }

  /** Runs that were begun or made before. */
  async takeUp(groupId: string, name: string, runIds: readonly string[], engines: JobEngines): Promise<void> {
    this.start(groupId, name, runIds, engines)
    await this.#catalog.update(runIds)
  }

  /**
   * @param runIds those that are made and have not ended
   * @param trainedOn the backend of all its runs, or `auto`: on which lines it may be
   */
  startSweep(sweepId: string, name: string, rerunFailed: boolean, runIds: readonly string[], trainedOn: string): void {
    this.#host.start({ kind: 'sweep', sweepId, name, rerunFailed }, runIds, trainedOn)
    this.#update(runIds)
  }

  /** @throws LabError `usage` when the job is not in line */
  moveJob(jobId: string, index: number): null {
    this.#host.move(jobId, index)
    this.#askWhatRuns()
    return null
  }

  /** Pauses what runs, takes out what waits. @throws LabError `usage` when the job is not in line */
  removeJob(jobId: string): null {
    this.#host.remove(jobId)
    this.#askWhatRuns()
    return null
  }

  /** @throws LabError `usage` when the run is not held */
  pause(runId: string): null {
    this.#host.pause(runId)
    this.#ask(runId, 'pause')
    return null
  }

  /** @throws LabError `usage` for a run that is finished or held already; `run-locked` for one of another process */
  async resume(runId: string, backend?: string): Promise<null> {
    if (await this.holdsStill(runId)) throw resumeError(runId, 'a run that is being trained or waits for it')
    const record = await this.#store.readRecord(runId)
    if (isOver(record.status)) throw resumeError(runId, `a ${record.status} run`)
    if (record.status === 'running' && !(await this.#store.isCrashed(record)))
      throw resumeError(runId, 'a run of another process')
    const runIds = [runId, ...(await this.#queuedAfter(record))]
    const trainedOn = backend ?? record.backend ?? record.config.backend
    await this.takeUp(record.groupId, record.config.name, runIds, { backend, trainedOn })
    return null
  }

  /** Ends a run at its next step; one that waits or is paused is marked as stopped. */
  async stop(runId: string): Promise<null> {
    const isRunning = this.#host.isRunning(runId)
    if (this.#host.holds(runId)) this.#host.stop(runId)
    if (isRunning) this.#ask(runId, 'stop')
    else await this.#markStopped(runId)
    return null
  }

  /** Every series of a run, as far as it is. */
  async series(runId: string): Promise<RunSeries> {
    const live = this.#live.get(runId)
    if (live) {
      await live.loaded
      return live.series
    }
    const series = await this.#seriesOf(runId)
    const reading = (this.#reading.get(runId) ?? Promise.resolve()).catch(() => undefined).then(() => series.readFile())
    this.#reading.set(runId, reading)
    await reading
    return series
  }

  notice(runId: string | null, error: unknown): void {
    this.#tell({ type: 'notice', runId, error: toWireError(error) })
  }

  async close(): Promise<void> {
    await this.#host.close()
  }

  #ask(runId: string, asked: RunProgress['asked']): void {
    for (const live of this.#live.values())
      if (
        live.record.id === runId ||
        (asked === 'pause' && live.record.groupId === this.#live.get(runId)?.record.groupId)
      ) {
        live.asked = asked
        this.#tell({ type: 'progress', progress: live.progress() })
      }
  }

  /** After a job was moved or removed: one at work may have been asked to save. */
  #askWhatRuns(): void {
    const jobs = this.#host.queue()
    for (const live of this.#live.values())
      if (jobs.find(({ runIds }) => runIds.includes(live.record.id))?.isSaving !== false)
        this.#ask(live.record.id, 'pause')
  }

  #hear(event: HostEvent): void {
    switch (event.type) {
      case 'queue':
        this.#tell({ type: 'queue', queue: this.queue() })
        break
      case 'made':
        this.#update(event.runIds)
        break
      case 'started':
        this.#begin(event)
        this.#update([event.record.id])
        break
      case 'events': {
        const live = this.#live.get(event.runId)
        if (!live) break
        live.push(event.events)
        live.device = this.#catalog.get(event.runId)?.engines.at(-1)?.device ?? live.device
        if (live.isProgressDue()) this.#tell({ type: 'progress', progress: live.progress() })
        // The record says `running` only when training has begun.
        if (
          event.events.some(({ type }) => type === 'phase' || type === 'diverged') ||
          this.#catalog.get(event.runId)?.state !== 'running'
        )
          this.#update([event.runId])
        break
      }
      case 'ended':
        this.#end(event.record.id)
        if (event.error) this.#tell({ type: 'notice', runId: event.record.id, error: event.error })
        this.#update([event.record.id])
        break
      case 'refused':
        this.#tell({ type: 'notice', runId: null, error: event.error })
        break
      case 'crashed':
        if (event.runId !== null) this.#end(event.runId)
        this.#tell({ type: 'notice', runId: event.runId, error: event.error })
        this.#afterCrash(event.job, event.runId).catch((error: unknown) => this.notice(event.runId, error))
        break
      case 'released':
        this.#update(event.runIds)
        break
    }
  }

  #begin({ record, keptMetricsBytes, trainingSteps }: Extract<HostEvent, { type: 'started' }>): void {
    const { id } = record
    this.#cached.delete(id)
    const folder = this.#store.folder(id)
    const live = new LiveRun(record, this.#engine, folder, keptMetricsBytes, trainingSteps, (firstIndex, events) =>
      this.#tell({ type: 'run-events', runId: id, firstIndex, events }),
    )
    live.loaded.catch((error: unknown) => this.notice(id, error))
    live.asked = this.#live.get(id)?.asked ?? null // it may have lost its device while it was to pause
    this.#live.set(id, live)
    this.#tell({ type: 'run-gap', runId: id })
    this.#tell({ type: 'progress', progress: live.progress() })
  }

  #end(runId: string): void {
    if (this.#live.delete(runId)) this.#tell({ type: 'progress-end', runId })
  }

  /** A dead thread leaves its locks, which name this living process. */
  async #afterCrash(job: Job, runId: string | null): Promise<void> {
    if (job.kind === 'sweep') await this.#sweeps.releaseLockOfDeadThread(job.sweepId)
    if (runId === null) return
    await releaseLockOfDeadThread(this.#store.folder(runId))
    await this.#catalog.update([runId])
  }

  #update(runIds: readonly string[]): void {
    this.#catalog.update(runIds).catch((error: unknown) => this.notice(null, error))
  }

  async #seriesOf(runId: string): Promise<RunSeries> {
    const known = this.#cached.get(runId)
    if (known) {
      this.#cached.delete(runId)
      this.#cached.set(runId, known)
      return known
    }
    const { config } = await this.#store.readRecord(runId)
    const series = new RunSeries(runId, this.#store.folder(runId), config.seeds.length)
    this.#cached.set(runId, series)
    for (const oldest of this.#cached.keys()) {
      if (this.#cached.size <= MOST_CACHED_RUNS) break
      this.#cached.delete(oldest)
      this.#reading.delete(oldest)
    }
    return series
  }

  /** The runs of the group that were never begun and come after this one. */
  async #queuedAfter({ groupId, config, strategy }: RunRecord): Promise<string[]> {
    const order = trialStrategies(config)
    const runs = await this.#catalog.group(groupId)
    return runs
      .filter(({ state }) => state === 'queued')
      .filter((run) => run.strategy !== null && order.indexOf(run.strategy) > order.indexOf(strategy))
      .filter(({ id }) => !this.#host.holds(id))
      .sort((a, b) => order.indexOf(a.strategy!) - order.indexOf(b.strategy!))
      .map(({ id }) => id)
  }

  async #markStopped(runId: string): Promise<void> {
    const { status } = await this.#store.readRecord(runId)
    if (isOver(status) || status === 'stopped') throw resumeError(runId, `a ${status} run`)
    const writer = await this.#store.openWriter(runId)
    try {
      await writer.update({ status: 'stopped', endedAt: new Date().toISOString() })
    } finally {
      await writer.close()
    }
    await this.#catalog.update([runId])
  }
}

function resumeError(runId: string, found: string): LabError {
  return new LabError('usage', 'this run cannot be taken up or ended.', {
    where: runId,
    expected: 'a run that waits, is paused, stopped, failed or crashed',
    found,
    remedy: 'Start a new run with its configuration.',
  })
}
