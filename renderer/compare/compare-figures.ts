/**
 * Results of compared runs as bars with whiskers, as in the paper: a bar a run, each with its name beside it, those of a configuration
 * together. What the colours tell apart is the caller's choice.
 */
import { strategyPlace } from '../../shared/experiments/strategies.ts'
import { meanInterval } from '../../shared/statistics/paired-tests.ts'
import { summarize } from '../../shared/statistics/summary.ts'
import { formatExact, formatNumber } from '../words/format.ts'
import type { ChartTokens } from '../charts/chart-tokens.ts'
import { barAxis, CATEGORY_GAP, errorBars, errorBarSeries, shownEnds } from '../charts/bars.ts'
import { axisLook, figureBase, valueAxis, type Figure, type FigureCell } from '../charts/figure.ts'
import { LEGEND_ROW, legendGrowth, wholeLegend } from '../charts/legend.ts'

export type Whisker = 'std' | 'interval'

/** One bar. */
export interface BarValue {
  /** Of its run; none twice. */
  readonly name: string
  /** Those of one stand together, in the order of strategies. */
  readonly configuration: string
  readonly strategy: string
  /** What has its colour, and the colour; the legend names it. */
  readonly group: string
  readonly colour: (tokens: ChartTokens) => string
  /** One a seed. */
  readonly values: readonly number[]
}

export interface BarWords {
  readonly value: string
  readonly run: string
  readonly low: string
  readonly high: string
  readonly count: string
  /** How whiskers are drawn on a logarithm. */
  readonly logEnds: string
}

/** Of a bar with its place, in pixels. */
const BAR_HEIGHT = 26
/** Longer names are cut off; they are whole in the table. */
const NAME_WIDTH = 240
/** Above and below the bars: the legend's one row, the axis with its name. */
const [ABOVE, BELOW] = [30, 48]

/** The whiskers are one standard deviation over the seeds, or the 95% interval of the mean; on a logarithm, those of `endsOnLog`. */
export function barFigure(bars: readonly BarValue[], whisker: Whisker, isLog: boolean, words: BarWords): Figure {
  const configurations = [...new Set(bars.map(({ configuration }) => configuration))]
  const drawn = [...bars]
    .sort(
      (a, b) =>
        configurations.indexOf(a.configuration) - configurations.indexOf(b.configuration) ||
        strategyPlace(a.strategy) - strategyPlace(b.strategy),
    )
    .map((bar) => {
      const { mean, std, count } = summarize(bar.values)
      const deviation = { low: mean - std, high: mean + std }
      // One seed has neither a deviation nor an interval.
      const ends = count < 2 ? null : whisker === 'interval' ? meanInterval(bar.values) : deviation
      return { ...bar, mean, ends, count }
    })
  // A place without a bar sets configurations apart.
  const places = drawn.flatMap((bar, index) =>
    index > 0 && drawn[index - 1]!.configuration !== bar.configuration ? [null, bar] : [bar],
  )
  const whiskers = drawn.map((bar) => ({ mean: bar.mean, ends: bar.ends, category: places.indexOf(bar) }))
  const groups = [...new Set(drawn.map(({ group }) => group))]
  /** Where each bar has a colour, its name beside it says all. */
  const named = groups.length < drawn.length ? groups : []
  return {
    option: (tokens, width) => {
      const { legend, height } = wholeLegend(tokens, named, width)
      return {
        ...figureBase(tokens),
        grid: { left: 8, right: 24, top: height + ABOVE - LEGEND_ROW, bottom: BELOW, containLabel: true },
        legend,
        xAxis: {
          ...valueAxis(tokens, words.value, isLog),
          nameTextStyle: { color: tokens.quiet },
          nameLocation: 'middle',
          nameGap: 28,
          scale: isLog,
          ...barAxis(drawn, isLog),
        },
        yAxis: {
          ...axisLook(tokens),
          type: 'category',
          inverse: true,
          data: places.map((bar) => bar?.name ?? ''),
          axisTick: { show: false },
          axisLabel: { color: tokens.ink, interval: 0, width: NAME_WIDTH, overflow: 'truncate' },
        },
        series: [
          ...groups.map((group) => ({
            id: group,
            name: group,
            type: 'bar',
            // All groups at the same places, where only one has a bar.
            barGap: '-100%',
            barCategoryGap: `${CATEGORY_GAP * 100}%`,
            color: drawn.find((bar) => bar.group === group)!.colour(tokens),
            data: places.map((bar) => (bar?.group === group ? bar.mean : null)),
          })),
          errorBarSeries('whiskers', errorBars(whiskers, isLog), [0, 1], tokens, { direction: 'right' }),
        ],
      }
    },
    extraHeight: (width) => ABOVE + BELOW + BAR_HEIGHT * places.length + legendGrowth(named, width),
    table: {
      columns: [words.run, words.value, words.low, words.high, words.count],
      rows: drawn.map((bar): FigureCell[] => {
        const ends = shownEnds(bar, isLog)
        return [bar.name, bar.mean, ends?.low ?? null, ends?.high ?? null, bar.count]
      }),
    },
    places: drawn.map((bar) => ({ seriesId: bar.group, dataIndex: places.indexOf(bar) })),
    ...(isLog && { note: words.logEnds }),
  }
}

/** `0.0123 … 0.0456` @param format each end */
export const formatInterval = (
  { low, high }: { low: number; high: number },
  format: (end: number) => string = formatNumber,
): string => `${format(low)} … ${format(high)}`
export const exactInterval = (interval: { low: number; high: number }): string => formatInterval(interval, formatExact)
