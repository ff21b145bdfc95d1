/** Positive quantities on a logarithm: when it shows them better, and how far an interval around a mean reaches on it. */

export interface Ends {
  readonly low: number
  readonly high: number
}

/**
 * An interval around a positive mean as it is on a logarithmic scale: mean ± d becomes mean · e^(±d/mean), the interval of the logarithm by the
 * delta method. It is as wide as the other where d is small beside the mean, and never reaches zero, which the quantity cannot reach either.
 */
export const endsOnLog = (mean: number, { low, high }: Ends): Ends => ({
  low: mean * Math.exp((low - mean) / mean),
  high: mean * Math.exp((high - mean) / mean),
})

/** Values further apart than this are shown on a logarithm without being asked. */
const WIDE_SPAN = 100

/** Whether a logarithm shows these values better: more than two decades, and nothing at zero or below. */
export function isWide(values: readonly number[]): boolean {
  const least = values.reduce((kept, value) => Math.min(kept, value), Infinity)
  const greatest = values.reduce((kept, value) => Math.max(kept, value), -Infinity)
  return least > 0 && greatest > WIDE_SPAN * least
}
