/**
 * A run's series as CSV in long form: its events enter, every value of every series and seed leaves, nothing left out or rounded. Steps are
 * counted within their phase, as everywhere. Asked for with a smoothing, it has the smoothed values in a column of that name beside what was
 * measured; series that are never smoothed have none there.
 */
import type { RunEvent } from './run.ts'
import { isSmoothable, type SeriesName } from './series.ts'
import { StepSmoother } from './smooth.ts'
import { Timeline } from './timeline.ts'

export const METRICS_CSV_COLUMNS = ['series', 'phase', 'step', 'seed', 'value'] as const

/** Names the smoothing. @param weight of the past a step */
export const smoothedColumn = (weight: number): string => `smoothed ${weight}`

/** @param smoothing weight of the past a step; 0: no such column */
export function metricsCsv(events: readonly RunEvent[], seeds: readonly number[], smoothing = 0): string {
  const timeline = new Timeline()
  const smoothers = new Map<SeriesName, StepSmoother[]>()
  const smoothersOf = (series: SeriesName): StepSmoother[] => {
    const known = smoothers.get(series) ?? seeds.map(() => new StepSmoother(smoothing))
    smoothers.set(series, known)
    return known
  }
  const columns = [...METRICS_CSV_COLUMNS, ...(smoothing > 0 ? [smoothedColumn(smoothing)] : [])]
  const lines = [columns.join(',')]
  for (const event of events)
    for (const { series, position, values } of timeline.push(event)) {
      const { phase, step } = timeline.stepAt(position)
      values.forEach((value, r) => {
        if (value === null || Number.isNaN(value)) return
        const smoothed =
          smoothing > 0 && isSmoothable(series) ? smoothersOf(series)[r]?.push(position, value) : undefined
        lines.push(`${series},${phase},${step},${seeds[r]},${value}${smoothing > 0 ? `,${smoothed ?? ''}` : ''}`)
      })
    }
  return `${lines.join('\n')}\n`
}
