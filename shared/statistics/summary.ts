/** Means and deviations of the results of seeds. */

/** What a table shows of a deviation: nothing for a single value, of which none is known. */
export const knownStd = ({ count, std }: Summary): number | null => (count > 1 ? std : null)

export interface Summary {
  readonly count: number
  readonly mean: number
  /** Sample standard deviation (n - 1); 0 for a single value. */
  readonly std: number
}

/** @param values at least one */
export function summarize(values: readonly number[]): Summary {
  const count = values.length
  const mean = values.reduce((sum, value) => sum + value, 0) / count
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { count, mean, std: count > 1 ? Math.sqrt(squares / (count - 1)) : 0 }
}
