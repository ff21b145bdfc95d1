/**
 * One run as a chart's option: its series and phases enter; loss above, VAA and VAA* below, on one axis of optimiser steps, leave. The mean
 * over seeds is a strong line in a band of one standard deviation, seeds are thin ones; in a bucket of many points each seed keeps its
 * least and greatest value.
 */
import type { CustomSeriesOption, LineSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseMark } from '../../shared/runs/timeline.ts'
import { smooth } from '../../shared/runs/smooth.ts'
import type { PositionRange, RunSeriesView } from '../composables/use-run-series.ts'
import { formatNumber } from '../composables/format.ts'
import type { ChartTokens } from './chart-tokens.ts'
import { hasPoints, meanPoints, seedPoints, type MeanPoint, type Point } from './run-points.ts'

/** What the chart shows, and where: grid 0 is the loss, grid 1 the attractors. */
export const RUN_CHART_SERIES = [
  'warmup-loss',
  'loss',
  'validation-loss',
  'warmup-vaa-star',
  'vaa',
  'vaa-star',
] as const satisfies readonly SeriesName[]

export type ChartSeriesName = (typeof RUN_CHART_SERIES)[number]

interface Look {
  readonly grid: 0 | 1
  readonly colour: (tokens: ChartTokens, strategy: string) => string
  readonly dash: 'solid' | 'dashed' | 'dotted'
  /** Measured now and then: its points are marked. */
  readonly isSparse: boolean
}

const LOOKS: Readonly<Record<ChartSeriesName, Look>> = {
  'warmup-loss': { grid: 0, colour: (tokens) => tokens.quiet, dash: 'dotted', isSparse: false },
  loss: { grid: 0, colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', isSparse: false },
  'validation-loss': { grid: 0, colour: (tokens) => tokens.validation, dash: 'dashed', isSparse: true },
  'warmup-vaa-star': { grid: 1, colour: (tokens) => tokens.quiet, dash: 'dotted', isSparse: false },
  vaa: { grid: 1, colour: (tokens, strategy) => tokens.strategy(strategy), dash: 'solid', isSparse: true },
  'vaa-star': { grid: 1, colour: (tokens) => tokens.vaaStar, dash: 'dashed', isSparse: true },
}

export interface RunChartWords {
  readonly loss: string
  readonly attractors: string
  readonly axis: string
  readonly series: (name: SeriesName) => string
  readonly phase: (phase: PhaseMark['phase']) => string
}

/** Shorter phases have no room for their name. */
const LEAST_NAMED_SHARE = 0.1

/** What the user has chosen to see. */
export interface ChartSettings {
  /** Weight of the past, in [0, 1). */
  readonly smoothing: number
  readonly logLoss: boolean
  readonly logSteps: boolean
  readonly showBand: boolean
  readonly showSeeds: boolean
}

export const DEFAULT_CHART_SETTINGS: ChartSettings = {
  smoothing: 0,
  logLoss: true,
  logSteps: false,
  showBand: true,
  showSeeds: false,
}

/** What a chart is of. */
export interface RunChartSubject {
  readonly view: RunSeriesView
  readonly seedCount: number
  readonly strategy: string
  /** Levels of VAA that say something: 1/n, and where a warm-up begins anew. */
  readonly references: readonly { readonly value: number; readonly label: string }[]
  /** What is zoomed to; null: everything. */
  readonly range: PositionRange
}

export function runChartOption(
  subject: RunChartSubject,
  settings: ChartSettings,
  tokens: ChartTokens,
  words: RunChartWords,
): EChartsCoreOption {
  const { view, range } = subject
  const names = RUN_CHART_SERIES.filter((name) => hasPoints(view, name))
  // Beside the axis, not above its numbers, which stand close to those of the plot above.
  const nameStyle = { color: tokens.quiet, align: 'left', padding: [0, 0, 0, 4] }
  const axisStyle = {
    axisLine: { lineStyle: { color: tokens.line } },
    axisLabel: { color: tokens.quiet },
    splitLine: { lineStyle: { color: tokens.gridLine } },
    nameTextStyle: { color: tokens.quiet },
    axisPointer: { label: { formatter: ({ value }: { value: unknown }) => formatNumber(Number(value)) } },
  }
  const positionAxis = settings.logSteps ? { type: 'log', min: 1 } : { type: 'value', min: 0 }
  return {
    animation: false,
    textStyle: { fontFamily: tokens.font, color: tokens.ink },
    grid: [
      { left: 64, right: 24, top: 48, height: '36%' },
      { left: 64, right: 24, bottom: 48, height: '30%' },
    ],
    legend: { top: 0, left: 56, textStyle: { color: tokens.ink }, itemWidth: 22, data: names.map(words.series) },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText', // no inline styles under our content security policy
      backgroundColor: tokens.panel,
      borderColor: tokens.line,
      textStyle: { color: tokens.ink, fontSize: 12 },
      valueFormatter: (value: unknown) => formatNumber(typeof value === 'number' ? value : null),
    },
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    // Written every time: a range in percent would drift while the run grows.
    dataZoom: [
      {
        type: 'inside',
        xAxisIndex: [0, 1],
        filterMode: 'none',
        ...(range ? { startValue: range.from, endValue: range.to } : { start: 0, end: 100 }),
      },
    ],
    xAxis: [
      {
        ...axisStyle,
        ...positionAxis,
        gridIndex: 0,
        max: Math.max(1, view.lastPosition),
        splitLine: { show: false },
      },
      {
        ...axisStyle,
        ...positionAxis,
        gridIndex: 1,
        max: Math.max(1, view.lastPosition),
        splitLine: { show: false },
        name: words.axis,
        nameLocation: 'middle',
        nameGap: 28,
      },
    ],
    yAxis: [
      {
        ...axisStyle,
        gridIndex: 0,
        type: settings.logLoss ? 'log' : 'value',
        scale: true,
        name: words.loss,
        nameTextStyle: nameStyle,
        axisLabel: { color: tokens.quiet, formatter: formatNumber },
      },
      {
        ...axisStyle,
        gridIndex: 1,
        type: 'value',
        min: 0,
        max: 1,
        interval: 0.25,
        name: words.attractors,
        nameTextStyle: nameStyle,
      },
    ],
    series: [
      ...names.flatMap((name) => lines(subject, name, settings, tokens, words)),
      ...([0, 1] as const).map((grid) => phaseMarks(view, grid, tokens, words)),
      referenceLines(subject, tokens),
    ],
  }
}

/** Whether a logarithmic axis can show it. */
const isDrawable = (position: number, value: number, grid: 0 | 1, settings: ChartSettings): boolean =>
  (!settings.logSteps || position > 0) && (grid !== 0 || !settings.logLoss || value > 0)

/** Points of the means that the chosen axes cannot show. */
export function countHiddenPoints({ view, seedCount }: RunChartSubject, settings: ChartSettings): number {
  return RUN_CHART_SERIES.reduce(
    (sum, name) =>
      sum +
      meanPoints(view, name, seedCount).filter(
        ({ position, mean }) => !isDrawable(position, mean, LOOKS[name].grid, settings),
      ).length,
    0,
  )
}

function lines(
  { view, seedCount, strategy }: RunChartSubject,
  name: ChartSeriesName,
  settings: ChartSettings,
  tokens: ChartTokens,
  words: RunChartWords,
): (LineSeriesOption | CustomSeriesOption)[] {
  const look = LOOKS[name]
  const colour = look.colour(tokens, strategy)
  const common = {
    type: 'line',
    xAxisIndex: look.grid,
    yAxisIndex: look.grid,
    symbol: look.isSparse ? 'circle' : 'none',
    symbolSize: 4,
    color: colour,
  } as const
  const drawable = (points: readonly Point[]): Point[] =>
    points.filter(([position, value]) => isDrawable(position, value, look.grid, settings))
  const means = meanPoints(view, name, seedCount)
  const smoothed = smooth(
    means.map(({ mean }) => mean),
    settings.smoothing,
  )
  const raw = drawable(means.map(({ position, mean }): Point => [position, mean]))
  const thin = (id: string, data: readonly Point[], opacity: number): LineSeriesOption => ({
    ...common,
    id,
    symbol: 'none',
    data: data.map((point) => [...point]),
    lineStyle: { width: 1, opacity, color: colour, type: look.dash },
    tooltip: { show: false },
    silent: true,
  })
  return [
    ...(settings.showBand && seedCount > 1 ? [band(name, means, colour, settings)] : []),
    ...(settings.showSeeds && seedCount > 1
      ? Array.from({ length: seedCount }, (_, r) =>
          thin(`${name} seed ${r}`, drawable(seedPoints(view, name, r)), SEED_OPACITY),
        )
      : []),
    ...(settings.smoothing > 0 ? [thin(`${name} raw`, raw, RAW_OPACITY)] : []),
    {
      ...common,
      id: name,
      name: words.series(name),
      data: drawable(means.map(({ position }, i): Point => [position, smoothed[i]!])).map((point) => [...point]),
      lineStyle: { width: 2, color: colour, type: look.dash },
    },
  ]
}

const SEED_OPACITY = 0.4
const RAW_OPACITY = 0.3
const BAND_OPACITY = 0.16

/** One standard deviation to both sides of the mean, as one area. */
function band(
  name: ChartSeriesName,
  means: readonly MeanPoint[],
  colour: string,
  settings: ChartSettings,
): CustomSeriesOption {
  const { grid } = LOOKS[name]
  const shown = means.filter(({ position, mean }) => isDrawable(position, mean, grid, settings))
  // Under zero a logarithmic axis ends: the band goes down to a thousandth of the mean there, far below the plot.
  const low = ({ mean, std }: MeanPoint): number =>
    grid === 0 && settings.logLoss ? Math.max(mean - std, mean * 1e-3) : mean - std
  return {
    id: `${name} band`,
    type: 'custom',
    xAxisIndex: grid,
    yAxisIndex: grid,
    silent: true,
    clip: true,
    z: 1,
    tooltip: { show: false },
    data: shown.length === 0 ? [] : [[shown[0]!.position, shown[0]!.mean]],
    renderItem: (_params, api) => ({
      type: 'polygon',
      shape: {
        points: [
          ...shown.map((point) => api.coord([point.position, point.mean + point.std])),
          ...[...shown].reverse().map((point) => api.coord([point.position, low(point)])),
        ],
      },
      style: { fill: colour, opacity: BAND_OPACITY },
    }),
  }
}

/** Levels of VAA with their names. */
function referenceLines({ references }: RunChartSubject, tokens: ChartTokens): LineSeriesOption {
  return {
    id: 'references',
    type: 'line',
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: [],
    tooltip: { show: false },
    markLine: {
      symbol: 'none',
      silent: true,
      animation: false,
      lineStyle: { color: tokens.quiet, type: 'dashed', width: 1, opacity: 0.7 },
      data: references.map(({ value, label }) => ({
        yAxis: value,
        label: { formatter: label, color: tokens.quiet, position: 'insideEndTop', fontSize: 11 },
      })),
    },
  }
}

/** A line where each phase begins, in a series of its own; named above, where there is room for the name. */
function phaseMarks(
  { phases, lastPosition }: RunSeriesView,
  grid: 0 | 1,
  tokens: ChartTokens,
  words: RunChartWords,
): LineSeriesOption {
  const lengthOf = (index: number): number => (phases[index + 1]?.position ?? lastPosition) - phases[index]!.position
  return {
    id: `phases ${grid}`,
    type: 'line',
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: [],
    tooltip: { show: false },
    markLine: {
      symbol: 'none',
      silent: true,
      animation: false,
      lineStyle: { color: tokens.quiet, type: 'solid', width: 1, opacity: 0.6 },
      data: phases.map(({ phase, position }, index) => ({
        xAxis: position,
        label: {
          show: grid === 0 && lengthOf(index) >= LEAST_NAMED_SHARE * lastPosition,
          formatter: words.phase(phase),
          color: tokens.quiet,
          position: 'end',
          align: 'left',
          fontSize: 11,
        },
      })),
    },
  }
}
