/**
 * A chart as this lab shows and keeps it: what is drawn, and the same numbers as a table, which is also where the keyboard's cursor goes and
 * what is saved as CSV. FigureChart.vue shows one.
 */
import type { EChartsCoreOption } from 'echarts/core'
import { formatNumber, formatTick } from '../words/format.ts'
import { csvCell } from '../../shared/runs/sweep-table.ts'
import type { ChartTokens } from './chart-tokens.ts'

export type FigureCell = string | number | null

export interface FigureTable {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly FigureCell[])[]
}

export interface Figure {
  /** Made anew for another theme, another width in pixels, and for a file. */
  readonly option: (tokens: ChartTokens, width: number) => EChartsCoreOption
  /** What it needs in pixels beside the height that its view gives it: a legend of several rows, many bars. */
  readonly extraHeight?: (width: number) => number
  /** Every value that is drawn, in full precision. */
  readonly table: FigureTable
  /** Where each row of the table is drawn, for the cursor; none where it is not. */
  readonly places?: readonly ({ readonly seriesId: string; readonly dataIndex: number } | null)[]
  /** Parallel axes have no tooltips: the cursor's row is only drawn stronger there. */
  readonly hasTips?: false
  /** What whoever reads its values has to know, in a sentence or two. */
  readonly note?: string
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
