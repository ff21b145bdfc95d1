import fc from 'fast-check'
import { expect, it } from 'vitest'
import { histogram } from '../../../shared/statistics/histogram.ts'

it('counts what lies between the edges of each bin', () => {
  // Eighths are exact: an edge is an edge.
  const eighths = fc.array(
    fc.integer({ min: -80, max: 80 }).map((value) => value / 8),
    { maxLength: 100 },
  )
  fc.assert(
    fc.property(eighths, (values) => {
      const { counts } = histogram(values, 16, -4, 4)
      counts.forEach((count, bin) => {
        const [from, to] = [-4 + bin / 2, -3.5 + bin / 2]
        const inside = values.filter((value) => value >= from && (value < to || (bin === 15 && value === to)))
        expect(count).toBe(inside.length)
      })
    }),
  )
})

it('leaves out what is no number', () => {
  expect(histogram([Number.NaN, Infinity, -Infinity, 0.5], 2, 0, 1).counts).toEqual([0, 1])
})
