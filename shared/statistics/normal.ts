/** The normal distribution's tails, to about 1e-14. */

const FRACTION_FROM = 3
const FRACTION_TERMS = 80

/** P(|Z| > |z|): the two-sided p-value of z. */
export function twoSidedNormalP(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  return x < FRACTION_FROM ? 1 - errorFunctionSeries(x) : errorFunctionTail(x)
}

/** erf x = 2 / √π e^(-x²) Σ 2^k x^(2k+1) / (2k+1)!!: all terms are positive. */
function errorFunctionSeries(x: number): number {
  let term = x
  let sum = x
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (2 * x * x) / (2 * k + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

/** erfc x = e^(-x²) / √π / (x + (1/2) / (x + 1 / (x + (3/2) / (x + ...)))). */
function errorFunctionTail(x: number): number {
  let denominator = x
  for (let k = FRACTION_TERMS; k >= 1; k--) denominator = x + k / 2 / denominator
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / denominator
}
