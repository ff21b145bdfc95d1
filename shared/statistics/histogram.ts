/**
 * Counts of values in bins of equal width. Bins begin at multiples of their width and widths are powers of two: bins of one histogram fit into
 * those of another, so that histograms are added without a count lost or shared out.
 */

export interface Histogram {
  /** Where the first bin begins, inclusive. */
  readonly low: number
  /** Where the last one ends, exclusive. */
  readonly high: number
  /** Values of each bin, from low to high; the first and the last hold some. Empty where there are none. */
  readonly counts: readonly number[]
}

/** Bins that several histograms are laid into. */
export interface CommonBins {
  readonly low: number
  readonly width: number
  readonly binCount: number
  /** One list a histogram. */
  readonly counts: readonly (readonly number[])[]
}

const EMPTY: Histogram = { low: 0, high: 0, counts: [] }
/** 2^-100: what spreads less than this is one value. */
const LEAST_EXPONENT = -100

/** @param width a power of two; what is not finite is left out */
export function histogram(values: ArrayLike<number>, width: number): Histogram {
  let least = Infinity
  let greatest = -Infinity
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    if (value < least) least = value
    if (value > greatest) greatest = value
  }
  if (least > greatest) return EMPTY
  const first = Math.floor(least / width)
  const end = Math.floor(greatest / width) + 1
  const counts = Array.from({ length: end - first }, () => 0)
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]!)) counts[Math.floor(values[i]! / width) - first]!++
  return { low: first * width + 0, high: end * width + 0, counts } // + 0: JSON knows no -0
}

/** The least power of two of which `bins` bins reach from the negative of the largest size to it. @param bins an even number */
export function widthFor(values: ArrayLike<number>, bins: number): number {
  let largest = 0
  for (let i = 0; i < values.length; i++)
    if (Number.isFinite(values[i]!)) largest = Math.max(largest, Math.abs(values[i]!))
  let exponent = Math.max(LEAST_EXPONENT, Math.floor(Math.log2(largest)))
  while (2 ** exponent <= largest) exponent++ // the logarithm is rounded
  return 2 ** (exponent + 1) / bins
}

const widthOf = ({ low, high, counts }: Histogram): number => (high - low) / counts.length

/** Lays histograms into the widest of their bins. Those without values get zeros. */
export function commonBins(histograms: readonly Histogram[]): CommonBins {
  const filled = histograms.filter(({ counts }) => counts.length > 0)
  if (filled.length === 0) return { low: 0, width: 0, binCount: 0, counts: histograms.map(() => []) }
  const width = filled.reduce((most, next) => Math.max(most, widthOf(next)), 0)
  const first = filled.reduce((least, { low }) => Math.min(least, Math.floor(low / width)), Infinity)
  const end = filled.reduce((most, { high }) => Math.max(most, Math.ceil(high / width)), -Infinity)
  const binCount = end - first
  const lay = (laid: Histogram): number[] => {
    const counts = Array.from({ length: binCount }, () => 0)
    const own = widthOf(laid)
    laid.counts.forEach((count, index) => (counts[Math.floor((laid.low + index * own) / width) - first]! += count))
    return counts
  }
  return { low: first * width + 0, width, binCount, counts: histograms.map(lay) }
}

/** Of all values together. */
export function sumHistograms(histograms: readonly Histogram[]): Histogram {
  const { low, width, binCount, counts } = commonBins(histograms)
  if (binCount === 0) return EMPTY
  const sums = Array.from({ length: binCount }, (_, bin) => counts.reduce((sum, list) => sum + list[bin]!, 0))
  return { low, high: low + binCount * width, counts: sums }
}

/** Of all values; zeros where there are none. */
export function sharesOf(counts: readonly number[]): number[] {
  const total = counts.reduce((sum, count) => sum + count, 0)
  return counts.map((count) => (total === 0 ? 0 : count / total))
}

/**
 * The value under which a share of all values lies, as if those of a bin were spread evenly over it.
 * @param share 0 to 1 @returns null without values
 */
export function quantile(low: number, width: number, counts: readonly number[], share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0)
  if (total === 0) return null
  let left = share * total
  let place = 0
  for (const [bin, count] of counts.entries()) {
    if (count === 0) continue
    place = bin + Math.min(1, left / count)
    if (left <= count) break
    left -= count
  }
  return low + place * width
}
