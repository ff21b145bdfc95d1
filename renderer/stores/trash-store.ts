/** How much is in the trash, as far as this window was told. Changed by events alone; the table asks for its rows when `revision` has changed. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { TrashState } from '../../shared/protocol/trash.ts'

export const useTrashStore = defineStore('trash', () => {
  /** Null: nobody has asked the lab yet. */
  const state = ref<TrashState | null>(null)
  const revision = ref(0)

  function hear(event: LabEvent): void {
    if (event.type !== 'snapshot' && event.type !== 'trash') return
    state.value = event.type === 'snapshot' ? event.snapshot.trash : event.trash
    revision.value++
  }

  return { state, revision, hear }
})
