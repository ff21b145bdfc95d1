/** Histograms whose bins fit into one another: counts are those of a plain count, and adding loses none. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  commonBins,
  histogram,
  quantile,
  sumHistograms,
  widthFor,
  type Histogram,
} from '../../../shared/statistics/histogram.ts'

/** Without those that a division by a width rounds to zero. */
const numbers = fc.array(
  fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((value) => (Math.abs(value) < 1e-290 ? 0 : value)),
  { maxLength: 100 },
)
const widths = fc.integer({ min: -20, max: 12 }).map((exponent) => 2 ** exponent)
const total = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0)
const widthOf = ({ low, high, counts }: Histogram): number => (high - low) / counts.length

it('counts what lies between the edges of each bin, an edge with the bin that it begins', () => {
  // Eighths are exact: an edge is an edge.
  const eighths = fc.array(
    fc.integer({ min: -80, max: 80 }).map((value) => value / 8),
    { maxLength: 100 },
  )
  fc.assert(
    fc.property(eighths, (values) => {
      const { low, high, counts } = histogram(values, 0.5)
      expect(counts).toHaveLength((high - low) * 2)
      counts.forEach((count, bin) => {
        const [from, to] = [low + bin / 2, low + (bin + 1) / 2]
        expect(count).toBe(values.filter((value) => value >= from && value < to).length)
      })
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(values.length)
      expect(counts[0]).not.toBe(0)
      expect(counts.at(-1)).not.toBe(0)
    }),
  )
})

it('leaves out what is no number, and survives JSON', () => {
  const counted = histogram([Number.NaN, Infinity, -Infinity, 0.5, -0], 0.5)
  expect(counted).toEqual({ low: 0, high: 1, counts: [1, 1] })
  expect(histogram([Number.NaN], 1)).toEqual({ low: 0, high: 0, counts: [] })
  expect(JSON.parse(JSON.stringify(counted))).toEqual(counted)
})

it('has a width at which so many bins hold every value, and half of it would not do', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 }), (values) => {
      const width = widthFor(values, 128)
      const largest = Math.max(...values.map(Math.abs))
      expect(largest).toBeLessThan(64 * width)
      if (largest > 1e-20) expect(largest).toBeGreaterThanOrEqual(32 * width)
      expect(Number.isInteger(Math.log2(width))).toBe(true)
      expect(histogram(values, width).counts.length).toBeLessThanOrEqual(128)
    }),
  )
})

it('laid into the widest bins is what those would have counted', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(numbers, widths), { minLength: 1, maxLength: 6 }), (lists) => {
      // Not too many bins for a test.
      const parts = lists.map(([values, width]) => ({ values, own: Math.max(width, 2 ** -2 * widthFor(values, 128)) }))
      const { low, width, binCount, counts } = commonBins(parts.map(({ values, own }) => histogram(values, own)))
      parts.forEach(({ values }, index) => {
        if (values.length === 0) return
        const direct = histogram(values, width)
        const before = (direct.low - low) / width
        const after = binCount - before - direct.counts.length
        const zeros = (length: number): number[] => Array.from({ length }, () => 0)
        expect(counts[index]).toEqual([...zeros(before), ...direct.counts, ...zeros(after)])
      })
    }),
  )
})

it('summed holds every value once, in whatever order they are added', () => {
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 6 }), (lists) => {
      const parts = lists.map((values) => histogram(values, widthFor(values, 64)))
      const sum = sumHistograms(parts)
      expect(total(sum)).toBe(lists.flat().length)
      expect(parts.reduce((a, b) => sumHistograms([a, b]), sumHistograms([]))).toEqual(sum)
      if (sum.counts.length > 0)
        expect(widthOf(sum)).toBe(Math.max(...parts.filter(({ counts }) => counts.length > 0).map(widthOf)))
    }),
  )
})

it('has quantiles within a bin of those of the values', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 200 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const width = widthFor(values, 128)
        const { low, counts } = histogram(values, width)
        const sorted = [...values].sort((a, b) => a - b)
        const found = quantile(low, width, counts, share)!
        // A share on the edge between two values lies with either, and rounding moves it by less than one value.
        const at = share * values.length
        expect(found).toBeGreaterThanOrEqual(sorted[Math.max(0, Math.floor(at - 1e-9) - 1)]! - width)
        expect(found).toBeLessThanOrEqual(sorted[Math.min(values.length - 1, Math.ceil(at + 1e-9))]! + width)
      },
    ),
  )
  expect(quantile(0, 1, [], 0.5)).toBeNull()
  expect(quantile(-1, 0.5, [2, 0, 2], 0.5)).toBe(-0.5)
})
