/** The runs of the compare view: ids enter, what the lab knows of each leaves, in the same order, and follows the runs as they go on. */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import type { RunSummary } from '../../shared/protocol/views.ts'
import { toWireError, type WireError } from '../../shared/errors/wire-error.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'

export interface ComparedRun {
  readonly summary: RunSummary
  /** Null for a damaged run. */
  readonly config: ExperimentConfig | null
}

/** A run that could not be read. */
interface LostRun {
  readonly runId: string
  readonly error: WireError
}

/** @returns null until the first answer; a run that cannot be read is told and left out */
export function useComparedRuns(runIds: Ref<readonly string[]>): ShallowRef<readonly ComparedRun[] | null> {
  const client = useLab()
  const lab = useLabStore()
  const runs = shallowRef<readonly ComparedRun[] | null>(null)
  let turn = 0

  async function read(runId: string): Promise<ComparedRun | LostRun> {
    const known = runs.value?.find(({ summary }) => summary.id === runId)
    if (known) return known
    try {
      const { summary, config } = await client.execute('run.read', { runId })
      return { summary, config }
    } catch (error) {
      return { runId, error: toWireError(error) }
    }
  }

  async function readAll(): Promise<void> {
    const mine = ++turn
    const answers = await Promise.all(runIds.value.map(read))
    // What a page asks as it opens, it asks again with its first snapshot: what is lost is told by the newest answer alone.
    if (mine !== turn) return
    for (const answer of answers) if ('error' in answer) lab.addNotice(answer.runId, answer.error)
    runs.value = answers.flatMap((answer) => ('error' in answer ? [] : [answer]))
  }

  const endListening = client.onEvent((event) => {
    if (event.type === 'snapshot') {
      runs.value = null
      void readAll()
    }
    if (event.type === 'run' && runIds.value.includes(event.run.id))
      runs.value =
        runs.value?.map((run) => (run.summary.id === event.run.id ? { ...run, summary: event.run } : run)) ?? null
  })
  onScopeDispose(endListening)
  watch(
    () => runIds.value.join(','),
    () => void readAll(),
    { immediate: true },
  )
  return runs
}
