/** Decimation and bands against their plain definitions, on any series. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanPoints, seedPoints } from '../../../renderer/charts/run-points.ts'
import { decimate, SeriesColumns, type DecimatedSeries } from '../../../shared/runs/series.ts'
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

const viewOf = (series: DecimatedSeries, lastPosition: number) => ({
  base: {
    runId: '',
    eventCount: 0,
    lastPosition,
    marks: NO_MARKS,
    names: [series.name],
    damaged: null,
    series: [series],
  },
  tail: new Map(),
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
        const { positions, seeds, pointCount, decimated } = decimate('loss', columnsOf(points), null, null, buckets)
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

  it('is of the points within a range, both ends included, and of those alone', () => {
    fc.assert(
      fc.property(rows, fc.nat(400), fc.nat(400), (list, a, b) => {
        const points = pointsOf(list)
        const [from, to] = [Math.min(a, b), Math.max(a, b)]
        const { positions } = decimate('loss', columnsOf(points), from, to, 10_000)
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
        const view = viewOf(decimate('loss', columnsOf(points), null, null, buckets), points.at(-1)!.position)
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
        const view = viewOf(decimate('loss', columnsOf(points), null, null, 10_000), points.at(-1)!.position)
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
