/** Compared runs: where VAA lies between two values the overlay has a bar from the mean of the lower to that of the upper ends, and no point. */
import { expect, it } from 'vitest'
import type { ChartTokens } from '../../../renderer/charts/chart-tokens.ts'
import { intervalsOf, withOverlayIntervals } from '../../../renderer/charts/overlay-intervals.ts'
import { withEnds } from '../../../shared/runs/read-vaa.ts'
import type { OverlayRun } from '../../../renderer/composables/use-overlay.ts'
import { RunSeries } from '../../../main/lab/run-series.ts'

const TOKENS = {} as ChartTokens
const FIGURE = { option: () => ({ series: [{ id: 'a' }] }), table: { columns: ['run'], rows: [['a']] }, places: [null] }
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
  const figure = withOverlayIntervals(
    FIGURE,
    [{ label: 'a', colour: () => '#077', intervals }],
    (label, { low, high }) => [label, low, high],
  )
  expect(figure.option(TOKENS, 900).series).toMatchObject([{ id: 'a' }, { id: 'a between', data: [[10, 0.375, 0.75]] }])
  expect(figure.table.rows).toEqual([['a'], ['a', 0.375, 0.75]])
  expect(figure.places).toEqual([null, { seriesId: 'a between', dataIndex: 0 }])
})

it('leaves every other series as it is', () => {
  expect(withEnds('validation-loss')).toEqual(['validation-loss'])
  expect(withOverlayIntervals(FIGURE, [{ label: 'a', colour: () => '#077', intervals: [] }], () => [])).toBe(FIGURE)
})
