/** What is marked in a run's chart beside its lines: where phases begin, warm-ups begin anew, a seed diverges and a fork leaves, and levels that say something. */
import type { LineSeriesOption } from 'echarts/charts'
import type { PhaseMark, TimelineMarks } from '../../shared/runs/timeline.ts'
import type { ChartTokens } from './chart-tokens.ts'
import type { RunChartSubject, RunChartWords } from './run-chart.ts'
import type { PlotName } from './run-plots.ts'
import type { XAxis } from './x-axis.ts'

/** Shorter phases have no room for their name. */
const LEAST_NAMED_SHARE = 0.1

type MarkData = NonNullable<NonNullable<LineSeriesOption['markLine']>['data']>

function markSeries(id: string, grid: number, tokens: ChartTokens, data: MarkData): LineSeriesOption {
  return {
    id,
    type: 'line',
    xAxisIndex: grid,
    yAxisIndex: grid,
    data: [],
    tooltip: { show: false },
    markLine: {
      symbol: 'none',
      silent: true,
      animation: false,
      lineStyle: { color: tokens.quiet, width: 1, opacity: 0.6 },
      data,
    },
  }
}

/** @param plots of the chart, in their order */
export function markLines(
  subject: RunChartSubject,
  plots: readonly PlotName[],
  tokens: ChartTokens,
  words: RunChartWords,
): LineSeriesOption[] {
  const attractors = plots.indexOf('attractors')
  return [
    ...plots.map((plot, grid) => {
      const isFirst = grid === 0
      // Named in the plot of the attractors, which are why.
      const hasRestarts = attractors < 0 ? isFirst : grid === attractors
      return markSeries(`marks ${plot}`, grid, tokens, [
        ...phaseLines(subject.view, isFirst, tokens, words, subject.across),
        ...restartLines(subject, hasRestarts, tokens, words),
        ...divergenceLines(subject, isFirst, tokens, words),
        ...forkLines(subject, isFirst, tokens, words),
      ])
    }),
    ...(attractors < 0 ? [] : [markSeries('references', attractors, tokens, referenceLines(subject, tokens))]),
  ]
}

/** A line where each phase begins; named above, where there is room for the name. */
export function phaseLines(
  { marks, lastPosition }: { readonly marks: TimelineMarks; readonly lastPosition: number },
  isNamed: boolean,
  tokens: ChartTokens,
  words: { readonly phase: (phase: PhaseMark['phase']) => string },
  { placeOf }: Pick<XAxis, 'placeOf'> = { placeOf: (position) => position },
): MarkData {
  const { phases } = marks
  const lengthOf = (index: number): number =>
    placeOf(phases[index + 1]?.position ?? lastPosition) - placeOf(phases[index]!.position)
  return phases.map(({ phase, position }, index) => ({
    xAxis: placeOf(position),
    lineStyle: { type: 'solid' },
    label: {
      show: isNamed && lengthOf(index) >= LEAST_NAMED_SHARE * placeOf(lastPosition),
      formatter: words.phase(phase),
      color: tokens.quiet,
      position: 'end',
      align: 'left',
      fontSize: 11,
    },
  }))
}

function restartLines(
  { view: { marks }, seeds, across }: RunChartSubject,
  isNamed: boolean,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.restarts.map(({ position, seedIndices }) => ({
    xAxis: across.placeOf(position),
    lineStyle: { type: 'dotted', color: tokens.warning, opacity: 1 },
    label: {
      show: isNamed,
      formatter: words.restart(seedIndices.map((index) => seeds[index] ?? index)),
      color: tokens.warning,
      position: 'insideEndTop',
      fontSize: 11,
    },
  }))
}

/** Where the lines of a seed end. */
function divergenceLines(
  { view: { marks }, across }: RunChartSubject,
  isNamed: boolean,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.divergences.map(({ position, seed }) => ({
    xAxis: across.placeOf(position),
    lineStyle: { type: 'dotted', color: tokens.warning, opacity: 1 },
    label: {
      show: isNamed,
      formatter: words.diverged(seed),
      color: tokens.warning,
      position: 'insideEndTop',
      fontSize: 11,
    },
  }))
}

function forkLines(
  { view: { marks }, across }: RunChartSubject,
  isNamed: boolean,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.forks.map((position) => ({
    xAxis: across.placeOf(position),
    lineStyle: { type: 'dashed', color: tokens.ink, opacity: 0.8 },
    label: { show: isNamed, formatter: words.fork, color: tokens.ink, position: 'insideEndTop', fontSize: 11 },
  }))
}

const HIGH = 0.75

/** Levels of VAA with their names. */
function referenceLines({ references }: RunChartSubject, tokens: ChartTokens): MarkData {
  return references.map(({ value, label }) => ({
    yAxis: value,
    lineStyle: { type: 'dashed', opacity: 0.7 },
    // Above a high one stands the legend.
    label: {
      formatter: label,
      color: tokens.quiet,
      position: value > HIGH ? 'insideEndBottom' : 'insideEndTop',
      fontSize: 11,
    },
  }))
}
