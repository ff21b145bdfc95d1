/**
 * The plots of a run's chart, one below the other on one axis: which there are, where they stand, and the title and the legend of each. A run's series enter;
 * places in pixels and ECharts' parts leave.
 */
import type { EChartsCoreOption } from 'echarts/core'
import type { ChartTokens } from './chart-tokens.ts'
import { ICON_SIZE } from './legend-icons.ts'
import { legendHeight, legendLook, LEGEND_ROW } from './legend.ts'

/** From the top. */
export const PLOTS = ['loss', 'accuracy', 'attractors'] as const

export type PlotName = (typeof PLOTS)[number]

export interface LegendEntry {
  readonly name: string
  readonly icon: string
  /** Of the line. */
  readonly opacity: number
}

/** Of one plot. */
export interface PlotHead {
  readonly plot: PlotName
  readonly title: string
  readonly legend: readonly LegendEntry[]
}

/** Names of phases, above the first plot. */
const PHASES = 16
/** Between a plot and the title of the next one. */
const BETWEEN = 12
/** Between the title and its plot, where the greatest mark of its axis stands. */
const UNDER_TITLE = 6
/** Below the last plot: marks and name of the axis. */
const BELOW = 36
/** Of the height, by plot; what is not there leaves its share to the others. */
const SHARES: Readonly<Record<PlotName, number>> = { loss: 0.55, accuracy: 0.35, attractors: 0.45 }

/** Beside the plots, in pixels: names of marks to the left, half of the last mark to the right. */
export const [LEFT, RIGHT] = [64, 24]
/** Of a letter of a title. */
const LETTER_WIDTH = 7
const TITLE_GAP = 16

export interface PlotPlace {
  /** Of its title. */
  readonly head: number
  readonly top: number
  readonly height: number
}

/** Where the plots of a chart of this height stand. What lies between them needs the same room in every height. */
export function plotsWithin(height: number, heads: readonly { plot: PlotName; headHeight: number }[]): PlotPlace[] {
  const fixed = PHASES + BELOW + (heads.length - 1) * BETWEEN
  const titles = heads.reduce((sum, { headHeight }) => sum + headHeight, UNDER_TITLE * (heads.length - 1))
  const room = Math.max(0, height - fixed - titles)
  const shares = heads.reduce((sum, { plot }) => sum + SHARES[plot], 0)
  let head = 0
  return heads.map(({ plot, headHeight }, index) => {
    const top = head + headHeight + (index === 0 ? PHASES : UNDER_TITLE)
    const place = { head, top, height: Math.round((SHARES[plot] / shares) * room) }
    head = top + place.height + BETWEEN
    return place
  })
}

/** What a legend has beside its title. @param kept to the right, of the first one: a button */
const legendWidth = (title: string, width: number, kept: number): number =>
  Math.max(0, width - legendLeft(title) - kept)

const legendLeft = (title: string): number => LEFT + LETTER_WIDTH * title.length + TITLE_GAP

/** @param width of the chart @param kept of the first legend's row, for what stands to its right */
export function plotHeads(
  heads: readonly PlotHead[],
  { width, height, kept }: { readonly width: number; readonly height: number; readonly kept: number },
  tokens: ChartTokens,
): {
  readonly places: readonly PlotPlace[]
  readonly title: EChartsCoreOption[]
  readonly legend: EChartsCoreOption[]
} {
  const widths = heads.map(({ title }, index) => legendWidth(title, width, index === 0 ? kept : RIGHT))
  const heights = heads.map(({ legend }, index) =>
    legendHeight(
      legend.map(({ name }) => name),
      widths[index]!,
    ),
  )
  const places = plotsWithin(
    height,
    heads.map(({ plot }, index) => ({ plot, headHeight: heights[index]! })),
  )
  return {
    places,
    title: heads.map(({ plot, title }, index) => ({
      id: `title ${plot}`,
      text: title,
      left: LEFT,
      top: places[index]!.head + 5,
      padding: 0,
      textStyle: { color: tokens.ink, fontSize: 12, fontWeight: 600 },
    })),
    legend: heads.map(({ plot, title, legend }, index) => ({
      ...legendLook(tokens, [], ICON_SIZE.width),
      id: `legend ${plot}`,
      type: heights[index]! > LEGEND_ROW ? 'plain' : 'scroll',
      top: places[index]!.head + 2,
      padding: 0,
      left: legendLeft(title),
      width: widths[index],
      itemHeight: ICON_SIZE.height,
      itemStyle: { borderWidth: 0 },
      data: legend.map(({ name, icon, opacity }) => ({ name, icon, itemStyle: { opacity } })),
    })),
  }
}
