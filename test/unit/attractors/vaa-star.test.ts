import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { vaa } from '../../../shared/attractors/vaa.ts'
import { vaaStar, vaaStarWithGradient } from '../../../shared/attractors/vaa-star.ts'

interface GoldenTensor {
  shape: number[]
  data: number[]
}
interface MeasureCase {
  states: GoldenTensor
  epsilon: number
  expected: { vaa: number; vaaStar: number; vaaStarGradient: GoldenTensor }
}

const EPSILON = 1e-4
/** golden/README.md: a float64 engine, relative to the largest entry. */
const GOLDEN_TOLERANCE = 1e-10
/** Central differences with h = 1e-6 lose about h² of curvature and 1e-16 / h of rounding. */
const DIFFERENCE_STEP = 1e-6
const DIFFERENCE_TOLERANCE = 1e-5

const golden = JSON.parse(readFileSync(new URL('../../golden/measure.json', import.meta.url), 'utf8')) as MeasureCase

describe('VAA* (Algorithm 2)', () => {
  it("agrees with the authors' code on the golden states", () => {
    const { states, epsilon, expected } = golden
    const [n, D] = states.shape as [number, number]
    const { value, gradient } = vaaStarWithGradient(states.data, n, D, epsilon)
    expect(Math.abs(value - expected.vaaStar)).toBeLessThan(GOLDEN_TOLERANCE)
    const largest = Math.max(...expected.vaaStarGradient.data.map(Math.abs))
    expected.vaaStarGradient.data.forEach((entry, index) =>
      expect(Math.abs(gradient[index]! - entry) / largest).toBeLessThan(GOLDEN_TOLERANCE),
    )
    expect(vaa(states.data, n, { width: D, offset: 0, size: D }, [epsilon])[0]).toBeCloseTo(expected.vaa, 12)
  })

  it('has a gradient that matches central differences', () => {
    const size = fc.record({ n: fc.integer({ min: 1, max: 6 }), D: fc.integer({ min: 1, max: 5 }), seed: fc.nat() })
    fc.assert(
      fc.property(size, fc.infiniteStream(fc.double({ min: -2, max: 2, noNaN: true })), ({ n, D }, numbers) => {
        const states = Float64Array.from({ length: n * D }, () => numbers.next().value!)
        const { gradient, value } = vaaStarWithGradient(states, n, D, 0.5)
        expect(value).toBe(vaaStar(states, n, D, 0.5))
        for (let index = 0; index < states.length; index++) {
          const at = (offset: number): number =>
            vaaStar(
              states.map((x, k) => (k === index ? x + offset : x)),
              n,
              D,
              0.5,
            )
          const forward = (at(DIFFERENCE_STEP) - value) / DIFFERENCE_STEP
          const backward = (value - at(-DIFFERENCE_STEP)) / DIFFERENCE_STEP
          // At a kink (d = ε) the two sides differ; there any value between them is a derivative.
          const low = Math.min(forward, backward) - DIFFERENCE_TOLERANCE
          const high = Math.max(forward, backward) + DIFFERENCE_TOLERANCE
          expect(gradient[index]).toBeGreaterThanOrEqual(low)
          expect(gradient[index]).toBeLessThanOrEqual(high)
        }
      }),
      { numRuns: 100 },
    )
  })

  it('has a gradient of exactly 0 where states are equal or within ε, and never NaN', () => {
    for (const spread of [0, EPSILON / 10]) {
      const states = Float64Array.from({ length: 12 }, (_, k) => 0.3 + (spread * Math.floor(k / 3)) / 12)
      const { value, gradient } = vaaStarWithGradient(states, 4, 3, EPSILON)
      expect(value).toBe(0.25)
      expect([...gradient].every((entry) => entry === 0)).toBe(true)
    }
    const saturated = Float64Array.from([1e9, -1e9, 1e9, 1e9])
    expect([...vaaStarWithGradient(saturated, 2, 2, EPSILON).gradient].every((entry) => entry === 0)).toBe(true)
  })

  it('lies between 1/n for one attractor and 1 for n far apart', () => {
    expect(vaaStar(new Float64Array(8), 8, 1, EPSILON)).toBeCloseTo(1 / 8, 15)
    const apart = Float64Array.from({ length: 64 }, (_, k) => (k % 9 === 0 ? 3 : 0))
    expect(vaaStar(apart, 8, 8, EPSILON)).toBeGreaterThan(0.99)
    expect(vaaStar([0.7], 1, 1, EPSILON)).toBe(1)
  })

  it('passes a state that is not a number on', () => {
    expect(vaaStar([Number.NaN, 0, 1], 3, 1, EPSILON)).toBeNaN()
  })
})
