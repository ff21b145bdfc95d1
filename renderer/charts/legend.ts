/** The legend of a chart: names enter, what is drawn above the plot leaves, with the height that it takes. */
import type { EChartsCoreOption } from 'echarts/core'
import type { ChartTokens } from './chart-tokens.ts'

/** Above the drawing, from the left; more names than fit are scrolled. */
export function legendLook(tokens: ChartTokens, names: readonly string[], itemWidth = 25): EChartsCoreOption {
  return { type: 'scroll', top: 0, left: 0, itemWidth, textStyle: { color: tokens.ink }, data: [...names] }
}

/** Of a name in a legend, in pixels: a letter, and its mark with what is free around it. */
const [LETTER_WIDTH, MARK_WIDTH] = [6.6, 50]
export const LEGEND_ROW = 22
/** More are scrolled. */
const MOST_LEGEND_ROWS = 8

/** A legend with every name in sight, and the height that it takes above the plot. @param width of the chart, in pixels */
export function wholeLegend(
  tokens: ChartTokens,
  names: readonly string[],
  width: number,
): { readonly legend: EChartsCoreOption; readonly height: number } {
  const height = legendHeight(names, width)
  const legend = legendLook(tokens, names, 30)
  return { legend: height > LEGEND_ROW ? { ...legend, type: 'plain' } : legend, height }
}

/** Of one row where there would be too many. */
export function legendHeight(names: readonly string[], width: number): number {
  let rows = 1
  let used = 0
  for (const name of names) {
    const needed = MARK_WIDTH + LETTER_WIDTH * name.length
    if (used > 0 && used + needed > width) {
      rows++
      used = 0
    }
    used += needed
  }
  return rows > MOST_LEGEND_ROWS ? LEGEND_ROW : rows * LEGEND_ROW
}

/** What all names of a legend take more than one row. */
export const legendGrowth = (names: readonly string[], width: number): number => legendHeight(names, width) - LEGEND_ROW
