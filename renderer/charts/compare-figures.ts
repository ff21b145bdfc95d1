/**
 * Runs side by side as figures: one series of each over the steps, and their results as bars with whiskers, as in the paper. A strategy has
 * its colour; runs of one strategy differ by their dashes.
 */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import { smooth } from '../../shared/runs/smooth.ts'
import { meanInterval } from '../../shared/statistics/paired-tests.ts'
import { summarize } from '../../shared/statistics/summary.ts'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { OverlayRun } from '../composables/use-overlay.ts'
import { formatNumber } from '../composables/format.ts'
import type { ChartTokens } from './chart-tokens.ts'
import {
  axisLook,
  BAR_LAYOUT,
  barAxis,
  errorBar,
  errorBars,
  figureBase,
  legendLook,
  valueAxis,
  type Figure,
  type FigureCell,
} from './figure.ts'
import { meanPoints, type MeanPoint } from './run-points.ts'

const DASHES = ['solid', 'dashed', 'dotted', [10, 3, 2, 3], [2, 2], [12, 6]] as const
const BAND_OPACITY = 0.14
const RAW_OPACITY = 0.3

export interface OverlaySettings {
  readonly series: SeriesName
  readonly smoothing: number
  readonly isLog: boolean
  readonly showBand: boolean
}

export interface OverlayWords {
  readonly value: string
  readonly axis: string
  readonly position: string
  readonly std: string
  readonly run: string
}

/** @param labels one a run, none twice */
export function overlayFigure(
  runs: readonly OverlayRun[],
  labels: readonly string[],
  settings: OverlaySettings,
  words: OverlayWords,
): Figure {
  const lines = runs.map(({ run, metrics, offset }, index) => {
    const { marks, names, lastPosition } = metrics
    const view = { base: metrics, tail: new Map(), marks, names: new Set(names), lastPosition }
    const points = meanPoints(view, settings.series, run.summary.seeds.length)
      .map((point) => ({ ...point, position: point.position - offset }))
      .filter(({ mean }) => !settings.isLog || mean > 0)
    const smoothed = smooth(
      points.map(({ mean }) => mean),
      settings.smoothing,
    )
    const strategy = run.summary.strategy ?? 'none'
    const sameBefore = runs.slice(0, index).filter((other) => (other.run.summary.strategy ?? 'none') === strategy)
    return { label: labels[index]!, strategy, dash: DASHES[sameBefore.length % DASHES.length]!, points, smoothed }
  })
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      tooltip: { ...(figureBase(tokens).tooltip as object), trigger: 'axis' },
      grid: { left: 64, right: 24, top: 56, bottom: 44 },
      legend: legendLook(tokens, labels, 30),
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
      yAxis: valueAxis(tokens, words.value, settings.isLog),
      series: lines.flatMap((line): (LineSeriesOption | CustomSeriesOption)[] => {
        const colour = tokens.strategy(line.strategy)
        const common = { type: 'line', color: colour, showSymbol: line.points.length < 40, symbolSize: 4 } as const
        const dash = typeof line.dash === 'string' ? line.dash : [...line.dash]
        return [
          ...(settings.showBand ? [band(line.label, line.points, colour, settings.isLog)] : []),
          ...(settings.smoothing > 0
            ? [
                {
                  ...common,
                  id: `${line.label} raw`,
                  data: line.points.map(({ position, mean }) => [position, mean]),
                  showSymbol: false,
                  lineStyle: { width: 1, opacity: RAW_OPACITY, color: colour },
                  tooltip: { show: false },
                  silent: true,
                },
              ]
            : []),
          {
            ...common,
            id: line.label,
            name: line.label,
            data: line.points.map(({ position }, i) => [position, line.smoothed[i]!]),
            lineStyle: { width: 2, color: colour, type: dash },
          },
        ]
      }),
    }),
    table: {
      columns: [words.run, words.position, words.value, words.std],
      rows: lines.flatMap(({ label, points }) =>
        points.map(({ position, mean, std }): FigureCell[] => [label, position, mean, std]),
      ),
    },
    places: lines.flatMap(({ label, points }) => points.map((_, dataIndex) => ({ seriesId: label, dataIndex }))),
  }
}

function band(label: string, points: readonly MeanPoint[], colour: string, isLog: boolean): CustomSeriesOption {
  const low = ({ mean, std }: MeanPoint): number => (isLog ? Math.max(mean - std, mean * 1e-3) : mean - std)
  return {
    id: `${label} band`,
    type: 'custom',
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: points.length === 0 ? [] : [[points[0]!.position, points[0]!.mean]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...points.map((point) => api.coord([point.position, point.mean + point.std])),
          ...[...points].reverse().map((point) => api.coord([point.position, low(point)])),
        ],
      },
      style: { fill: colour, opacity: BAND_OPACITY },
    }),
  }
}

/** In the order of the paper. */
const STRATEGIES: readonly string[] = ['none', 'warmed-up', 'double']

export type Whisker = 'std' | 'interval'

/** One bar. */
export interface BarValue {
  readonly category: string
  readonly series: string
  /** A strategy, whose colour it has; null: the colour of its place among the series. */
  readonly strategy: string | null
  /** One a seed. */
  readonly values: readonly number[]
}

export interface BarWords {
  readonly value: string
  readonly category: string
  readonly series: string
  readonly low: string
  readonly high: string
  readonly count: string
}

/** Bars in groups; the whiskers are one standard deviation over the seeds, or the 95% interval of the mean. */
export function barFigure(bars: readonly BarValue[], whisker: Whisker, isLog: boolean, words: BarWords): Figure {
  const categories = [...new Set(bars.map(({ category }) => category))]
  const places = bars.map(({ strategy }) => (strategy === null ? -1 : STRATEGIES.indexOf(strategy)))
  const names = [
    ...new Set(
      bars
        .map((_, i) => i)
        .sort((a, b) => places[a]! - places[b]!)
        .map((i) => bars[i]!.series),
    ),
  ]
  const drawn = bars.map((bar) => {
    const { mean, std, count } = summarize(bar.values)
    const deviation = { low: mean - std, high: mean + std }
    // One seed has neither a deviation nor an interval.
    const ends = count < 2 ? null : whisker === 'interval' ? meanInterval(bar.values) : deviation
    return { ...bar, mean, ends, count }
  })
  const colourOf = (name: string, tokens: ChartTokens): string => {
    const strategy = bars.find(({ series }) => series === name)?.strategy ?? null
    return strategy === null ? tokens.category(names.indexOf(name)) : tokens.strategy(strategy)
  }
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      grid: { left: 64, right: 24, top: 48, bottom: 44 },
      legend: legendLook(tokens, names),
      xAxis: {
        ...axisLook(tokens),
        type: 'category',
        data: categories,
        axisTick: { show: false },
        axisLabel: { color: tokens.quiet, interval: 0, hideOverlap: true },
        name: words.category,
        nameLocation: 'middle',
        nameGap: 28,
      },
      yAxis: {
        ...valueAxis(tokens, words.value, isLog),
        scale: isLog,
        ...barAxis(drawn, isLog),
      },
      series: names.flatMap((name, slot) => {
        const mine = drawn.filter(({ series }) => series === name)
        return [
          {
            id: name,
            name,
            type: 'bar',
            ...BAR_LAYOUT,
            color: colourOf(name, tokens),
            data: categories.map((category) => mine.find((bar) => bar.category === category)?.mean ?? null),
          },
          errorBars(
            `${name} whiskers`,
            mine.flatMap(({ category, mean, ends }) =>
              ends === null ? [] : [errorBar(categories.indexOf(category), mean, ends, isLog)],
            ),
            [slot, names.length],
            tokens,
          ),
        ]
      }),
    }),
    table: {
      columns: [words.category, words.series, words.value, words.low, words.high, words.count],
      rows: drawn.map(({ category, series, mean, ends, count }): FigureCell[] => [
        category,
        series,
        mean,
        ends?.low ?? null,
        ends?.high ?? null,
        count,
      ]),
    },
    places: drawn.map(({ category, series }) => ({ seriesId: series, dataIndex: categories.indexOf(category) })),
  }
}

/** `0.0123 to 0.0456` */
export const formatInterval = ({ low, high }: { low: number; high: number }): string =>
  `${formatNumber(low)} … ${formatNumber(high)}`
