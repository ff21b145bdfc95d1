/** Tests and intervals against scipy on the same numbers: scipy-table.json, recorded by scipy-table.py. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { meanInterval, pairedT, signedRank } from '../../../shared/statistics/paired-tests.ts'
import { criticalT, studentT } from '../../../shared/statistics/student-t.ts'
import { summarize } from '../../../shared/statistics/summary.ts'

interface Table {
  cases: {
    a: number[]
    b: number[]
    t: number
    pT: number
    differenceInterval: [number, number]
    w: number
    pW: number
    meanInterval: [number, number]
  }[]
  quantiles: { p: number; df: number; t: number; cdf: [number, number][] }[]
}
const { cases, quantiles } = JSON.parse(readFileSync(new URL('scipy-table.json', import.meta.url), 'utf8')) as Table

/** Equal to eleven digits, as both are sums of a few dozen roundings. */
function expectSame(found: number, expected: number): void {
  expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-11 * Math.max(1e-3, Math.abs(expected)))
}

describe.each(cases.map((each) => [each.a.length, each] as const))('%d pairs', (n, each) => {
  it('paired t test and its interval', () => {
    const { t, p, interval } = pairedT(each.a, each.b)
    expectSame(t, each.t)
    expectSame(p, each.pT)
    expectSame(interval.low, each.differenceInterval[0])
    expectSame(interval.high, each.differenceInterval[1])
  })

  it('signed-rank test', () => {
    const { w, p, isExact } = signedRank(each.a, each.b)
    expect(w).toBe(each.w)
    expect(isExact).toBe(n <= 25)
    expectSame(p, each.pW)
  })

  it('interval of the mean', () => {
    const { low, high } = meanInterval(each.a)
    expectSame(low, each.meanInterval[0])
    expectSame(high, each.meanInterval[1])
  })
})

it.each(quantiles)("Student's t with $df degrees of freedom at $p", ({ p, df, t, cdf }) => {
  expectSame(criticalT(2 * p - 1, df), t)
  for (const [x, probability] of cdf) expectSame(studentT(x, df), probability)
})

describe('what is special', () => {
  it('no difference at all', () => {
    expect(signedRank([1, 2, 3], [1, 2, 3])).toEqual({ w: 0, p: 1, isExact: true })
    expect(pairedT([1, 2, 3], [1, 2, 3]).p).toBeNaN()
  })

  it('ties share their ranks', () => {
    // Differences 1, 1, -1, 2: ranks 2, 2, 2, 4.
    expect(signedRank([2, 3, 4, 7], [1, 2, 5, 5])).toMatchObject({ w: 2, isExact: false })
  })

  it('a single seed has no deviation', () => {
    expect(summarize([4])).toEqual({ count: 1, mean: 4, std: 0 })
    expect(() => pairedT([1], [2])).toThrow(RangeError)
  })
})
