/** Compared runs: where VAA lies between two values the overlay has a bar from the mean of the lower to that of the upper ends, and no point. */
import { expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import {
  intervalsOf,
  withOverlayIntervals,
  type OverlaidIntervals,
} from '../../../../renderer/compare/overlay-intervals.ts'
import type { RunLook } from '../../../../renderer/charts/run-looks.ts'
import type { PointedItem } from '../../../../renderer/charts/run-tooltip.ts'
import { withEnds } from '../../../../shared/runs/read-vaa.ts'
import type { OverlayRun } from '../../../../renderer/compare/use-overlay.ts'
import { RunSeries } from '../../../../main/lab/run-series.ts'

type Interval = OverlaidIntervals['intervals'][number]

/** What ECharts gives to what draws an item, as far as bars need it. */
type DrawItem = (
  params: { coordSys: { x: number; width: number } },
  api: { value(at: number): number; coord(at: number[]): number[] },
) => {
  children: { shape: { x1: number } }[]
}

const TOKENS = {} as ChartTokens
const FIGURE = { option: () => ({ series: [{ id: 'a' }] }), table: { columns: ['run'], rows: [['a']] }, places: [null] }
const LOOK: RunLook = { colour: () => '#077', dash: 'dashed' }
const rowOf = (label: string, { low, high }: Interval) => [label, low, high]
const tell = (label: string, { step, low, high }: Interval) => ({
  head: `step ${step.step}`,
  texts: [`${label} ${low} to ${high}`],
})
const overlaid = (runs: readonly OverlaidIntervals[]) => withOverlayIntervals(FIGURE, runs, rowOf, tell)
const counts = { residualMedian: 0, residualMax: 0, fixedCount: 4, periodicCount: 0, unconvergedCount: 0 }

it('draws the means of the ends at the steps of the axis, and lists them', () => {
  const series = new RunSeries('run', '', 2)
  series.push([
    { type: 'phase', phase: 'training', step: 0 },
    {
      type: 'measure',
      phase: 'training',
      step: 12,
      vaa: [
        { vaa: 0.5, vaaLow: 0.5, vaaHigh: 0.5, ...counts },
        { vaa: null, vaaLow: 0.25, vaaHigh: 1, ...counts },
      ],
      vaaStar: null,
    },
  ])
  const asked = { runId: 'run', series: withEnds('vaa'), from: null, to: null, buckets: 100, smoothing: 0 }
  const entry = {
    run: { summary: { seeds: [0, 1] } },
    metrics: series.metrics(asked, null),
    offset: 2,
  } as unknown as OverlayRun
  const intervals = intervalsOf(entry, 'vaa')
  expect(intervals).toEqual([{ position: 10, step: { phase: 'training', step: 12 }, low: 0.375, high: 0.75 }])
  const figure = overlaid([{ label: 'a', look: LOOK, intervals }])
  expect(figure.option(TOKENS, 900).series).toMatchObject([{ id: 'a' }, { id: 'a between', data: [[10, 0.375, 0.75]] }])
  expect(figure.table.rows).toEqual([['a'], ['a', 0.375, 0.75]])
  expect(figure.places).toEqual([null, { seriesId: 'a between', dataIndex: 0 }])
})

it('draws bars of several runs beside each other at a step that they share, and tells each under the pointer', () => {
  const intervals = [{ position: 10, step: { phase: 'training', step: 12 }, low: 0.25, high: 1 }] as const
  const figure = overlaid(['a', 'b', 'c'].map((label) => ({ label, look: LOOK, intervals })))
  const { series, tooltip } = figure.option(TOKENS, 900) as unknown as {
    series: { id: string; renderItem?: DrawItem }[]
    tooltip: { formatter(items: readonly PointedItem[]): string }
  }
  const placesAt = (step: number): number[] => {
    const api = { value: (at: number) => [step, 0.25, 1][at]!, coord: ([x]: number[]) => [x!, 0] }
    const plot = { coordSys: { x: 0, width: 500 } }
    return series.flatMap(({ renderItem }) => renderItem?.(plot, api).children[0]!.shape.x1 ?? [])
  }
  expect(placesAt(100)).toEqual([88, 100, 112])
  // Within the plot at its ends, and out of it where its step is.
  expect(placesAt(0)).toEqual([5, 17, 29])
  expect(placesAt(500)).toEqual([471, 483, 495])
  expect(placesAt(600)).toEqual([588, 600, 612])
  const items = ['a', 'c'].map((label) => ({ seriesId: `${label} between`, value: [10, 0.25, 1] }))
  expect(tooltip.formatter(items)).toBe('step 12\na 0.25 to 1\nc 0.25 to 1')
})

it('leaves every other series as it is', () => {
  expect(withEnds('validation-loss')).toEqual(['validation-loss'])
  expect(withOverlayIntervals(FIGURE, [{ label: 'a', look: LOOK, intervals: [] }], rowOf, tell)).toBe(FIGURE)
})
