/** Student's t distribution, from the regularised incomplete beta function (continued fraction of Lentz, Numerical Recipes 6.4). */

const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
] as const
const LANCZOS_G = 7

/** log Γ(x) for x > 0, to about 1e-15 (Lanczos). */
function logGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x)
  const shifted = x - 1
  const sum = LANCZOS.reduce(
    (total, coefficient, i) => (i === 0 ? coefficient : total + coefficient / (shifted + i)),
    0,
  )
  const base = shifted + LANCZOS_G + 0.5
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum)
}

const SMALLEST = 1e-300
const PRECISION = 1e-16
const MOST_TERMS = 10_000

/** I_x(a, b), x in [0, 1]. */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  const front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x))
  // The fraction converges fast on this side only.
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(x, a, b)) / a : 1 - (front * betaFraction(1 - x, b, a)) / b
}

function betaFraction(x: number, a: number, b: number): number {
  const notZero = (value: number): number => (Math.abs(value) < SMALLEST ? SMALLEST : value)
  let c = 1
  let d = 1 / notZero(1 - ((a + b) * x) / (a + 1))
  let result = d
  for (let m = 1; m <= MOST_TERMS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 / notZero(1 + even * d)
    c = notZero(1 + even / c)
    result *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 / notZero(1 + odd * d)
    c = notZero(1 + odd / c)
    const factor = d * c
    result *= factor
    if (Math.abs(factor - 1) < PRECISION) break
  }
  return result
}

/** P(T > |t|) twice: the two-sided p-value of t. @param freedom degrees of freedom, > 0 */
export function twoSidedP(t: number, freedom: number): number {
  if (Number.isNaN(t)) return NaN
  return incompleteBeta(freedom / (freedom + t * t), freedom / 2, 0.5)
}

/** P(T <= t) */
export function studentT(t: number, freedom: number): number {
  const tail = twoSidedP(t, freedom) / 2
  return t < 0 ? tail : 1 - tail
}

/** The t that |T| exceeds with probability 1 - confidence. @param confidence in (0, 1) */
export function criticalT(confidence: number, freedom: number): number {
  const outside = 1 - confidence
  let low = 0
  let high = 1
  while (twoSidedP(high, freedom) > outside) high *= 2
  // Bisection down to neighbouring numbers: the probability falls with t.
  for (;;) {
    const middle = (low + high) / 2
    if (middle <= low || middle >= high) return middle
    if (twoSidedP(middle, freedom) > outside) low = middle
    else high = middle
  }
}
