/** The columns that a table of runs can show: for each its width, what it is sorted by, and the text of its cell. Names stand in the locales. */
import type { RunSort } from '../../shared/protocol/run-query.ts'
import type { RunState, RunSummary } from '../../shared/protocol/views.ts'
import type { Divergence } from '../../shared/runs/divergence.ts'
import {
  formatCount,
  formatDuration,
  formatExactList,
  formatNumber,
  formatResult,
  formatTime,
} from '../words/format.ts'

export type RunColumnId = Exclude<RunSort, 'star'> | 'tags' | 'notes'

export interface RunColumn {
  readonly id: RunColumnId
  /** Null: cannot be sorted by. */
  readonly sort: RunSort | null
  readonly width: number
  readonly isNumber: boolean
  /** Whether a new table shows it. */
  readonly isShown: boolean
  readonly text: (run: RunSummary) => string
  /** The exact value, on hover; null: the text itself. */
  readonly exact: ((run: RunSummary, words: ExactWords) => string) | null
}

/** In the language of the screens. */
export interface ExactWords {
  readonly state: (state: RunState) => string
  readonly divergence: (divergence: Divergence) => string
}

const whole = (value: number | null | undefined): string => (value == null ? '' : formatCount(value))

/** The value of each seed, and which seeds have none. */
const exactValues = ({ diverged }: RunSummary, words: ExactWords, values: readonly number[] = []): string =>
  [formatExactList(values), ...diverged.map(words.divergence)].filter((text) => text !== '').join('\n')

function durationOf({ startedAt, endedAt }: RunSummary): string {
  return startedAt === null || endedAt === null ? '' : formatDuration(Date.parse(endedAt) - Date.parse(startedAt))
}

function column(
  id: RunColumnId,
  width: number,
  text: (run: RunSummary) => string,
  { isNumber = false, isShown = false, isSortable = true, exact = null as RunColumn['exact'] } = {},
): RunColumn {
  const sort = isSortable && id !== 'tags' && id !== 'notes' ? id : null
  return { id, sort, width, isNumber, isShown, text, exact }
}

const shown = { isShown: true }
const number = { isNumber: true }

export const RUN_COLUMNS: readonly RunColumn[] = [
  column('name', 190, ({ name }) => name, { ...shown, exact: ({ id }) => id }),
  column('state', 100, ({ state }) => state, {
    ...shown,
    exact: ({ error, state }, words) => error?.message ?? words.state(state),
  }),
  column('strategy', 120, ({ strategy }) => strategy ?? '', shown),
  column('network', 170, ({ network }) => network, shown),
  column('dataset', 190, ({ dataset }) => dataset, shown),
  column('seeds', 70, ({ seeds }) => seeds.join(', '), { ...shown, ...number }),
  column('metric', 90, ({ result }) => result?.metric ?? '', shown),
  column('result', 150, ({ result, diverged }) => formatResult(result?.best ?? [], diverged.length), {
    ...shown,
    ...number,
    exact: (run, words) => exactValues(run, words, run.result?.best),
  }),
  column('last', 150, ({ result, diverged }) => formatResult(result?.last ?? [], diverged.length), {
    ...number,
    exact: (run, words) => exactValues(run, words, run.result?.last),
  }),
  column('tags', 150, ({ annotations }) => annotations.tags.join(', '), shown),
  column('created', 170, ({ createdAt }) => formatTime(createdAt), {
    ...shown,
    ...number,
    exact: ({ createdAt }) => createdAt ?? '',
  }),
  column('duration', 100, durationOf, { ...shown, ...number }),
  column('notes', 200, ({ annotations }) => annotations.notes.replace(/\s+/g, ' ')),
  column('started', 170, ({ startedAt }) => formatTime(startedAt), number),
  column('ended', 170, ({ endedAt }) => formatTime(endedAt), number),
  column('cells', 110, ({ settings }) => settings?.cells ?? ''),
  column('units', 80, ({ settings }) => whole(settings?.units), number),
  column('layers', 80, ({ settings }) => whole(settings?.layerCount), number),
  column('steps', 80, ({ settings }) => whole(settings?.seriesSteps), number),
  column('learningRate', 110, ({ settings }) => (settings ? formatNumber(settings.learningRate) : ''), number),
  column('batch', 80, ({ settings }) => whole(settings?.batch), number),
  column('trainingSteps', 110, ({ settings }) => whole(settings?.trainingSteps), number),
  column('epochs', 80, ({ settings }) => whole(settings?.epochs), number),
  column('warmupSteps', 120, ({ settings }) => whole(settings?.warmupSteps), number),
  column('id', 320, ({ id }) => id),
]

export const RUN_COLUMNS_BY_ID: ReadonlyMap<string, RunColumn> = new Map(RUN_COLUMNS.map((one) => [one.id, one]))
