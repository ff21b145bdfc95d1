/** Runs laid over each other: what was measured stays what it was, a smoothed curve stands beside it by name, and rows say which steps they are of. */
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import { isWideOverlay, overlayFigure, type OverlaidRun } from '../../../../renderer/compare/overlay-figure.ts'
import type { Figure } from '../../../../renderer/charts/figure.ts'
import type { PointedItem } from '../../../../renderer/charts/run-tooltip.ts'
import { decimate, SeriesColumns, type SeriesName } from '../../../../shared/runs/series.ts'

const WARMUP_STEPS = 10
const words = {
  value: 'value',
  axis: 'steps',
  std: 'std',
  run: 'run',
  buckets: 'rows are buckets',
  logBand: 'bands on a logarithm',
  head: (head: string) => head,
  phase: (phase: string) => phase,
  step: ({ phase, step }: { phase: string; step: number }) => `${phase} ${step}`,
  steps: (first: { step: number }, last: { phase: string; step: number }) =>
    `${last.phase} ${first.step} to ${last.step}`,
  smoothed: (line: string, weight: number) => `${line} smoothed ${weight}`,
  smoothedAxis: (smoothed: string) => `${smoothed}, pale as measured`,
  bucketMean: (value: string, count: number) => `${value} of ${count}`,
}
const tokens = new Proxy({} as ChartTokens, { get: () => () => '#000' })

/** A run with a warm-up, whose values begin with the first step of training. */
function runOf(
  label: string,
  name: SeriesName,
  values: readonly number[],
  smoothing: number,
  buckets = 1000,
): OverlaidRun {
  const columns = new SeriesColumns(1)
  values.forEach((value, index) => columns.push(WARMUP_STEPS + 1 + index, [value]))
  const phases = [
    { phase: 'warm-up', position: 0 },
    { phase: 'training', position: WARMUP_STEPS },
  ] as const
  const metrics = {
    runId: label,
    eventCount: values.length,
    lastPosition: WARMUP_STEPS + values.length,
    marks: { phases, restarts: [], divergences: [], forks: [] },
    names: [name],
    damaged: null,
    latest: [],
    smoothing,
    series: [decimate(name, columns, { from: null, to: null, buckets, smoothing })],
  }
  const run = { summary: { id: label, seeds: [0] }, config: null } as unknown as OverlaidRun['run']
  return { run, metrics, offset: WARMUP_STEPS, label, look: { colour: () => '#000', dash: 'solid' } }
}

interface Drawn {
  readonly series: readonly { readonly id: string; readonly data: readonly (readonly number[])[] }[]
  readonly yAxis: { readonly name: string }
  readonly legend: { readonly data: readonly string[] }
  readonly tooltip: { readonly formatter: (items: readonly PointedItem[]) => string }
}

const drawn = ({ option }: Figure): Drawn => option(tokens, 900) as unknown as Drawn
const settingsOf = (series: SeriesName) => ({ series, isLog: false, showBand: false })

describe('runs laid over each other', () => {
  it.each(['validation-loss', 'vaa', 'vaa-star'] as const)('have %s as it was measured at any smoothing', (name) => {
    const figure = overlayFigure([runOf('a', name, [0.031, 1, 1], 0.9)], settingsOf(name), words)
    const { series, yAxis } = drawn(figure)
    expect(series.map(({ id, data }) => [id, data])).toEqual([
      [
        'a',
        [
          [1, 0.031],
          [2, 1],
          [3, 1],
        ],
      ],
    ])
    expect(yAxis.name).toBe('value')
    expect(figure.table.columns).toEqual(['run', 'phase', 'step', 'value', 'std'])
  })

  it('have a smoothed curve by the name of its smoothing, and what was measured beside it', () => {
    const figure = overlayFigure([runOf('a', 'loss', [1, 0, 1], 0.5)], settingsOf('loss'), words)
    const { series, yAxis, legend, tooltip } = drawn(figure)
    const dataOf = (id: string) => series.find((line) => line.id === id)!.data.map(([, value]) => value)
    expect(dataOf('a raw')).toEqual([1, 0, 1])
    expect(dataOf('a')[1]).toBeCloseTo(1 / 3, 12)
    expect(yAxis.name).toBe('value smoothed 0.5, pale as measured')
    expect(legend.data).toEqual(['a'])
    expect(tooltip.formatter([{ seriesId: 'a', value: [2, 1 / 3] }])).toBe('training 2\na smoothed 0.5 0.333\na 0')
    expect(figure.table.columns.at(-1)).toBe('value smoothed 0.5')
    expect(figure.table.rows[1]).toEqual(['a', 'training', 2, 0, 0, expect.closeTo(1 / 3, 12)])
    expect(figure.note).toBeUndefined()
  })

  it('say which steps a row is of where it is of several, and how a band is drawn on a logarithm', () => {
    const values = Array.from({ length: 100 }, (_, index) => index + 1)
    const settings = { series: 'loss', isLog: true, showBand: true } as const
    const figure = overlayFigure([runOf('a', 'loss', values, 0, 10)], settings, words)
    expect(figure.table.columns.slice(0, 5)).toEqual(['run', 'phase', 'from', 'to', 'count'])
    const extents = figure.table.rows.map((row) => row.slice(2, 5) as [number, number, number])
    expect(extents[0]).toEqual([1, 1, 1])
    expect(extents.at(-1)).toEqual([100, 100, 1])
    expect(extents.every(([from, to, count]) => to - from + 1 === count)).toBe(true)
    expect(figure.note).toBe('rows are buckets bands on a logarithm')
  })

  it('are on a logarithm by themselves where their values span more than two decades', () => {
    const near = [runOf('a', 'loss', [1, 0.5], 0), runOf('b', 'loss', [0.02], 0)]
    expect(isWideOverlay(near, 'loss')).toBe(false)
    expect(isWideOverlay([...near, runOf('c', 'loss', [0.005], 0)], 'loss')).toBe(true)
  })
})
