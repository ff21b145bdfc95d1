/**
 * The sweeps of a home: definitions enter and are written down and queued; what their runs come to is followed by the events of the runs,
 * and leaves as summaries and single rows. Running is the monitor's, the files are the store's; other processes may write them, too.
 */
import path from 'node:path'
import { parseSweep, type Sweep, type SweepDefinition } from '../../shared/experiments/sweep.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { CheckedSweep, ExportedFile, SweepDetail, SweepState, SweepSummary } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/protocol/wire-error.ts'
import {
  sweepCsv,
  sweepRow,
  type SweepRow,
  type SweepRowStatus,
  type SweepSlot,
} from '../../shared/runs/sweep-table.ts'
import { readSweepRow, sweepRunIds, sweepSlots } from '../engine/run-sweep.ts'
import type { RunStore } from '../store/run-store.ts'
import { SweepStore, type SweepRecord } from '../store/sweep-store.ts'
import type { DesignDesk } from './designs/design-desk.ts'
import type { RunMonitor } from './run-monitor.ts'

/** What is kept of a sweep; the configurations of its points are not: there may be ten thousand. */
interface KnownSweep {
  readonly record: Pick<SweepRecord, 'id' | 'createdAt'>
  readonly definition: SweepDefinition
  readonly axes: readonly string[]
  readonly pointCount: number
  readonly slots: readonly SweepSlot[]
  readonly rows: SweepRow[]
  /** As it was told last. */
  told: string
}

const DONE: ReadonlySet<SweepRowStatus> = new Set(['finished', 'stopped', 'failed', 'missing'])
const EXAMPLE_COUNT = 5

export class SweepDesk {
  readonly #home: string
  readonly #runs: RunStore
  readonly #store: SweepStore
  readonly #monitor: RunMonitor
  readonly #designs: DesignDesk
  readonly #tell: (event: LabEvent) => void
  readonly #known = new Map<string, KnownSweep>()
  /** Where the row of a run stands. */
  readonly #places = new Map<string, { readonly sweep: KnownSweep; readonly index: number }>()
  /** Files that could not be read are told once. */
  readonly #damaged = new Set<string>()
  #refreshing: Promise<void> | null = null
  #next: Promise<void> | null = null

  constructor(home: string, runs: RunStore, monitor: RunMonitor, designs: DesignDesk, tell: (event: LabEvent) => void) {
    this.#home = home
    this.#runs = runs
    this.#store = new SweepStore(home)
    this.#monitor = monitor
    this.#designs = designs
    this.#tell = tell
  }

  /** Newest first. */
  list(): SweepSummary[] {
    return [...this.#known.values()]
      .map((sweep) => this.#summarise(sweep))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || (a.id < b.id ? -1 : 1))
  }

  /** Reads sweeps that are new, and new runs of known ones; once more, if it is asked for while it reads. */
  refresh(): Promise<void> {
    const before = this.#refreshing ?? Promise.resolve()
    this.#next ??= before
      .catch(() => undefined) // told to whoever asked for it
      .then(() => {
        this.#next = null
        this.#refreshing = this.#readAll()
        return this.#refreshing
      })
    return this.#next
  }

  /** Follows the runs of the sweeps, and their turns in the queue. */
  hear(event: LabEvent): void {
    if (event.type === 'run') {
      const place = this.#places.get(event.run.id)
      if (place) this.#follow(this.#update(place.sweep, [place.index]))
      else if (event.run.active && this.#hasSweepAtWork()) this.#follow(this.refresh()) // a sweep may have made it
    }
    // So many at once that they are not told one by one.
    if (event.type === 'runs-changed') this.#follow(this.#readUnfinished())
    if (event.type === 'queue') for (const sweep of this.#known.values()) this.#tellIfChanged(sweep)
  }

  check(definition: unknown): CheckedSweep {
    try {
      const { sweep } = parseSweep(definition, 'sweep')
      return {
        ok: true,
        name: sweep.name,
        pointCount: sweep.points.length,
        runCount: sweepSlots(sweep).length,
        examples: sweep.points.slice(0, EXAMPLE_COUNT).map(({ values }) => values),
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return { ok: false, error: toWireError(error) }
    }
  }

  /** @throws LabError `config`, `dataset`, `backend` for whatever is wrong with any point */
  async start(json: unknown): Promise<{ sweepId: string }> {
    const { definition, sweep } = parseSweep(json, 'sweep')
    await this.#designs.ask('prepare-sweep', json)
    const record = await this.#store.create(definition, this.#home, sweep.points.length)
    this.#put(record, sweep)
    await this.#readRows(this.#require(record.id), record.runIds)
    this.#monitor.startSweep(record.id, definition.name, false, [])
    return { sweepId: record.id }
  }

  async read(sweepId: string): Promise<SweepDetail> {
    await this.refresh()
    const sweep = this.#require(sweepId)
    // What changed a moment ago may not have been followed yet.
    const open = sweep.rows.filter(({ runId, status }) => runId !== null && !DONE.has(status))
    await this.#update(
      sweep,
      open.map(({ index }) => index),
    )
    const { definition, axes, rows } = sweep
    const drawn = definition.random?.fields ?? {}
    return {
      summary: this.#summarise(sweep),
      definition,
      axes,
      drawnAxes: axes.filter((axis) => drawn[axis] !== undefined && drawn[axis].kind !== 'choice'),
      rows,
    }
  }

  /** @throws LabError `usage` when it is not in the queue */
  pause(sweepId: string): null {
    const job = this.#monitor.queue().find((queued) => queued.sweepId === sweepId)
    if (job) return this.#monitor.removeJob(job.id)
    throw new LabError('usage', 'this sweep is not running here.', {
      where: sweepId,
      expected: 'a sweep in the queue',
      found: 'none',
      remedy: 'It may have ended just now, or belong to another process.',
    })
  }

  /** @throws LabError `usage` when it is in the queue already */
  async resume(sweepId: string, rerunFailed: boolean): Promise<null> {
    await this.refresh()
    const { definition, rows } = this.#require(sweepId)
    if (this.#monitor.queue().some((queued) => queued.sweepId === sweepId))
      throw new LabError('usage', 'this sweep runs or waits already.', {
        where: sweepId,
        remedy: 'Look at the queue.',
      })
    const open = rows.flatMap(({ runId, status }) =>
      runId !== null && (!DONE.has(status) || (rerunFailed && status === 'failed')) ? [runId] : [],
    )
    this.#monitor.startSweep(sweepId, definition.name, rerunFailed, open)
    return null
  }

  async export(sweepId: string): Promise<ExportedFile> {
    await this.refresh()
    const { rows, axes } = this.#require(sweepId)
    const text = sweepCsv(rows, axes)
    return { fileName: `${sweepId}.csv`, mediaType: 'text/csv', base64: Buffer.from(text, 'utf8').toString('base64') }
  }

  async #readUnfinished(): Promise<void> {
    await this.refresh()
    for (const sweep of this.#known.values())
      await this.#update(
        sweep,
        sweep.rows.flatMap(({ status }, index) => (status === 'finished' ? [] : [index])),
      )
  }

  async #readAll(): Promise<void> {
    for (const id of await this.#store.ids()) {
      const known = this.#known.get(id)
      // Done with: nothing in its file changes any more.
      if (known?.rows.every(({ runId }) => runId !== null)) continue
      const runIds = known === undefined ? await this.#open(id) : await this.#store.readRunIds(id)
      if (runIds !== null) await this.#readRows(this.#require(id), runIds)
    }
  }

  /** @returns its runs; null for a damaged file, which is told once */
  async #open(id: string): Promise<SweepRecord['runIds'] | null> {
    if (this.#damaged.has(id)) return null
    try {
      const { record, sweep } = await this.#store.find(id)
      this.#put(record, sweep)
      return record.runIds
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      this.#damaged.add(id)
      this.#monitor.notice(null, error)
      return null
    }
  }

  #put(record: SweepRecord, sweep: Sweep): void {
    const slots = sweepSlots(sweep)
    this.#known.set(record.id, {
      record: { id: record.id, createdAt: record.createdAt },
      definition: record.definition,
      axes: sweep.axes,
      pointCount: sweep.points.length,
      slots,
      rows: slots.map((slot) => sweepRow(slot, null, null, false)),
      told: '',
    })
  }

  /** Reads the rows whose runs are new. */
  async #readRows(sweep: KnownSweep, recorded: SweepRecord['runIds']): Promise<void> {
    const fresh: number[] = []
    sweepRunIds(recorded, sweep.slots).forEach((runId, index) => {
      if (runId === null || sweep.rows[index]!.runId === runId) return
      sweep.rows[index] = sweepRow(sweep.slots[index]!, runId, undefined, false)
      this.#places.set(runId, { sweep, index })
      fresh.push(index)
    })
    await this.#update(sweep, fresh)
  }

  async #update(sweep: KnownSweep, indices: readonly number[]): Promise<void> {
    const changed: number[] = []
    for (const index of indices) {
      const row = await readSweepRow(this.#runs, sweep.slots[index]!, sweep.rows[index]!.runId)
      if (JSON.stringify(row) === JSON.stringify(sweep.rows[index])) continue
      sweep.rows[index] = row
      changed.push(index)
    }
    this.#tellRows(sweep, changed)
    this.#tellIfChanged(sweep)
  }

  #tellRows({ record, rows }: KnownSweep, indices: readonly number[]): void {
    for (const index of indices) this.#tell({ type: 'sweep-row', sweepId: record.id, row: rows[index]! })
  }

  #tellIfChanged(sweep: KnownSweep): void {
    const summary = this.#summarise(sweep)
    const text = JSON.stringify(summary)
    if (text === sweep.told) return
    sweep.told = text
    this.#tell({ type: 'sweep', sweep: summary })
  }

  #summarise({ record, definition, pointCount, rows }: KnownSweep): SweepSummary {
    const counts: Partial<Record<SweepRowStatus, number>> = {}
    for (const { status } of rows) counts[status] = (counts[status] ?? 0) + 1
    const doneCount = rows.filter(({ status }) => DONE.has(status)).length
    const times = rows
      .flatMap(({ status, elapsedMs }) => (status === 'finished' && elapsedMs !== null ? [elapsedMs] : []))
      .sort((a, b) => a - b)
    const median = times[times.length >> 1]
    return {
      id: record.id,
      name: definition.name,
      createdAt: record.createdAt,
      state: this.#stateOf(record.id, doneCount === rows.length, (counts.failed ?? 0) > 0),
      pointCount,
      runCount: rows.length,
      counts,
      remainingMs: median === undefined ? null : (rows.length - doneCount) * median,
    }
  }

  #stateOf(sweepId: string, isDone: boolean, hasFailed: boolean): SweepState {
    const job = this.#monitor.queue().find((queued) => queued.sweepId === sweepId)
    if (job) return job.isRunning ? 'running' : 'waiting'
    if (!isDone) return 'paused'
    return hasFailed ? 'failed' : 'finished'
  }

  #hasSweepAtWork(): boolean {
    return this.#monitor.queue().some(({ sweepId, isRunning }) => isRunning && sweepId !== null)
  }

  #require(sweepId: string): KnownSweep {
    const sweep = this.#known.get(sweepId)
    if (sweep) return sweep
    throw new LabError('usage', 'there is no sweep of this name.', {
      where: path.basename(sweepId),
      expected: 'a sweep of this home',
      found: 'none',
      remedy: 'List the sweeps.',
    })
  }

  #follow(reading: Promise<void>): void {
    reading.catch((error: unknown) => this.#monitor.notice(null, error))
  }
}
