/** The runs of a home as this lab last saw them: the store's folders enter, what has changed leaves as events. Nothing is kept on disk. */
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { RunSummary } from '../../shared/protocol/views.ts'
import type { RunStore } from '../store/run-store.ts'
import { summariseRun } from './run-summaries.ts'

export class RunCatalog {
  readonly #store: RunStore
  readonly #isActive: (runId: string) => boolean
  readonly #tell: (event: LabEvent) => void
  #runs = new Map<string, RunSummary>()
  #refreshing: Promise<void> | null = null

  constructor(store: RunStore, isActive: (runId: string) => boolean, tell: (event: LabEvent) => void) {
    this.#store = store
    this.#isActive = isActive
    this.#tell = tell
  }

  /** Newest first. */
  list(): RunSummary[] {
    return [...this.#runs.values()].sort(
      (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (a.id < b.id ? -1 : 1),
    )
  }

  get(runId: string): RunSummary | undefined {
    return this.#runs.get(runId)
  }

  /** Reads all folders again; other processes write into the same home. */
  async refresh(): Promise<void> {
    this.#refreshing ??= this.#readAll().finally(() => (this.#refreshing = null))
    return this.#refreshing
  }

  /** Reads these runs again. */
  async update(runIds: readonly string[]): Promise<void> {
    for (const id of runIds) this.#put(summariseRun(await this.#store.listOne(id), this.#isActive(id)))
  }

  remove(runId: string): void {
    if (this.#runs.delete(runId)) this.#tell({ type: 'run-removed', runId })
  }

  async #readAll(): Promise<void> {
    const before = new Set(this.#runs.keys())
    for (const listed of await this.#store.list()) {
      before.delete(listed.id)
      this.#put(summariseRun(listed, this.#isActive(listed.id)))
    }
    for (const id of before) this.remove(id)
  }

  #put(run: RunSummary): void {
    const known = this.#runs.get(run.id)
    if (known !== undefined && JSON.stringify(known) === JSON.stringify(run)) return
    this.#runs.set(run.id, run)
    this.#tell({ type: 'run', run })
  }
}
