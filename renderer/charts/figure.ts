/**
 * A chart as this lab shows and keeps it: what is drawn, and the same numbers as a table, which is also where the keyboard's cursor goes and
 * what is saved as CSV. FigureChart.vue shows one.
 */
import type { CustomSeriesOption } from 'echarts/charts'
import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber, formatTick } from '../composables/format.ts'
import { csvCell } from '../../shared/runs/sweep-table.ts'
import type { ChartTokens } from './chart-tokens.ts'

export type FigureCell = string | number | null

export interface FigureTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly FigureCell[])[]
}

export interface Figure {
  /** Made anew for another theme, and for a file. */
  readonly option: (tokens: ChartTokens) => EChartsCoreOption
  /** Every value that is drawn, in full precision. */
  readonly table: FigureTable
  /** Where each row of the table is drawn, for the cursor; none where it is not. */
  readonly places?: readonly ({ readonly seriesId: string; readonly dataIndex: number } | null)[]
  /** Parallel axes have no tooltips: the cursor's row is only drawn stronger there. */
  readonly hasTips?: false
  /** Where the drawing is thinned out: every value, for the file. */
  readonly wholeCsv?: () => Promise<string>
}

export function figureCsv({ columns, rows }: FigureTable): string {
  const text = (cell: FigureCell): string => csvCell(cell === null ? '' : String(cell))
  return [columns, ...rows].map((cells) => `${cells.map(text).join(',')}\n`).join('')
}

export const formatCell = (cell: FigureCell): string => (typeof cell === 'string' ? cell : formatNumber(cell))

/** What every option begins with. */
export function figureBase(tokens: ChartTokens): EChartsCoreOption {
  return {
    animation: false,
    textStyle: { fontFamily: tokens.font, color: tokens.ink },
    tooltip: {
      trigger: 'item',
      renderMode: 'richText', // no inline styles under our content security policy
      backgroundColor: tokens.panel,
      borderColor: tokens.line,
      textStyle: { color: tokens.ink, fontSize: 12 },
      valueFormatter: (value: unknown) => formatNumber(typeof value === 'number' ? value : null),
    },
  }
}

/** Above the drawing, from the left; more names than fit are scrolled. */
export function legendLook(tokens: ChartTokens, names: readonly string[], itemWidth = 25): EChartsCoreOption {
  return { type: 'scroll', top: 0, left: 0, itemWidth, textStyle: { color: tokens.ink }, data: [...names] }
}

/** An axis in the page's quiet style. */
export function axisLook(tokens: ChartTokens): EChartsCoreOption {
  return {
    axisLine: { lineStyle: { color: tokens.line } },
    axisLabel: { color: tokens.quiet, formatter: formatTick },
    splitLine: { lineStyle: { color: tokens.gridLine } },
    nameTextStyle: { color: tokens.quiet },
    axisPointer: { label: { formatter: ({ value }: { value: unknown }) => axisPointerText(value) } },
  }
}

const axisPointerText = (value: unknown): string => (typeof value === 'number' ? formatNumber(value) : String(value))

/** An axis of numbers with its name beside it; logarithmic where that is asked for. */
export function valueAxis(tokens: ChartTokens, name: string, isLog: boolean): EChartsCoreOption {
  const look = axisLook(tokens)
  return {
    ...look,
    type: isLog ? 'log' : 'value',
    scale: true,
    name,
    nameTextStyle: { color: tokens.quiet, align: 'left', padding: [0, 0, 0, 4] },
    axisLabel: { color: tokens.quiet, formatter: formatTick },
  }
}

export interface ErrorBar {
  /** Index of the category. */
  readonly category: number
  readonly low: number
  readonly high: number
}

export interface BarEnds {
  readonly low: number
  readonly high: number
}

/** The whisker of one bar. A logarithmic axis has no zero to reach: there it ends a thousandth of the mean up. */
export function errorBar(category: number, mean: number, { low, high }: BarEnds, isLog: boolean): ErrorBar {
  return { category, low: isLog ? Math.max(low, mean * 1e-3) : low, high }
}

/** Results that lie closer than this are marked by powers of two: decades leave them without a mark. */
const COARSE_FROM = 100

/** A mean with the ends of its whisker; null for none. */
export interface Bar {
  readonly mean: number
  readonly ends: BarEnds | null
}

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

/**
 * The ends of a logarithmic axis for bars, both at marks. Bars stand on the lower one, and not on 1, from which those of small results would hang.
 */
export function logBarAxis(bars: readonly Bar[]): EChartsCoreOption {
  const shown = bars.filter(({ mean }) => mean > 0)
  if (shown.length === 0) return {}
  // A whisker that reaches zero is cut off.
  const least = Math.min(...shown.map(({ mean, ends }) => (ends === null ? mean : ends.low > 0 ? ends.low : mean / 3)))
  const most = Math.max(...shown.map(({ mean, ends }) => ends?.high ?? mean))
  const [logBase, log] = most < COARSE_FROM * least ? [2, Math.log2] : [10, Math.log10]
  const min = logBase ** (Math.ceil(log(least)) - 1) // under the least, so that no bar is without height
  return { logBase, min, max: logBase ** Math.ceil(log(most)), startValue: min }
}

/**
 * Whiskers over the bars of one series.
 * @param slot which of `slotCount` bars that stand beside each other in a category
 */
export function errorBars(
  id: string,
  bars: readonly ErrorBar[],
  [slot, slotCount]: readonly [number, number],
  tokens: ChartTokens,
  axisIndex = 0,
): CustomSeriesOption {
  return {
    id,
    type: 'custom',
    silent: true,
    clip: true,
    z: 5,
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    tooltip: { show: false },
    data: bars.map(({ category, low, high }) => [category, low, high]),
    renderItem: (_params, api) => {
      const category = api.value(0)
      const width = (api.size!([1, 0]) as number[])[0]! * (1 - CATEGORY_GAP)
      const [middle, top] = api.coord([category, api.value(2)]) as [number, number]
      const [, bottom] = api.coord([category, api.value(1)]) as [number, number]
      const x = middle - width / 2 + ((slot + 0.5) * width) / slotCount
      const half = Math.min(WHISKER, width / slotCount / 4)
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: tokens.ink, lineWidth: 1.2 },
      })
      return {
        type: 'group',
        children: [
          line(x, top, x, bottom),
          line(x - half, top, x + half, top),
          line(x - half, bottom, x + half, bottom),
        ],
      }
    },
  }
}

/** Share of a category that its bars leave free; bars stand close in it. */
export const CATEGORY_GAP = 0.3
const WHISKER = 5
export const BAR_LAYOUT = { barCategoryGap: `${CATEGORY_GAP * 100}%`, barGap: '0%' } as const

/** The next number of one significant digit and a half: 0.43 to 0.45, 7.1 to 7.5. */
function roundUp(value: number): number {
  if (!(value > 0)) return 0
  const unit = 10 ** Math.floor(Math.log10(value)) / 2
  return Number((Math.ceil(value / unit) * unit).toPrecision(6))
}
