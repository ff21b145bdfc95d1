/**
 * VAA against loss where VAA lies between two values: a run's series enter, the figure of the points enters, and leaves with a bar across for each
 * measure of a seed that is none of them.
 */
import type { CustomSeriesOption } from 'echarts/charts'
import type { RunMetrics } from '../../../shared/protocol/views.ts'
import type { SeriesName } from '../../../shared/runs/series.ts'
import type { Figure, FigureCell } from '../../charts/figure.ts'
import { nearestIndex } from './insight-figures.ts'

export interface VaaLossInterval {
  readonly seedIndex: number
  /** Of training. */
  readonly step: number
  readonly low: number
  readonly high: number
  readonly loss: number
}

/** Every interval of VAA in the training with the loss that was measured nearest to it. */
export function vaaLossIntervals(metrics: RunMetrics, lossName: SeriesName): VaaLossInterval[] {
  const seriesOf = (wanted: SeriesName) => metrics.series.find(({ name }) => name === wanted)
  const [lows, highs, loss] = [seriesOf('vaa-low'), seriesOf('vaa-high'), seriesOf(lossName)]
  const start = metrics.marks.phases.find(({ phase }) => phase === 'training')?.position ?? 0
  if (!lows || !highs || !loss) return []
  return lows.positions.flatMap((position, index) => {
    if (position <= start) return [] // the last measurement of the warm-up stands at its beginning
    const nearest = nearestIndex(loss.positions, position)
    return lows.seeds.flatMap((seed, seedIndex) => {
      const low = seed.mean[index]
      const high = highs.seeds[seedIndex]?.mean[index]
      const at = loss.seeds[seedIndex]?.mean[nearest]
      return typeof low === 'number' && typeof high === 'number' && typeof at === 'number'
        ? [{ seedIndex, step: position - start, low, high, loss: at }]
        : []
    })
  })
}

/** Pixels up and down from a bar, at its ends. */
const CAP = 4

/** @param between words for an interval in the table */
export function withIntervals(
  figure: Figure,
  intervals: readonly VaaLossInterval[],
  seeds: readonly number[],
  strategy: string,
  between: (interval: VaaLossInterval) => string,
): Figure {
  if (intervals.length === 0) return figure
  return {
    ...figure,
    option: (...view) => {
      const option = figure.option(...view)
      const [tokens] = view
      return { ...option, series: [...(option.series as object[]), bars(intervals, tokens.strategy(strategy))] }
    },
    table: {
      ...figure.table,
      rows: [
        ...figure.table.rows,
        ...intervals.map((interval): FigureCell[] => [
          seeds[interval.seedIndex]!,
          interval.step,
          interval.low === interval.high ? interval.low : between(interval),
          interval.loss,
        ]),
      ],
    },
    places: [...(figure.places ?? []), ...intervals.map((_, dataIndex) => ({ seriesId: BARS, dataIndex }))],
  }
}

const BARS = 'between'

function bars(intervals: readonly VaaLossInterval[], colour: string): CustomSeriesOption {
  return {
    id: BARS,
    type: 'custom',
    clip: true,
    color: colour,
    encode: { x: [0, 1], y: 2 },
    data: intervals.map(({ low, high, loss }) => [low, high, loss]),
    renderItem: (_params, api) => {
      const [from, y] = api.coord([api.value(0), api.value(2)]) as [number, number]
      const [to] = api.coord([api.value(1), api.value(2)]) as [number, number]
      const line = (x1: number, y1: number, x2: number, y2: number) => ({
        type: 'line' as const,
        shape: { x1, y1, x2, y2 },
        style: { stroke: colour, lineWidth: 1.5, opacity: 0.6 },
      })
      return {
        type: 'group',
        children: [line(from, y, to, y), line(from, y - CAP, from, y + CAP), line(to, y - CAP, to, y + CAP)],
      }
    },
  }
}
