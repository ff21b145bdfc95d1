/**
 * The run that a view shows in full: its id enters, its summary leaves for as long as the run is there, and whether it lies in the trash when it
 * is not. A run that is not among those that the window knows is asked of the lab, again whenever more has changed than was told.
 */
import { computed, onScopeDispose, ref, watch, type ComputedRef, type Ref } from 'vue'
import type { RunSummary } from '../../shared/protocol/views.ts'
import { useRunsStore } from '../stores/runs-store.ts'
import { useTrashStore } from '../stores/trash-store.ts'
import { useLab } from '../transport/lab-client.ts'
import { useCommand } from '../composables/use-command.ts'

export interface ShownRun {
  /** Null: not there, or not known yet. */
  readonly run: ComputedRef<RunSummary | null>
  /** Whether it is being asked for. */
  readonly isAsking: Readonly<Ref<boolean>>
  /** Of a run that is not there. */
  readonly isInTrash: Readonly<Ref<boolean>>
}

export function useShownRun(runId: Ref<string>): ShownRun {
  const client = useLab()
  const store = useRunsStore()
  const trash = useTrashStore()
  const reading = useCommand()
  const looking = useCommand()
  /** As the lab answered; the store may have forgotten it since. */
  const asked = ref<RunSummary | null>(null)
  let askedFor: string | null = null
  const isInTrash = ref(false)
  const run = computed(() => store.byId.get(runId.value) ?? (asked.value?.id === runId.value ? asked.value : null))

  /** Of a run that has gone meanwhile an event comes, too. */
  async function ask(): Promise<void> {
    const id = runId.value
    if (askedFor === id) return
    askedFor = id
    const answer = await reading.send('run.read', { runId: id })
    if (askedFor !== id) return
    askedFor = null
    if (answer) asked.value = answer.result.summary
  }

  async function lookForTrash(): Promise<void> {
    const id = runId.value
    const answer = await looking.send('trash.holds', { runId: id })
    if (answer && id === runId.value) isInTrash.value = answer.result
  }

  watch(
    [runId, () => store.isKnown],
    () => {
      isInTrash.value = false
      if (store.isKnown && !store.byId.has(runId.value)) void ask()
    },
    { immediate: true },
  )
  const endListening = client.onEvent((event) => {
    if (event.type === 'run-removed' && event.runId === asked.value?.id) asked.value = null
    if (event.type === 'run' && event.run.id === asked.value?.id) asked.value = event.run
    // The line was lost, or so much has changed that not all of it was told.
    if (event.type === 'snapshot' || event.type === 'runs-changed') void ask()
  })
  onScopeDispose(endListening)
  watch(
    () => store.isKnown && !reading.isBusy.value && run.value === null && [runId.value, trash.revision],
    (gone) => {
      if (gone) void lookForTrash()
    },
    { immediate: true },
  )
  return { run, isAsking: reading.isBusy, isInTrash }
}
