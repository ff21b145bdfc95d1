/** VAA against loss: a measure that lies between two values is a bar between them, in the drawing and in the table, and no point. */
import { expect, it } from 'vitest'
import type { ChartTokens } from '../../../../../renderer/charts/chart-tokens.ts'
import { vaaLossFigure, vaaLossPoints } from '../../../../../renderer/run/insight/insight-figures.ts'
import { vaaLossIntervals, withIntervals } from '../../../../../renderer/run/insight/vaa-loss-intervals.ts'
import { RunSeries } from '../../../../../main/lab/run-series.ts'
import type { RunEvent } from '../../../../../shared/runs/run.ts'

const TOKENS = { strategy: () => '#077' } as unknown as ChartTokens
const WORDS = { vaa: 'VAA', loss: 'loss', seed: (seed: number) => `seed ${seed}`, step: 'step', seedHead: 'seed' }
const counts = { residualMedian: 0, residualMax: 0, fixedCount: 4, periodicCount: 0, unconvergedCount: 0 }
const point = (vaa: number) => ({ vaa, vaaLow: vaa, vaaHigh: vaa, ...counts, usedSteps: [144] })

function events(step: number, vaa: unknown[]): RunEvent[] {
  return [
    { type: 'validation', step, epoch: 1, loss: [step, 10 * step], accuracy: null, best: [true, true] },
    { type: 'measure', phase: 'training', step, vaa, vaaStar: null },
  ]
}

it('has bars for intervals, points for points, and all of them in its table', () => {
  const series = new RunSeries('run', '', 2)
  series.push([
    { type: 'phase', phase: 'training', step: 0 },
    ...events(1, [point(0.25), point(0.5)]),
    ...events(2, [point(0.25), { ...point(0.125), vaa: null, vaaHigh: 0.75 }]),
  ])
  const names = ['vaa', 'vaa-low', 'vaa-high', 'validation-loss'] as const
  const metrics = series.metrics(
    { runId: 'run', series: [...names], from: null, to: null, buckets: 100, smoothing: 0 },
    null,
  )
  const points = vaaLossPoints(metrics, 'validation-loss')
  expect(points.map(({ vaa, loss }) => [vaa, loss])).toEqual([
    [0.25, 1],
    [0.5, 10],
  ])
  const intervals = vaaLossIntervals(metrics, 'validation-loss')
  const figure = withIntervals(
    vaaLossFigure(points, [7, 8], 'none', WORDS),
    intervals,
    [7, 8],
    'none',
    ({ low, high }) => `${low} to ${high}`,
  )
  const drawn = figure.option(TOKENS, 900).series as { id: string; data: unknown }[]
  expect(drawn.find(({ id }) => id === 'between')!.data).toEqual([
    [0.25, 0.25, 2],
    [0.125, 0.75, 20],
  ])
  expect(figure.table.rows.slice(2)).toEqual([
    [7, 2, 0.25, 2],
    [8, 2, '0.125 to 0.75', 20],
  ])
  expect(figure.places).toHaveLength(figure.table.rows.length)
})
