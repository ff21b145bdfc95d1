/**
 * The runs of a home as this lab shows them: the index's answers enter, with what only this lab knows (whether its engine holds a run) they
 * leave, and what changes, by whomever, leaves as events. The newest runs are at hand at once; all others are asked of the index.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckedPayload } from '../../shared/protocol/commands.ts'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { ConfigurationPage, IndexState, RunFacets, RunPage } from '../../shared/protocol/run-query.ts'
import { runFilterSchema } from '../../shared/protocol/run-query.ts'
import type { RunSummary } from '../../shared/protocol/run-views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { RunIndex } from './run-index/run-index.ts'

/** Newest runs that every window knows. */
const RECENT_COUNT = 200
/** Runs that were told: the same again is not told. */
const MOST_REMEMBERED = 1000
/** A small home is whole before its lab is open; a large one is read while it is used. */
const FIRST_LOOK_MS = 400

export class RunCatalog {
  readonly #index: RunIndex
  readonly #isHeld: (runId: string) => boolean
  readonly #tell: (event: LabEvent) => void
  /** The newest, and all that are held. */
  #recent = new Map<string, RunSummary>()
  /** As JSON, the last told first to be forgotten. */
  readonly #told = new Map<string, string>()
  #state: IndexState = { runCount: 0, reading: null }

  /** @param isHeld whether this lab's engine trains the run or will */
  constructor(home: string, isHeld: (runId: string) => boolean, tell: (event: LabEvent) => void) {
    this.#isHeld = isHeld
    this.#tell = tell
    this.#index = new RunIndex(home, {
      changed: (changed, removed, isPartial) => this.#hear(changed, removed, isPartial),
      state: (state) => {
        this.#state = state
        this.#tell({ type: 'index', index: state })
      },
      notice: (error) => this.#tell({ type: 'notice', runId: null, error: toWireError(error) }),
    })
  }

  /** Resolves when the newest runs are known. @throws LabError `run-index` when there can be no index */
  async open(): Promise<void> {
    const looking = this.refresh()
    looking.catch(() => undefined) // told by the question below, if there can be no answer
    await Promise.race([looking, sleep(FIRST_LOOK_MS, undefined, { ref: false })])
    await this.#readRecent()
  }

  get state(): IndexState {
    return this.#state
  }

  /** Newest first; not all of a large home. */
  list(): RunSummary[] {
    return [...this.#recent.values()].sort(
      (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (a.id < b.id ? -1 : 1),
    )
  }

  /** A run that is held, or among the newest. */
  get(runId: string): RunSummary | undefined {
    return this.#recent.get(runId)
  }

  async group(groupId: string): Promise<RunSummary[]> {
    return (await this.#index.ask('group', groupId)).map((run) => this.#withHold(run))
  }

  async query(query: CheckedPayload<'run.query'>): Promise<RunPage> {
    const page = await this.#index.ask('page', query)
    return { ...page, runs: page.runs.map((run) => this.#withHold(run)) }
  }

  async configurations(query: CheckedPayload<'run.configurations'>): Promise<ConfigurationPage> {
    const page = await this.#index.ask('configurations', query)
    return {
      ...page,
      configurations: page.configurations.map((entry) => ({ ...entry, newest: this.#withHold(entry.newest) })),
    }
  }

  ids(query: CheckedPayload<'run.ids'>): Promise<readonly string[]> {
    return this.#index.ask('ids', query)
  }

  facets(): Promise<RunFacets> {
    return this.#index.ask('facets', null)
  }

  /** Looks at all folders. */
  async refresh(): Promise<void> {
    await this.#index.ask('sync-all', null)
  }

  /** Reads these runs again; the one way by which what this lab has done to a folder becomes known. @returns those that are there */
  async update(runIds: readonly string[]): Promise<RunSummary[]> {
    const runs = await this.#index.ask('sync', runIds)
    // Gone with so many others that it was not told by itself.
    const there = new Set(runs.map(({ id }) => id))
    for (const id of runIds) if (!there.has(id) && (this.#told.has(id) || this.#recent.has(id))) this.#remove(id)
    return runs.map((run) => this.#put(run)) // held or not is in no folder
  }

  async close(): Promise<void> {
    await this.#index.close()
  }

  #hear(changed: readonly RunSummary[], removed: readonly string[], isPartial: boolean): void {
    if (isPartial) {
      this.#tell({ type: 'runs-changed' })
      this.#readRecent().catch((error: unknown) =>
        this.#tell({ type: 'notice', runId: null, error: toWireError(error) }),
      )
      return
    }
    for (const run of changed) this.#put(run)
    for (const runId of removed) this.#remove(runId)
  }

  async #readRecent(): Promise<void> {
    const filter = runFilterSchema.parse({ archived: 'shown' })
    const { runs } = await this.query({ filter, sort: 'created', descending: true, offset: 0, count: RECENT_COUNT })
    const fresh = new Set(runs.map(({ id }) => id))
    for (const id of [...this.#recent.keys()]) if (!fresh.has(id) && !this.#isHeld(id)) this.#remove(id)
    for (const run of runs) this.#put(run)
  }

  #put(found: RunSummary): RunSummary {
    const run = this.#withHold(found)
    this.#recent.set(run.id, run)
    if (this.#recent.size > RECENT_COUNT) this.#forgetOldest()
    const json = JSON.stringify(run)
    if (this.#told.get(run.id) === json) return run
    this.#told.delete(run.id)
    this.#told.set(run.id, json)
    for (const oldest of this.#told.keys()) {
      if (this.#told.size <= MOST_REMEMBERED) break
      this.#told.delete(oldest)
    }
    this.#tell({ type: 'run', run })
    return run
  }

  #remove(runId: string): void {
    this.#recent.delete(runId)
    this.#told.delete(runId)
    this.#tell({ type: 'run-removed', runId })
  }

  #forgetOldest(): void {
    const oldest = this.list()
      .reverse()
      .find(({ active }) => !active)
    if (oldest) this.#recent.delete(oldest.id)
  }

  /** The index knows a run as active if its state allows it; whether it is, this lab knows. */
  #withHold(run: RunSummary): RunSummary {
    return run.active && !this.#isHeld(run.id) ? { ...run, active: false } : run
  }
}
