import fc from 'fast-check'
import { expect, it } from 'vitest'
import { smooth } from '../../../shared/runs/smooth.ts'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 60 })
const weights = fc.double({ min: 0, max: 0.999, noNaN: true })

it('is the weighted mean of all values so far', () => {
  fc.assert(
    fc.property(values, weights, (xs, weight) => {
      smooth(xs, weight).forEach((found, n) => {
        let sum = 0
        let total = 0
        for (let i = 0; i <= n; i++) {
          sum += weight ** (n - i) * xs[i]!
          total += weight ** (n - i)
        }
        expect(Math.abs(found - sum / total)).toBeLessThanOrEqual(1e-9 * Math.max(1, ...xs.map(Math.abs)))
      })
    }),
  )
})

it('leaves values alone without weight, and constants at any', () => {
  expect(smooth([3, -1, 4], 0)).toEqual([3, -1, 4])
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), weights, (x, weight) => {
      for (const value of smooth([x, x, x, x], weight)) expect(value).toBeCloseTo(x, 9)
    }),
  )
})
