/**
 * All axes of a sweep at once: rows enter; a figure of parallel axes with a line for every run, and one of how much each axis matters, leave.
 * Figures of single axes are in sweep-figure.ts.
 */
import type { AxisEffect } from '../../../shared/runs/axis-effects.ts'
import { axisText, axisTexts, STRATEGY_AXIS, type SweepRow } from '../../../shared/runs/sweep-table.ts'
import { knownStd } from '../../../shared/statistics/summary.ts'
import { formatNumber, formatTick } from '../../words/format.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { axisLook, figureBase, type Figure, type FigureCell } from '../../charts/figure.ts'
import { legendLook } from '../../charts/legend.ts'
import { colourOf, type SweepFigureWords } from './sweep-figure.ts'

export interface ParallelChoice {
  /** From left to right; the result follows. */
  readonly axes: readonly string[]
  readonly drawnAxes: readonly string[]
  readonly logAxes: readonly string[]
  readonly colour: string
  /** Of the result. */
  readonly isLog: boolean
}

/** A line for every finished run, from axis to axis to the mean of its seeds. */
export function sweepParallel(
  rows: readonly SweepRow[],
  { axes, drawnAxes, logAxes, colour, isLog }: ParallelChoice,
  words: SweepFigureWords & { readonly run: string },
): Figure {
  const isDrawn = (axis: string): boolean => drawnAxes.includes(axis)
  const colours = axisTexts(rows, colour)
  const lines = colours.map((name) => rows.filter((row) => row.summary !== null && axisText(row, colour) === name))
  const placeOn = (row: SweepRow, axis: string): FigureCell =>
    isDrawn(axis) ? Number(row.values[axis]) : words.text(axis, axisText(row, axis))
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      legend: legendLook(
        tokens,
        colours.map((name) => words.text(colour, name)),
      ),
      parallel: { left: 56, right: 72, top: 72, bottom: 28 },
      parallelAxis: [
        ...axes.map((axis, dim) => ({
          dim,
          ...parallelLook(tokens, words.axis(axis)),
          ...(isDrawn(axis)
            ? valueScale(tokens, logAxes.includes(axis))
            : { type: 'category', data: axisTexts(rows, axis).map((text) => words.text(axis, text)) }),
        })),
        { dim: axes.length, ...parallelLook(tokens, words.value), ...valueScale(tokens, isLog) },
      ],
      series: colours.map((name, index) => ({
        id: name,
        name: words.text(colour, name),
        type: 'parallel',
        color: colourOf(tokens, colour, name, index),
        lineStyle: { color: colourOf(tokens, colour, name, index), width: 1.5, opacity: 0.6 },
        emphasis: { lineStyle: { width: 4, opacity: 1 } },
        inactiveOpacity: 0.06,
        activeOpacity: 0.9,
        data: lines[index]!.map((row) => [...axes.map((axis) => placeOn(row, axis)), row.summary!.mean]),
      })),
    }),
    table: {
      columns: [...axes.map(words.axis), words.value, words.std, words.seeds, words.run],
      rows: lines
        .flat()
        .map((row): FigureCell[] => [
          ...axes.map((axis) => placeOn(row, axis)),
          row.summary!.mean,
          knownStd(row.summary!),
          row.summary!.count,
          row.runId,
        ]),
    },
    hasTips: false,
    places: colours.flatMap((name, index) => lines[index]!.map((_, dataIndex) => ({ seriesId: name, dataIndex }))),
  }
}

function parallelLook(tokens: ChartTokens, name: string): object {
  const { axisLine, nameTextStyle } = axisLook(tokens)
  return {
    name,
    nameGap: 14,
    axisLine,
    axisLabel: parallelLabel(tokens),
    nameTextStyle,
    axisTick: { lineStyle: { color: tokens.line } },
    // Dragging along an axis keeps the lines that pass there.
    areaSelectStyle: { color: tokens.quiet, borderColor: tokens.ink, opacity: 0.15 },
  }
}

const valueScale = (tokens: ChartTokens, isLog: boolean): object => ({
  type: isLog ? 'log' : 'value',
  scale: true,
  axisLabel: { ...parallelLabel(tokens), formatter: formatTick },
})

/** Lines run through labels: a rim keeps them readable. */
const parallelLabel = (tokens: ChartTokens): object => ({
  color: tokens.ink,
  textBorderColor: tokens.panel,
  textBorderWidth: 4,
})

export interface EffectWords {
  readonly share: string
  readonly axisHead: string
  readonly best: string
  readonly bestMean: string
  readonly runs: string
  readonly axis: (axis: string) => string
  readonly level: (axis: string, values: AxisEffect['levels'][number]['values']) => string
}

/** A bar for every axis that can be judged; the table has the others, too. @param isLess whether less is better */
export function effectsFigure(effects: readonly AxisEffect[], isLess: boolean, words: EffectWords): Figure {
  const judged = effects.filter(({ share }) => share !== null)
  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      grid: { left: 16, right: 64, top: 8, bottom: 48, containLabel: true },
      xAxis: {
        ...axisLook(tokens),
        type: 'value',
        min: 0,
        max: 1,
        name: words.share,
        nameLocation: 'middle',
        nameGap: 28,
      },
      yAxis: {
        ...axisLook(tokens),
        type: 'category',
        inverse: true,
        data: judged.map(({ axis }) => words.axis(axis)),
        axisTick: { show: false },
        axisLabel: { color: tokens.ink, interval: 0 },
      },
      series: [
        {
          id: 'share',
          type: 'bar',
          color: tokens.category(0),
          barMaxWidth: 22,
          label: {
            show: true,
            position: 'right',
            color: tokens.ink,
            formatter: ({ value }: { value: unknown }) => formatNumber(typeof value === 'number' ? value : null),
          },
          data: judged.map(({ share }) => share),
        },
      ],
    }),
    table: {
      columns: [words.axisHead, words.share, words.best, words.bestMean, words.runs],
      rows: effects.map(({ axis, share, levels }): FigureCell[] => {
        const best = levels.reduce((kept, level) => (level.mean < kept.mean === isLess ? level : kept))
        return [words.axis(axis), share, words.level(axis, best.values), best.mean, best.runCount]
      }),
    },
    places: effects.map(({ share }, dataIndex) => (share === null ? null : { seriesId: 'share', dataIndex })),
  }
}

/** Every axis that has more than one value, strategies last. */
export function varyingAxes(rows: readonly SweepRow[], axes: readonly string[]): string[] {
  return [...axes, STRATEGY_AXIS].filter((axis) => axisTexts(rows, axis).length > 1)
}
