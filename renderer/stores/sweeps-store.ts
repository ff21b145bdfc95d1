/** The sweeps, and the engine's line of jobs. Changed by events alone; the rows of a sweep are asked for by the page that shows them. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { HeldJobView, QueuedJobView } from '../../shared/protocol/queue-views.ts'
import type { SweepSummary } from '../../shared/protocol/sweep-views.ts'

export const useSweepsStore = defineStore('sweeps', () => {
  const byId = ref(new Map<string, SweepSummary>())
  const queue = ref<readonly QueuedJobView[]>([])
  /** From an earlier session; they wait for the user. */
  const heldQueue = ref<readonly HeldJobView[]>([])
  /** Whether the first snapshot is there. */
  const isKnown = ref(false)

  /** Newest first. */
  const sweeps = computed(() =>
    [...byId.value.values()].sort((a, b) => b.createdAt.localeCompare(a.createdAt) || (a.id < b.id ? -1 : 1)),
  )
  const waitingCount = computed(() => queue.value.filter(({ isRunning }) => !isRunning).length)

  function hear(event: LabEvent): void {
    switch (event.type) {
      case 'snapshot':
        byId.value = new Map(event.snapshot.sweeps.map((sweep) => [sweep.id, sweep]))
        queue.value = event.snapshot.queue
        heldQueue.value = event.snapshot.heldQueue
        isKnown.value = true
        break
      case 'sweep':
        byId.value.set(event.sweep.id, event.sweep)
        break
      case 'sweep-removed':
        byId.value.delete(event.sweepId)
        break
      case 'queue':
        queue.value = event.queue
        break
      case 'held-queue':
        heldQueue.value = event.heldQueue
        break
    }
  }

  return { byId, sweeps, queue, heldQueue, waitingCount, isKnown, hear }
})
