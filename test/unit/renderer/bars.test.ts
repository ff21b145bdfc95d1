/** Bars with whiskers: on a logarithmic axis they stand on its lower end, between marks, and one seed has no whisker. */
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../renderer/charts/chart-tokens.ts'
import { barFigure, type BarValue } from '../../../renderer/charts/compare-figures.ts'
import { barAxis, logBarAxis } from '../../../renderer/charts/figure.ts'

const bar = (mean: number, low?: number, high?: number) => ({
  mean,
  ends: low === undefined || high === undefined ? null : { low, high },
})

describe('the logarithmic axis of bars', () => {
  it('has marks of powers of two where results lie close together', () => {
    expect(logBarAxis([bar(0.9, 0.7, 1.1), bar(0.5)])).toEqual({ logBase: 2, min: 0.25, max: 2, startValue: 0.25 })
  })

  it('has decades where they lie far apart', () => {
    expect(logBarAxis([bar(0.9, 0.7, 1.1), bar(0.002)])).toEqual({
      logBase: 10,
      min: 0.001,
      max: 10,
      startValue: 0.001,
    })
  })

  it('leaves the least bar a height, at a mark and with a whisker that reaches zero, too', () => {
    for (const least of [bar(0.5), bar(0.5, 0.25, 0.75), bar(1, -1, 3)]) {
      const { min } = logBarAxis([least]) as { min: number }
      expect(min).toBeGreaterThan(0)
      expect(min).toBeLessThan(least.mean)
    }
  })

  it('knows nothing of a mean of zero, which it cannot show', () => {
    expect(logBarAxis([bar(0, 0, 0), bar(8)])).toMatchObject({ min: 4, max: 8 })
    expect(logBarAxis([bar(0)])).toEqual({})
  })
})

describe('the linear axis of bars', () => {
  it('begins at zero, also where a whisker goes a little under it', () => {
    expect(barAxis([bar(1.02, 0.98, 1.06), bar(0.0057, -0.0006, 0.012)], false)).toEqual({ max: 1.5, min: 0 })
  })

  it('leaves room under zero for whiskers that go far there', () => {
    expect(barAxis([bar(1, -0.5, 2.5)], false)).toEqual({ max: 2.5 })
  })

  it('is left to itself where there are no bars, or all are zero', () => {
    expect(barAxis([], false)).toEqual({})
    expect(barAxis([bar(0)], false)).toEqual({})
  })
})

describe('a bar of one seed', () => {
  const bars: BarValue[] = [
    { category: 'a', series: 'none', strategy: 'none', values: [1.5] },
    { category: 'b', series: 'none', strategy: 'none', values: [1, 2, 3] },
  ]
  const words = { value: 'mse', category: 'c', series: 's', low: 'low', high: 'high', count: 'seeds' }
  const tokens = new Proxy({} as ChartTokens, { get: () => () => '#000' })

  it.each(['std', 'interval'] as const)('has no whisker (%s), drawn or in the table', (whisker) => {
    const { option, table } = barFigure(bars, whisker, false, words)
    expect(table.rows[0]).toEqual(['a', 'none', 1.5, null, null, 1])
    expect(table.rows[1]!.slice(3, 5)).toEqual([expect.any(Number), expect.any(Number)])
    const { series } = option(tokens) as { series: { type: string; data: number[][] }[] }
    const whiskers = series.find(({ type }) => type === 'custom')!
    expect(whiskers.data.map(([category]) => category)).toEqual([1])
  })
})
