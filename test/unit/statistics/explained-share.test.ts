/** The share of variance that groups explain: against scipy's F (scipy-table.json), and by what it has to be. */
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { explainedShare } from '../../../shared/statistics/explained-share.ts'

const { groups } = JSON.parse(readFileSync(new URL('scipy-table.json', import.meta.url), 'utf8')) as {
  groups: { values: number[][]; f: number }[]
}

describe('the explained share', () => {
  it.each(groups)('follows from F = $f', ({ values, f }) => {
    const between = values.length - 1
    const within = values.flat().length - values.length
    const expected = Math.max(0, (between * (f - 1)) / (between * f + within))
    expect(explainedShare(values)).toBeCloseTo(expected, 12)
  })

  it('is 1 where nothing else differs, and 0 where groups have the same values', () => {
    expect(explainedShare([[1, 1], [2, 2, 2], []])).toBe(1)
    expect(
      explainedShare([
        [1, 2],
        [2, 1],
      ]),
    ).toBe(0)
  })

  it('is not told where nothing varies or no value has a second beside it', () => {
    expect(explainedShare([[3, 3], [3]])).toBeNull()
    expect(explainedShare([[1], [2], [3]])).toBeNull()
    expect(explainedShare([])).toBeNull()
  })

  it('depends neither on scale and place nor on the order of groups', () => {
    const value = fc.integer({ min: -1000, max: 1000 })
    fc.assert(
      fc.property(
        fc.array(fc.array(value, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        value,
        (drawn, scale, place) => {
          const share = explainedShare(drawn)
          const moved = explainedShare(drawn.map((group) => group.map((x) => scale * x + place)).reverse())
          if (share === null) expect(moved).toBeNull()
          else expect(moved).toBeCloseTo(share, 9)
        },
      ),
    )
  })
})
