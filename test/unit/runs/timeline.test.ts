/** A run's events on one axis: VAA and VAA* of layers and parts are series of their own, with how they converged; restarts, diverged seeds and forks are marks. */
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { isSeriesName, sliceSeries, splitSeriesName, type SeriesPoint } from '../../../shared/runs/series.ts'
import { Timeline } from '../../../shared/runs/timeline.ts'

const slice = (layerIndex: number | null, partIndex: number | null, vaa: number) => ({
  layerIndex,
  partIndex,
  vaa,
  residualMedian: 1e-7,
  residualMax: 2e-3,
  fixedCount: 20,
  periodicCount: 4,
  unconvergedCount: 8,
})

it('marks of any number are gone on from', () => {
  const forks = Array.from({ length: 300_000 }, (_, position) => position)
  expect(new Timeline({ phases: [], restarts: [], divergences: [], forks }, 300_000).forks).toEqual(forks)
})

/** Two layers, of which the second has two parts. */
const MEASURE: RunEvent = {
  type: 'measure',
  phase: 'training',
  step: 30,
  vaa: [
    {
      ...slice(null, null, 0.5),
      layers: [slice(0, null, 0.25), slice(1, null, 0.75)],
      parts: [slice(0, 0, 0.25), slice(1, 0, 0.875), slice(1, 1, 0.125)],
    },
    null,
  ],
  vaaStar: [
    [0.9, 0.8],
    [null, 0.6],
  ],
}

const step = (at: number): RunEvent => ({
  type: 'warmup-step',
  step: at,
  loss: [1, 1],
  vaaStar: [[0.1], [0.2]],
  convergenceSteps: [3, 3],
  gradientNorm: [1, 1],
})

const WARM_UP: readonly RunEvent[] = [
  { type: 'phase', phase: 'warm-up', step: 0 },
  step(10),
  { type: 'warmup-end', vaaStar: [[0.99], [0.9]], restarted: [true, false], restarts: [1, 0] },
  step(20),
  { type: 'warmup-end', vaaStar: [[0.9], [0.9]], restarted: [false, false], restarts: [1, 0] },
  { type: 'phase', phase: 'training', step: 0 },
]

function read(events: readonly RunEvent[]): { timeline: Timeline; points: SeriesPoint[] } {
  const timeline = new Timeline()
  return { timeline, points: events.flatMap((event) => timeline.push(event)) }
}

describe('the timeline of a run', () => {
  it('has VAA of the network, of several layers and of several parts, each with its convergence', () => {
    const { points } = read([...WARM_UP, MEASURE])
    const at = (name: string): readonly (number | null)[] | undefined =>
      points.find(({ series, position }) => series === name && position === 50)?.values
    expect(at('vaa')).toEqual([0.5, null])
    expect(at('vaa.layer0')).toEqual([0.25, null])
    expect(at('vaa.layer1')).toEqual([0.75, null])
    expect(at('vaa.layer1.part1')).toEqual([0.125, null])
    // The one part of the first layer is the layer.
    expect(at('vaa.layer0.part0')).toBeUndefined()
    expect(at('vaa-unconverged.layer1.part0')).toEqual([8, null])
    expect(at('vaa-residual-max')).toEqual([2e-3, null])
    expect(at('vaa-star.layer0')).toEqual([0.9, null])
    expect(at('vaa-star')).toEqual([0.8500000000000001, 0.6])
  })

  it('marks which seeds began their warm-up anew and where, where one diverged, and where a fork left', () => {
    const fork: RunEvent = { type: 'fork', from: { runId: 'other', phase: 'training', step: 0 } }
    const diverged: RunEvent = { type: 'diverged', seed: 7, phase: 'training', step: 4, quantity: 'loss', value: 'NaN' }
    const { timeline } = read([...WARM_UP, fork, MEASURE, diverged])
    expect(timeline.marks()).toEqual({
      phases: [
        { phase: 'warm-up', position: 0 },
        { phase: 'training', position: 20 },
      ],
      restarts: [{ position: 10, seedIndices: [0] }],
      divergences: [{ position: 24, seed: 7, quantity: 'loss' }],
      forks: [20],
    })
    const continued = new Timeline(timeline.marks(), timeline.lastPosition)
    expect(continued.position('training', 7)).toBe(27)
  })

  it('counts steps within their phase; the end of the warm-up is its last step', () => {
    const { timeline } = read([...WARM_UP, MEASURE])
    const continued = new Timeline(timeline.marks(), timeline.lastPosition)
    for (const known of [timeline, continued])
      expect([0, 10, 20, 21, 50].map((position) => known.stepAt(position))).toEqual([
        { phase: 'warm-up', step: 0 },
        { phase: 'warm-up', step: 10 },
        { phase: 'warm-up', step: 20 },
        { phase: 'training', step: 1 },
        { phase: 'training', step: 30 },
      ])
    expect(read([WARM_UP[0]!]).timeline.stepAt(0)).toEqual({ phase: 'warm-up', step: 0 })
    const without = read([{ type: 'phase', phase: 'training', step: 0 }, MEASURE]).timeline
    expect([0, 30].map((position) => without.stepAt(position))).toEqual([
      { phase: 'training', step: 0 },
      { phase: 'training', step: 30 },
    ])
  })

  it('passes over a measurement that is damaged', () => {
    const { points } = read([{ ...MEASURE, vaa: [3, { vaa: 'x', layers: 4, parts: [null] }], vaaStar: null }])
    expect(points.filter(({ series }) => series === 'vaa').map(({ values }) => values)).toEqual([[null, null]])
  })
})

describe('the name of a series', () => {
  it.each([
    ['vaa', { layerIndex: null, partIndex: null }, 'vaa'],
    ['vaa', { layerIndex: 2, partIndex: null }, 'vaa.layer2'],
    ['vaa-residual-max', { layerIndex: 0, partIndex: 1 }, 'vaa-residual-max.layer0.part1'],
  ] as const)('of %s %o is %s, and leads back', (base, of, name) => {
    expect(sliceSeries(base, of)).toBe(name)
    expect(splitSeriesName(name)).toEqual({ base, ...of })
    expect(isSeriesName(name)).toBe(true)
  })

  it.each(['', 'vaas', 'loss.layer0', 'vaa.layer', 'vaa.layer0.part', 'vaa.layer0.part1.x'])('is not `%s`', (name) => {
    expect(isSeriesName(name)).toBe(false)
  })
})
