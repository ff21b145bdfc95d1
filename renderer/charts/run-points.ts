/**
 * The points of one series of a run as a chart draws them: buckets from the lab and the live points behind them enter; a seed's line, the
 * mean over seeds and its band leave.
 */
import type { SeriesName } from '../../shared/runs/series.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'

export type Point = readonly [position: number, value: number]

/** The mean over the seeds and how far they spread. */
export interface MeanPoint {
  readonly position: number
  readonly mean: number
  /** Sample standard deviation over the seeds that have a value; 0 for one. */
  readonly std: number
}

/** Whether a seed has a value anywhere: a measure may have none. */
export function hasPoints({ base, tail }: RunSeriesView, name: SeriesName): boolean {
  const isKnown = (value: number | null | undefined): boolean => typeof value === 'number' && !Number.isNaN(value)
  return (
    tail.get(name)?.some(({ values }) => values.some(isKnown)) === true ||
    base.series.some((series) => series.name === name && series.seeds.some(({ mean }) => mean.some(isKnown)))
  )
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

export function meanPoints({ base, tail }: RunSeriesView, name: SeriesName, seedCount: number): MeanPoint[] {
  const points: MeanPoint[] = []
  const add = (position: number, values: readonly (number | null | undefined)[]): void => {
    const known = values.filter((value): value is number => typeof value === 'number' && !Number.isNaN(value))
    if (known.length === 0) return
    const mean = known.reduce((sum, value) => sum + value, 0) / known.length
    const squares = known.reduce((sum, value) => sum + (value - mean) ** 2, 0)
    points.push({ position, mean, std: known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : 0 })
  }
  const series = base.series.find((entry) => entry.name === name)
  series?.positions.forEach((position, index) =>
    add(
      position,
      Array.from({ length: seedCount }, (_, r) => series.seeds[r]!.mean[index]),
    ),
  )
  for (const { position, values } of tail.get(name) ?? []) add(position, values)
  return points
}
