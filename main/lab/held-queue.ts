/**
 * Jobs that stood in line when an earlier lab at this home ended: as they were kept they enter, and what is left to do of each leaves for the
 * windows, until the user takes it up or puts it away. Nothing starts by itself. Training is the engine's, the file queue-keeper.ts's.
 */
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { HeldJobView } from '../../shared/protocol/queue-views.ts'
import type { RunStatus } from '../../shared/runs/run-state.ts'
import type { KeptJob } from '../store/queue-file.ts'
import type { RunStore } from '../store/run-store.ts'
import type { RunMonitor } from './run-monitor.ts'
import { openRunIds, type SweepCatalog } from './sweep-catalog.ts'
import type { SweepDesk } from './sweep-desk.ts'

interface HeldJob {
  readonly id: string
  job: KeptJob
  /** Its runs that are made and would be run; null while there is nothing to do for it, or another process does it. */
  left: readonly string[] | null
}

/** One that is running belongs to another process, or has crashed. */
const OPEN: ReadonlySet<RunStatus> = new Set(['queued', 'running', 'paused'])

export class HeldQueue {
  readonly #store: RunStore
  readonly #sweeps: SweepCatalog
  readonly #monitor: RunMonitor
  readonly #sweepDesk: SweepDesk
  readonly #tell: (event: LabEvent) => void
  #jobs: HeldJob[] = []
  #told = '[]'
  /** One after another: what is asked for twice is done once. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(
    store: RunStore,
    sweeps: SweepCatalog,
    monitor: RunMonitor,
    sweepDesk: SweepDesk,
    tell: (event: LabEvent) => void,
  ) {
    this.#store = store
    this.#sweeps = sweeps
    this.#monitor = monitor
    this.#sweepDesk = sweepDesk
    this.#tell = tell
  }

  /** @param kept of one lab or several, where a job may stand twice. @returns once it is known what is left of them */
  async open(kept: readonly KeptJob[]): Promise<void> {
    this.#jobs = withoutDoubles(kept).map((job, index) => ({ id: `held-${index + 1}`, job, left: null }))
    await this.#lookAgain(this.#jobs)
  }

  views(): HeldJobView[] {
    return this.#shown().map(({ id, job, left }) => ({
      id,
      name: job.name,
      sweepId: job.kind === 'sweep' ? job.sweepId : null,
      firstRunId: left[0] ?? null,
      runCount: left.length,
    }))
  }

  /** As they are to be kept. */
  kept(): KeptJob[] {
    return this.#shown().map(({ job, left }) => (job.kind === 'group' ? { ...job, runIds: [...left] } : job))
  }

  has(jobId: string): boolean {
    return this.#jobs.some(({ id }) => id === jobId)
  }

  /** What the engine has taken is no longer held; what others do to the runs and sweeps is looked at. */
  hear(event: LabEvent): void {
    if (this.#jobs.length === 0) return
    switch (event.type) {
      case 'queue':
        this.#leaveToEngine()
        break
      case 'run':
        this.#follow(({ job }) => job.kind === 'group' && job.runIds.includes(event.run.id))
        break
      case 'run-removed':
        this.#follow(({ job }) => job.kind === 'group' && job.runIds.includes(event.runId))
        break
      case 'runs-changed':
        this.#follow(({ job }) => job.kind === 'group')
        break
      case 'sweep':
        this.#follow(({ job }) => job.kind === 'sweep' && job.sweepId === event.sweep.id)
        break
      case 'sweep-removed':
        this.#follow(({ job }) => job.kind === 'sweep' && job.sweepId === event.sweepId)
        break
    }
  }

  /**
   * Puts a job at the end of the line. Of all, in their order, those for which nothing is left to do by now are passed over, and what is wrong
   * with one is told and keeps no other.
   * @param jobId null: all
   * @throws LabError `usage` when there is nothing to do for it; `sweep-locked`
   */
  resume(jobId: string | null): Promise<null> {
    return this.#inTurn(async () => {
      if (jobId !== null) {
        if (!(await this.#resumeOne(this.#require(jobId)))) throw nothingToDo(jobId)
        return null
      }
      for (const held of this.#shown())
        await this.#resumeOne(held).catch((error: unknown) => this.#monitor.notice(null, error))
      return null
    })
  }

  /** Its runs stay as they are. @throws LabError `usage` when it is not held */
  remove(jobId: string): null {
    this.#forget(this.#require(jobId))
    return null
  }

  /** Resolves when nothing is being done any more. */
  async close(): Promise<void> {
    await this.#tail
  }

  #shown(): (HeldJob & { left: readonly string[] })[] {
    return this.#jobs.filter((held): held is HeldJob & { left: readonly string[] } => held.left !== null)
  }

  #require(jobId: string): HeldJob {
    const held = this.#jobs.find(({ id }) => id === jobId)
    if (held) return held
    throw nothingToDo(jobId)
  }

  /** @returns whether there was something to do for it: it may have been taken up by hand or ended meanwhile */
  async #resumeOne(held: HeldJob): Promise<boolean> {
    await this.#look(held)
    const { job, left } = held
    if (left === null || !this.#jobs.includes(held)) {
      this.#tellIfChanged()
      return false
    }
    if (job.kind === 'sweep') await this.#sweepDesk.resume(job.sweepId, job.rerunFailed)
    else {
      const { record } = await this.#store.listOne(left[0]!)
      const trainedOn = job.backend ?? record?.backend ?? record?.config.backend
      await this.#monitor.takeUp(job.groupId, job.name, left, { backend: job.backend, trainedOn })
    }
    this.#forget(held)
    return true
  }

  #forget(held: HeldJob): void {
    this.#jobs = this.#jobs.filter((other) => other !== held)
    this.#tellIfChanged()
  }

  /** Whoever resumes a run or a sweep by hand takes it out of its held job. */
  #leaveToEngine(): void {
    const sweepIds = new Set(this.#monitor.queue().map(({ sweepId }) => sweepId))
    this.#jobs = this.#jobs.filter((held) => {
      const { job } = held
      if (job.kind === 'sweep') return !sweepIds.has(job.sweepId)
      const runIds = job.runIds.filter((id) => !this.#monitor.holds(id))
      if (runIds.length === job.runIds.length) return true
      held.job = { ...job, runIds }
      held.left = leftAmong(held.left, runIds)
      return runIds.length > 0
    })
    this.#tellIfChanged()
  }

  #follow(isMeant: (held: HeldJob) => boolean): void {
    const meant = this.#jobs.filter(isMeant)
    if (meant.length > 0) this.#lookAgain(meant).catch((error: unknown) => this.#monitor.notice(null, error))
  }

  #lookAgain(jobs: readonly HeldJob[]): Promise<void> {
    return this.#inTurn(async () => {
      for (const held of jobs) await this.#look(held)
      this.#tellIfChanged()
    })
  }

  async #look(held: HeldJob): Promise<void> {
    const left = held.job.kind === 'group' ? await this.#leftOfGroup(held.job.runIds) : this.#leftOfSweep(held.job)
    // The engine may have taken some of them meanwhile.
    held.left = held.job.kind === 'group' ? leftAmong(left, held.job.runIds) : left
  }

  async #leftOfGroup(runIds: readonly string[]): Promise<readonly string[] | null> {
    const runs = await Promise.all(runIds.map((id) => this.#store.listOne(id)))
    if (runs.some(({ record, crashed }) => record?.status === 'running' && !crashed)) return null
    return runs.flatMap(({ id, record }) => (record !== null && OPEN.has(record.status) ? [id] : []))
  }

  #leftOfSweep({ sweepId, rerunFailed }: Extract<KeptJob, { kind: 'sweep' }>): readonly string[] | null {
    const sweep = this.#sweeps.get(sweepId)
    if (sweep === undefined) return null
    const { state } = this.#sweeps.summarise(sweep)
    return state === 'paused' || (state === 'failed' && rerunFailed) ? openRunIds(sweep, rerunFailed) : null
  }

  #inTurn<Result>(act: () => Promise<Result>): Promise<Result> {
    const turn = this.#tail.then(act)
    this.#tail = turn.catch(() => undefined) // told to whoever asked for it
    return turn
  }

  #tellIfChanged(): void {
    const heldQueue = this.views()
    const text = JSON.stringify(heldQueue)
    if (text === this.#told) return
    this.#told = text
    this.#tell({ type: 'held-queue', heldQueue })
  }
}

/** @returns null when none of them is left */
function leftAmong(left: readonly string[] | null, runIds: readonly string[]): readonly string[] | null {
  const some = left?.filter((id) => runIds.includes(id)) ?? []
  return some.length > 0 ? some : null
}

/** A lab that was killed while it took another's line over has left its jobs in both files. */
function withoutDoubles(jobs: readonly KeptJob[]): KeptJob[] {
  const seen = new Set<string>()
  const isNew = (id: string): boolean => !seen.has(id) && Boolean(seen.add(id))
  return jobs.flatMap((job): KeptJob[] => {
    if (job.kind === 'sweep') return isNew(job.sweepId) ? [job] : []
    const runIds = job.runIds.filter(isNew)
    return runIds.length > 0 ? [{ ...job, runIds }] : []
  })
}

function nothingToDo(where: string): LabError {
  return new LabError('usage', 'there is nothing to take up.', {
    where,
    expected: 'a job of an earlier session that has runs left',
    found: 'none',
    remedy: 'It may have been taken up, ended or deleted just now.',
  })
}
