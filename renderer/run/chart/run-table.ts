/**
 * What a run's chart shows, as numbers: of each series how it begins, ends and how far it reaches, and of one its rows, step by step as the CSV
 * file has them, or bucket by bucket with the steps that each stands for.
 */
import type { SeriesName } from '../../../shared/runs/series.ts'
import type { PhaseStep } from '../../../shared/runs/timeline.ts'
import type { RunSeriesView } from '../../composables/use-run-series.ts'
import type { FigureCell, FigureTable } from '../../charts/figure.ts'
import { meanPoints, smoothingOf } from '../../charts/run-points.ts'
import { phaseSteps } from '../../charts/step-axis.ts'

/** One step of a series, or a bucket of several. */
export interface StepRow {
  readonly first: PhaseStep
  readonly last: PhaseStep
  /** Steps that were logged. */
  readonly count: number
  /** One a seed: its value, or the mean of its bucket; null where it has none. */
  readonly seeds: readonly (number | null)[]
  /** Of all seeds and steps of the row; null where none has a value. */
  readonly least: number | null
  readonly greatest: number | null
  /** Over the seeds. */
  readonly mean: number | null
  readonly smoothed: number | null
}

export function stepRows(view: RunSeriesView, name: SeriesName, seedCount: number): StepRow[] {
  const stepAt = phaseSteps(view)
  const means = new Map(meanPoints(view, name, seedCount).map((point) => [point.position, point]))
  const rowOf = (
    [first, last]: readonly [number, number],
    count: number,
    [seeds, least, greatest]: readonly (readonly (number | null)[])[],
  ): StepRow => ({
    first: stepAt(first),
    last: stepAt(last),
    count,
    seeds: seeds!,
    least: outermost(least!, Math.min),
    greatest: outermost(greatest!, Math.max),
    mean: means.get(first)?.mean ?? null,
    smoothed: means.get(first)?.smoothed ?? null,
  })
  const series = view.base.series.find((entry) => entry.name === name)
  const buckets = series?.positions.map((position, index) =>
    rowOf(
      [position, series.lastPositions[index]!],
      series.counts[index]!,
      (['mean', 'least', 'greatest'] as const).map((what) => series.seeds.map((seed) => seed[what][index] ?? null)),
    ),
  )
  const live = (view.tail.get(name) ?? []).map(({ position, values }) =>
    rowOf([position, position], 1, [values, values, values]),
  )
  return [...(buckets ?? []), ...live]
}

function outermost(values: readonly (number | null)[], choose: (...values: number[]) => number): number | null {
  const known = values.filter((value) => value !== null)
  return known.length === 0 ? null : choose(...known)
}

export interface SeriesSummary {
  readonly name: SeriesName
  /** Steps that were logged, of what the chart shows. */
  readonly count: number
  /** Means over the seeds, of the first and the last step. */
  readonly first: number | null
  readonly last: number | null
  /** Null for a series that is not smoothed. */
  readonly lastSmoothed: number | null
  /** Of every step and seed. */
  readonly least: number | null
  readonly greatest: number | null
}

/** The ends of a range stand in buckets of their own, and buckets keep what is least and greatest: nothing of this is a mean over steps. */
export function summarizeSeries(view: RunSeriesView, name: SeriesName, seedCount: number): SeriesSummary {
  const rows = stepRows(view, name, seedCount).filter(({ mean }) => mean !== null)
  return {
    name,
    count: rows.reduce((sum, { count }) => sum + count, 0),
    first: rows[0]?.mean ?? null,
    last: rows.at(-1)?.mean ?? null,
    lastSmoothed: rows.at(-1)?.smoothed ?? null,
    least: rows.reduce<number | null>((kept, { least }) => outermost([kept, least], Math.min), null),
    greatest: rows.reduce<number | null>((kept, { greatest }) => outermost([kept, greatest], Math.max), null),
  }
}

export interface RowWords {
  readonly phase: (phase: PhaseStep['phase']) => string
  readonly head: (head: 'phase' | 'step' | 'from' | 'to' | 'count' | 'least' | 'greatest' | 'mean') => string
  readonly seed: (seed: number) => string
  readonly smoothed: (weight: number) => string
}

/** Whether a row may stand for several steps. */
export const isBucketed = (view: RunSeriesView, name: SeriesName): boolean =>
  view.base.series.some((series) => series.name === name && series.decimated)

/** The rows of one series as a table. */
export function rowTable(
  view: RunSeriesView,
  name: SeriesName,
  seeds: readonly number[],
  words: RowWords,
): FigureTable {
  const smoothing = smoothingOf(view.base, name)
  const buckets = isBucketed(view, name)
  const steps = buckets ? (['from', 'to', 'count'] as const) : (['step'] as const)
  return {
    columns: [
      words.head('phase'),
      ...steps.map(words.head),
      ...seeds.map(words.seed),
      ...(buckets ? [words.head('least'), words.head('greatest')] : []),
      ...(seeds.length > 1 ? [words.head('mean')] : []),
      ...(smoothing > 0 ? [words.smoothed(smoothing)] : []),
    ],
    rows: stepRows(view, name, seeds.length).map((row): FigureCell[] => [
      words.phase(row.first.phase),
      ...(buckets ? [row.first.step, row.last.step, row.count] : [row.first.step]),
      ...row.seeds,
      ...(buckets ? [row.least, row.greatest] : []),
      ...(seeds.length > 1 ? [row.mean] : []),
      ...(smoothing > 0 ? [row.smoothed] : []),
    ]),
  }
}
