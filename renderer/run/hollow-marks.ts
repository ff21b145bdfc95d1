/**
 * Hollow marks over a line, for points that say less than the others: points enter, a series leaves that covers the line's own marks with
 * rings. ECharts' own hollow symbols are filled with white whatever the chart is drawn on; a series of its own leaves the colour of the line's
 * points, which tooltips show, as it is.
 */
import type { LineSeriesOption } from 'echarts/charts'
import type { ChartTokens } from '../charts/chart-tokens.ts'

const SIZE = 7

/** @param axisIndex of both axes */
export function hollowMarks(
  id: string,
  points: readonly (readonly [number, number])[],
  colour: string,
  tokens: ChartTokens,
  axisIndex = 0,
): LineSeriesOption {
  return {
    id,
    type: 'line',
    xAxisIndex: axisIndex,
    yAxisIndex: axisIndex,
    z: 4, // over the lines, which are at 2
    silent: true,
    symbol: 'circle',
    symbolSize: SIZE,
    lineStyle: { width: 0 },
    itemStyle: { color: tokens.surface, borderColor: colour, borderWidth: 2, opacity: 1 },
    tooltip: { show: false },
    data: points.map((point) => [...point]),
  }
}
