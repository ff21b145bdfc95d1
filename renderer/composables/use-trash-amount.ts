/** How much of the trash, in words: `3 runs and 1 sweep`, with its size on the disk. In a component's setup. */
import { useI18n } from 'vue-i18n'
import type { TrashSum } from '../../shared/protocol/trash.ts'
import { formatBytes, formatCount } from '../words/format.ts'

type Counts = Pick<TrashSum, 'runCount' | 'sweepCount'>

export function useTrashAmount() {
  const { t } = useI18n()

  function what({ runCount, sweepCount }: Counts): string {
    const runs = t('trash.runs', { count: formatCount(runCount) }, runCount)
    const sweeps = t('trash.sweeps', { count: formatCount(sweepCount) }, sweepCount)
    if (sweepCount === 0) return runs
    return runCount === 0 ? sweeps : t('trash.both', { runs, sweeps })
  }

  return {
    what,
    amount: (sum: TrashSum): string => t('trash.amount', { what: what(sum), size: formatBytes(sum.bytes) }),
  }
}
