/**
 * The rows of the index: a run's summary and the prints of its files enter, the tables of open-index.ts hold them. Whoever asks for many runs
 * at once goes to run-queries.ts.
 */
import type { RunSummary } from '../../../shared/protocol/run-views.ts'
import { foldTag } from '../../../shared/runs/annotations.ts'
import { summarize } from '../../../shared/statistics/summary.ts'
import type { SqliteDatabase } from './open-index.ts'

/** How the two files of a run looked when they were read: a file that looks the same is not read again. */
export interface FilePrints {
  readonly record: string
  readonly annotations: string
}

/** Parts tags in the column that is searched for whole ones. */
export const TAG_SEPARATOR = '\n'

const COLUMNS = [
  ...['run', 'id', 'group_id', 'configuration', 'name', 'state', 'strategy', 'network', 'dataset', 'created_at'],
  ...['started_at', 'ended_at', 'duration_ms', 'seed_count', 'metric', 'best_mean', 'last_mean', 'cells', 'units'],
  ...['layer_count', 'series_steps', 'learning_rate', 'batch', 'training_steps', 'epochs', 'warmup_steps'],
  ...['is_starred', 'is_archived', 'tags', 'words'],
] as const

type Value = string | number | null
type Row = Record<Exclude<(typeof COLUMNS)[number], 'run'>, Value>

export class RunTable {
  readonly #database: SqliteDatabase
  readonly #find
  readonly #put
  readonly #putSummary
  readonly #readSummary
  readonly #readPrints
  readonly #putTag
  readonly #putResult
  readonly #dropTags
  readonly #dropResults

  constructor(database: SqliteDatabase) {
    this.#database = database
    const places = COLUMNS.map(() => '?').join(', ')
    this.#find = database.prepare('SELECT run FROM runs WHERE id = ?').raw()
    this.#put = database.prepare(`INSERT OR REPLACE INTO runs (${COLUMNS.join(', ')}) VALUES (${places})`)
    this.#readSummary = database.prepare('SELECT json FROM summaries WHERE run = ?').raw()
    this.#putSummary = database.prepare('INSERT OR REPLACE INTO summaries VALUES (?, ?, ?, ?)')
    this.#readPrints = database
      .prepare('SELECT record_print, annotations_print FROM runs JOIN summaries USING (run) WHERE id = ?')
      .raw()
    this.#putTag = database.prepare('INSERT OR REPLACE INTO tags (tag, run) VALUES (?, ?)')
    this.#putResult = database.prepare(
      'INSERT OR REPLACE INTO results (configuration, seed, ended_at, run, best, last) VALUES (?, ?, ?, ?, ?, ?)',
    )
    this.#dropTags = database.prepare('DELETE FROM tags WHERE run = ?')
    this.#dropResults = database.prepare('DELETE FROM results WHERE run = ?')
  }

  /** All or nothing. */
  inOneGo<Result>(change: () => Result): Result {
    this.#database.exec('BEGIN')
    try {
      const result = change()
      this.#database.exec('COMMIT')
      return result
    } catch (error) {
      this.#database.exec('ROLLBACK')
      throw error
    }
  }

  /** @returns whether the run is new or another than it was */
  put(summary: RunSummary, prints: FilePrints): boolean {
    const json = JSON.stringify(summary)
    const [known] = this.#find.all(summary.id) as [number][]
    const run = known?.[0] ?? this.#nextNumber()
    const before = known === undefined ? undefined : (this.#readSummary.all(run) as [string][])[0]?.[0]
    this.#putSummary.run(run, json, prints.record, prints.annotations)
    if (before === json) return false
    const row = rowOf(summary)
    this.#put.run(...COLUMNS.map((column) => (column === 'run' ? run : row[column])))
    if (known !== undefined) {
      this.#dropTags.run(run)
      this.#dropResults.run(run)
    }
    for (const tag of summary.annotations.tags) this.#putTag.run(tag, run)
    const { configurationId } = summary
    if (configurationId !== null)
      for (const { seed, best, last } of seedResults(summary))
        this.#putResult.run(configurationId, seed, summary.endedAt ?? '', run, best, last)
    return true
  }

  /** @returns whether it was there */
  remove(id: string): boolean {
    const [known] = this.#find.all(id) as [number][]
    if (known === undefined) return false
    for (const table of ['runs', 'summaries', 'tags', 'results'])
      this.#database.prepare(`DELETE FROM ${table} WHERE run = ?`).run(known[0])
    return true
  }

  get(id: string): RunSummary | null {
    const [known] = this.#find.all(id) as [number][]
    return known === undefined ? null : this.#summary(known[0])
  }

  /** Prints of all runs by id. */
  prints(): Map<string, FilePrints> {
    const rows = this.#database
      .prepare('SELECT id, record_print, annotations_print FROM runs JOIN summaries USING (run)')
      .raw()
      .all() as [string, string, string][]
    return new Map(rows.map(([id, record, annotations]) => [id, { record, annotations }]))
  }

  printsOf(id: string): FilePrints | undefined {
    const [known] = this.#readPrints.all(id) as [string, string][]
    return known && { record: known[0], annotations: known[1] }
  }

  /** Runs that say that they are running, newest first. */
  running(most: number): string[] {
    return this.#ids("WHERE state = 'running' ORDER BY created_at DESC LIMIT ?", most)
  }

  /** Runs that any process may take up, before those that are over, in which only notes change; the newest of each first. */
  likelyToChange(most: number): string[] {
    return this.#ids("ORDER BY state IN ('finished', 'diverged'), created_at DESC LIMIT ?", most)
  }

  group(groupId: string): RunSummary[] {
    const rows = this.#database.prepare('SELECT run FROM runs WHERE group_id = ?').raw().all(groupId) as [number][]
    return rows.map(([run]) => this.#summary(run))
  }

  count(): number {
    return (this.#database.prepare('SELECT COUNT(*) FROM runs').raw().all() as [[number]])[0][0]
  }

  #ids(rest: string, most: number): string[] {
    const rows = this.#database.prepare(`SELECT id FROM runs ${rest}`).raw().all(most) as [string][]
    return rows.map(([id]) => id)
  }

  #summary(run: number): RunSummary {
    const [[json]] = this.#readSummary.all(run) as [[string]]
    return JSON.parse(json) as RunSummary
  }

  #nextNumber(): number {
    const [[last]] = this.#database.prepare('SELECT MAX(run) FROM runs').raw().all() as [[number | null]]
    return (last ?? 0) + 1
  }
}

/** What each seed of a run that is over has come to: nulls for one that has diverged, which a repetition replaces as it does a value. */
function seedResults({ state, result, diverged }: RunSummary): { seed: number; best: Value; last: Value }[] {
  const values = (result?.seeds ?? []).map((seed, r) => ({
    seed,
    best: finiteOrNull(result?.best[r]),
    last: finiteOrNull(result?.last[r]),
  }))
  const lost = result !== null || state === 'diverged' ? diverged : []
  return [...values, ...lost.map(({ seed }) => ({ seed, best: null, last: null }))]
}

function rowOf(run: RunSummary): Row {
  const { result, settings, annotations, startedAt, endedAt } = run
  return {
    id: run.id,
    group_id: run.groupId,
    configuration: run.configurationId,
    name: run.name,
    state: run.state,
    strategy: run.strategy,
    network: run.network,
    dataset: run.dataset,
    created_at: run.createdAt,
    started_at: startedAt,
    ended_at: endedAt,
    duration_ms: startedAt === null || endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt),
    seed_count: run.seeds.length,
    metric: result?.metric ?? null,
    best_mean: meanOrNull(result?.best),
    last_mean: meanOrNull(result?.last),
    cells: settings?.cells ?? null,
    units: settings?.units ?? null,
    layer_count: settings?.layerCount ?? null,
    series_steps: settings?.seriesSteps ?? null,
    learning_rate: settings?.learningRate ?? null,
    batch: settings?.batch ?? null,
    training_steps: settings?.trainingSteps ?? null,
    epochs: settings?.epochs ?? null,
    warmup_steps: settings?.warmupSteps ?? null,
    is_starred: Number(annotations.isStarred),
    is_archived: Number(annotations.isArchived),
    tags: [TAG_SEPARATOR, ...annotations.tags.map((tag) => `${foldTag(tag)}${TAG_SEPARATOR}`)].join(''),
    words: wordsOf(run),
  }
}

/** Everything that a search looks through; found words stand in it, whatever is between them. */
function wordsOf({ id, name, network, dataset, strategy, state, annotations }: RunSummary): string {
  return [id, name, network, dataset, strategy ?? '', state, ...annotations.tags, annotations.notes]
    .join('\n')
    .toLowerCase()
}

function meanOrNull(values: readonly number[] | undefined): number | null {
  return values === undefined || values.length === 0 ? null : finiteOrNull(summarize(values).mean)
}

/** SQLite has no NaN, and JSON writes it as null. */
function finiteOrNull(value: number | null | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}
