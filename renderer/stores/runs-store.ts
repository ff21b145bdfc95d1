/**
 * The runs that this window knows (the newest, and those it was told of), how many there are, and the progress of those that are being
 * trained. Changed by events alone. A table asks the lab for the others, again whenever `revision` has changed.
 */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { IndexState } from '../../shared/protocol/run-query.ts'
import type { RunProgress } from '../../shared/protocol/run-progress.ts'
import type { RunSummary } from '../../shared/protocol/run-views.ts'

/** Told last, and remembered; a window may be open for weeks. */
const MOST_KNOWN = 1000

export const useRunsStore = defineStore('runs', () => {
  const byId = ref(new Map<string, RunSummary>())
  const progressById = ref(new Map<string, RunProgress>())
  const index = ref<IndexState>({ runCount: 0, reading: null })
  /** Another number whenever runs have changed: those that are known here, or others. */
  const revision = ref(0)
  /** Whether the first snapshot is there. */
  const isKnown = ref(false)

  /** Newest first. */
  const runs = computed(() =>
    [...byId.value.values()].sort(
      (a, b) => (b.createdAt ?? '').localeCompare(a.createdAt ?? '') || (a.id < b.id ? -1 : 1),
    ),
  )
  const activeProgress = computed(() => [...progressById.value.values()])

  function hear(event: LabEvent): void {
    switch (event.type) {
      case 'snapshot':
        byId.value = new Map(event.snapshot.runs.map((run) => [run.id, run]))
        progressById.value = new Map(event.snapshot.progress.map((progress) => [progress.runId, progress]))
        index.value = event.snapshot.index
        isKnown.value = true
        revision.value++
        break
      case 'run':
        byId.value.set(event.run.id, event.run)
        if (byId.value.size > MOST_KNOWN) forgetOldest()
        revision.value++
        break
      case 'run-removed':
        byId.value.delete(event.runId)
        progressById.value.delete(event.runId)
        revision.value++
        break
      case 'runs-changed':
        revision.value++
        break
      case 'index':
        index.value = event.index
        break
      case 'progress':
        progressById.value.set(event.progress.runId, event.progress)
        break
      case 'progress-end':
        progressById.value.delete(event.runId)
        break
    }
  }

  function forgetOldest(): void {
    const oldest = [...runs.value].reverse().find(({ active }) => !active)
    if (oldest) byId.value.delete(oldest.id)
  }

  return { byId, runs, index, revision, progressById, activeProgress, isKnown, hear }
})
