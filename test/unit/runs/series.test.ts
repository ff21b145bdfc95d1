/** Decimation and bands against their plain definitions, on any series. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanPoints, seedPoints, smoothingOf } from '../../../renderer/charts/run-points.ts'
import {
  decimate,
  isSmoothable,
  SERIES_NAMES,
  SeriesColumns,
  type DecimatedSeries,
  type SeriesName,
  type SeriesPoint,
  type SeriesRange,
} from '../../../shared/runs/series.ts'
import { NO_MARKS } from '../../../shared/runs/timeline.ts'

type Row = readonly [step: number, values: readonly (number | null)[]]

const value = fc.oneof({ weight: 9, arbitrary: fc.double({ min: -1e3, max: 1e3, noNaN: true }) }, fc.constant(null))
/** Steps to the next position, and a value of each of two seeds. */
const rows: fc.Arbitrary<Row[]> = fc.array(
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.array(value, { minLength: 2, maxLength: 2 })),
  {
    minLength: 1,
    maxLength: 200,
  },
)

/** 0 and -0 are the same to a mean. */
const measured = ([, values]: Row, r: number): number | null => (values[r] === null ? null : values[r]! + 0)

interface Point {
  readonly position: number
  readonly values: readonly (number | null)[]
}

function pointsOf(list: readonly Row[]): Point[] {
  let position = 0
  return list.map(([step, values]) => ({ position: (position += step), values }))
}

function columnsOf(points: readonly Point[]): SeriesColumns {
  const columns = new SeriesColumns(2)
  for (const { position, values } of points) columns.push(position, values)
  return columns
}

/** All of it, unless something else is said. */
const range = (some: Partial<SeriesRange> = {}): SeriesRange => ({
  from: null,
  to: null,
  buckets: 10_000,
  smoothing: 0,
  ...some,
})

const viewOf = (series: DecimatedSeries, lastPosition: number, tail: readonly SeriesPoint[] = []) => ({
  base: {
    runId: '',
    eventCount: 0,
    lastPosition,
    marks: NO_MARKS,
    names: [series.name],
    damaged: null,
    latest: [],
    smoothing: series.smoothing,
    series: [series],
  },
  tail: new Map([[series.name, tail]]),
  marks: NO_MARKS,
  names: new Set([series.name]),
  lastPosition,
})

const known = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((item): item is number => typeof item === 'number')

describe('decimation', () => {
  it('keeps the least, the greatest and the mean of what falls between the beginnings of its buckets', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (list, buckets) => {
        const points = pointsOf(list)
        const { positions, seeds, pointCount, decimated } = decimate('loss', columnsOf(points), range({ buckets }))
        expect(pointCount).toBe(points.length)
        expect(decimated).toBe(points.length > buckets)
        expect(positions.length).toBeLessThanOrEqual(buckets)
        positions.forEach((start, i) => {
          const inside = points.filter(({ position }) => position >= start && position < (positions[i + 1] ?? Infinity))
          seeds.forEach(({ least, greatest, mean }, r) => {
            const values = known(inside.map((point) => point.values[r]))
            expect(least[i]).toBe(values.length === 0 ? null : Math.min(...values))
            expect(greatest[i]).toBe(values.length === 0 ? null : Math.max(...values))
            if (values.length === 0) expect(mean[i]).toBeNull()
            else expect(mean[i]).toBeCloseTo(values.reduce((sum, item) => sum + item, 0) / values.length, 6)
          })
        })
      }),
    )
  })

  it('tells which steps a bucket is of, and how many', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 40 }), (list, buckets) => {
        const points = pointsOf(list)
        const { positions, lastPositions, counts } = decimate('loss', columnsOf(points), range({ buckets }))
        const inside = positions.map((first, i) =>
          points.filter(({ position }) => position >= first && position <= lastPositions[i]!),
        )
        expect(inside.map(({ length }) => length)).toEqual(counts)
        expect(inside.flat()).toEqual(points)
      }),
    )
  })

  it('begins and ends with one point each: what a curve begins and ends with was measured', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 3, max: 40 }), (list, buckets) => {
        const { counts, seeds } = decimate('loss', columnsOf(pointsOf(list)), range({ buckets }))
        expect([counts[0], counts.at(-1)]).toEqual([1, 1])
        seeds.forEach(({ mean }, r) =>
          expect([mean[0], mean.at(-1)]).toEqual([measured(list[0]!, r), measured(list.at(-1)!, r)]),
        )
      }),
    )
  })

  it('is of the points within a range, both ends included, and of those alone', () => {
    fc.assert(
      fc.property(rows, fc.nat(400), fc.nat(400), (list, a, b) => {
        const points = pointsOf(list)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const { positions } = decimate('loss', columnsOf(points), range({ from, to }))
        expect(positions).toEqual(
          points.map(({ position }) => position).filter((position) => position >= from && position <= to),
        )
      }),
    )
  })

  it('draws a line a seed that reaches every peak', () => {
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 12 }), (list, buckets) => {
        const points = pointsOf(list)
        const view = viewOf(decimate('loss', columnsOf(points), range({ buckets })), points.at(-1)!.position)
        for (const r of [0, 1]) {
          const values = known(points.map((point) => point.values[r]))
          const drawn = seedPoints(view, 'loss', r).map(([, item]) => item)
          // Of 0 and -0 either is drawn: they stand at the same place.
          const ends = (list: readonly number[]): number[] => [Math.min(...list) + 0, Math.max(...list) + 0]
          expect(ends(drawn)).toEqual(ends(values))
        }
      }),
    )
  })
})

describe('bands', () => {
  it('are the mean and the sample deviation over the seeds that have a value', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const points = pointsOf(list)
        const view = viewOf(decimate('loss', columnsOf(points), range()), points.at(-1)!.position)
        const expected = points.flatMap(({ position, values }) => {
          const [a, b] = known(values)
          if (a === undefined) return []
          return [
            {
              position,
              mean: b === undefined ? a : (a + b) / 2,
              std: b === undefined ? 0 : Math.abs(a - b) / Math.SQRT2,
            },
          ]
        })
        const found = meanPoints(view, 'loss', 2)
        expect(found.map(({ position }) => position)).toEqual(expected.map(({ position }) => position))
        found.forEach(({ mean, std }, i) => {
          expect(mean).toBeCloseTo(expected[i]!.mean, 9)
          expect(std).toBeCloseTo(expected[i]!.std, 9)
        })
      }),
    )
  })
})

const weights = fc.double({ min: 0.01, max: 0.999, noNaN: true })

describe('smoothing', () => {
  it('gives a step the same value in every range and any number of buckets', () => {
    fc.assert(
      fc.property(
        rows,
        weights,
        fc.nat(600),
        fc.nat(600),
        fc.integer({ min: 1, max: 60 }),
        (list, smoothing, a, b, buckets) => {
          const points = pointsOf(list)
          const last = points.at(-1)!.position
          const smoothedIn = (asked: SeriesRange): Map<number, number | null> => {
            const view = viewOf(decimate('loss', columnsOf(points), asked), last)
            return new Map(meanPoints(view, 'loss', 2).map(({ position, smoothed }) => [position, smoothed]))
          }
          const whole = smoothedIn(range({ smoothing }))
          const part = smoothedIn(range({ from: Math.min(a, b), to: Math.max(a, b), buckets, smoothing }))
          for (const [position, value] of part) expect(value).toBe(whole.get(position) ?? null)
        },
      ),
    )
  })

  it('goes on over live points as if the lab had had them', () => {
    fc.assert(
      fc.property(rows, weights, fc.nat(200), fc.integer({ min: 3, max: 60 }), (list, smoothing, cut, buckets) => {
        const points = pointsOf(list)
        const last = points.at(-1)!.position
        const live = points.slice(cut).map((point): SeriesPoint => ({ series: 'loss', ...point }))
        const smoothedOf = (
          series: DecimatedSeries,
          tail: readonly SeriesPoint[] = [],
        ): (readonly [number, unknown])[] =>
          meanPoints(viewOf(series, last, tail), 'loss', 2).map(({ position, smoothed }) => [position, smoothed])
        const whole = new Map(smoothedOf(decimate('loss', columnsOf(points), range({ smoothing }))))
        const before = decimate('loss', columnsOf(points.slice(0, cut)), range({ smoothing, buckets }))
        for (const [position, value] of smoothedOf(before, live)) expect(value).toBe(whole.get(position) ?? null)
      }),
    )
  })

  it('is the mean of the seeds, each smoothed by itself', () => {
    const columns = columnsOf([
      { position: 1, values: [1, 3] },
      { position: 2, values: [2, null] },
      { position: 3, values: [4, 5] },
    ])
    const view = viewOf(decimate('loss', columns, range({ smoothing: 0.5 })), 3)
    const [first, second] = [(1 / 4 + 2 / 2 + 4) / (1 / 4 + 1 / 2 + 1), (3 / 4 + 5) / (1 / 4 + 1)]
    expect(meanPoints(view, 'loss', 2).at(-1)!.smoothed).toBeCloseTo((first + second) / 2, 12)
  })

  it.each(SERIES_NAMES.filter((name) => !isSmoothable(name)))('leaves %s as it was measured', (name) => {
    const series = decimate(
      name,
      columnsOf(
        pointsOf([
          [1, [1, 2]],
          [9, [5, 8]],
        ]),
      ),
      range({ smoothing: 0.9 }),
    )
    const view = viewOf(series, 10)
    expect(smoothingOf(view.base, name)).toBe(0)
    expect(meanPoints(view, name, 2).map(({ mean, smoothed }) => [mean, smoothed])).toEqual([
      [1.5, null],
      [6.5, null],
    ])
  })

  it('is of what a step of the optimiser draws anew, and of nothing that is measured now and then', () => {
    const smoothed: SeriesName[] = ['warmup-loss', 'warmup-vaa-star', 'convergence-steps', 'loss', 'gradient-norm']
    expect(SERIES_NAMES.filter(isSmoothable)).toEqual(smoothed)
    expect(isSmoothable('warmup-vaa-star.layer1')).toBe(true)
    expect(isSmoothable('vaa.layer0.part1')).toBe(false)
  })
})
