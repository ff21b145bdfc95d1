/** A field's explanation, where the field stands: opened by F1 in the field or by its `?`, closed by Escape, scrolled into sight. */
import { nextTick, ref, type Ref } from 'vue'

export interface FieldHelp {
  readonly isOpen: Ref<boolean>
  /** To be given to the element of the explanation. */
  readonly element: Ref<HTMLElement | null>
  toggle(): Promise<void>
  /** For the field's keydown. */
  onKey(event: KeyboardEvent): void
}

export function useFieldHelp(): FieldHelp {
  const isOpen = ref(false)
  const element = ref<HTMLElement | null>(null)

  async function toggle(): Promise<void> {
    isOpen.value = !isOpen.value
    await nextTick()
    if (isOpen.value) element.value?.scrollIntoView({ block: 'nearest' })
  }

  function onKey(event: KeyboardEvent): void {
    if (event.key === 'F1') {
      event.preventDefault()
      void toggle()
    } else if (event.key === 'Escape' && isOpen.value) {
      event.stopPropagation()
      isOpen.value = false
    }
  }

  return { isOpen, element, toggle, onKey }
}
