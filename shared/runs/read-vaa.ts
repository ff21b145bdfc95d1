/**
 * The measurement of VAA in an event, as training/measure.ts writes it: JSON of one seed enters, its VAA as an interval and its M leave, and the names of the series that hold an interval. What is
 * damaged counts as none; runs of earlier versions have points only.
 */
import { sliceSeries, splitSeriesName, type SeriesName } from './series.ts'

export type Fields = Readonly<Record<string, unknown>>

export interface Interval {
  readonly low: number
  readonly high: number
}

export function readObject(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null ? (value as Fields) : null
}

export function readNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

/** Both ends are the same where VAA is a point; null where it was not measured, or a state was not finite. */
export function readVaa(measurement: unknown): Interval | null {
  const fields = readObject(measurement)
  const point = readNumber(fields?.vaa)
  const low = readNumber(fields?.vaaLow) ?? point
  const high = readNumber(fields?.vaaHigh) ?? point
  return low === null || high === null ? null : { low, high }
}

/** M of the draw that took longest; null from earlier versions. */
export function readUsedSteps(measurement: unknown): number | null {
  const steps: unknown = readObject(measurement)?.usedSteps
  if (!Array.isArray(steps)) return null
  const known = steps.filter((count): count is number => typeof count === 'number')
  return known.length === 0 ? null : known.reduce((most, count) => Math.max(most, count))
}

/** What must be read to show a series: of VAA the ends where it is no point, too. */
export function withEnds(series: SeriesName): SeriesName[] {
  const { base, ...slice } = splitSeriesName(series)
  return base === 'vaa' ? [series, sliceSeries('vaa-low', slice), sliceSeries('vaa-high', slice)] : [series]
}

/** Over those that have one, the mean of the lower and that of the upper ends: between them lies the mean, wherever in its interval each is. */
export function meanInterval(intervals: readonly (Interval | null)[]): Interval | null {
  const known = intervals.filter((interval) => interval !== null)
  if (known.length === 0) return null
  const mean = (end: keyof Interval): number => known.reduce((sum, interval) => sum + interval[end], 0) / known.length
  return { low: mean('low'), high: mean('high') }
}
