/**
 * What can be asked of many runs at once: filters, orders and windows as schemas, what is answered as types. Answered from the index, so
 * that a table of 20,000 runs holds a window of them.
 */
import { z } from 'zod'
import { STRATEGIES } from '../experiments/strategies.ts'
import { tagSchema } from '../runs/annotations.ts'
import type { RunState, RunSummary } from './views.ts'

export const RUN_STATES = [
  'queued',
  'running',
  'paused',
  'stopped',
  'finished',
  'diverged',
  'failed',
  'crashed',
  'damaged',
] as const satisfies readonly RunState[]

export const runFilterSchema = z.strictObject({
  /** Every word stands somewhere in its id, name, network, dataset, strategy, state, tags or notes. */
  text: z.string().max(200).default(''),
  /** Empty: any. */
  states: z.array(z.enum(RUN_STATES)).max(RUN_STATES.length).default([]),
  /** Empty: any. */
  strategies: z.array(z.enum(STRATEGIES)).max(STRATEGIES.length).default([]),
  /** All of them. */
  tags: z.array(tagSchema).max(8).default([]),
  onlyStarred: z.boolean().default(false),
  archived: z.enum(['hidden', 'shown', 'only']).default('hidden'),
  /** Runs of one configuration; null: any. */
  configurationId: z.string().max(80).nullable().default(null),
})

export type RunFilter = z.output<typeof runFilterSchema>

/** What runs can be sorted by; each is a column of the index. */
export const RUN_SORTS = [
  'name',
  'state',
  'strategy',
  'network',
  'dataset',
  'result',
  'last',
  'metric',
  'seeds',
  'created',
  'started',
  'ended',
  'duration',
  'cells',
  'units',
  'layers',
  'steps',
  'learningRate',
  'batch',
  'trainingSteps',
  'epochs',
  'warmupSteps',
  'star',
  'id',
] as const

export type RunSort = (typeof RUN_SORTS)[number]

/** What configurations can be sorted by. */
export const CONFIGURATION_SORTS = [
  'network',
  'dataset',
  'strategy',
  'runs',
  'seeds',
  'result',
  'last',
  'created',
] as const

export type ConfigurationSort = (typeof CONFIGURATION_SORTS)[number]

const offset = z.number().int().min(0).default(0)
const count = z.number().int().min(1).max(500)
const descending = z.boolean().default(true)

export const runQuerySchema = z.strictObject({
  filter: runFilterSchema.prefault({}),
  sort: z.enum(RUN_SORTS).default('created'),
  descending,
  offset,
  count,
})

export const configurationQuerySchema = z.strictObject({
  filter: runFilterSchema.prefault({}),
  sort: z.enum(CONFIGURATION_SORTS).default('created'),
  descending,
  offset,
  count,
})

/** Rows of one of the two tables. */
const rangeOf = { descending, offset, count: z.number().int().min(1) }

export const runIdsQuerySchema = z.strictObject({
  filter: runFilterSchema.prefault({}),
  /** Rows from `offset` on, or the runs of such configurations; null: all runs that the filter leaves. */
  range: z
    .discriminatedUnion('of', [
      z.strictObject({ of: z.literal('runs'), sort: z.enum(RUN_SORTS), ...rangeOf }),
      z.strictObject({ of: z.literal('configurations'), sort: z.enum(CONFIGURATION_SORTS), ...rangeOf }),
    ])
    .nullable()
    .default(null),
})

/** Ids that one command takes, at most: more go in pieces. */
export const MOST_RUN_IDS = 2000

/** A window of the runs that a filter leaves. */
export interface RunPage {
  readonly totalCount: number
  readonly offset: number
  readonly runs: readonly RunSummary[]
}

/** Over the seeds of the finished runs of a configuration, each seed once. */
export interface SeedStatistics {
  readonly seedCount: number
  readonly mean: number
  /** Sample standard deviation (n - 1); null for one seed, which has none. */
  readonly std: number | null
}

export interface ConfigurationSummary {
  readonly configurationId: string
  /** The newest of its runs; tells network, dataset, strategy and metric of all. */
  readonly newest: RunSummary
  readonly runCount: number
  readonly stateCounts: Readonly<Partial<Record<RunState, number>>>
  readonly starredCount: number
  readonly archivedCount: number
  /** With the weights of the best validation; null before one has finished. */
  readonly best: SeedStatistics | null
  readonly last: SeedStatistics | null
  /** Seeds that the statistics are not over. */
  readonly divergedSeedCount: number
  /** Newest first, at most so many that they can be compared; `run.ids` has all of them. */
  readonly runIds: readonly string[]
}

export interface ConfigurationPage {
  readonly totalCount: number
  readonly offset: number
  readonly configurations: readonly ConfigurationSummary[]
}

/** What there is to choose from. */
export interface RunFacets {
  readonly runCount: number
  readonly states: Readonly<Partial<Record<RunState, number>>>
  readonly tags: readonly { readonly tag: string; readonly runCount: number }[]
  readonly starredCount: number
  readonly archivedCount: number
}

/** How far the index is with the folders. */
export interface IndexState {
  readonly runCount: number
  /** While folders are read: how many of how many; null when the index is up to date. */
  readonly reading: { readonly doneCount: number; readonly folderCount: number } | null
}
