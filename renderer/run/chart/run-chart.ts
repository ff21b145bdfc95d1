/**
 * One run as a chart's option: its series and marks enter; loss above, VAA and VAA* below, on one axis of optimiser steps, leave. How
 * lines and marks look stands in run-lines.ts and run-marks.ts, what the axis and the pointer tell in step-axis.ts and run-tooltip.ts.
 */
import type { EChartsCoreOption } from 'echarts/core'
import type { SeriesName } from '../../../shared/runs/series.ts'
import { formatNumber, formatTick } from '../../words/format.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { legendGrowth, wholeLegend } from '../../charts/legend.ts'
import { drawnSeries, gridOf, isDrawable, legendNames, lines, unconvergedOf } from './run-lines.ts'
import type { ChartScope, RunChartWords, ChartSettings, RunChartSubject } from '../../charts/run-chart-subject.ts'
import { markLines } from '../run-marks.ts'
import { hasPoints, meanPoints } from '../../charts/run-points.ts'
import { runTooltip } from '../../charts/run-tooltip.ts'
import { stepAxis } from '../../charts/step-axis.ts'
import { endOf } from '../../charts/vaa-intervals.ts'

/** Above the plot of the losses: the legend, the name of the axis and the names of phases, each in a line of its own. */
const ABOVE = 56
/** Between the plots: marks of the upper axis, name of the lower one. */
const BETWEEN = 48
/** Below the plot of the attractors: marks and name of the axis. */
const BELOW = 44
const UPPER_SHARE = 0.55

/**
 * Where the two plots of a chart of this height stand. What lies between them needs the same room in every height.
 * @param more what a legend of several rows needs above
 */
export function plotsWithin(height: number, more = 0): { top: number; height: number }[] {
  const above = ABOVE + more
  const room = Math.max(0, height - above - BETWEEN - BELOW)
  const upper = Math.round(UPPER_SHARE * room)
  return [
    { top: above, height: upper },
    { top: above + upper + BETWEEN, height: room - upper },
  ]
}

/** Beside the plots, in pixels: names of marks to the left, half of the last mark to the right. */
const [LEFT, RIGHT] = [64, 24]
/** Beside the legend of what is zoomed: the button that ends it. */
const BUTTON = 110

/** @param height of the whole chart, in pixels @param width the same */
export function runChartOption(
  subject: RunChartSubject,
  settings: ChartSettings,
  tokens: ChartTokens,
  words: RunChartWords,
  height: number,
  width: number,
): EChartsCoreOption {
  const { view, range } = subject
  const names = shownSeries(subject, settings)
  const legend = legendNames(view, names, words)
  const legendWidth = width - LEFT - (range ? BUTTON : RIGHT)
  // Beside the axis, not above its numbers, which stand close to those of the plot above.
  const nameStyle = { color: tokens.quiet, align: 'left', padding: [0, 0, 0, 4] }
  const axisStyle = {
    axisLine: { lineStyle: { color: tokens.line } },
    axisLabel: { color: tokens.quiet, formatter: formatTick },
    splitLine: { lineStyle: { color: tokens.gridLine } },
    nameTextStyle: { color: tokens.quiet },
    axisPointer: { label: { formatter: ({ value }: { value: unknown }) => formatNumber(Number(value)) } },
  }
  const last = Math.max(1, view.lastPosition)
  const positionAxis = {
    ...axisStyle,
    ...stepAxis(view, range ?? { from: 0, to: last }, settings.logSteps, tokens),
    ...(settings.logSteps ? { type: 'log', min: 1 } : { type: 'value', min: 0 }),
    max: last,
    splitLine: { show: false },
  }
  return {
    animation: false,
    textStyle: { fontFamily: tokens.font, color: tokens.ink },
    grid: plotsWithin(height, legendGrowth(legend, legendWidth)).map((plot) => ({ left: LEFT, right: RIGHT, ...plot })),
    legend: { ...wholeLegend(tokens, legend, legendWidth).legend, left: 56, width: legendWidth, itemWidth: 22 },
    tooltip: {
      trigger: 'axis',
      renderMode: 'richText', // no inline styles under our content security policy
      backgroundColor: tokens.panel,
      borderColor: tokens.line,
      textStyle: { color: tokens.ink, fontSize: 12 },
      formatter: runTooltip(subject, names, words),
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
      { ...positionAxis, gridIndex: 0 },
      { ...positionAxis, gridIndex: 1, name: words.axis, nameLocation: 'middle', nameGap: 28 },
    ],
    yAxis: [
      {
        ...axisStyle,
        gridIndex: 0,
        type: settings.logLoss ? 'log' : 'value',
        scale: true,
        name: words.loss,
        nameTextStyle: nameStyle,
        nameGap: 20, // above the names of the phases
        axisLabel: { color: tokens.quiet, formatter: formatTick },
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
      ...markLines(subject, tokens, words),
    ],
  }
}

/** Of those that the chosen scope draws, the ones that have points. */
export function shownSeries({ view }: RunChartSubject, { scope }: ChartSettings): SeriesName[] {
  return drawnSeries(scope, view.names).filter((name) => hasPoints(view, name))
}

/** What a scope needs of the lab: what it draws, and what says whether the states of a VAA had converged. */
export function neededSeries(scope: ChartScope, names: ReadonlySet<SeriesName>): SeriesName[] {
  const drawn = drawnSeries(scope, names)
  return [...drawn, ...drawn.flatMap((name) => unconvergedOf(name) ?? [])]
}

/** Points of the means that the chosen axes cannot show. */
export function countHiddenPoints(subject: RunChartSubject, settings: ChartSettings): number {
  return shownSeries(subject, settings).reduce(
    (sum, name) =>
      sum +
      meanPoints(subject.view, name, subject.seedCount).filter(
        ({ position, mean }) => !isDrawable(position, mean, gridOf(name), settings),
      ).length,
    0,
  )
}

/** Whether a VAA that is shown as a point stands on states that had not converged: then it counts no attractors. */
export function hasUnconverged({ view, ...subject }: RunChartSubject, settings: ChartSettings): boolean {
  return shownSeries({ view, ...subject }, settings).some((name) => {
    const counts = unconvergedOf(name)
    if (counts === null) return false
    const points = new Set(meanPoints(view, name, subject.seedCount).map(({ position }) => position))
    return meanPoints(view, counts, subject.seedCount).some(({ position, mean }) => mean > 0 && points.has(position))
  })
}

/** Whether a VAA that is shown lies between two values. */
export function hasIntervals(subject: RunChartSubject, settings: ChartSettings): boolean {
  return shownSeries(subject, settings).some((name) => endOf(name) !== null)
}
