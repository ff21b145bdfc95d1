/** How much of the variance of values a division into groups explains. */

/**
 * ε² (Kelley 1935): η², the share of the sum of squares that lies between the groups, less what as many groups would explain by chance.
 * Around 0 where the groups do not matter, 1 where nothing else does.
 * @returns 0 ... 1; null where nothing varies, and where no group has two values: chance cannot be told apart then
 */
export function explainedShare(groups: readonly (readonly number[])[]): number | null {
  const filled = groups.filter((group) => group.length > 0)
  const values = filled.flat()
  const freedom = values.length - filled.length
  const mean = meanOf(values)
  const total = sumOfSquares(values, mean)
  if (freedom === 0 || !(total > 0)) return null
  const within = filled.reduce((sum, group) => sum + sumOfSquares(group, meanOf(group)), 0)
  const share = (total - within - ((filled.length - 1) * within) / freedom) / total
  return Math.min(1, Math.max(0, share))
}

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

const sumOfSquares = (values: readonly number[], mean: number): number =>
  values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
