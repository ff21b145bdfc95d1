/** How far a sweep is: its counts by status enter; what is done, a failure included, and the one sentence for it, in the list as beside it, leave. */
import { useI18n } from 'vue-i18n'
import type { SweepSummary } from '../../shared/protocol/views.ts'
import { formatCount } from '../words/format.ts'

export interface SweepProgress {
  readonly goodCount: number
  /** Runs of which every seed has. */
  readonly divergedCount: number
  readonly failedCount: number
  /** Made once, and their folders are gone or damaged. */
  readonly missingCount: number
  /** Nothing is left to be done for them: all of the above. */
  readonly doneCount: number
}

export function sweepProgress({ counts }: Pick<SweepSummary, 'counts'>): SweepProgress {
  const goodCount = (counts.finished ?? 0) + (counts.stopped ?? 0)
  const { diverged: divergedCount = 0, failed: failedCount = 0, missing: missingCount = 0 } = counts
  const doneCount = goodCount + divergedCount + failedCount + missingCount
  return { goodCount, divergedCount, failedCount, missingCount, doneCount }
}

/** @returns writes `500 / 500 runs, 227 failed` */
export function useSweepProgressWords(): (sweep: SweepSummary) => string {
  const { t } = useI18n()
  return (sweep) => {
    const { doneCount, divergedCount, failedCount, missingCount } = sweepProgress(sweep)
    const words = [
      t('sweeps.progress', { done: formatCount(doneCount), count: formatCount(sweep.runCount) }, sweep.runCount),
    ]
    if (divergedCount > 0) words.push(t('sweeps.divergences', { count: formatCount(divergedCount) }, divergedCount))
    if (failedCount > 0) words.push(t('sweeps.failures', { count: formatCount(failedCount) }, failedCount))
    if (missingCount > 0) words.push(t('sweeps.missing', { count: formatCount(missingCount) }, missingCount))
    return words.join(', ')
  }
}
