/**
 * The sweeps of a home as this lab shows them: files, runs' folders and the events of the runs enter; summaries and single rows leave, as
 * events and on request. Other processes make, run and delete sweeps, too: their files are looked at again and again. What is done to a
 * sweep is sweep-desk.ts's.
 */
import path from 'node:path'
import type { SweepDefinition } from '../../shared/experiments/sweep.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { SweepHolder, SweepState, SweepSummary } from '../../shared/protocol/views.ts'
import { sweepRow, type SweepRow, type SweepRowStatus, type SweepSlot } from '../../shared/runs/sweep-table.ts'
import { readSweepRow, sweepRunIds, type SweepOutline } from '../engine/run-sweep.ts'
import type { RunStore } from '../store/run-store.ts'
import type { SweepStore } from '../store/sweep-store.ts'
import type { SweepRecord } from '../store/sweep-writer.ts'
import type { DesignDesk } from './designs/design-desk.ts'
import type { RunMonitor } from './run-monitor.ts'

/** What is kept of a sweep; the configurations of its points are not: there may be ten thousand. */
export interface KnownSweep {
  readonly record: Pick<SweepRecord, 'id' | 'createdAt'>
  readonly definition: SweepDefinition
  readonly axes: readonly string[]
  readonly pointCount: number
  /** See `SweepOutline`. */
  readonly backend: string
  readonly slots: readonly SweepSlot[]
  readonly rows: SweepRow[]
  /** The other process that works at it. */
  holder: SweepHolder | null
  /** As it was told last. */
  told: string
}

/** Nothing is left to do for it, unless it failed and is rerun. */
export const DONE: ReadonlySet<SweepRowStatus> = new Set(['finished', 'stopped', 'diverged', 'failed', 'missing'])

/** Runs that are made and would be run. @param rerunFailed those that failed, too */
export function openRunIds({ rows }: KnownSweep, rerunFailed: boolean): string[] {
  return rows.flatMap(({ runId, status }) =>
    runId !== null && (!DONE.has(status) || (rerunFailed && status === 'failed')) ? [runId] : [],
  )
}

export class SweepCatalog {
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

  /** @param designs reads definitions, whose points may take it long */
  constructor(
    runs: RunStore,
    store: SweepStore,
    monitor: RunMonitor,
    designs: DesignDesk,
    tell: (event: LabEvent) => void,
  ) {
    this.#runs = runs
    this.#store = store
    this.#monitor = monitor
    this.#designs = designs
    this.#tell = tell
  }

  /** Newest first. */
  list(): SweepSummary[] {
    return [...this.#known.values()]
      .map((sweep) => this.summarise(sweep))
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt) || (a.id < b.id ? -1 : 1))
  }

  get(sweepId: string): KnownSweep | undefined {
    return this.#known.get(sweepId)
  }

  /** @throws LabError `usage` when there is none */
  require(sweepId: string): KnownSweep {
    const sweep = this.get(sweepId)
    if (sweep) return sweep
    throw new LabError('usage', 'there is no sweep of this name.', {
      where: path.basename(sweepId),
      expected: 'a sweep of this home',
      found: 'none',
      remedy: 'List the sweeps.',
    })
  }

  /**
   * Reads sweeps that are new, new runs of known ones and who works at them, and forgets those that are gone; once more, if it is asked for
   * while it reads.
   */
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
      if (place) this.#follow(this.update(place.sweep, [place.index]))
      else if (this.#mayBeNew(event.run.active)) this.#follow(this.refresh())
    }
    if (event.type === 'run-removed') {
      const place = this.#places.get(event.runId)
      if (place) this.#follow(this.update(place.sweep, [place.index]))
    }
    // So many at once that they are not told one by one.
    if (event.type === 'runs-changed') this.#follow(this.#readUnfinished())
    if (event.type === 'queue') for (const sweep of this.#known.values()) this.#tellIfChanged(sweep)
  }

  /** A sweep that this lab has written down itself. */
  async add(record: SweepRecord, outline: SweepOutline): Promise<void> {
    this.#put(record, outline)
    await this.#readRows(this.require(record.id), record.runIds)
  }

  /** Reads rows again, and tells those that are others. */
  async update(sweep: KnownSweep, indices: readonly number[]): Promise<void> {
    const changed: number[] = []
    for (const index of indices) {
      const row = await readSweepRow(this.#runs, sweep.slots[index]!, sweep.rows[index]!.runId)
      if (JSON.stringify(row) === JSON.stringify(sweep.rows[index])) continue
      sweep.rows[index] = row
      changed.push(index)
    }
    if (this.#known.get(sweep.record.id) !== sweep) return // deleted meanwhile
    for (const index of changed) this.#tell({ type: 'sweep-row', sweepId: sweep.record.id, row: sweep.rows[index]! })
    this.#tellIfChanged(sweep)
  }

  summarise({ record, definition, pointCount, rows, holder }: KnownSweep): SweepSummary {
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
      state: this.#stateOf(record.id, holder, doneCount === rows.length, (counts.failed ?? 0) > 0),
      holder,
      pointCount,
      runCount: rows.length,
      counts,
      remainingMs: median === undefined ? null : (rows.length - doneCount) * median,
    }
  }

  async #readUnfinished(): Promise<void> {
    await this.refresh()
    for (const sweep of this.#known.values())
      await this.update(
        sweep,
        sweep.rows.flatMap(({ status }, index) => (status === 'finished' ? [] : [index])),
      )
  }

  async #readAll(): Promise<void> {
    const before = [...this.#known.keys()] // one that is put in while the folder is read may not be among its names
    const { ids, lockedIds } = await this.#store.list()
    const there = new Set(ids)
    for (const id of before) if (!there.has(id)) this.#forget(id)
    for (const id of ids) await this.#readOne(id, lockedIds.has(id))
  }

  async #readOne(id: string, isLocked: boolean): Promise<void> {
    const known = this.#known.get(id)
    const holder = isLocked ? await this.#store.holder(id) : null
    // With all of its runs made, nothing in its file changes any more.
    if (known?.rows.some(({ runId }) => runId === null) !== false) {
      const runIds = known === undefined ? await this.#open(id) : await this.#store.readRunIds(id)
      const sweep = this.#known.get(id)
      if (runIds !== null && sweep) await this.#readRows(sweep, runIds)
    }
    const sweep = this.#known.get(id)
    if (sweep === undefined) return
    sweep.holder = holder
    this.#tellIfChanged(sweep)
  }

  /** @returns its runs; null for a damaged file, which is told once */
  async #open(id: string): Promise<SweepRecord['runIds'] | null> {
    if (this.#damaged.has(id)) return null
    try {
      const { record, outline } = await this.#designs.ask('open-sweep', id)
      this.#put(record, outline)
      return record.runIds
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      if (!(await this.#store.ids()).includes(id)) return null // gone since it was listed
      if (error.code !== 'worker') this.#damaged.add(id) // what ended a thread may not be the file
      this.#monitor.notice(null, error)
      return null
    }
  }

  #put(record: SweepRecord, { axes, pointCount, backend, slots }: SweepOutline): void {
    this.#known.set(record.id, {
      record: { id: record.id, createdAt: record.createdAt },
      definition: record.definition,
      axes,
      pointCount,
      backend,
      slots,
      rows: slots.map((slot) => sweepRow(slot, null, null, false)),
      holder: null,
      told: '',
    })
  }

  #forget(id: string): void {
    const sweep = this.#known.get(id)
    if (sweep === undefined) return
    this.#known.delete(id)
    for (const { runId } of sweep.rows) if (runId !== null) this.#places.delete(runId)
    this.#tell({ type: 'sweep-removed', sweepId: id })
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
    await this.update(sweep, fresh)
  }

  #tellIfChanged(sweep: KnownSweep): void {
    const summary = this.summarise(sweep)
    const text = JSON.stringify(summary)
    if (text === sweep.told) return
    sweep.told = text
    this.#tell({ type: 'sweep', sweep: summary })
  }

  #stateOf(sweepId: string, holder: SweepHolder | null, isDone: boolean, hasFailed: boolean): SweepState {
    const job = this.#monitor.queue().find((queued) => queued.sweepId === sweepId)
    if (job?.isRunning) return 'running'
    if (holder !== null) return 'elsewhere'
    if (job) return 'waiting'
    if (!isDone) return 'paused'
    return hasFailed ? 'failed' : 'finished'
  }

  /** Whether a run that stands in no row may have been made by a sweep that is at work, here or in another process. */
  #mayBeNew(isActive: boolean): boolean {
    return isActive
      ? this.#monitor.queue().some(({ sweepId, isRunning }) => isRunning && sweepId !== null)
      : [...this.#known.values()].some(({ holder }) => holder !== null)
  }

  #follow(reading: Promise<void>): void {
    reading.catch((error: unknown) => this.#monitor.notice(null, error))
  }
}
