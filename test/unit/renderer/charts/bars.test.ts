/** Bars with whiskers: each has its name, on a logarithmic axis they stand on its lower end, and no whisker of one goes below zero. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import { barFigure, type BarValue } from '../../../../renderer/compare/compare-figures.ts'
import { barAxis, logBarAxis } from '../../../../renderer/charts/bars.ts'
import type { Figure } from '../../../../renderer/charts/figure.ts'
import { endsOnLog, isWide } from '../../../../renderer/charts/log-scale.ts'

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

  it('is not taken along over ten decades by a whisker of two seeds', () => {
    const { min, max } = logBarAxis([bar(1, -11.7, 13.7)]) as { min: number; max: number }
    expect([min, max]).toEqual([0.001, 100])
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

const words = { value: 'mse', run: 'run', low: 'low', high: 'high', count: 'seeds', logEnds: 'on a logarithm' }
const tokens = new Proxy({} as ChartTokens, { get: () => () => '#000' })

const barOf = (name: string, configuration: string, values: readonly number[]): BarValue => ({
  name,
  configuration,
  strategy: 'none',
  group: 'none',
  colour: () => '#000',
  values,
})

interface DrawnBars {
  readonly yAxis: { readonly data: readonly string[]; readonly axisLabel: { readonly interval: number } }
  readonly series: readonly { readonly type: string; readonly data: readonly (readonly number[])[] }[]
}

const drawnBars = ({ option }: Figure): DrawnBars => option(tokens, 900) as unknown as DrawnBars

describe('a bar of one seed', () => {
  const bars = [barOf('none · a', 'a', [1.5]), barOf('none · b', 'b', [1, 2, 3])]

  it.each(['std', 'interval'] as const)('has no whisker (%s), drawn or in the table', (whisker) => {
    const figure = barFigure(bars, whisker, false, words)
    expect(figure.table.rows[0]).toEqual(['none · a', 1.5, null, null, 1])
    expect(figure.table.rows[1]!.slice(2, 4)).toEqual([expect.any(Number), expect.any(Number)])
    const { series, yAxis } = drawnBars(figure)
    const whiskers = series.find(({ type }) => type === 'custom')!
    expect(whiskers.data.map(([place]) => yAxis.data[place!])).toEqual(['none · b'])
  })
})

describe('bars', () => {
  it('each have a name, those of a configuration together and apart from the others', () => {
    const bars = [barOf('none · a', 'a', [1]), barOf('none · b', 'b', [1]), barOf('double · a', 'a', [1])]
    const { yAxis } = drawnBars(barFigure(bars, 'std', false, words))
    expect(yAxis.data).toEqual(['none · a', 'double · a', '', 'none · b'])
    expect(yAxis.axisLabel.interval).toBe(0)
  })

  it('are on a logarithm by themselves where they span more than two decades, and nothing is at zero or below', () => {
    expect(isWide([0.01, 1.01])).toBe(true)
    expect(isWide([0.01, 1])).toBe(false)
    expect(isWide([0, 0.01, 1000])).toBe(false)
    expect(isWide([-1, 0.01, 1000])).toBe(false)
    expect(isWide([])).toBe(false)
  })
})

describe('an interval of a positive quantity on a logarithm', () => {
  const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true })

  it('holds the mean, does not reach zero, and is as wide in factors up and down', () => {
    fc.assert(
      fc.property(positive, fc.double({ min: 1e-3, max: 50, noNaN: true }), (mean, share) => {
        const { low, high } = endsOnLog(mean, { low: mean * (1 - share), high: mean * (1 + share) })
        expect(low).toBeGreaterThan(0)
        expect(low).toBeLessThan(mean)
        expect(high).toBeGreaterThan(mean)
        expect((high / mean) * (low / mean)).toBeCloseTo(1, 9)
      }),
    )
  })

  it('is the interval itself where that is narrow', () => {
    const { low, high } = endsOnLog(2, { low: 1.998, high: 2.002 })
    expect(low).toBeCloseTo(1.998, 5)
    expect(high).toBeCloseTo(2.002, 5)
  })

  it.each(['std', 'interval'] as const)('is what is drawn (%s) and what the table has', (whisker) => {
    const figure = barFigure([barOf('none', '', [1e-4, 2, 3])], whisker, true, words)
    const [, mean, low, high] = figure.table.rows[0] as [string, number, number, number]
    expect(low).toBeGreaterThan(0)
    expect(mean).toBeGreaterThan(low)
    const { series } = drawnBars(figure)
    expect(series.find(({ type }) => type === 'custom')!.data).toEqual([[0, low, high]])
    expect(figure.note).toBe('on a logarithm')
  })
})
