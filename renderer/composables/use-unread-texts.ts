/**
 * Texts in fields that cannot be read: while one stands in a form, the form has not what its user sees, and nothing may start from it.
 * A form provides the list, its fields put themselves on it and take themselves off.
 */
import {
  computed,
  inject,
  onUnmounted,
  provide,
  reactive,
  ref,
  watch,
  type ComputedRef,
  type InjectionKey,
  type Ref,
} from 'vue'

interface UnreadTexts {
  readonly texts: Map<symbol, string>
  /** Counts how often the form began anew. */
  readonly beginning: Ref<number>
}

const KEY: InjectionKey<UnreadTexts> = Symbol('unread texts')

export interface ProvidedUnreadTexts {
  /** How many fields hold such a text. */
  readonly count: ComputedRef<number>
  /** The form holds something else now: its fields forget what was typed. */
  forget(): void
}

export function provideUnreadTexts(): ProvidedUnreadTexts {
  const texts = reactive(new Map<symbol, string>())
  const beginning = ref(0)
  provide(KEY, { texts, beginning })
  return { count: computed(() => texts.size), forget: () => beginning.value++ }
}

/**
 * @param text of a field, while it cannot be read; null otherwise
 * @param forget what the field does when its form begins anew
 */
export function useUnreadText(text: Readonly<Ref<string | null>>, forget: () => void): void {
  const form = inject(KEY, null)
  if (form === null) return
  const { texts, beginning } = form
  const field = Symbol('field')
  watch(
    text,
    (now) => {
      if (now === null) texts.delete(field)
      else texts.set(field, now)
    },
    { immediate: true },
  )
  watch(beginning, forget)
  onUnmounted(() => texts.delete(field))
}
