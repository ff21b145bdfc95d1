/** The tour of this window: whether it is shown and at which step. It opens by itself once, when the settings say that it was never seen. */
import { ref, watch, type Ref } from 'vue'
import { useLabStore } from '../stores/lab-store.ts'
import { useCommand } from '../composables/use-command.ts'

export const TOUR_STEPS = ['welcome', 'design', 'quick', 'watch', 'keep'] as const
export type TourStep = (typeof TOUR_STEPS)[number]

export interface Tour {
  readonly isOpen: Ref<boolean>
  readonly index: Ref<number>
  open(): void
  /** Put away, finished or not: it does not come back by itself. */
  close(): void
}

/** In the frame's setup. */
export function useTour(): Tour {
  const lab = useLabStore()
  const { send } = useCommand()
  const isOpen = ref(false)
  const index = ref(0)

  function open(): void {
    index.value = 0
    isOpen.value = true
  }

  function close(): void {
    isOpen.value = false
    if (lab.settings?.tourDone === false) void send('settings.change', { tourDone: true })
  }

  watch(
    () => lab.settings?.tourDone,
    (isDone, wasDone) => {
      if (isDone === false && wasDone === undefined) open()
      // Put away in another window.
      if (isDone === true && wasDone === false) isOpen.value = false
    },
    { immediate: true },
  )
  return { isOpen, index, open, close }
}
