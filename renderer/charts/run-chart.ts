/**
 * One run as a chart's option: its series and phases enter; loss above (logarithmic), VAA and VAA* below, on one axis of optimiser steps,
 * leave. Seeds are thin lines, their mean a strong one; in a bucket of many points each seed keeps its least and greatest value.
 */
import type { LineSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { SeriesName } from '../../shared/runs/series.ts'
import type { PhaseMark } from '../../shared/runs/timeline.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'
import { formatNumber } from '../composables/format.ts'
import type { ChartTokens } from './chart-tokens.ts'

/** What the chart shows, and where: grid 0 is the loss, grid 1 the attractors. */
export const RUN_CHART_SERIES = [
  'warmup-loss',
  'loss',
  'validation-loss',
  'warmup-vaa-star',
  'vaa',
  'vaa-star',
] as const satisfies readonly SeriesName[]

type ChartSeriesName = (typeof RUN_CHART_SERIES)[number]

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

type Point = [position: number, value: number]

export function runChartOption(
  view: RunSeriesView,
  seedCount: number,
  strategy: string,
  tokens: ChartTokens,
  words: RunChartWords,
): EChartsCoreOption {
  const names = RUN_CHART_SERIES.filter((name) => hasPoints(view, name))
  const axisStyle = {
    axisLine: { lineStyle: { color: tokens.line } },
    axisLabel: { color: tokens.quiet },
    splitLine: { lineStyle: { color: tokens.gridLine } },
    nameTextStyle: { color: tokens.quiet },
  }
  return {
    animation: false,
    textStyle: { fontFamily: tokens.font, color: tokens.ink },
    grid: [
      { left: 64, right: 24, top: 48, height: '38%' },
      { left: 64, right: 24, bottom: 48, height: '32%' },
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
    dataZoom: [{ type: 'inside', xAxisIndex: [0, 1], filterMode: 'none' }],
    xAxis: [
      {
        ...axisStyle,
        gridIndex: 0,
        type: 'value',
        min: 0,
        max: Math.max(1, view.lastPosition),
        splitLine: { show: false },
      },
      {
        ...axisStyle,
        gridIndex: 1,
        type: 'value',
        min: 0,
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
        type: 'log',
        name: words.loss,
        axisLabel: { color: tokens.quiet, formatter: formatNumber },
      },
      { ...axisStyle, gridIndex: 1, type: 'value', min: 0, max: 1, interval: 0.25, name: words.attractors },
    ],
    series: [
      ...names.flatMap((name) => lines(view, name, seedCount, strategy, tokens, words)),
      ...([0, 1] as const).map((grid) => phaseMarks(view, grid, tokens, words)),
    ],
  }
}

function lines(
  view: RunSeriesView,
  name: ChartSeriesName,
  seedCount: number,
  strategy: string,
  tokens: ChartTokens,
  words: RunChartWords,
): LineSeriesOption[] {
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
  const seeds = Array.from({ length: seedCount }, (_, r): LineSeriesOption => ({
    ...common,
    id: `${name} ${r}`,
    symbol: 'none',
    data: seedPoints(view, name, r),
    lineStyle: { width: 1, opacity: seedCount > 1 ? 0.28 : 0, color: colour, type: look.dash },
    tooltip: { show: false },
    silent: true,
  }))
  const mean: LineSeriesOption = {
    ...common,
    id: name,
    name: words.series(name),
    data: meanPoints(view, name, seedCount),
    lineStyle: { width: 2, color: colour, type: look.dash },
  }
  return [...seeds, mean]
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

function hasPoints({ base, tail }: RunSeriesView, name: SeriesName): boolean {
  return (
    (tail.get(name)?.length ?? 0) > 0 || base.series.some((series) => series.name === name && series.pointCount > 0)
  )
}

function seedPoints({ base, tail }: RunSeriesView, name: SeriesName, r: number): Point[] {
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

function meanPoints({ base, tail }: RunSeriesView, name: SeriesName, seedCount: number): Point[] {
  const points: Point[] = []
  const add = (position: number, values: readonly (number | null | undefined)[]): void => {
    const known = values.filter((value): value is number => typeof value === 'number' && !Number.isNaN(value))
    if (known.length > 0) points.push([position, known.reduce((sum, value) => sum + value, 0) / known.length])
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
