/**
 * How weights or gradients spread over a run as a figure: columns of histograms enter; a map with time across, bins upwards and the share of the
 * values as the strength of the colour leaves, with the median and the middle half and 90 % of all values as lines over it.
 */
import type { CustomSeriesOption } from 'echarts/charts'
import { csvCell } from '../../../shared/runs/sweep-table.ts'
import type { PhaseMark, PhaseStep } from '../../../shared/runs/timeline.ts'
import type { RunSpreads, SpreadColumnView } from '../../../shared/protocol/views.ts'
import { quantile, sharesOf } from '../../../shared/statistics/histogram.ts'
import { formatNumber, formatTick } from '../../words/format.ts'
import type { ChartTokens } from '../../charts/chart-tokens.ts'
import { mixColours } from '../../charts/colour-scale.ts'
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../../charts/figure.ts'
import { legendLook } from '../../charts/legend.ts'
import { phaseLines } from '../../charts/run-marks.ts'
import { phaseSteps, stepAxis } from '../../charts/step-axis.ts'

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const
/** Lines by quantile: those of a pair look alike and share a name. */
const LINES = [
  { name: 'outer', of: [0, 4], dash: 'dotted', width: 1 },
  { name: 'inner', of: [1, 3], dash: 'dashed', width: 1 },
  { name: 'median', of: [2], dash: 'solid', width: 1.6 },
] as const

export interface SpreadOverTimeWords {
  readonly axis: string
  readonly value: string
  readonly scale: string
  readonly phase: (phase: PhaseMark['phase']) => string
  readonly line: (line: (typeof LINES)[number]['name']) => string
  readonly head: (
    head: 'phase' | 'from' | 'to' | 'moments' | 'median' | 'zeros' | 'low' | 'high' | 'count' | 'share',
  ) => string
  /** What a column is, in a few lines. */
  readonly column: (facts: ColumnFacts) => string
}

export interface ColumnFacts {
  readonly first: PhaseStep
  readonly last: PhaseStep
  /** By QUANTILES; null where every gradient is 0. */
  readonly quantiles: readonly (number | null)[]
  /** Of all values, those that are exactly 0; null for weights. */
  readonly zeroShare: number | null
}

/** Colour rises with the root: tails of a thousandth are seen beside a peak. */
const strengthOf = (share: number, most: number): number => (most > 0 ? Math.sqrt(share / most) : 0)

const SCALE_STEPS = 24
const SHARES = 'shares'

export function spreadOverTimeFigure(
  spreads: RunSpreads,
  strategy: string,
  isLogSteps: boolean,
  words: SpreadOverTimeWords,
): Figure {
  const { columns, low, width, binCount, lastPosition } = spreads
  const shares = columns.map(({ counts }) => sharesOf(counts))
  const most = shares.flat().reduce((greatest, share) => Math.max(greatest, share), 0)
  const stepAt = phaseSteps(spreads)
  const facts = columns.map((column) => factsOf(column, spreads, stepAt))
  const edges = edgesOf(columns)
  // A logarithmic axis has no zero.
  const place = (position: number): number => (isLogSteps ? Math.max(1, position) : position)
  const middle = ({ fromPosition, toPosition }: SpreadColumnView): number => place((fromPosition + toPosition) / 2)

  const map = (tokens: ChartTokens): CustomSeriesOption => ({
    id: SHARES,
    type: 'custom',
    clip: true,
    z: 1,
    encode: { x: [0, 1], y: [2, 3], tooltip: [] },
    data: columns.map((_, index) => [place(edges[index]!), place(edges[index + 1]!), low, low + binCount * width]),
    tooltip: { formatter: ({ dataIndex }: { dataIndex: number }) => words.column(facts[dataIndex]!) },
    renderItem: (params, api) => {
      const across = (value: number): number => Math.round((api.coord([value, low]) as number[])[0]!)
      const upwards = (bin: number): number => Math.round((api.coord([1, low + bin * width]) as number[])[1]!)
      const left = across(api.value(0) as number)
      const right = Math.max(left + LEAST_WIDTH, across(api.value(1) as number))
      const children = shares[params.dataIndex]!.flatMap((share, bin) => {
        if (share === 0) return []
        const [bottom, top] = [upwards(bin), upwards(bin + 1)]
        const shape = { x: left, y: top, width: right - left, height: Math.max(1, bottom - top) }
        return [{ type: 'rect' as const, shape, style: { fill: colourOf(tokens, strategy, strengthOf(share, most)) } }]
      })
      return { type: 'group', children }
    },
  })

  return {
    option: (tokens) => ({
      ...figureBase(tokens),
      grid: [
        { left: 64, right: 24, top: 70, bottom: 44 },
        { right: 36, top: 22, width: SCALE_WIDTH, height: 8 },
      ],
      legend: {
        ...legendLook(
          tokens,
          [...LINES].reverse().map(({ name }) => words.line(name)),
        ),
        itemHeight: 0, // the lines have no symbols
      },
      title: {
        text: words.scale,
        right: 36,
        top: 4,
        padding: 0,
        textStyle: { color: tokens.quiet, fontSize: 11, fontWeight: 'normal' },
      },
      xAxis: [
        {
          ...axisLook(tokens),
          type: isLogSteps ? 'log' : 'value',
          min: isLogSteps ? 1 : 0,
          max: Math.max(1, lastPosition),
          name: words.axis,
          nameLocation: 'middle',
          nameGap: 28,
          axisLine: { onZero: false, lineStyle: { color: tokens.line } },
          ...stepAxis(spreads, { from: 0, to: Math.max(1, lastPosition) }, isLogSteps, tokens),
          splitLine: { show: false },
        },
        {
          type: 'value',
          gridIndex: 1,
          min: 0,
          max: 1,
          interval: 1,
          axisLine: { show: false },
          axisTick: { show: false },
          splitLine: { show: false },
          axisLabel: {
            color: tokens.quiet,
            fontSize: 11,
            margin: 3,
            formatter: (value: number) => percent(value * most),
          },
        },
      ],
      yAxis: [
        {
          ...valueAxis(tokens, words.value, false),
          scale: true,
          min: low,
          max: binCount === 0 ? 1 : low + binCount * width,
          // The ends are where the bins end, and no round numbers.
          axisLabel: { color: tokens.quiet, formatter: formatTick, showMinLabel: false, showMaxLabel: false },
          axisLine: { onZero: false, lineStyle: { color: tokens.line } },
        },
        { type: 'value', gridIndex: 1, min: 0, max: 1, show: false },
      ],
      series: [
        map(tokens),
        scaleBar(tokens, strategy),
        ...LINES.flatMap(({ name, of, dash, width: lineWidth }) =>
          of.map((index) => ({
            id: `quantile ${QUANTILES[index]}`,
            name: words.line(name),
            type: 'line',
            symbol: 'none',
            silent: true,
            z: 3,
            color: tokens.ink,
            lineStyle: { width: lineWidth, type: dash, opacity: 0.85 },
            data: columns.map((column, at) => [middle(column), facts[at]!.quantiles[index]!]),
          })),
        ),
        {
          id: 'phases',
          type: 'line',
          data: [],
          markLine: {
            symbol: 'none',
            silent: true,
            animation: false,
            lineStyle: { color: tokens.quiet, width: 1, opacity: 0.6 },
            data: phaseLines(spreads, true, tokens, words),
          },
        },
      ],
    }),
    table: {
      columns: [
        words.head('phase'),
        words.head('from'),
        words.head('to'),
        words.head('moments'),
        ...QUANTILES.map((share) => (share === 0.5 ? words.head('median') : percent(share))),
        ...(spreads.what === 'gradients' ? [words.head('zeros')] : []),
      ],
      rows: columns.map(({ momentCount }, index): FigureCell[] => {
        const { first, last, quantiles, zeroShare } = facts[index]!
        return [
          words.phase(first.phase),
          first.step,
          last.step,
          momentCount,
          ...quantiles,
          ...(zeroShare === null ? [] : [zeroShare]),
        ]
      }),
    },
    places: columns.map((_, dataIndex) => ({ seriesId: SHARES, dataIndex })),
    wholeCsv: () => Promise.resolve(binsCsv(spreads, shares, facts, words)),
  }
}

const LEAST_WIDTH = 2
const SCALE_WIDTH = 130

const percent = (share: number): string => `${formatNumber(100 * share)} %`

const colourOf = (tokens: ChartTokens, strategy: string, strength: number): string =>
  mixColours(tokens.panel, tokens.strategy(strategy), strength)

function factsOf(
  { fromPosition, toPosition, counts, zeroCount }: SpreadColumnView,
  spreads: RunSpreads,
  stepAt: (position: number) => PhaseStep,
): ColumnFacts {
  const { low, width, what } = spreads
  const total = counts.reduce((sum, count) => sum + count, zeroCount)
  return {
    first: stepAt(fromPosition),
    last: stepAt(toPosition),
    quantiles: QUANTILES.map((share) => quantile(low, width, counts, share)),
    zeroShare: what === 'gradients' && total > 0 ? zeroCount / total : null,
  }
}

/** What was measured stands for the steps that are nearer to it than to what was measured before or after. */
function edgesOf(columns: readonly SpreadColumnView[]): number[] {
  if (columns.length === 0) return []
  const between = columns.slice(1).map(({ fromPosition }, i) => (columns[i]!.toPosition + fromPosition) / 2)
  return [columns[0]!.fromPosition, ...between, columns.at(-1)!.toPosition]
}

/** From no values in a bin to the most. */
function scaleBar(tokens: ChartTokens, strategy: string): CustomSeriesOption {
  return {
    id: 'scale',
    type: 'custom',
    silent: true,
    xAxisIndex: 1,
    yAxisIndex: 1,
    tooltip: { show: false },
    data: Array.from({ length: SCALE_STEPS }, (_, step) => [step / SCALE_STEPS, (step + 1) / SCALE_STEPS]),
    renderItem: (_params, api) => {
      const [left, top] = api.coord([api.value(0), 1]) as [number, number]
      const [right, bottom] = api.coord([api.value(1), 0]) as [number, number]
      const x = Math.round(left)
      const strength = strengthOf(((api.value(0) as number) + (api.value(1) as number)) / 2, 1)
      return {
        type: 'rect',
        shape: { x, y: top, width: Math.round(right) - x, height: bottom - top },
        style: { fill: colourOf(tokens, strategy, strength) },
      }
    },
  }
}

/** Every bin that holds values, in full. */
function binsCsv(
  { columns, low, width }: RunSpreads,
  shares: readonly (readonly number[])[],
  facts: readonly ColumnFacts[],
  words: SpreadOverTimeWords,
): string {
  const heads = (['phase', 'from', 'to', 'moments', 'low', 'high', 'count', 'share'] as const).map(words.head)
  const rows = columns.flatMap(({ momentCount, counts }, index) =>
    counts.flatMap((count, bin) =>
      count === 0
        ? []
        : [
            [
              facts[index]!.first.phase,
              facts[index]!.first.step,
              facts[index]!.last.step,
              momentCount,
              low + bin * width,
              low + (bin + 1) * width,
              count,
              shares[index]![bin]!,
            ],
          ],
    ),
  )
  return [heads, ...rows].map((cells) => `${cells.map((cell) => csvCell(String(cell))).join(',')}\n`).join('')
}
