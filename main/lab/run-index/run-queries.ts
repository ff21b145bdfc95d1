/**
 * Questions about many runs: a query of the protocol enters, SQL over the index's tables answers it with a window of runs, configurations
 * with mean and deviation over seeds, ids or facets. Nothing is written here.
 */
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import type {
  ConfigurationPage,
  ConfigurationSort,
  ConfigurationSummary,
  RunFacets,
  RunFilter,
  RunPage,
  RunSort,
  SeedStatistics,
} from '../../../shared/protocol/run-query.ts'
import type { RunState } from '../../../shared/runs/run-state.ts'
import type { RunSummary } from '../../../shared/protocol/run-views.ts'
import { foldTag } from '../../../shared/runs/annotations.ts'
import { summarize } from '../../../shared/statistics/summary.ts'
import type { SqliteDatabase } from './open-index.ts'
import { TAG_SEPARATOR } from './run-table.ts'

/** So many runs of a configuration can be opened side by side. */
const MOST_COMPARED = 50
const MOST_FACET_TAGS = 200
/** SQLite's. */
const NO_LIMIT = -1

const SORT_COLUMNS: Readonly<Record<RunSort, string>> = {
  name: 'name',
  state: 'state',
  strategy: 'strategy',
  network: 'network',
  dataset: 'dataset',
  result: 'best_mean',
  last: 'last_mean',
  metric: 'metric',
  seeds: 'seed_count',
  created: 'created_at',
  started: 'started_at',
  ended: 'ended_at',
  duration: 'duration_ms',
  cells: 'cells',
  units: 'units',
  layers: 'layer_count',
  steps: 'series_steps',
  learningRate: 'learning_rate',
  batch: 'batch',
  trainingSteps: 'training_steps',
  epochs: 'epochs',
  warmupSteps: 'warmup_steps',
  star: 'is_starred',
  id: 'id',
}

const CONFIGURATION_SORT_COLUMNS: Readonly<Record<ConfigurationSort, string>> = {
  network: 'network',
  dataset: 'dataset',
  strategy: 'strategy',
  runs: 'run_count',
  seeds: 'seed_count',
  result: 'best_mean',
  last: 'last_mean',
  created: 'created_at',
}

interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

export class RunQueries {
  readonly #database: SqliteDatabase

  constructor(database: SqliteDatabase) {
    this.#database = database
  }

  page({ filter, sort, descending, offset, count }: CheckedPayload<'run.query'>): RunPage {
    const { sql, values } = conditionOf(filter)
    const rows = this.#all<[number]>(
      `SELECT run FROM runs WHERE ${sql} ORDER BY ${orderOf(SORT_COLUMNS[sort], descending)}, created_at DESC, id LIMIT ? OFFSET ?`,
      [...values, count, offset],
    )
    const [[totalCount]] = this.#all<[number]>(`SELECT COUNT(*) FROM runs WHERE ${sql}`, values) as [[number]]
    return { totalCount, offset, runs: this.#summaries(rows.map(([run]) => run)) }
  }

  ids({ filter, range }: CheckedPayload<'run.ids'>): string[] {
    const { sql, values } = conditionOf(filter)
    if (range?.of === 'configurations') {
      const idsOf = this.#database
        .prepare(`SELECT id FROM runs WHERE configuration = ? AND ${sql} ORDER BY created_at DESC, id`)
        .raw()
      return this.#configurationRows({ filter, ...range }).flatMap(([configuration]) =>
        (idsOf.all(configuration, ...values) as [string][]).map(([id]) => id),
      )
    }
    const order = range === null ? '' : `${orderOf(SORT_COLUMNS[range.sort], range.descending)}, `
    return this.#all<[string]>(
      `SELECT id FROM runs WHERE ${sql} ORDER BY ${order}created_at DESC, id LIMIT ? OFFSET ?`,
      [...values, range?.count ?? NO_LIMIT, range?.offset ?? 0],
    ).map(([id]) => id)
  }

  /**
   * Mean and sample deviation over the seeds of finished runs, those that have diverged counted apart; a seed that was run more than once counts once, as it ended last, since a
   * repetition is no further observation.
   */
  configurations(query: CheckedPayload<'run.configurations'>): ConfigurationPage {
    const condition = conditionOf(query.filter)
    const { sql, values } = condition
    const [[totalCount]] = this.#all<[number]>(
      `SELECT COUNT(DISTINCT configuration) FROM runs WHERE configuration IS NOT NULL AND ${sql}`,
      values,
    ) as [[number]]
    const configurations = this.#configurationRows(query).map(this.#configurationReader(condition))
    return { totalCount, offset: query.offset, configurations }
  }

  #configurationRows({
    filter,
    sort,
    descending,
    offset,
    count,
  }: CheckedPayload<'run.configurations'>): ConfigurationRow[] {
    const { sql, values } = conditionOf(filter)
    const isByResult = sort === 'result' || sort === 'last' || sort === 'seeds'
    return this.#all<ConfigurationRow>(
      `WITH groups AS (
         SELECT configuration, COUNT(*) AS run_count, SUM(is_starred) AS starred_count, SUM(is_archived) AS archived_count,
           MAX(created_at) AS created_at, run AS newest, network, dataset, strategy
         FROM runs WHERE configuration IS NOT NULL AND ${sql} GROUP BY configuration
       )
       ${isByResult ? `, means AS (${meansOf(sql)})` : ''}
       SELECT configuration, newest, run_count, starred_count, archived_count FROM groups ${isByResult ? 'LEFT JOIN means USING (configuration)' : ''}
       ORDER BY ${orderOf(CONFIGURATION_SORT_COLUMNS[sort], descending)}, created_at DESC, configuration
       LIMIT ? OFFSET ?`,
      [...values, ...(isByResult ? values : []), count, offset],
    )
  }

  facets(): RunFacets {
    const states = this.#all<[RunState, number]>('SELECT state, COUNT(*) FROM runs GROUP BY state', [])
    const [[runCount, starredCount, archivedCount]] = this.#all<[number, number, number]>(
      'SELECT COUNT(*), COALESCE(SUM(is_starred), 0), COALESCE(SUM(is_archived), 0) FROM runs',
      [],
    ) as [[number, number, number]]
    const tags = this.#all<[string, number]>(
      'SELECT tag, COUNT(*) AS n FROM tags GROUP BY tag ORDER BY n DESC, tag LIMIT ?',
      [MOST_FACET_TAGS],
    )
    return {
      runCount,
      states: Object.fromEntries(states),
      tags: tags.map(([tag, count]) => ({ tag, runCount: count })),
      starredCount,
      archivedCount,
    }
  }

  /** The statements are prepared once: a window has a hundred configurations. */
  #configurationReader({ sql, values }: Condition): (row: ConfigurationRow) => ConfigurationSummary {
    const prepare = (text: string) => this.#database.prepare(text).raw()
    const states = prepare(`SELECT state, COUNT(*) FROM runs WHERE configuration = ? AND ${sql} GROUP BY state`)
    const ids = prepare(
      `SELECT id FROM runs WHERE configuration = ? AND ${sql} ORDER BY created_at DESC, id LIMIT ${MOST_COMPARED}`,
    )
    const results = prepare(
      `SELECT best, last, MAX(results.ended_at) FROM results CROSS JOIN runs USING (run)
       WHERE results.configuration = ? AND ${sql} GROUP BY seed`,
    )
    return ([id, newest, runCount, starredCount, archivedCount]) => {
      const observed = results.all(id, ...values) as [number | null, number | null][]
      return {
        configurationId: id,
        newest: this.#summaries([newest])[0]!,
        runCount,
        starredCount,
        archivedCount,
        stateCounts: Object.fromEntries(states.all(id, ...values) as [RunState, number][]),
        divergedSeedCount: observed.filter(([best]) => best === null).length,
        best: statisticsOf(observed.map(([best]) => best)),
        last: statisticsOf(observed.map(([, last]) => last)),
        runIds: (ids.all(id, ...values) as [string][]).map(([runId]) => runId),
      }
    }
  }

  #summaries(runs: readonly number[]): RunSummary[] {
    const read = this.#database.prepare('SELECT json FROM summaries WHERE run = ?').raw()
    return runs.map((run) => JSON.parse((read.all(run) as [[string]])[0][0]) as RunSummary)
  }

  #all<Row>(sql: string, values: readonly (string | number)[]): Row[] {
    return this.#database
      .prepare(sql)
      .raw()
      .all(...values) as Row[]
  }
}

type ConfigurationRow = readonly [
  configurationId: string,
  newest: number,
  runCount: number,
  starredCount: number,
  archivedCount: number,
]

/** The means that configurations are sorted by; in the order of the results' key, so that nothing is sorted for it. */
function meansOf(condition: string): string {
  return `SELECT configuration, COUNT(best) AS seed_count, AVG(best) AS best_mean, AVG(last) AS last_mean
    FROM (
      SELECT results.configuration AS configuration, seed, best, last, MAX(results.ended_at)
      FROM results CROSS JOIN runs USING (run) WHERE ${condition} GROUP BY results.configuration, seed
    )
    GROUP BY configuration`
}

function statisticsOf(values: readonly (number | null)[]): SeedStatistics | null {
  const known = values.filter((value) => value !== null)
  if (known.length === 0) return null
  const { count, mean, std } = summarize(known)
  return { seedCount: count, mean, std: count > 1 ? std : null }
}

/** What has no value comes last, whichever the direction. */
function orderOf(column: string, descending: boolean): string {
  return `${column} IS NULL, ${column} ${descending ? 'DESC' : 'ASC'}`
}

function conditionOf(filter: RunFilter): Condition {
  const parts: string[] = []
  const values: (string | number)[] = []
  const add = (sql: string, ...bound: (string | number)[]): void => {
    parts.push(sql)
    values.push(...bound)
  }
  const places = (list: readonly unknown[]): string => list.map(() => '?').join(', ')
  for (const word of filter.text.toLowerCase().split(/\s+/)) if (word !== '') add('instr(words, ?) > 0', word)
  if (filter.states.length > 0) add(`state IN (${places(filter.states)})`, ...filter.states)
  if (filter.strategies.length > 0) add(`strategy IN (${places(filter.strategies)})`, ...filter.strategies)
  for (const tag of filter.tags) add('instr(tags, ?) > 0', `${TAG_SEPARATOR}${foldTag(tag)}${TAG_SEPARATOR}`)
  if (filter.onlyStarred) add('is_starred = 1')
  if (filter.archived !== 'shown') add(`is_archived = ${filter.archived === 'only' ? 1 : 0}`)
  if (filter.configurationId !== null) add('runs.configuration = ?', filter.configurationId)
  return { sql: parts.length === 0 ? '1' : parts.join(' AND '), values }
}
