/** How long a run was trained until which step, for an axis of time: asked of the lab while such an axis is wanted, again and again while the run goes on. */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { RunSummary } from '../../../shared/protocol/views.ts'
import type { TimedStep } from '../../../shared/runs/trained-time.ts'
import { useCommand } from '../../composables/use-command.ts'

const ASK_EVERY_MS = 3000

export function useTimeSteps(run: Ref<RunSummary>, isWanted: Ref<boolean>): ShallowRef<readonly TimedStep[]> {
  const { send, isBusy } = useCommand()
  const steps = shallowRef<readonly TimedStep[]>([])

  async function ask(): Promise<void> {
    if (!isWanted.value || isBusy.value) return
    const { id } = run.value
    const answer = await send('run.time-steps', { runId: id })
    if (answer && id === run.value.id) steps.value = answer.result
  }

  const timer = setInterval(() => {
    if (run.value.state === 'running') void ask()
  }, ASK_EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  watch([() => run.value.id, () => run.value.state, isWanted], ask, { immediate: true })
  return steps
}
