/** Whole numbers drawn by name: whatever count is asked for, a draw ends, and those that could be drawn before are the same. */
import { describe, expect, it } from 'vitest'
import { RandomStream } from '../../../shared/numerics/random.ts'

const draws = (count: number, times: number): number[] => {
  const stream = new RandomStream(7, 'sweep', 3)
  return Array.from({ length: times }, () => stream.integer(count))
}

describe('an integer', () => {
  it.each([0, -1, 2.5, Number.NaN, Infinity, 2 ** 53 + 2])('of %d is refused, and not looked for for ever', (count) => {
    expect(() => draws(count, 1)).toThrow(expect.objectContaining({ code: 'internal' }))
  })

  it('of one to 2^32 is the remainder of one word, as it always was', () => {
    for (const count of [1, 2, 10, 1000, 2 ** 31 + 1, 2 ** 32]) {
      const words = new RandomStream(7, 'sweep', 3)
      const limit = 2 ** 32 - (2 ** 32 % count)
      const expected: number[] = []
      while (expected.length < 50) {
        const word = words.uint32()
        if (word < limit) expected.push(word % count)
      }
      expect(draws(count, 50)).toEqual(expected)
    }
  })

  it.each([2 ** 32 + 1, 2 ** 40, 3 * 2 ** 50, 2 ** 53])('of %d lies in all of its range', (count) => {
    const found = draws(count, 400)
    expect(found.every((value) => Number.isSafeInteger(value) && value >= 0 && value < count)).toBe(true)
    // Of 400, each quarter has 100, give or take 43 at five standard deviations.
    for (const quarter of [0, 1, 2, 3]) {
      const inside = found.filter((value) => Math.floor((4 * value) / count) === quarter).length
      expect(Math.abs(inside - 100)).toBeLessThan(44)
    }
    expect(new Set(found.map((value) => value % 2)).size).toBe(2)
  })
})
