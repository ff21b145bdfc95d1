/**
 * Runs side by side: results enter; each run's mean with its interval, and what tells it from a first run over the seeds that both have,
 * leave. For the command line and the compare view.
 */
import { meanInterval, pairedT, signedRank, type Interval } from '../statistics/paired-tests.ts'
import { knownStd, summarize } from '../statistics/summary.ts'
import type { RunResult } from './run.ts'

export interface PairedComparison {
  /** That both runs have. */
  readonly seeds: readonly number[]
  /** Mean over the seeds of this run minus the other. */
  readonly difference: number
  /** Of the difference, 95%. */
  readonly interval: Interval
  readonly t: number
  /** Two-sided, Student's paired t. */
  readonly pT: number
  /** Two-sided, Wilcoxon's signed ranks. */
  readonly pWilcoxon: number
}

export interface ComparedResult {
  readonly metric: RunResult['metric']
  readonly mean: number
  /** Null for one seed, as is the interval. */
  readonly std: number | null
  /** Of the mean, 95%. */
  readonly interval: Interval | null
  /** Null against nothing, another metric, or with fewer than two seeds in common. */
  readonly paired: PairedComparison | null
}

/** @param against the run that it is measured by; null for that run itself */
export function compareResult(result: RunResult, against: RunResult | null): ComparedResult {
  const summary = summarize(result.best)
  return {
    metric: result.metric,
    mean: summary.mean,
    std: knownStd(summary),
    interval: result.best.length > 1 ? meanInterval(result.best) : null,
    paired: against && against.metric === result.metric ? pair(result, against) : null,
  }
}

function pair(result: RunResult, against: RunResult): PairedComparison | null {
  const seeds = result.seeds.filter((seed) => against.seeds.includes(seed))
  if (seeds.length < 2) return null
  const valuesOf = ({ seeds: all, best }: RunResult): number[] => seeds.map((seed) => best[all.indexOf(seed)]!)
  const [mine, theirs] = [valuesOf(result), valuesOf(against)]
  const { meanDifference, interval, t, p } = pairedT(mine, theirs)
  return { seeds, difference: meanDifference, interval, t, pT: p, pWilcoxon: signedRank(mine, theirs).p }
}
