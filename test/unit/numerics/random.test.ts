/** The generator against its published answers; whole numbers drawn by name: whatever count is asked for, a draw ends, and those that could be drawn before are the same. */
import { describe, expect, it } from 'vitest'
import { philox4x32, RandomStream, type DrawPurpose } from '../../../shared/numerics/random.ts'

const draws = (count: number, times: number): number[] => {
  const stream = new RandomStream(7, 'sweep', 3)
  return Array.from({ length: times }, () => stream.integer(count))
}

const words = (text: string): number[] => text.split(' ').map((word) => Number.parseInt(word, 16))

describe('Philox4x32-10', () => {
  // Random123 (Salmon et al. 2011), tests/kat_vectors, the lines `philox4x32 10`: counter, key, answer.
  it.each([
    ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
    ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
    ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
  ])('answers counter %s under key %s as published', (counter, key, answer) => {
    const out = new Uint32Array(4)
    philox4x32(Uint32Array.from(words(counter)), words(key) as [number, number], out)
    expect([...out]).toEqual(words(answer))
  })

  it('is what a stream draws from: its seed and purpose are the key, its blocks and its index the counter', () => {
    // FNV-1a of `c` is e60c2c52 (Noll, test vectors of FNV); a purpose of one letter is none of the lab's.
    const stream = new RandomStream(5, 'c' as DrawPurpose, 2 ** 32 + 7)
    const drawn = Array.from({ length: 8 }, () => stream.uint32())
    const expected = [0, 1].flatMap((block) => {
      const out = new Uint32Array(4)
      philox4x32(Uint32Array.of(block, 0, 7, 1), [5, 0xe60c2c52], out)
      return [...out]
    })
    expect(drawn).toEqual(expected)
  })
})

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
