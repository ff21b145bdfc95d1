/** All runs and the progress of those that are being trained. Changed by events alone. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { RunProgress, RunSummary } from '../../shared/protocol/views.ts'

export const useRunsStore = defineStore('runs', () => {
  const byId = ref(new Map<string, RunSummary>())
  const progressById = ref(new Map<string, RunProgress>())
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
        isKnown.value = true
        break
      case 'run':
        byId.value.set(event.run.id, event.run)
        break
      case 'run-removed':
        byId.value.delete(event.runId)
        progressById.value.delete(event.runId)
        break
      case 'progress':
        progressById.value.set(event.progress.runId, event.progress)
        break
      case 'progress-end':
        progressById.value.delete(event.runId)
        break
    }
  }

  return { byId, runs, progressById, activeProgress, isKnown, hear }
})
