/**
 * The one thread that owns the index of a home: questions enter, answers and changes leave. It reads the folders when it begins, when it is
 * told to, and when they change by themselves. An index that turns out damaged is made anew here.
 */
import path from 'node:path'
import { workerData } from 'node:worker_threads'
import { LabError } from '../../../shared/errors/errors.ts'
import type { IndexState } from '../../../shared/protocol/run-query.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { answeringPort, answerQuestions, type Answers } from '../../engine/answer-questions.ts'
import { RunStore } from '../../store/run-store.ts'
import { FolderSync, type IndexChanges } from './folder-sync.ts'
import { FolderWatch } from './folder-watch.ts'
import { MOST_TOLD, type IndexQuestions, type IndexTask, type IndexTold } from './index-protocol.ts'
import { isDamage, makeAnew, openIndex, type OpenedIndex } from './open-index.ts'
import { RunQueries } from './run-queries.ts'
import { RunTable } from './run-table.ts'
import { ShownRuns } from './shown-runs.ts'

/** How often it is told how far the reading of many folders is. */
const PROGRESS_EVERY_MS = 200

const port = answeringPort<IndexTold>()
const { home } = workerData as IndexTask
const file = path.join(home, 'index', 'runs.sqlite')
const store = new RunStore(home)

class Index {
  #opened: OpenedIndex
  #table!: RunTable
  #queries!: RunQueries
  #sync!: FolderSync
  /** Folders are read by one at a time: two who read the same one might write the older state last. */
  #tail: Promise<unknown> = Promise.resolve()
  #syncingAll: Promise<void> | null = null
  #toldMs = -Infinity
  readonly #shown = new ShownRuns()
  readonly #watch: FolderWatch

  constructor() {
    this.#opened = openIndex(file)
    try {
      this.#use(this.#opened)
    } catch (error) {
      if (!isDamage(error)) throw error
      this.#replace(error)
    }
    this.#watch = new FolderWatch(path.join(home, 'runs'), {
      touched: (ids) => this.#follow(this.#syncAndTell(ids)),
      maybeTouched: (ids) => this.#follow(this.#tellSynced(() => this.#sync.syncChanged(ids))),
      unsure: () => this.#follow(this.syncAll()),
      likely: (most) => this.#table.likelyToChange(most),
      shown: () => this.#shown.ids(),
      running: () => this.#table.running(MOST_TOLD),
    })
  }

  /** Begins to watch before the folders are read for the first time, so that nothing falls in between. */
  start(): void {
    this.#watch.start()
    this.#follow(this.syncAll())
  }

  readonly answers: Answers<IndexQuestions> = {
    page: (ask) => {
      const page = this.#repaired(() => this.#queries.page(ask))
      this.#shown.note(page.runs.map(({ id }) => id))
      return page
    },
    configurations: (ask) => {
      const page = this.#repaired(() => this.#queries.configurations(ask))
      this.#shown.note(page.configurations.map(({ newest }) => newest.id))
      return page
    },
    ids: (ask) => this.#repaired(() => this.#queries.ids(ask)),
    facets: () => this.#repaired(() => this.#queries.facets()),
    group: (ask) => this.#repaired(() => this.#table.group(ask)),
    sync: async (ids) => {
      await this.#syncAndTell(ids)
      this.#shown.note(ids.slice(0, MOST_TOLD))
      return ids.flatMap((id) => this.#table.get(id) ?? [])
    },
    'sync-all': async () => {
      await this.syncAll()
      return null
    },
    close: async () => {
      this.#watch.close()
      await this.#tail.catch(() => undefined) // told to whoever asked for it
      this.#opened.database.close()
      port.close()
      return null
    },
  }

  /** One after another; whoever asks while one waits to begin gets that one. */
  syncAll(): Promise<void> {
    this.#syncingAll ??= this.#inTurn(async () => {
      this.#syncingAll = null
      const changes = await this.#sync.syncAll((doneCount, folderCount) => this.#tellReading(doneCount, folderCount))
      this.#tell(changes)
      this.#tellState(null)
    })
    return this.#syncingAll
  }

  #syncAndTell(ids: readonly string[]): Promise<void> {
    return this.#tellSynced(() => this.#sync.sync(ids))
  }

  /** @param sync not an answer of it: the index may be made anew before its turn */
  #tellSynced(sync: () => Promise<IndexChanges>): Promise<void> {
    return this.#inTurn(async () => {
      const changes = await sync()
      this.#tell(changes)
      if (changes.changed.length + changes.removed.length > 0) this.#tellState(null)
    })
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#tail.then(async () => {
      try {
        await work()
      } catch (error) {
        if (error instanceof LabError || !this.#isDatabases(error)) throw error
        this.#replace(error)
        await work()
      }
      this.#watch.follow()
    })
    this.#tail = turn.catch(() => undefined) // told to whoever asked for it
    return turn
  }

  /** A question that finds the index damaged is asked once more, of the new one, which is filled again. */
  #repaired<Answer>(ask: () => Answer): Answer {
    try {
      return ask()
    } catch (error) {
      if (!this.#isDatabases(error)) throw error
      this.#replace(error)
      this.#follow(this.syncAll())
      return ask()
    }
  }

  #isDatabases(error: unknown): boolean {
    return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_')
  }

  /** A file that cannot be written any more, since its disk is full, gives way to memory. */
  #replace(cause: unknown): void {
    try {
      this.#opened.database.close()
    } catch {
      // Damaged: it is done with anyway.
    }
    this.#opened = isDamage(cause) ? makeAnew(file, cause) : openIndex(null)
    this.#use(this.#opened)
  }

  #use({ database, notice }: OpenedIndex): void {
    this.#table = new RunTable(database)
    this.#queries = new RunQueries(database)
    this.#sync = new FolderSync(store, this.#table)
    if (notice) port.tell({ kind: 'notice', error: toWireError(notice) })
  }

  #tell({ changed, removed, problems }: IndexChanges): void {
    if (changed.length + removed.length > 0)
      port.tell({
        kind: 'changes',
        changed: changed.slice(0, MOST_TOLD),
        removed: removed.slice(0, MOST_TOLD),
        isPartial: changed.length > MOST_TOLD || removed.length > MOST_TOLD,
      })
    for (const problem of problems.slice(0, 3)) port.tell({ kind: 'notice', error: toWireError(problem) })
  }

  #tellReading(doneCount: number, folderCount: number): void {
    if (folderCount <= MOST_TOLD || performance.now() - this.#toldMs < PROGRESS_EVERY_MS) return
    this.#toldMs = performance.now()
    this.#tellState({ doneCount, folderCount })
  }

  #tellState(reading: IndexState['reading']): void {
    port.tell({ kind: 'state', state: { runCount: this.#table.count(), reading } })
  }

  #follow(work: Promise<void>): void {
    work.catch((error: unknown) => port.tell({ kind: 'notice', error: toWireError(error) }))
  }
}

const index = new Index()

answerQuestions<IndexQuestions>(index.answers)
index.start()
