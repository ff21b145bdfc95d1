/** Bars with whiskers, whatever they are of: means with their ends enter, the ends of an axis and the whiskers leave. */
import type { CustomSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import type { ChartTokens } from './chart-tokens.ts'
import { endsOnLog, type Ends } from './log-scale.ts'

/** A mean with the ends of its whisker; null for none. */
export interface Bar {
  readonly mean: number
  readonly ends: Ends | null
}

/** A whisker. */
export interface ErrorBar extends Ends {
  /** Index of the category. */
  readonly category: number
}

/** The ends as an axis shows them; none on a logarithmic one around a mean that has no place there. */
export function shownEnds({ mean, ends }: Bar, isLog: boolean): Ends | null {
  if (!isLog || ends === null) return ends
  return mean > 0 ? endsOnLog(mean, ends) : null
}

/** The whiskers of bars; none where there are no ends that the axis can show. */
export function errorBars(bars: readonly (Bar & { readonly category: number })[], isLog: boolean): ErrorBar[] {
  return bars.flatMap((bar) => {
    const ends = shownEnds(bar, isLog)
    return ends === null ? [] : [{ category: bar.category, ...ends }]
  })
}

/** Results that lie closer than this are marked by powers of two: decades leave them without a mark. */
const COARSE_FROM = 100

/** How far under zero a whisker reaches, as a share of the highest, before an axis is drawn there for it: less is cut off. */
const WORTH_AN_AXIS = 0.1

/** The ends of an axis for bars; whiskers take no part in what the axis would choose itself. */
export function barAxis(bars: readonly Bar[], isLog: boolean): EChartsCoreOption {
  if (bars.length === 0) return {}
  if (isLog) return logBarAxis(bars)
  const most = Math.max(...bars.map(({ mean, ends }) => ends?.high ?? mean))
  const least = Math.min(...bars.map(({ mean, ends }) => ends?.low ?? mean))
  return { ...(most > 0 && { max: roundUp(most) }), ...(least > -WORTH_AN_AXIS * most && { min: 0 }) }
}

/** How far beside its mean a whisker takes a logarithmic axis along: those of two seeds can reach over ten decades, and are cut off. */
const MOST_REACH = 100

/**
 * The ends of a logarithmic axis for bars, both at marks. Bars stand on the lower one, and not on 1, from which those of small results would hang.
 */
export function logBarAxis(bars: readonly Bar[]): EChartsCoreOption {
  const shown = bars.filter(({ mean }) => mean > 0)
  if (shown.length === 0) return {}
  const reached = shown.map((bar) => ({
    mean: bar.mean,
    ...(shownEnds(bar, true) ?? { low: bar.mean, high: bar.mean }),
  }))
  const least = Math.min(...reached.map(({ mean, low }) => Math.max(low, mean / MOST_REACH)))
  const most = Math.max(...reached.map(({ mean, high }) => Math.min(high, mean * MOST_REACH)))
  const [logBase, log] = most < COARSE_FROM * least ? [2, Math.log2] : [10, Math.log10]
  const min = logBase ** (Math.ceil(log(least)) - 1) // under the least, so that no bar is without height
  return { logBase, min, max: logBase ** Math.ceil(log(most)), startValue: min }
}

/** How bars stand: side by side, upwards, or below each other, to the right. */
export type BarDirection = 'up' | 'right'

/**
 * Whiskers over the bars of one series.
 * @param slot which of `slotCount` bars that stand beside each other in a category
 */
export function errorBarSeries(
  id: string,
  bars: readonly ErrorBar[],
  [slot, slotCount]: readonly [number, number],
  tokens: ChartTokens,
  { axisIndex = 0, direction = 'up' as BarDirection } = {},
): CustomSeriesOption {
  const isUp = direction === 'up'
  /** Of a place along and across the bars, a point of the picture. */
  const turn = (along: number, across: number): [number, number] => (isUp ? [across, along] : [along, across])
  return {
    id,
    type: 'custom',
    silent: true,
    clip: true,
    z: 5,
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    encode: isUp ? { x: 0, y: [1, 2] } : { x: [1, 2], y: 0 },
    tooltip: { show: false },
    data: bars.map(({ category, low, high }) => [category, low, high]),
    renderItem: (_params, api) => {
      const category = api.value(0) as number
      const size = api.size!(turn(0, 1)) as number[]
      const width = (isUp ? size[0]! : size[1]!) * (1 - CATEGORY_GAP)
      const place = (value: number): readonly [number, number] => {
        const [x, y] = api.coord(turn(value, category)) as [number, number]
        return isUp ? [y, x] : [x, y]
      }
      const [high, middle] = place(api.value(2) as number)
      const [low] = place(api.value(1) as number)
      const across = middle - width / 2 + ((slot + 0.5) * width) / slotCount
      const half = Math.min(WHISKER, width / slotCount / 4)
      const lines = (stroke: string, lineWidth: number) =>
        [
          [low, across, high, across],
          [high, across - half, high, across + half],
          [low, across - half, low, across + half],
        ].map(([fromAlong, fromAcross, toAlong, toAcross]) => {
          const [x1, y1] = turn(fromAlong!, fromAcross!)
          const [x2, y2] = turn(toAlong!, toAcross!)
          return { type: 'line' as const, shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth } }
        })
      // With a rim: a bar may be as light or as dark as the ink.
      return { type: 'group', children: [...lines(tokens.surface, RIM_WIDTH), ...lines(tokens.ink, WHISKER_WIDTH)] }
    },
  }
}

/** Share of a category that its bars leave free; bars stand close in it. */
export const CATEGORY_GAP = 0.3
const WHISKER = 5
const [WHISKER_WIDTH, RIM_WIDTH] = [1.2, 3.2]
export const BAR_LAYOUT = { barCategoryGap: `${CATEGORY_GAP * 100}%`, barGap: '0%' } as const

/** The next number of one significant digit and a half: 0.43 to 0.45, 7.1 to 7.5. */
function roundUp(value: number): number {
  if (!(value > 0)) return 0
  const unit = 10 ** Math.floor(Math.log10(value)) / 2
  return Number((Math.ceil(value / unit) * unit).toPrecision(6))
}
