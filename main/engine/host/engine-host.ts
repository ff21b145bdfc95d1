/**
 * Runs jobs in worker threads, a group of runs or a sweep each, one at a time on each device since it uses all of it; the others wait in line. Wishes
 * (start, pause, stop, another order) enter, what happens leaves as typed events. A thread that dies is such an event: its run is told as
 * crashed and can be resumed.
 */
import type { Worker } from 'node:worker_threads'
import { LabError } from '../../../shared/errors/errors.ts'
import { toWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import type { EngineOptions } from '../engine-options.ts'
import { startThread } from '../start-thread.ts'
import { takes, type EngineLine } from './engine-lines.ts'
import type { FromThread, ThreadTask, ToThread } from './thread-protocol.ts'

export type Job =
  | {
      readonly kind: 'group'
      readonly groupId: string
      readonly name: string
      /** Its runs go on with this backend; absent: with that which they began on. */
      readonly backend?: string
    }
  | { readonly kind: 'sweep'; readonly sweepId: string; readonly name: string; readonly rerunFailed: boolean }

/** A job in line, in the order of the line. */
export interface QueuedJob {
  readonly id: string
  readonly job: Job
  /** Runs that are known and have not ended, in order. */
  readonly runIds: readonly string[]
  readonly isRunning: boolean
  /** It was asked to save: another goes before it, or it leaves. */
  readonly isSaving: boolean
  /** It was taken out of the line, and saves before it is gone. */
  readonly isLeaving: boolean
}

export type HostEvent =
  | {
      readonly type: 'started'
      readonly record: RunRecord
      readonly keptMetricsBytes: number
      readonly trainingSteps: number | null
    }
  | { readonly type: 'events'; readonly runId: string; readonly events: readonly RunEvent[] }
  | { readonly type: 'ended'; readonly record: RunRecord; readonly error: WireError | null }
  /** A sweep has made runs. */
  | { readonly type: 'made'; readonly job: Job; readonly runIds: readonly string[] }
  /** The job could not be started or continued; it is released after this. */
  | { readonly type: 'refused'; readonly job: Job; readonly error: WireError }
  /** The thread has died without telling why; its locks are still there. `runId` is the run it was at. */
  | { readonly type: 'crashed'; readonly job: Job; readonly runId: string | null; readonly error: WireError }
  /** The queue has changed. */
  | { readonly type: 'queue' }
  /** The job is no longer held: done, paused, taken out of the line, or crashed. */
  | { readonly type: 'released'; readonly job: Job; readonly runIds: readonly string[] }

interface Entry {
  readonly id: string
  readonly job: Job
  /** The backend of its runs, as far as it is known; else `auto`. */
  readonly trainedOn: string
  runIds: readonly string[]
  readonly released: Promise<void>
  readonly release: () => void
  worker: Worker | null
  /** Where it was run last, and is run while there is a worker. */
  line: EngineLine | null
  currentRunId: string | null
  /** Asked to save so that another goes first; it keeps its place in line. */
  givesWay: boolean
  isLeaving: boolean
  done: boolean
}

export class EngineHost {
  readonly #home: string
  #lines: readonly EngineLine[]
  readonly #listener: (event: HostEvent) => void
  readonly #queue: Entry[] = []
  /** Who waits for the next word of a run's thread, by run. */
  readonly #waiting = new Map<string, (() => void)[]>()
  #jobCount = 0
  #closing = false

  constructor(home: string, engine: EngineOptions, listener: (event: HostEvent) => void) {
    this.#home = home
    this.#lines = [{ id: 'first', engine, backend: null }]
    this.#listener = listener
  }

  queue(): QueuedJob[] {
    return this.#queue.map(({ id, job, runIds, worker, givesWay, isLeaving }) => ({
      id,
      job,
      runIds,
      isRunning: worker !== null,
      isSaving: givesWay || isLeaving,
      isLeaving,
    }))
  }

  /** Jobs are run on these from now on, side by side; what runs goes on where it is. */
  setLines(lines: readonly EngineLine[]): void {
    this.#lines = lines.map((line) => this.#lines.find(({ id }) => id === line.id) ?? line)
    if (!this.#closing) this.#advance()
  }

  /** Whether the run is being trained or waits for its turn. */
  holds(runId: string): boolean {
    return this.#entryOf(runId) !== undefined
  }

  isRunning(runId: string): boolean {
    return this.#entryOf(runId)?.currentRunId === runId
  }

  /** Resolves when the thread that trains the run has told something of it, or is gone; at once when there is none. */
  async nextWord(runId: string): Promise<void> {
    if (!this.isRunning(runId)) return
    await new Promise<void>((resolve) => this.#waiting.set(runId, [...(this.#waiting.get(runId) ?? []), resolve]))
  }

  /**
   * @param runIds of a group, those to run; of a sweep, those that are made and have not ended
   * @param trainedOn the backend of the runs, where it is known: which lines take the job
   */
  start(job: Job, runIds: readonly string[], trainedOn = 'auto'): void {
    if (this.#closing) return
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    this.#queue.push({
      id: `job-${++this.#jobCount}`,
      job,
      trainedOn,
      runIds,
      released,
      release,
      worker: null,
      line: null,
      currentRunId: null,
      givesWay: false,
      isLeaving: false,
      done: false,
    })
    this.#advance()
    this.#listener({ type: 'queue' })
  }

  /** Pauses the job that holds the run. @throws LabError `usage` when none does */
  pause(runId: string): void {
    this.#leave(this.#requireEntry(runId))
  }

  /** Ends one run at its next step; one that has not begun is only left out. @throws LabError `usage` when it is not held */
  stop(runId: string): void {
    const entry = this.#requireEntry(runId)
    if (entry.worker) post(entry.worker, { kind: 'stop', runId })
    if (entry.currentRunId !== runId) this.#leaveOut(entry, runId)
    if (entry.job.kind === 'group' && entry.worker === null && entry.runIds.length === 0) this.#release(entry)
    else this.#listener({ type: 'queue' })
  }

  /** Takes a job out of the line; one at work is paused. @throws LabError `usage` when it is not in line */
  remove(jobId: string): void {
    this.#leave(this.#requireJob(jobId))
  }

  /**
   * Puts a job at another place in line. One that is put before the job at work on its line makes that save and wait.
   * @throws LabError `usage` when it is not in line
   */
  move(jobId: string, index: number): void {
    const entry = this.#requireJob(jobId)
    this.#queue.splice(this.#queue.indexOf(entry), 1)
    this.#queue.splice(Math.min(index, this.#queue.length), 0, entry)
    for (const running of this.#outrun()) {
      running.givesWay = !running.isLeaving
      if (running.worker) post(running.worker, { kind: 'pause' })
    }
    this.#listener({ type: 'queue' })
  }

  /** Pauses everything. @returns once all is saved */
  async close(): Promise<void> {
    this.#closing = true
    const entries = [...this.#queue]
    for (const entry of entries) this.#leave(entry)
    await Promise.all(entries.map(({ released }) => released))
  }

  /** Ends the thread of a run at once, as a crash would; for tests of what follows. */
  async kill(runId: string): Promise<void> {
    await this.#entryOf(runId)?.worker?.terminate()
  }

  #entryOf(runId: string): Entry | undefined {
    return this.#queue.find(({ runIds }) => runIds.includes(runId))
  }

  #requireEntry(runId: string): Entry {
    const entry = this.#entryOf(runId)
    if (entry) return entry
    throw new LabError('usage', 'this run is not running here.', {
      where: runId,
      expected: 'a run that this lab trains or will train',
      found: 'none',
      remedy: 'It may have ended just now, or belong to another process.',
    })
  }

  #requireJob(jobId: string): Entry {
    const entry = this.#queue.find(({ id }) => id === jobId)
    if (entry) return entry
    throw new LabError('usage', 'this is not in the queue.', {
      where: jobId,
      expected: 'a job that runs or waits',
      found: 'none',
      remedy: 'It may have ended just now.',
    })
  }

  #leave(entry: Entry): void {
    entry.givesWay = false
    entry.isLeaving = true
    if (entry.worker) {
      post(entry.worker, { kind: 'pause' })
      this.#listener({ type: 'queue' })
    } else this.#release(entry)
  }

  #leaveOut(entry: Entry, runId: string): void {
    entry.runIds = entry.runIds.filter((id) => id !== runId)
  }

  /** What runs on a line that a job before it has a claim to. */
  #outrun(): Entry[] {
    const claimed = new Set<EngineLine>()
    const outrun: Entry[] = []
    for (const entry of this.#queue) {
      const own = entry.worker === null ? null : entry.line
      const line = own ?? this.#lineFor(entry, (each) => !claimed.has(each))
      if (line === null) continue
      if (own !== null && claimed.has(own)) outrun.push(entry)
      claimed.add(line)
    }
    return outrun
  }

  /** One that nobody is at, if there is one among those that may be. */
  #lineFor({ trainedOn }: Entry, mayBe: (line: EngineLine) => boolean): EngineLine | null {
    const lines = this.#lines.filter((line) => takes(line, trainedOn) && mayBe(line))
    return lines.find((line) => !this.#isTaken(line)) ?? lines[0] ?? null
  }

  #isTaken(line: EngineLine): boolean {
    return this.#queue.some((entry) => entry.worker !== null && entry.line === line)
  }

  /** Begins what can begin: in the order of the line, each on the first line that is free for it. */
  #advance(): void {
    for (const entry of this.#queue) {
      if (entry.worker !== null) continue
      const line = this.#lineFor(entry, (each) => !this.#isTaken(each))
      if (line !== null) this.#run(entry, line)
    }
  }

  #run(entry: Entry, line: EngineLine): void {
    const { job, runIds } = entry
    const place = { home: this.#home, engine: line.engine }
    const task: ThreadTask =
      job.kind === 'group'
        ? { ...place, kind: 'group', runIds, backend: job.backend }
        : { ...place, kind: 'sweep', sweepId: job.sweepId, rerunFailed: job.rerunFailed }
    const worker = startThread('group-thread', task)
    entry.worker = worker
    entry.line = line
    entry.done = false
    entry.givesWay = false
    let failure: unknown = null
    worker.on('message', (message: FromThread) => this.#hear(entry, message))
    worker.on('error', (error) => (failure = error))
    worker.on('exit', (code) => {
      entry.worker = null
      if (!entry.done) this.#tellCrash(entry, failure, code)
      if (entry.done && entry.givesWay && !this.#closing && this.#hasWork(entry)) this.#goOn()
      else this.#release(entry)
      if (entry.currentRunId !== null) this.#wake(entry.currentRunId)
    })
  }

  #wake(runId: string): void {
    const waiting = this.#waiting.get(runId) ?? []
    this.#waiting.delete(runId)
    for (const resolve of waiting) resolve()
  }

  #hear(entry: Entry, message: FromThread): void {
    switch (message.kind) {
      case 'made':
        entry.runIds = [...entry.runIds, ...message.runIds]
        this.#listener({ type: 'made', job: entry.job, runIds: message.runIds })
        break
      case 'started': {
        const { record, keptMetricsBytes, trainingSteps } = message
        entry.currentRunId = record.id
        this.#listener({ type: 'started', record, keptMetricsBytes, trainingSteps })
        break
      }
      case 'events':
        this.#listener({ type: 'events', runId: message.runId, events: message.events })
        this.#wake(message.runId)
        break
      case 'ended':
        entry.currentRunId = null
        if (!(entry.givesWay && message.record.status === 'paused')) this.#leaveOut(entry, message.record.id)
        this.#listener({ type: 'ended', record: message.record, error: message.error })
        this.#listener({ type: 'queue' })
        this.#wake(message.record.id)
        break
      case 'refused':
        entry.givesWay = false // it would be refused again
        this.#listener({ type: 'refused', job: entry.job, error: message.error })
        break
      case 'done':
        entry.done = true
        break
    }
  }

  /** A sweep finds out by itself; it may have points whose runs are not made. */
  #hasWork({ job, runIds }: Entry): boolean {
    return job.kind === 'sweep' || runIds.length > 0
  }

  #tellCrash(entry: Entry, failure: unknown, code: number): void {
    const runId = entry.currentRunId
    const error = new LabError('worker', 'the thread of the run has ended before the run.', {
      where: runId ?? (entry.job.kind === 'group' ? entry.job.groupId : entry.job.sweepId),
      found: failure === null ? `exit code ${code}` : toWireError(failure).message,
      remedy: 'Resume it: it goes on from its last checkpoint.',
      cause: failure,
    })
    this.#listener({ type: 'crashed', job: entry.job, runId, error: toWireError(error) })
  }

  #release(entry: Entry): void {
    const index = this.#queue.indexOf(entry)
    if (index < 0) return
    this.#queue.splice(index, 1)
    this.#listener({ type: 'released', job: entry.job, runIds: entry.runIds })
    entry.release()
    this.#goOn()
  }

  #goOn(): void {
    if (!this.#closing) this.#advance()
    this.#listener({ type: 'queue' })
  }
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}
