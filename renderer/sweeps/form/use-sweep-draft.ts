/**
 * A new sweep outlives its page, as the design does that it starts from: what was typed is kept in the browser's own storage, per lab, and
 * taken up by the next page. What was not touched follows the design; another design, by its name, begins another sweep.
 */
import { computed, ref, watch, type ComputedRef, type Ref } from 'vue'
import { useLabStore } from '../../stores/lab-store.ts'
import { keptForm, type SweepDraft, type SweepForm } from './sweep-form.ts'

export interface KeptSweep {
  /** Null before `begin`. */
  readonly form: Ref<SweepForm | null>
  /** Whether something is typed that `reset` forgets. */
  readonly isTouched: ComputedRef<boolean>
  /** @param first as the design has it; with what was typed before, if it was for this design */
  begin(first: SweepForm): void
  /** Back to how the design has it. */
  reset(): void
  /** The sweep is started: the next one begins anew. */
  forget(): void
}

interface Stored extends SweepDraft {
  readonly version: string
}

export function useSweepDraft(): KeptSweep {
  const lab = useLabStore()
  const form = ref<SweepForm | null>(null)
  const first = ref<SweepForm | null>(null)
  const isTouched = computed(() => JSON.stringify(form.value) !== JSON.stringify(first.value))
  const key = (): string => `sweep-draft ${lab.home}`

  const forget = (): void => localStorage.removeItem(key())

  function open(next: SweepForm, firstForm: SweepForm): void {
    first.value = firstForm
    form.value = next
  }

  // At once: a reload does not wait for what is still to be written.
  watch(
    form,
    (now) => {
      if (now === null || first.value === null) return
      if (!isTouched.value) return forget()
      const draft: Stored = { version: lab.version, first: first.value, form: now }
      localStorage.setItem(key(), JSON.stringify(draft))
    },
    { deep: true },
  )

  return {
    form,
    isTouched,
    begin(next) {
      const draft = read(localStorage.getItem(key()))
      open(copy(draft?.version === lab.version ? keptForm(draft, next) : next), next)
    },
    reset: () => first.value && open(copy(first.value), first.value),
    forget,
  }
}

function read(text: string | null): Stored | null {
  if (text === null) return null
  try {
    const { version, first, form } = JSON.parse(text) as Partial<Stored>
    return version !== undefined && first && form ? { version, first, form } : null
  } catch {
    return null // a draft that was cut off is none
  }
}

function copy(form: SweepForm): SweepForm {
  return JSON.parse(JSON.stringify(form)) as SweepForm
}
