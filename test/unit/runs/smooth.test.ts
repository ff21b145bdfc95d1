/** Smoothing over steps: a value of k steps ago weighs w^k, whatever lies between, and whoever has the state goes on as if it were one curve. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { StepSmoother } from '../../../shared/runs/smooth.ts'

/** Steps to the next value, and the value. */
const curve = fc.array(fc.tuple(fc.integer({ min: 1, max: 20 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })), {
  minLength: 1,
  maxLength: 60,
})
const weights = fc.double({ min: 0, max: 0.999, noNaN: true })
/** Of the largest value: sums of some dozens of numbers. */
const ROUNDING = 1e-9

function pointsOf(list: readonly (readonly [number, number])[]): { position: number; value: number }[] {
  let position = 0
  return list.map(([step, value]) => ({ position: (position += step), value }))
}

it('is the mean of all values so far, each weighed by the steps since', () => {
  fc.assert(
    fc.property(curve, weights, (list, weight) => {
      const points = pointsOf(list)
      const smoother = new StepSmoother(weight)
      const size = Math.max(1, ...points.map(({ value }) => Math.abs(value)))
      points.forEach((point, n) => {
        const found = smoother.push(point.position, point.value)
        const before = points
          .slice(0, n + 1)
          .map((other) => ({ ...other, w: weight ** (point.position - other.position) }))
        const expected =
          before.reduce((sum, { w, value }) => sum + w * value, 0) / before.reduce((sum, { w }) => sum + w, 0)
        expect(Math.abs(found - expected)).toBeLessThanOrEqual(ROUNDING * size)
      })
    }),
  )
})

it('goes on from its state, bit for bit', () => {
  fc.assert(
    fc.property(curve, weights, fc.nat(60), (list, weight, cut) => {
      const points = pointsOf(list)
      const whole = new StepSmoother(weight)
      const expected = points.map(({ position, value }) => whole.push(position, value))
      const first = new StepSmoother(weight)
      for (const { position, value } of points.slice(0, cut)) first.push(position, value)
      const second = new StepSmoother(weight, first.state)
      expect(points.slice(cut).map(({ position, value }) => second.push(position, value))).toEqual(expected.slice(cut))
    }),
  )
})

it('leaves values alone without weight, and constants at any', () => {
  const plain = new StepSmoother(0)
  expect([3, -1, 4].map((value, index) => plain.push(index, value))).toEqual([3, -1, 4])
  fc.assert(
    fc.property(fc.integer({ min: -1000, max: 1000 }), weights, (x, weight) => {
      const smoother = new StepSmoother(weight)
      for (const position of [0, 1, 2, 9]) expect(smoother.push(position, x)).toBeCloseTo(x, 9)
    }),
  )
})
