/** Sweeps that are deleted, with their runs or without, and the way back for the last one, from wherever the user is. */
import { ref } from 'vue'
import type { SweepSummary } from '../../shared/protocol/views.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from '../composables/use-command.ts'

export interface RemovedSweep {
  readonly sweepId: string
  readonly name: string
  /** Runs that went with it. */
  readonly runCount: number
}

const removed = ref<RemovedSweep | null>(null)
const MOST_TOLD = 3

/** Runs of a sweep that are there. */
export function madeRunCount({ runCount, counts }: SweepSummary): number {
  return runCount - (counts['not made'] ?? 0) - (counts.missing ?? 0)
}

/** Why a sweep cannot be deleted now; null when it can. */
export function whyKept({ state }: SweepSummary): 'held' | 'elsewhere' | null {
  if (state === 'running' || state === 'waiting') return 'held'
  return state === 'elsewhere' ? 'elsewhere' : null
}

export function useSweepChanges() {
  const lab = useLabStore()
  const { send, isBusy } = useCommand()

  return {
    isBusy,
    removed,
    forgetRemoved: (): void => void (removed.value = null),
    /** @returns whether it is deleted */
    async remove({ id, name }: SweepSummary, withRuns: boolean): Promise<boolean> {
      const answer = await send('sweep.delete', { sweepId: id, withRuns })
      if (answer === null) return false
      removed.value = { sweepId: id, name, runCount: answer.result.runCount }
      return true
    },
    /** @returns the sweep that is back */
    async bringBack(): Promise<string | null> {
      if (removed.value === null) return null
      const { sweepId } = removed.value
      const answer = await send('sweep.undelete', { sweepId })
      if (answer === null) return null
      for (const { runId, error } of answer.result.failed.slice(0, MOST_TOLD)) lab.addNotice(runId, error)
      removed.value = null
      return sweepId
    },
  }
}
