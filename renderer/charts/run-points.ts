/**
 * The points of one series of a run as a chart draws them: buckets from the lab and the live points behind them enter; a seed's line, the
 * mean over seeds, its band and the smoothed mean leave. What the lab has smoothed is continued from where it ended.
 */
import { StepSmoother } from '../../shared/runs/smooth.ts'
import type { RunMetrics } from '../../shared/protocol/run-views.ts'
import { isSmoothable, type SeriesName } from '../../shared/runs/series.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'

export type Point = readonly [position: number, value: number]

/** The mean over the seeds and how far they spread, of one step or of a bucket of several. */
export interface MeanPoint {
  readonly position: number
  /** Of the bucket's last step; the same for one step. */
  readonly lastPosition: number
  /** Steps in the bucket that were logged. */
  readonly count: number
  readonly mean: number
  /** Sample standard deviation over the seeds that have a value; 0 for one. */
  readonly std: number
  /** At `position`, the mean over the seeds that have a value there; null where none has, and for a series that is not smoothed. */
  readonly smoothed: number | null
}

/** Whether a seed has a value anywhere: a measure may have none. */
export function hasPoints({ base, tail }: RunSeriesView, name: SeriesName): boolean {
  const isKnown = (value: number | null | undefined): boolean => typeof value === 'number' && !Number.isNaN(value)
  return (
    tail.get(name)?.some(({ values }) => values.some(isKnown)) === true ||
    base.series.some((series) => series.name === name && series.seeds.some(({ mean }) => mean.some(isKnown)))
  )
}

/**
 * The weight of the past with which a series was smoothed; 0 for none. Live points of a series that the answer did not have yet are smoothed
 * as it would have been.
 */
export function smoothingOf({ series, smoothing }: RunMetrics, name: SeriesName): number {
  return series.find((entry) => entry.name === name)?.smoothing ?? (isSmoothable(name) ? smoothing : 0)
}

/** Of a bucket with several points the least and the greatest: no peak is lost. */
export function seedPoints({ base, tail }: RunSeriesView, name: SeriesName, r: number): Point[] {
  const points: Point[] = []
  const series = base.series.find((entry) => entry.name === name)
  series?.positions.forEach((position, index) => {
    const { least, greatest } = series.seeds[r]!
    const low = least[index]
    const high = greatest[index]
    if (typeof low === 'number') points.push([position, low])
    if (typeof high === 'number' && high !== low) points.push([position, high])
  })
  for (const { position, values } of tail.get(name) ?? []) {
    const value = values[r]
    if (typeof value === 'number') points.push([position, value])
  }
  return points
}

/**
 * Of each bucket with several points the least and the greatest of all seeds, up and down in one line; none where every point is there
 * itself.
 */
export function extentPoints({ base }: RunSeriesView, name: SeriesName): Point[] {
  const series = base.series.find((entry) => entry.name === name)
  if (!series?.decimated) return []
  return series.positions.flatMap((position, index): Point[] => {
    let low = Infinity
    let high = -Infinity
    for (const { least, greatest } of series.seeds) {
      low = Math.min(low, least[index] ?? Infinity)
      high = Math.max(high, greatest[index] ?? -Infinity)
    }
    return low > high
      ? []
      : [
          [position, low],
          [position, high],
        ]
  })
}

type Values = readonly (number | null | undefined)[]

const isKnown = (value: number | null | undefined): value is number => typeof value === 'number' && !Number.isNaN(value)

function meanOf(values: Values): number | null {
  const known = values.filter(isKnown)
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

function deviationOf(values: Values, mean: number): number {
  const known = values.filter(isKnown)
  const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : 0
}

export function meanPoints({ base, tail }: RunSeriesView, name: SeriesName, seedCount: number): MeanPoint[] {
  const points: MeanPoint[] = []
  const add = (
    extent: Pick<MeanPoint, 'position' | 'lastPosition' | 'count'>,
    values: Values,
    smooth: Values,
  ): void => {
    const mean = meanOf(values)
    if (mean !== null) points.push({ ...extent, mean, std: deviationOf(values, mean), smoothed: meanOf(smooth) })
  }
  const series = base.series.find((entry) => entry.name === name)
  const seeds = Array.from({ length: seedCount }, (_, r) => series?.seeds[r])
  series?.positions.forEach((position, index) =>
    add(
      { position, lastPosition: series.lastPositions[index]!, count: series.counts[index]! },
      seeds.map((seed) => seed?.mean[index]),
      seeds.map((seed) => seed?.smoothed?.[index]),
    ),
  )
  const weight = smoothingOf(base, name)
  const smoothers = seeds.map((seed) => new StepSmoother(weight, seed?.smoothing ?? undefined))
  for (const { position, values } of tail.get(name) ?? [])
    add(
      { position, lastPosition: position, count: 1 },
      values,
      weight === 0 ? [] : values.map((value, r) => (isKnown(value) ? smoothers[r]?.push(position, value) : null)),
    )
  return points
}
