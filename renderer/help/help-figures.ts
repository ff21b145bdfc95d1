/** Curves of recorded runs as small figures: one line a strategy, in its colour. */
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../charts/figure.ts'
import { legendLook } from '../charts/legend.ts'

export interface HelpLine {
  readonly strategy: string
  readonly name: string
  readonly points: readonly (readonly number[])[]
}

export interface HelpWords {
  readonly run: string
  readonly step: string
  readonly value: string
}

export function helpFigure(lines: readonly HelpLine[], words: HelpWords, isLog: boolean): Figure {
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      tooltip: { ...(figureBase(tokens).tooltip as object), trigger: 'axis' },
      grid: { left: 56, right: 16, top: 46, bottom: 40 },
      legend: legendLook(
        tokens,
        lines.map(({ name }) => name),
        22,
      ),
      xAxis: {
        ...axisLook(tokens),
        type: 'value',
        name: words.step,
        nameLocation: 'middle',
        nameGap: 26,
        max: 'dataMax',
        splitLine: { show: false },
      },
      yAxis: { ...valueAxis(tokens, words.value, isLog), ...(isLog ? {} : { scale: false, min: 0, max: 1 }) },
      series: lines.map(({ strategy, name, points }) => ({
        id: strategy,
        name,
        type: 'line',
        symbol: 'circle',
        showSymbol: points.length < 15,
        symbolSize: 5,
        color: tokens.strategy(strategy),
        lineStyle: { width: 2 },
        data: points.map((point) => [...point]),
      })),
    }),
    table: {
      columns: [words.run, words.step, words.value],
      rows: lines.flatMap(({ name, points }) => points.map(([step, value]): FigureCell[] => [name, step!, value!])),
    },
    places: lines.flatMap(({ strategy, points }) => points.map((_, dataIndex) => ({ seriesId: strategy, dataIndex }))),
  }
}
