/** Runs chosen in the table, in the order in which they were chosen: ids, since most of their rows are elsewhere. One for the window. */
import { computed, ref } from 'vue'

const chosen = ref(new Set<string>())
const ids = computed(() => [...chosen.value])

export function useRunSelection() {
  return {
    ids,
    count: computed(() => chosen.value.size),
    has: (runId: string): boolean => chosen.value.has(runId),
    hasAll: (runIds: readonly string[]): boolean => runIds.length > 0 && runIds.every((id) => chosen.value.has(id)),
    set(runIds: readonly string[], isChosen: boolean): void {
      const next = new Set(chosen.value)
      for (const id of runIds)
        if (isChosen) next.add(id)
        else next.delete(id)
      chosen.value = next
    },
    clear: (): void => void (chosen.value = new Set()),
  }
}
