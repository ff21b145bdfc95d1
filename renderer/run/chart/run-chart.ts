/**
 * One run as a chart's option: its series and marks enter; plots of the loss, of the accuracy of a classification, and of VAA and VAA* leave, on one axis. Where
 * they stand is in run-plots.ts, how lines and marks look in run-lines.ts and run-marks.ts, what the axis and the pointer tell in x-axis.ts and run-tooltip.ts.
 */
import type { EChartsCoreOption } from 'echarts/core'
import type { SeriesName } from '../../../shared/runs/series.ts'
import { formatNumber, formatTick } from '../../words/format.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { drawnSeries, isDrawable, legendEntries, lines, plotOf, unconvergedOf } from './run-lines.ts'
import type {
  ChartScope,
  PlotLevels,
  RunChartWords,
  ChartSettings,
  RunChartSubject,
} from '../../charts/run-chart-subject.ts'
import { markLines } from '../run-marks.ts'
import { LEFT, plotHeads, PLOTS, RIGHT, type PlotName } from '../../charts/run-plots.ts'
import { hasPoints, meanPoints } from '../../charts/run-points.ts'
import { runTooltip } from '../../charts/run-tooltip.ts'
import { endOf } from '../../charts/vaa-intervals.ts'
import { type XAxis } from '../../charts/x-axis.ts'

/** Beside the legend of what is zoomed: the button that ends it. */
const BUTTON = 110
/** Fewer pixels a plot have room for two marks between 0 and 1. */
const LOW_PLOT = 80

/** @param height of the whole chart, in pixels @param width the same */
export function runChartOption(
  subject: RunChartSubject,
  settings: ChartSettings,
  tokens: ChartTokens,
  words: RunChartWords,
  height: number,
  width: number,
): EChartsCoreOption {
  const { view, range, across } = subject
  const names = shownSeries(subject, settings)
  const plots = shownPlots(names)
  const heads = plots.map((plot) => ({
    plot,
    title: words.plot(plot),
    legend: legendEntries(
      view,
      names.filter((name) => plotOf(name) === plot),
      words,
    ),
  }))
  const { places, title, legend } = plotHeads(heads, { width, height, kept: range ? BUTTON : RIGHT }, tokens)
  const axisStyle = {
    axisLine: { lineStyle: { color: tokens.line } },
    axisLabel: { color: tokens.quiet, formatter: formatTick },
    splitLine: { lineStyle: { color: tokens.gridLine } },
    nameTextStyle: { color: tokens.quiet },
    axisPointer: { label: { formatter: ({ value }: { value: unknown }) => formatNumber(Number(value)) } },
  }
  const last = Math.max(1, view.lastPosition)
  const shown = range ?? { from: 0, to: last }
  return {
    animation: false,
    textStyle: { fontFamily: tokens.font, color: tokens.ink },
    title,
    legend,
    grid: places.map(({ top, height }, index) => ({
      id: plots[index],
      left: LEFT,
      right: RIGHT,
      top,
      height,
      outerBoundsMode: 'none', // one below the other, whatever their marks are
    })),
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
        xAxisIndex: plots.map((_, index) => index),
        filterMode: 'none',
        // The wheel alone scrolls the page, a drag alone chooses a box.
        zoomOnMouseWheel: 'ctrl',
        moveOnMouseMove: 'shift',
        preventDefaultMouseMove: false,
        ...(range
          ? { startValue: across.placeOf(range.from), endValue: across.placeOf(range.to) }
          : { start: 0, end: 100 }),
      },
    ],
    xAxis: plots.map((plot, index) => {
      const isLast = index === plots.length - 1
      const marks = across.ticks(shown, settings.logSteps, tokens) as { axisLabel: object }
      return {
        ...axisStyle,
        ...marks,
        id: `across ${plot}`,
        gridIndex: index,
        ...(settings.logSteps ? { type: 'log', min: leastOnLog(across) } : { type: 'value', min: 0 }),
        max: across.placeOf(last),
        splitLine: { show: false },
        axisLabel: { ...marks.axisLabel, show: isLast },
        ...(isLast ? { name: words.axis(across), nameLocation: 'middle', nameGap: 26 } : {}),
      }
    }),
    yAxis: plots.map((plot, index) => ({
      ...axisStyle,
      id: `up ${plot}`,
      gridIndex: index,
      ...(plot === 'loss' ? { type: settings.logLoss ? 'log' : 'value', scale: true } : { type: 'value' }),
      ...levelsOf(plot, subject.levels[plot], places[index]!.height),
    })),
    series: [
      ...names.flatMap((name) => lines(subject, name, settings, tokens, words, plots.indexOf(plotOf(name)))),
      ...markLines(subject, plots, tokens, words),
    ],
  }
}

/** A logarithm of the time begins with the first step that took any. */
const leastOnLog = ({ placeOf }: XAxis): number => placeOf(1) || 1

/** Null, and not nothing: what was zoomed to before goes. */
function levelsOf(plot: PlotName, levels: PlotLevels[PlotName], height: number): EChartsCoreOption {
  // Marks at fixed distances would lie outside of what is shown.
  if (levels !== undefined) return { min: levels[0], max: levels[1], interval: null }
  if (plot === 'loss') return { min: null, max: null, interval: null }
  return { min: 0, max: 1, interval: height < LOW_PLOT ? 0.5 : 0.25 }
}

/** The loss always; VAA is waited for until something else is known. */
export function shownPlots(names: readonly SeriesName[]): PlotName[] {
  const drawn = new Set(names.map(plotOf))
  return PLOTS.filter((plot) => plot === 'loss' || drawn.has(plot) || (plot === 'attractors' && names.length === 0))
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
        ({ position, mean }) => !isDrawable(subject.across.placeOf(position), mean, plotOf(name), settings),
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
