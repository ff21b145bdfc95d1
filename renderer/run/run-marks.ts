/** What is marked in a run's chart beside its lines: where phases begin, warm-ups begin anew, a seed diverges and a fork leaves, and levels that say something. */
import type { LineSeriesOption } from 'echarts/charts'
import type { PhaseMark, TimelineMarks } from '../../shared/runs/timeline.ts'
import type { ChartTokens } from '../charts/chart-tokens.ts'
import type { RunChartSubject, RunChartWords, GridIndex } from '../charts/run-chart-subject.ts'

/** Shorter phases have no room for their name. */
const LEAST_NAMED_SHARE = 0.1

type MarkData = NonNullable<NonNullable<LineSeriesOption['markLine']>['data']>

function markSeries(id: string, grid: GridIndex, tokens: ChartTokens, data: MarkData): LineSeriesOption {
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

export function markLines(subject: RunChartSubject, tokens: ChartTokens, words: RunChartWords): LineSeriesOption[] {
  return [
    ...([0, 1] as const).map((grid) =>
      markSeries(`marks ${grid}`, grid, tokens, [
        ...phaseLines(subject.view, grid === 0, tokens, words),
        ...restartLines(subject, grid, tokens, words),
        ...divergenceLines(subject, grid, tokens, words),
        ...forkLines(subject, grid, tokens, words),
      ]),
    ),
    markSeries('references', 1, tokens, referenceLines(subject, tokens)),
  ]
}

/** A line where each phase begins; named above, where there is room for the name. */
export function phaseLines(
  { marks, lastPosition }: { readonly marks: TimelineMarks; readonly lastPosition: number },
  isNamed: boolean,
  tokens: ChartTokens,
  words: { readonly phase: (phase: PhaseMark['phase']) => string },
): MarkData {
  const { phases } = marks
  const lengthOf = (index: number): number => (phases[index + 1]?.position ?? lastPosition) - phases[index]!.position
  return phases.map(({ phase, position }, index) => ({
    xAxis: position,
    lineStyle: { type: 'solid' },
    label: {
      show: isNamed && lengthOf(index) >= LEAST_NAMED_SHARE * lastPosition,
      formatter: words.phase(phase),
      color: tokens.quiet,
      position: 'end',
      align: 'left',
      fontSize: 11,
    },
  }))
}

/** Named in the plot of the attractors, which are why. */
function restartLines(
  { view: { marks }, seeds }: RunChartSubject,
  grid: GridIndex,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.restarts.map(({ position, seedIndices }) => ({
    xAxis: position,
    lineStyle: { type: 'dotted', color: tokens.warning, opacity: 1 },
    label: {
      show: grid === 1,
      formatter: words.restart(seedIndices.map((index) => seeds[index] ?? index)),
      color: tokens.warning,
      position: 'insideEndTop',
      fontSize: 11,
    },
  }))
}

/** Where the lines of a seed end. */
function divergenceLines(
  { view: { marks } }: RunChartSubject,
  grid: GridIndex,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.divergences.map(({ position, seed }) => ({
    xAxis: position,
    lineStyle: { type: 'dotted', color: tokens.warning, opacity: 1 },
    label: {
      show: grid === 0,
      formatter: words.diverged(seed),
      color: tokens.warning,
      position: 'insideEndTop',
      fontSize: 11,
    },
  }))
}

function forkLines(
  { view: { marks } }: RunChartSubject,
  grid: GridIndex,
  tokens: ChartTokens,
  words: RunChartWords,
): MarkData {
  return marks.forks.map((position) => ({
    xAxis: position,
    lineStyle: { type: 'dashed', color: tokens.ink, opacity: 0.8 },
    label: { show: grid === 0, formatter: words.fork, color: tokens.ink, position: 'insideEndTop', fontSize: 11 },
  }))
}

/** Levels of VAA with their names. */
function referenceLines({ references }: RunChartSubject, tokens: ChartTokens): MarkData {
  return references.map(({ value, label }) => ({
    yAxis: value,
    lineStyle: { type: 'dashed', opacity: 0.7 },
    label: { formatter: label, color: tokens.quiet, position: 'insideEndTop', fontSize: 11 },
  }))
}
