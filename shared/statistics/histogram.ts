/** Counts of values in bins of equal width. */

export interface Histogram {
  readonly low: number
  readonly high: number
  /** Values of each bin, from low to high; a value at `high` is in the last one. What lies outside is in none. */
  readonly counts: readonly number[]
}

/** @param bins at least one @param low under `high` */
export function histogram(values: Iterable<number>, bins: number, low: number, high: number): Histogram {
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    if (!(value >= low && value <= high)) continue
    counts[Math.min(bins - 1, Math.floor(((value - low) / (high - low)) * bins))]!++
  }
  return { low, high, counts }
}
