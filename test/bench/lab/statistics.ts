/** Medians and percentiles of a few measurements. */

export function median(values: readonly number[]): number {
  return percentile(values, 0.5)
}

/** @param share 0 to 1; between two values, the line between them */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const low = sorted[Math.floor(at)] ?? NaN
  return low + (sorted[Math.ceil(at)]! - low) * (at - Math.floor(at))
}
