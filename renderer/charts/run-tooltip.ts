/**
 * What a run's chart tells of the points under the pointer: the step of its phase, or the steps of a bucket; beside a smoothed value what was
 * measured there, with the smoothing by its name.
 */
import type { SeriesName } from '../../shared/runs/series.ts'
import { formatNumber } from '../words/format.ts'
import type { PointWords } from '../composables/use-point-words.ts'
import type { RunChartSubject, RunChartWords } from './run-chart.ts'
import { meanPoints, smoothingOf, type MeanPoint } from './run-points.ts'
import { phaseSteps } from './step-axis.ts'

/** What ECharts tells of a point under the pointer. */
export interface PointedItem {
  readonly seriesId?: string
  /** A dot in the line's colour, in ECharts' own notation. */
  readonly marker?: unknown
  readonly value?: unknown
}

/** What is told of one point: under which head, and in which lines. */
export interface ToldPoint {
  readonly head: string
  readonly texts: readonly string[]
}

/** @param tell null for a point of which nothing is told @returns the text for the items under the pointer, grouped by their heads */
export function tooltipText(
  items: readonly PointedItem[],
  tell: (seriesId: string, position: unknown) => ToldPoint | null,
): string {
  const groups = new Map<string, string[]>()
  for (const { seriesId, marker, value } of items) {
    const told = seriesId === undefined || !Array.isArray(value) ? null : tell(seriesId, (value as unknown[])[0])
    if (told === null) continue
    const dot = typeof marker === 'string' ? marker : ''
    groups.set(told.head, [...(groups.get(told.head) ?? []), ...told.texts.map((text) => `${dot}${text}`)])
  }
  return [...groups].map(([head, texts]) => [head, ...texts].join('\n')).join('\n\n')
}

export function runTooltip(
  { view, seedCount, across }: RunChartSubject,
  names: readonly SeriesName[],
  words: RunChartWords,
): (items: readonly PointedItem[]) => string {
  const stepAt = phaseSteps(view)
  return (items) =>
    tooltipText(items, (seriesId, place) => {
      const name = names.find((shown) => shown === seriesId)
      const points = name ? meanPoints(view, name, seedCount) : []
      const point = points.find((candidate) => across.placeOf(candidate.position) === place)
      if (!name || !point) return null
      return {
        head: extentText(point, words, stepAt),
        texts: pointTexts(point, words.series(name), smoothingOf(view.base, name), words),
      }
    })
}

/** The step of a point, or the first and the last of its bucket. */
export const extentText = (
  { position, lastPosition }: MeanPoint,
  words: Pick<PointWords, 'step' | 'steps'>,
  stepAt: ReturnType<typeof phaseSteps>,
): string =>
  position === lastPosition ? words.step(stepAt(position)) : words.steps(stepAt(position), stepAt(lastPosition))

/** The value of a point, behind what it was smoothed to. @param smoothing weight of the past a step; 0: none */
export function pointTexts(
  { mean, smoothed, count }: MeanPoint,
  line: string,
  smoothing: number,
  words: Pick<PointWords, 'smoothed' | 'bucketMean'>,
): string[] {
  const measured = count > 1 ? words.bucketMean(formatNumber(mean), count) : formatNumber(mean)
  return [
    ...(smoothing > 0 ? [`${words.smoothed(line, smoothing)} ${formatNumber(smoothed)}`] : []),
    `${line} ${measured}`,
  ]
}
