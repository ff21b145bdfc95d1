/**
 * VAA where it is no point: the ends between which it lies, as a run's series have them, enter; bars from one to the other leave, and gaps in the line of
 * the points, which nothing is known between.
 */
import type { CustomSeriesOption } from 'echarts/charts'
import { sliceSeries, splitSeriesName, type SeriesName } from '../../shared/runs/series.ts'
import type { RunSeriesView } from '../composables/use-run-series.ts'
import type { Dash } from './run-looks.ts'
import { meanPoints, type Point } from './run-points.ts'

/** Pixels to each side of a bar, at its ends. */
const CAP = 5
const BAR_WIDTH = 2

/** Which end of an interval a series has; null for all others. */
export function endOf(name: SeriesName): 'low' | 'high' | null {
  const { base } = splitSeriesName(name)
  return base === 'vaa-low' ? 'low' : base === 'vaa-high' ? 'high' : null
}

/** Where a VAA has ends instead of a point. */
export function intervalPositions(view: RunSeriesView, name: SeriesName, seedCount: number): number[] {
  const { base, ...slice } = splitSeriesName(name)
  if (base !== 'vaa') return []
  return meanPoints(view, sliceSeries('vaa-low', slice), seedCount).map(({ position }) => position)
}

/** A line's points with breaks in it. @param gaps ascending */
export function withGaps(points: readonly Point[], gaps: readonly number[]): (Point | readonly [number, null])[] {
  if (gaps.length === 0) return [...points]
  return [...points, ...gaps.map((position) => [position, null] as const)].sort(([a], [b]) => a - b)
}

/**
 * Of one end of the intervals: with the lower one the bars are drawn, with the upper one their upper caps again, each with its own values for the pointer. Means over seeds: of the lower
 * ends, and of the upper ones.
 * @param placeOf a position on the axis
 */
export function intervalBars(
  view: RunSeriesView,
  name: SeriesName,
  seedCount: number,
  common: Pick<CustomSeriesOption, 'xAxisIndex' | 'yAxisIndex' | 'color'> & { readonly name: string },
  placeOf: (position: number) => number,
): CustomSeriesOption {
  const highs = new Map(
    meanPoints(view, sliceSeries('vaa-high', splitSeriesName(name)), seedCount).map(({ position, mean }) => [
      position,
      mean,
    ]),
  )
  return {
    ...common,
    id: name,
    type: 'custom',
    clip: true,
    encode: { x: 0, y: 1 },
    data: meanPoints(view, name, seedCount).map(({ position, mean }) => [
      placeOf(position),
      mean,
      endOf(name) === 'low' ? (highs.get(position) ?? mean) : mean,
    ]),
    renderItem: drawBar(common.color as string),
  }
}

/**
 * A bar up and down between the second and the third value of an item, at its first.
 * @param beside where bars of several runs share a step: pixels to the right of there, and those that all of them reach to each side
 */
export function drawBar(
  colour: string,
  { shift, reach, dash }: { readonly shift: number; readonly reach: number; readonly dash: Dash } = {
    shift: 0,
    reach: 0,
    dash: 'solid',
  },
): CustomSeriesOption['renderItem'] {
  const lineDash = typeof dash === 'string' ? dash : [...dash]
  return ({ coordSys }, api) => {
    const [place, from] = api.coord([api.value(0), api.value(1)]) as [number, number]
    const x = inside(place, coordSys as unknown as Pick<DOMRect, 'x' | 'width'>, reach) + shift
    const [, to] = api.coord([api.value(0), api.value(2)]) as [number, number]
    const line = (x1: number, y1: number, x2: number, y2: number, isSolid = true) => ({
      type: 'line' as const,
      shape: { x1, y1, x2, y2 },
      style: { stroke: colour, lineWidth: BAR_WIDTH, lineDash: isSolid ? ('solid' as const) : lineDash },
    })
    return {
      type: 'group',
      children: [line(x, from, x, to, false), line(x - CAP, from, x + CAP, from), line(x - CAP, to, x + CAP, to)],
    }
  }
}

/** Bars at the first and the last step of a plot stand within it, where all of them are seen. */
function inside(place: number, { x: left, width }: Pick<DOMRect, 'x' | 'width'>, reach: number): number {
  const right = left + width
  const room = reach + CAP
  return place < left || place > right ? place : Math.max(left + room, Math.min(right - room, place))
}
