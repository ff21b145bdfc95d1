/**
 * Two strategies over the same seeds: is the one better than the other? Values a seed enter, in the same order; both tests look at the
 * differences within a seed, since seeds differ more than strategies do.
 */
import { twoSidedNormalP } from './normal.ts'
import { criticalT, twoSidedP } from './student-t.ts'
import { summarize } from './summary.ts'

export interface Interval {
  readonly low: number
  readonly high: number
}

/** Of the mean, by Student's t. @param values at least two @param confidence in (0, 1) */
export function meanInterval(values: readonly number[], confidence = 0.95): Interval {
  const { mean, std, count } = summarize(values)
  const half = (criticalT(confidence, count - 1) * std) / Math.sqrt(count)
  return { low: mean - half, high: mean + half }
}

export interface PairedT {
  readonly meanDifference: number
  /** NaN where all differences are zero. */
  readonly t: number
  /** Two-sided. */
  readonly p: number
  /** Of the mean difference. */
  readonly interval: Interval
}

function differencesOf(a: readonly number[], b: readonly number[]): number[] {
  if (a.length !== b.length || a.length < 2)
    throw new RangeError('paired tests need two values or more, as many of each')
  return a.map((value, i) => value - b[i]!)
}

/** Student's paired t test of a - b. @param a at least two values @param b as many */
export function pairedT(a: readonly number[], b: readonly number[], confidence = 0.95): PairedT {
  const differences = differencesOf(a, b)
  const { mean, std, count } = summarize(differences)
  const t = mean / (std / Math.sqrt(count))
  return { meanDifference: mean, t, p: twoSidedP(t, count - 1), interval: meanInterval(differences, confidence) }
}

export interface SignedRank {
  /** The smaller of the rank sums of positive and negative differences. */
  readonly w: number
  /** Two-sided: exact without ties and zeros and up to EXACT_PAIRS pairs, else by the normal approximation. */
  readonly p: number
  readonly isExact: boolean
}

/** Beyond this the normal approximation is good to three digits. */
const EXACT_PAIRS = 25

/** Wilcoxon's signed-rank test of a - b; pairs without a difference are left out. p is 1 when none is left. */
export function signedRank(a: readonly number[], b: readonly number[]): SignedRank {
  const differences = differencesOf(a, b).filter((difference) => difference !== 0)
  const n = differences.length
  if (n === 0) return { w: 0, p: 1, isExact: true }
  const order = differences.map((_, i) => i).sort((i, j) => Math.abs(differences[i]!) - Math.abs(differences[j]!))
  const ranks = new Float64Array(n)
  let tieTerm = 0
  for (let start = 0; start < n;) {
    let end = start
    while (end < n && Math.abs(differences[order[end]!]!) === Math.abs(differences[order[start]!]!)) end++
    // Equal differences share the mean of their ranks.
    for (let i = start; i < end; i++) ranks[order[i]!] = (start + 1 + end) / 2
    tieTerm += (end - start) ** 3 - (end - start)
    start = end
  }
  const positive = differences.reduce((sum, difference, i) => (difference > 0 ? sum + ranks[i]! : sum), 0)
  const total = (n * (n + 1)) / 2
  const w = Math.min(positive, total - positive)
  const isExact = n <= EXACT_PAIRS && tieTerm === 0 && n === a.length
  return { w, p: isExact ? exactP(w, n) : normalP(w, n, tieTerm), isExact }
}

/** Of all 2^n signs, the share whose smaller rank sum is at most w. */
function exactP(w: number, n: number): number {
  const total = (n * (n + 1)) / 2
  const ways = new Float64Array(total + 1)
  ways[0] = 1
  for (let rank = 1; rank <= n; rank++) for (let sum = total; sum >= rank; sum--) ways[sum]! += ways[sum - rank]!
  let count = 0
  for (let sum = 0; sum <= w; sum++) count += ways[sum]!
  return Math.min(1, (2 * count) / 2 ** n)
}

function normalP(w: number, n: number, tieTerm: number): number {
  const mean = (n * (n + 1)) / 4
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - tieTerm / 48
  const z = (w - mean) / Math.sqrt(variance)
  return twoSidedNormalP(z)
}
