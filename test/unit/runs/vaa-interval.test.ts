/** VAA that is no point, on its way from an event to a chart, a table and a log: both ends go along, of every seed, and no point stands for them. */
import { describe, expect, it } from 'vitest'
import { RunSeries } from '../../../main/lab/run-series.ts'
import { describeEvent } from '../../../shared/runs/log.ts'
import { meanInterval, readVaa } from '../../../shared/runs/read-vaa.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { Timeline } from '../../../shared/runs/timeline.ts'

const counts = { residualMedian: 1e-7, residualMax: 2e-3, fixedCount: 8, periodicCount: 0 }
const POINT = { vaa: 0.25, vaaLow: 0.25, vaaHigh: 0.25, ...counts, unconvergedCount: 0, usedSteps: [144, 208] }
const BETWEEN = { vaa: null, vaaLow: 0.125, vaaHigh: 0.75, ...counts, unconvergedCount: 5, usedSteps: [10_000, 640] }
const measure = (step: number, ...vaa: unknown[]): RunEvent => ({
  type: 'measure',
  phase: 'training',
  step,
  vaa,
  vaaStar: null,
})
const pointsOf = (event: RunEvent): Record<string, readonly (number | null)[]> =>
  Object.fromEntries(new Timeline().push(event).map(({ series, values }) => [series, values]))

describe('the series of a run', () => {
  it('have a point where every seed has one, and M', () => {
    const points = pointsOf(measure(5, POINT, { ...POINT, vaa: 0.5, vaaLow: 0.5, vaaHigh: 0.5 }))
    expect(points).toMatchObject({ vaa: [0.25, 0.5], 'vaa-steps': [208, 208] })
    expect(points).not.toHaveProperty('vaa-low')
  })

  it('have the ends of all seeds where one is no point, and no point', () => {
    expect(pointsOf(measure(5, POINT, BETWEEN))).toMatchObject({
      vaa: [null, null],
      'vaa-low': [0.25, 0.125],
      'vaa-high': [0.25, 0.75],
      'vaa-unconverged': [0, 5],
      'vaa-steps': [208, 10_000],
    })
  })

  it('of earlier versions have the points that they were made with', () => {
    const points = pointsOf(measure(5, { vaa: 0.25, ...counts, unconvergedCount: 8 }))
    expect(points).toMatchObject({ vaa: [0.25] })
    expect(points).not.toHaveProperty('vaa-low')
    expect(points).not.toHaveProperty('vaa-steps')
  })

  it('tell the last measure’s ends, and not those of one before', () => {
    const series = new RunSeries('run', '', 2)
    series.push([measure(5, POINT, BETWEEN)])
    expect(series.measures().slices[0]).toMatchObject({
      vaa: [null, null],
      vaaLow: [0.25, 0.125],
      vaaHigh: [0.25, 0.75],
    })
    series.push([measure(10, POINT, POINT)])
    expect(series.measures().slices[0]).toMatchObject({
      vaa: [0.25, 0.25],
      vaaLow: [null, null],
      vaaHigh: [null, null],
    })
  })
})

describe('the log', () => {
  const entry = (...vaa: unknown[]) => describeEvent(measure(5, ...vaa), [0, 1], 5)

  it('has the means of the lower and of the upper ends', () => {
    expect(entry(POINT, BETWEEN)).toMatchObject({
      vaa: null,
      vaaLow: 0.1875,
      vaaHigh: 0.5,
      vaaSteps: 10_000,
      isAtRest: true,
      unconvergedCount: 5,
      comparedCount: 21,
    })
  })

  it('has a point where all came to rest', () => {
    expect(entry(POINT, POINT)).toMatchObject({ vaa: 0.25, vaaSteps: 208, isAtRest: true, unconvergedCount: 0 })
  })

  it('has the point of a given M, whatever converged', () => {
    expect(entry({ vaa: 0.25, ...counts, unconvergedCount: 8 })).toMatchObject({
      vaa: 0.25,
      vaaSteps: null,
      isAtRest: false,
      unconvergedCount: 8,
    })
  })
})

it('a mean is between the means of the ends; what is not known takes no part', () => {
  expect(meanInterval([readVaa(POINT), null, readVaa(BETWEEN)])).toEqual({ low: 0.1875, high: 0.5 })
  expect(meanInterval([null, readVaa({ vaa: null }), readVaa('damaged')])).toBeNull()
})
