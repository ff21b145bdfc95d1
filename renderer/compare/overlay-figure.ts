/**
 * One series of several runs over the steps, laid over each other: buckets of each enter, a figure leaves. What the lab has smoothed is the
 * strong line, what was measured stands behind it, in the pointer's text and in the table.
 */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { OverlayRun } from './use-overlay.ts'
import type { PointWords } from '../composables/use-point-words.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../charts/figure.ts'
import { legendGrowth, wholeLegend } from '../charts/legend.ts'
import { endsOnLog, isWide } from '../charts/log-scale.ts'
import type { RunLook } from '../charts/run-looks.ts'
import { meanPoints, smoothingOf, type MeanPoint } from '../charts/run-points.ts'
import { extentText, pointTexts, tooltipText, type PointedItem } from '../charts/run-tooltip.ts'
import { phaseSteps } from '../charts/step-axis.ts'

const BAND_OPACITY = 0.14
const RAW_OPACITY = 0.3
/** More points of a line are too close for a mark each. */
const MOST_MARKED = 40

export interface OverlaySettings {
  readonly series: SeriesName
  readonly isLog: boolean
  readonly showBand: boolean
}

export interface OverlayWords extends PointWords {
  readonly value: string
  readonly axis: string
  readonly head: (head: 'phase' | 'step' | 'from' | 'to' | 'count') => string
  readonly phase: (phase: 'warm-up' | 'training') => string
  readonly std: string
  readonly run: string
  /** Of an axis that a smoothed line and the pale one behind it share. */
  readonly smoothedAxis: (smoothed: string) => string
  /** Rows that stand for several steps. */
  readonly buckets: string
  /** How a band is drawn on a logarithm. */
  readonly logBand: string
}

/** The points of each run that an overlay has of a series. */
export function overlayPoints({ run, metrics }: OverlayRun, series: SeriesName): MeanPoint[] {
  return meanPoints(viewOf(metrics), series, run.summary.seeds.length)
}

const viewOf = (metrics: OverlayRun['metrics']): RunSeriesView => ({
  base: metrics,
  tail: new Map(),
  marks: metrics.marks,
  names: new Set(metrics.names),
  lastPosition: metrics.lastPosition,
})

/** Whether the runs' values of a series ask for a logarithm. */
export const isWideOverlay = (runs: readonly OverlayRun[], series: SeriesName): boolean =>
  isWide(runs.flatMap((run) => overlayPoints(run, series).map(({ mean }) => mean)))

/** Whether a point of the series stands for several steps, so that a table has a column for the first, the last and the count of them. */
export const hasBuckets = (runs: readonly OverlayRun[], series: SeriesName): boolean =>
  runs.some((run) => overlayPoints(run, series).some(({ count }) => count > 1))

/** The steps of a row of the table, as its columns have them. */
export const stepCells = (first: number, last: number, count: number, isBucketed: boolean): FigureCell[] =>
  isBucketed ? [first, last, count] : [first]

/** A run with what it is drawn as. */
export interface OverlaidRun extends OverlayRun {
  /** None twice. */
  readonly label: string
  readonly look: RunLook
}

export function overlayFigure(
  runs: readonly OverlaidRun[],
  { series, isLog, showBand }: OverlaySettings,
  words: OverlayWords,
): Figure {
  const lines = runs.map((run) => {
    const smoothing = smoothingOf(run.metrics, series)
    const { label, look } = run
    return {
      label,
      smoothing,
      look,
      offset: run.offset,
      points: overlayPoints(run, series).filter(({ mean }) => !isLog || mean > 0),
      stepAt: phaseSteps(run.metrics),
    }
  })
  const labels = lines.map(({ label }) => label)
  const smoothing = Math.max(0, ...lines.map((line) => line.smoothing))
  const smoothedValue = words.smoothed(words.value, smoothing)
  const isBucketed = hasBuckets(runs, series)
  const tooltip = (items: readonly PointedItem[]): string =>
    tooltipText(items, (seriesId, x) => {
      const line = lines.find(({ label }) => label === seriesId)
      const point = line?.points.find(({ position }) => position - line.offset === x)
      if (!line || !point) return null
      return {
        head: extentText(point, words, line.stepAt),
        texts: pointTexts(point, line.label, line.smoothing, words),
      }
    })
  return {
    option: (tokens, width) => {
      const { legend, height } = wholeLegend(tokens, labels, width)
      return {
        ...figureBase(tokens),
        tooltip: { ...(figureBase(tokens).tooltip as object), trigger: 'axis', formatter: tooltip },
        grid: { left: 64, right: 24, top: height + 34, bottom: 44 },
        legend,
        dataZoom: [{ type: 'inside', filterMode: 'none' }],
        xAxis: {
          ...axisLook(tokens),
          type: 'value',
          name: words.axis,
          nameLocation: 'middle',
          nameGap: 28,
          splitLine: { show: false },
          min: 'dataMin',
          max: 'dataMax',
        },
        yAxis: {
          ...valueAxis(tokens, smoothing > 0 ? words.smoothedAxis(smoothedValue) : words.value, isLog),
          // At the left also where steps of the warm-up are below 0.
          axisLine: { onZero: false, lineStyle: { color: tokens.line } },
        },
        series: lines.flatMap(({ label, points, look, offset, smoothing: weight }) => {
          const colour = look.colour(tokens)
          const dash = typeof look.dash === 'string' ? look.dash : [...look.dash]
          const line: LineSeriesOption = {
            id: label,
            name: label,
            type: 'line',
            color: colour,
            symbol: 'circle',
            showSymbol: points.length < MOST_MARKED,
            symbolSize: 4,
            data: points.flatMap(({ position, mean, smoothed }) => {
              const value = weight > 0 ? smoothed : mean
              return value === null ? [] : [[position - offset, value]]
            }),
            lineStyle: { width: 2, color: colour, type: dash },
          }
          const measured: LineSeriesOption = {
            ...line,
            id: `${label} raw`,
            name: '', // not in the legend
            data: points.map(({ position, mean }) => [position - offset, mean]),
            showSymbol: false,
            lineStyle: { width: 1, opacity: RAW_OPACITY, color: colour },
            tooltip: { show: false },
            silent: true,
          }
          return [
            ...(showBand ? [band(label, points, offset, colour, isLog)] : []),
            ...(weight > 0 ? [measured] : []),
            line,
          ]
        }),
      }
    },
    extraHeight: (width) => legendGrowth(labels, width),
    table: {
      columns: [
        words.run,
        words.head('phase'),
        ...(isBucketed ? (['from', 'to', 'count'] as const) : (['step'] as const)).map(words.head),
        words.value,
        words.std,
        ...(smoothing > 0 ? [smoothedValue] : []),
      ],
      rows: lines.flatMap(({ label, points, stepAt }) =>
        points.map(({ position, lastPosition, count, mean, std, smoothed }): FigureCell[] => {
          const { phase, step } = stepAt(position)
          return [
            label,
            words.phase(phase),
            ...stepCells(step, stepAt(lastPosition).step, count, isBucketed),
            mean,
            std,
            ...(smoothing > 0 ? [smoothed] : []),
          ]
        }),
      ),
    },
    places: lines.flatMap(({ label, points, smoothing: weight }) => placesOf(label, points, weight > 0)),
    ...noteOf([...(isBucketed ? [words.buckets] : []), ...(isLog && showBand ? [words.logBand] : [])]),
  }
}

const noteOf = (sentences: readonly string[]): Pick<Figure, 'note'> =>
  sentences.length === 0 ? {} : { note: sentences.join(' ') }

/** A smoothed line leaves out points at which no seed has a value. */
function placesOf(seriesId: string, points: readonly MeanPoint[], isSmoothed: boolean): NonNullable<Figure['places']> {
  let next = 0
  return points.map(({ smoothed }) => (isSmoothed && smoothed === null ? null : { seriesId, dataIndex: next++ }))
}

function band(
  label: string,
  points: readonly MeanPoint[],
  offset: number,
  colour: string,
  isLog: boolean,
): CustomSeriesOption {
  const edges = points.map(({ position, mean, std }) => {
    const ends = { low: mean - std, high: mean + std }
    return { x: position - offset, ...(isLog ? endsOnLog(mean, ends) : ends) }
  })
  return {
    id: `${label} band`,
    type: 'custom',
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: edges.length === 0 ? [] : [[edges[0]!.x, edges[0]!.high]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...edges.map(({ x, high }) => api.coord([x, high])),
          ...[...edges].reverse().map(({ x, low }) => api.coord([x, low])),
        ],
      },
      style: { fill: colour, opacity: BAND_OPACITY },
    }),
  }
}
