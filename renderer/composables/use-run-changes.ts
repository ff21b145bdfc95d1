/**
 * What is done to many runs: tags, stars, the archive, deletion and its undo. Commands leave; what went wrong for some of them is told as
 * notices. The last deletion can be taken back from wherever the user is.
 */
import { ref } from 'vue'
import type { CommandPayload } from '../../shared/protocol/commands.ts'
import type { RunsDone } from '../../shared/protocol/views.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from './use-command.ts'
import { useRunSelection } from './use-run-selection.ts'

export interface RemovedRuns {
  readonly runIds: readonly string[]
  /** What they are called: the name of one, or how many. */
  readonly name: string | null
}

const removed = ref<RemovedRuns | null>(null)

export function useRunChanges() {
  const lab = useLabStore()
  const selection = useRunSelection()
  const { send, isBusy } = useCommand()

  function tellFailures({ failed }: RunsDone): void {
    for (const { runId, error } of failed.slice(0, 3)) lab.addNotice(runId, error)
  }

  return {
    isBusy,
    removed,
    noteRemoved: (runIds: readonly string[], name: string | null): void => void (removed.value = { runIds, name }),
    forgetRemoved: (): void => void (removed.value = null),
    /** @returns whether anything has changed */
    async annotate(runIds: readonly string[], change: CommandPayload<'run.annotate'>['change']): Promise<boolean> {
      const answer = await send('run.annotate', { runIds: [...runIds], change })
      if (answer) tellFailures(answer.result)
      return answer !== null
    },
    async remove(runIds: readonly string[], name: string | null = null): Promise<boolean> {
      const answer = await send('run.delete', { runIds: [...runIds] })
      if (answer === null) return false
      tellFailures(answer.result)
      removed.value = { runIds: answer.result.runIds, name: answer.result.runIds.length === 1 ? name : null }
      selection.set(answer.result.runIds, false)
      return true
    },
    async bringBack(): Promise<readonly string[]> {
      if (removed.value === null) return []
      const answer = await send('run.undelete', { runIds: [...removed.value.runIds] })
      if (answer === null) return []
      tellFailures(answer.result)
      removed.value = null
      return answer.result.runIds
    },
  }
}
