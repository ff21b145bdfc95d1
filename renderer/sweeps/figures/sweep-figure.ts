/**
 * What a sweep has come to as a figure: rows and a choice of axes enter. Bars over a listed axis in panels, or points against an axis whose
 * values were drawn; the numbers are those of groupByAxes, which the table of the command line has, too.
 */
import type { CustomSeriesOption } from 'echarts/charts'
import { axisText, axisTexts, groupByAxes, STRATEGY_AXIS, type SweepRow } from '../../../shared/runs/sweep-table.ts'
import { knownStd, type Summary } from '../../../shared/statistics/summary.ts'
import { formatTick } from '../../words/format.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { BAR_LAYOUT, barAxis, errorBars, errorBarSeries } from '../../charts/bars.ts'
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../../charts/figure.ts'
import { legendLook } from '../../charts/legend.ts'
import type { Ends } from '../../charts/log-scale.ts'

/** What the figures of a sweep are made of. */
export interface SweepFigureSource {
  readonly rows: readonly SweepRow[]
  readonly axes: readonly string[]
  /** Axes whose values were drawn from a range, and those of them that were drawn evenly in size. */
  readonly drawnAxes: readonly string[]
  readonly logAxes: readonly string[]
  /** Without its ending. */
  readonly fileName: string
}

export interface SweepFigureChoice {
  readonly x: string
  readonly colour: string
  /** Null: one panel. */
  readonly facet: string | null
  readonly isLog: boolean
}

export interface SweepFigureWords {
  readonly value: string
  readonly std: string
  readonly seeds: string
  readonly runs: string
  readonly axis: (axis: string) => string
  readonly text: (axis: string, text: string) => string
}

/** More panels than these cannot be read. */
const MOST_PANELS = 6
const GAP_PERCENT = 4

/** Strategies have the colours that they have everywhere. */
export const colourOf = (tokens: ChartTokens, axis: string, text: string, index: number): string =>
  axis === STRATEGY_AXIS ? tokens.strategy(text) : tokens.category(index)

export function sweepBars(
  rows: readonly SweepRow[],
  { x, colour, facet, isLog }: SweepFigureChoice,
  words: SweepFigureWords,
): Figure {
  const axes = facet === null ? [x, colour] : [x, colour, facet]
  const groups = groupByAxes(rows, axes)
  const categories = axisTexts(rows, x)
  const colours = axisTexts(rows, colour)
  const panels: readonly (string | null)[] = facet === null ? [null] : axisTexts(rows, facet).slice(0, MOST_PANELS)
  const find = (category: string, name: string, panel: string | null) =>
    groups.find(({ texts }) => texts[0] === category && texts[1] === name && (panel === null || texts[2] === panel))
  const width = (100 - 9 - GAP_PERCENT * (panels.length - 1) - 2) / panels.length
  const leftOf = (index: number): string => `${9 + index * (width + GAP_PERCENT)}%`
  // All panels share one scale.
  const drawn = groups.map(({ summary }) => ({ mean: summary.mean, ends: endsOf(summary) }))
  const idOf = (name: string, index: number): string => `${name} in ${index}`
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      legend: legendLook(
        tokens,
        colours.map((name) => words.text(colour, name)),
      ),
      title: panels.map((panel, index) => ({
        show: panel !== null,
        text: panel === null || facet === null ? '' : `${words.axis(facet)} ${words.text(facet, panel)}`,
        left: leftOf(index),
        top: 28,
        textStyle: { color: tokens.quiet, fontSize: 12, fontWeight: 'normal' },
      })),
      grid: panels.map((_, index) => ({
        left: leftOf(index),
        width: `${width}%`,
        top: panels.length > 1 ? 76 : 56,
        bottom: 44,
      })),
      xAxis: panels.map((_, index) => ({
        ...axisLook(tokens),
        type: 'category',
        gridIndex: index,
        data: categories.map((text) => words.text(x, text)),
        axisTick: { show: false },
        axisLabel: { color: tokens.quiet, interval: 0, hideOverlap: true },
        name: words.axis(x),
        nameLocation: 'middle',
        nameGap: 28,
      })),
      yAxis: panels.map((_, index) => ({
        ...valueAxis(tokens, index === 0 ? words.value : '', isLog),
        scale: isLog,
        gridIndex: index,
        ...barAxis(drawn, isLog),
        axisLabel: { show: index === 0, color: tokens.quiet, formatter: formatTick },
      })),
      series: panels.flatMap((panel, index) =>
        colours.flatMap((name, slot): object[] => {
          const found = categories.map((category) => find(category, name, panel))
          return [
            {
              id: idOf(name, index),
              name: words.text(colour, name),
              type: 'bar',
              ...BAR_LAYOUT,
              xAxisIndex: index,
              yAxisIndex: index,
              color: colourOf(tokens, colour, name, slot),
              data: found.map((group) => group?.summary.mean ?? null),
            },
            whiskers(`${idOf(name, index)} whiskers`, found, [slot, colours.length], tokens, index, isLog),
          ]
        }),
      ),
    }),
    table: {
      columns: [...axes.map(words.axis), words.value, words.std, words.seeds, words.runs],
      rows: groups.map(({ texts, summary, runCount }): FigureCell[] => [
        ...texts.map((text, i) => words.text(axes[i]!, text)),
        summary.mean,
        knownStd(summary),
        summary.count,
        runCount,
      ]),
    },
    places: groups.map(({ texts }) => {
      const index = panels.indexOf(facet === null ? null : texts[2]!)
      return index < 0 ? null : { seriesId: idOf(texts[1]!, index), dataIndex: categories.indexOf(texts[0]!) }
    }),
  }
}

/** A deviation down and up; one seed has none. */
const endsOf = ({ count, mean, std }: Summary): Ends | null =>
  count > 1 ? { low: mean - std, high: mean + std } : null

function whiskers(
  id: string,
  found: readonly (ReturnType<typeof groupByAxes>[number] | undefined)[],
  slot: readonly [number, number],
  tokens: ChartTokens,
  axisIndex: number,
  isLog: boolean,
): CustomSeriesOption {
  const bars = found.flatMap((group, category) =>
    group ? [{ category, mean: group.summary.mean, ends: endsOf(group.summary) }] : [],
  )
  return errorBarSeries(id, errorBars(bars, isLog), slot, tokens, { axisIndex })
}

/** A point for every seed of every run. */
export function sweepScatter(
  rows: readonly SweepRow[],
  { x, colour, isLog }: SweepFigureChoice,
  isLogX: boolean,
  words: SweepFigureWords,
): Figure {
  const colours = axisTexts(rows, colour)
  const points = colours.map((name) =>
    rows
      .filter((row) => axisText(row, colour) === name)
      .flatMap(({ values, seeds }) => seeds.map(({ seed, value }) => ({ at: Number(values[x]), value, seed }))),
  )
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      grid: { left: 64, right: 24, top: 48, bottom: 44 },
      legend: legendLook(
        tokens,
        colours.map((name) => words.text(colour, name)),
      ),
      xAxis: {
        ...valueAxis(tokens, words.axis(x), isLogX),
        nameTextStyle: { color: tokens.quiet },
        nameLocation: 'middle',
        nameGap: 28,
        splitLine: { show: false },
      },
      yAxis: valueAxis(tokens, words.value, isLog),
      series: colours.map((name, index) => ({
        id: name,
        name: words.text(colour, name),
        type: 'scatter',
        symbolSize: 7,
        color: colourOf(tokens, colour, name, index),
        itemStyle: { opacity: 0.8 },
        data: points[index]!.map(({ at, value }) => [at, value]),
      })),
    }),
    table: {
      columns: [words.axis(colour), words.axis(x), words.seeds, words.value],
      rows: colours.flatMap((name, index) =>
        points[index]!.map(({ at, value, seed }): FigureCell[] => [words.text(colour, name), at, seed, value]),
      ),
    },
    places: colours.flatMap((name, index) => points[index]!.map((_, dataIndex) => ({ seriesId: name, dataIndex }))),
  }
}
