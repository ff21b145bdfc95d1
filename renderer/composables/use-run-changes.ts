/**
 * What is done to runs, one or thousands: their ids enter and go to the lab in pieces that a command takes; what failed is told. The last
 * deletion can be taken back from wherever the user is.
 */
import { readonly, ref } from 'vue'
import type { CommandPayload } from '../../shared/protocol/commands.ts'
import { MOST_RUN_IDS } from '../../shared/protocol/run-query.ts'
import type { RunsDone } from '../../shared/protocol/run-views.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from './use-command.ts'
import { useRunSelection } from './use-run-selection.ts'

export interface RemovedRuns {
  readonly runIds: readonly string[]
  /** What they are called: the name of one, or how many. */
  readonly name: string | null
}

const MOST_TOLD = 3
const removed = ref<RemovedRuns | null>(null)
/** How far a change of more runs than one command takes is; null: none is on its way. */
const progress = ref<{ readonly doneCount: number; readonly count: number } | null>(null)

export function useRunChanges() {
  const lab = useLabStore()
  const selection = useRunSelection()
  const { send, isBusy } = useCommand()

  /** @returns the runs for which it succeeded; what went wrong was told, and nothing is sent after a piece of which every run failed */
  async function inPieces(
    runIds: readonly string[],
    act: (piece: string[]) => Promise<{ readonly result: RunsDone } | null>,
  ): Promise<{ readonly runIds: readonly string[]; readonly isWhole: boolean }> {
    const done: string[] = []
    const failed: RunsDone['failed'][number][] = []
    let isWhole = true
    for (let start = 0; start < runIds.length && isWhole; start += MOST_RUN_IDS) {
      if (runIds.length > MOST_RUN_IDS) progress.value = { doneCount: start, count: runIds.length }
      const answer = await act(runIds.slice(start, start + MOST_RUN_IDS))
      if (answer === null) isWhole = false
      else {
        done.push(...answer.result.runIds)
        failed.push(...answer.result.failed)
      }
    }
    progress.value = null
    for (const { runId, error } of failed.slice(0, MOST_TOLD)) lab.addNotice(runId, error)
    return { runIds: done, isWhole }
  }

  return {
    isBusy,
    progress: readonly(progress),
    removed,
    noteRemoved: (runIds: readonly string[], name: string | null): void => void (removed.value = { runIds, name }),
    forgetRemoved: (): void => void (removed.value = null),
    /** @returns whether all of it was carried out */
    async annotate(runIds: readonly string[], change: CommandPayload<'run.annotate'>['change']): Promise<boolean> {
      return (await inPieces(runIds, (piece) => send('run.annotate', { runIds: piece, change }))).isWhole
    },
    /** @param name of the one run */
    async remove(runIds: readonly string[], name: string | null = null): Promise<boolean> {
      const { runIds: gone, isWhole } = await inPieces(runIds, (piece) => send('run.delete', { runIds: piece }))
      if (gone.length > 0) removed.value = { runIds: gone, name: runIds.length === 1 ? name : null }
      selection.set(gone, false)
      return isWhole
    },
    async bringBack(): Promise<readonly string[]> {
      if (removed.value === null) return []
      const { runIds: wanted, name } = removed.value
      const { runIds: back } = await inPieces(wanted, (piece) => send('run.undelete', { runIds: piece }))
      const isBack = new Set(back)
      const left = wanted.filter((id) => !isBack.has(id))
      if (back.length > 0) removed.value = left.length === 0 ? null : { runIds: left, name }
      return back
    },
  }
}
