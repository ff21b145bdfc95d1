/** What is chosen in a table, in the order in which it was chosen: ids, since most of their rows are elsewhere. */
import { computed, shallowRef } from 'vue'

export function makeSelection<Id extends string>() {
  const chosen = shallowRef<ReadonlySet<Id>>(new Set())
  return {
    ids: computed((): readonly Id[] => [...chosen.value]),
    count: computed(() => chosen.value.size),
    has: (id: Id): boolean => chosen.value.has(id),
    hasAll: (ids: readonly Id[]): boolean => ids.length > 0 && ids.every((id) => chosen.value.has(id)),
    set(ids: readonly Id[], isChosen: boolean): void {
      const next = new Set(chosen.value)
      for (const id of ids)
        if (isChosen) next.add(id)
        else next.delete(id)
      chosen.value = next
    },
    clear: (): void => void (chosen.value = new Set()),
  }
}
