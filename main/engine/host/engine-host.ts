/**
 * Runs groups in worker threads, one group at a time since each uses every core; the others wait in line. Wishes (start, pause, stop)
 * enter, what happens leaves as typed events. A thread that dies is such an event: its run is told as crashed and can be resumed.
 */
import { Worker } from 'node:worker_threads'
import { LabError } from '../../../shared/protocol/errors.ts'
import { toWireError, type WireError } from '../../../shared/protocol/wire-error.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import { threadFile } from '../thread-file.ts'
import type { FromThread, GroupTask, ToThread } from './thread-protocol.ts'

export type HostEvent =
  | {
      readonly type: 'started'
      readonly record: RunRecord
      readonly keptMetricsBytes: number
      readonly trainingSteps: number | null
    }
  | { readonly type: 'events'; readonly runId: string; readonly events: readonly RunEvent[] }
  | { readonly type: 'ended'; readonly record: RunRecord; readonly error: WireError | null }
  /** The thread is gone without a word; the runs' locks are still there. `runId` is the run it was at. */
  | { readonly type: 'crashed'; readonly runId: string | null; readonly error: WireError }
  /** The group is held no more: done, paused, taken out of the line, or crashed. */
  | { readonly type: 'released'; readonly groupId: string; readonly runIds: readonly string[] }

interface Entry {
  readonly groupId: string
  /** Runs that have not ended yet, in order. */
  runIds: readonly string[]
  readonly released: Promise<void>
  readonly release: () => void
  worker: Worker | null
  currentRunId: string | null
  done: boolean
}

export class EngineHost {
  readonly #home: string
  readonly #listener: (event: HostEvent) => void
  readonly #queue: Entry[] = []
  #closing = false

  constructor(home: string, listener: (event: HostEvent) => void) {
    this.#home = home
    this.#listener = listener
  }

  /** Whether the run is being trained or waits for its turn. */
  holds(runId: string): boolean {
    return this.#entryOf(runId) !== undefined
  }

  isRunning(runId: string): boolean {
    return this.#entryOf(runId)?.currentRunId === runId
  }

  start(groupId: string, runIds: readonly string[]): void {
    if (this.#closing) return
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => (release = resolve))
    this.#queue.push({ groupId, runIds, released, release, worker: null, currentRunId: null, done: false })
    this.#advance()
  }

  /** Pauses the group that holds the run. @throws LabError `usage` when none does */
  pause(runId: string): void {
    const entry = this.#requireEntry(runId)
    if (entry.worker) post(entry.worker, { kind: 'pause' })
    else this.#release(entry)
  }

  /** Ends one run at its next step; one that has not begun is only left out. @throws LabError `usage` when it is not held */
  stop(runId: string): void {
    const entry = this.#requireEntry(runId)
    if (entry.worker) post(entry.worker, { kind: 'stop', runId })
    if (entry.currentRunId !== runId) this.#leaveOut(entry, runId)
    if (entry.worker === null && entry.runIds.length === 0) this.#release(entry)
  }

  /** Pauses everything. @returns once all is saved */
  async close(): Promise<void> {
    this.#closing = true
    const entries = [...this.#queue]
    for (const entry of entries)
      if (entry.worker) post(entry.worker, { kind: 'pause' })
      else this.#release(entry)
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

  #leaveOut(entry: Entry, runId: string): void {
    entry.runIds = entry.runIds.filter((id) => id !== runId)
  }

  #advance(): void {
    const [entry] = this.#queue
    if (entry === undefined || entry.worker) return
    const task: GroupTask = { home: this.#home, groupId: entry.groupId, runIds: entry.runIds }
    const worker = new Worker(threadFile('group-thread'), { workerData: task })
    entry.worker = worker
    let failure: unknown = null
    worker.on('message', (message: FromThread) => this.#hear(entry, message))
    worker.on('error', (error) => (failure = error))
    worker.on('exit', (code) => {
      if (!entry.done) this.#tellCrash(entry, failure, code)
      this.#release(entry)
    })
  }

  #hear(entry: Entry, message: FromThread): void {
    switch (message.kind) {
      case 'started': {
        const { record, keptMetricsBytes, trainingSteps } = message
        entry.currentRunId = record.id
        this.#listener({ type: 'started', record, keptMetricsBytes, trainingSteps })
        break
      }
      case 'events':
        this.#listener({ type: 'events', runId: message.runId, events: message.events })
        break
      case 'ended':
        entry.currentRunId = null
        this.#leaveOut(entry, message.record.id)
        this.#listener({ type: 'ended', record: message.record, error: message.error })
        break
      case 'done':
        entry.done = true
        break
    }
  }

  #tellCrash(entry: Entry, failure: unknown, code: number): void {
    const runId = entry.currentRunId
    const error = new LabError('worker', 'the thread of the run has ended before the run.', {
      where: runId ?? entry.groupId,
      found: failure === null ? `exit code ${code}` : toWireError(failure).message,
      remedy: 'Resume it: it goes on from its last checkpoint.',
      cause: failure,
    })
    this.#listener({ type: 'crashed', runId, error: toWireError(error) })
  }

  #release(entry: Entry): void {
    const index = this.#queue.indexOf(entry)
    if (index < 0) return
    this.#queue.splice(index, 1)
    this.#listener({ type: 'released', groupId: entry.groupId, runIds: entry.runIds })
    entry.release()
    if (!this.#closing) this.#advance()
  }
}

function post(worker: Worker, message: ToThread): void {
  worker.postMessage(message)
}
