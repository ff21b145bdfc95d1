/** What the table of runs is asked: filters, and whether runs are grouped. One for the window, so that it is found again as it was left. */
import { computed, reactive, ref } from 'vue'
import type { RunFilter } from '../../shared/protocol/run-query.ts'

type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] }

const NOTHING: RunFilter = {
  text: '',
  states: [],
  strategies: [],
  tags: [],
  onlyStarred: false,
  archived: 'hidden',
  configurationId: null,
}

const filter = reactive<Mutable<RunFilter>>({ ...NOTHING })
const isGrouped = ref(false)
/** What the runs of one configuration are called while only they are shown. */
const configurationName = ref('')
const isFiltered = computed(() => JSON.stringify(filter) !== JSON.stringify(NOTHING))

export function useRunFilter() {
  return {
    filter,
    isGrouped,
    configurationName,
    isFiltered,
    reset: () => Object.assign(filter, NOTHING),
    showConfiguration(id: string, name: string): void {
      filter.configurationId = id
      configurationName.value = name
      isGrouped.value = false
    },
    leaveConfiguration(): void {
      filter.configurationId = null
      isGrouped.value = true
    },
  }
}
