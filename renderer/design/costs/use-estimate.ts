/**
 * How long the design on the table would take here: measured by the lab once the design has rested and nothing is trained, or when asked for;
 * given up when the design changes. What was measured for a design is remembered as long as the window is there.
 */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { LabError } from '../../../shared/errors/errors.ts'
import type { DesignEstimate } from '../../../shared/protocol/views.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { useDesignStore } from '../../stores/design-store.ts'
import { useLabStore } from '../../stores/lab-store.ts'
import { useRunsStore } from '../../stores/runs-store.ts'
import { useLab } from '../../transport/lab-client.ts'

/** So long is a design left alone before it is measured unasked: a measurement takes every core for a few seconds. */
const REST_MS = 1500
const MOST_KNOWN = 30

export interface EstimateView {
  readonly estimate: ShallowRef<DesignEstimate | null>
  readonly isMeasuring: Ref<boolean>
  /** Why there is none; empty when nothing went wrong. */
  readonly refusal: Ref<string>
  /** Whether the lab trains, so that nothing is measured unasked. */
  readonly isLabBusy: ComputedRef<boolean>
  measure(): void
}

const known = new Map<string, DesignEstimate>()

export function useEstimate(): EstimateView {
  const client = useLab()
  const design = useDesignStore()
  const lab = useLabStore()
  const runs = useRunsStore()
  const estimate = shallowRef<DesignEstimate | null>(null)
  const isMeasuring = ref(false)
  const refusal = ref('')
  const isLabBusy = computed(() => runs.activeProgress.length > 0)
  let running = ''

  /** The design without its name, which takes no time; empty while it is wrong. */
  const key = computed(() => {
    if (design.resolved?.ok !== true || lab.line !== 'open') return ''
    return JSON.stringify({ ...design.resolved.config, name: '' })
  })

  function cancel(): void {
    const estimateId = running
    if (estimateId === '') return
    running = ''
    isMeasuring.value = false
    // It may have ended just now, or the line with it: either way nobody waits.
    client.execute('design.cancel-estimate', { estimateId }).catch(() => undefined)
  }

  function measure(): void {
    const measured = key.value
    if (measured === '' || design.resolved?.ok !== true) return
    cancel()
    const estimateId = crypto.randomUUID()
    running = estimateId
    isMeasuring.value = true
    refusal.value = ''
    client.execute('design.estimate', { estimateId, config: design.resolved.config }).then(
      (answer) => {
        known.delete(measured)
        known.set(measured, answer)
        for (const oldest of [...known.keys()].slice(0, -MOST_KNOWN)) known.delete(oldest)
        if (running !== estimateId) return
        end()
        estimate.value = answer
      },
      (error: unknown) => {
        if (running !== estimateId) return
        end()
        // The lab has begun a run, which comes first.
        if (error instanceof LabError && (error.code === 'interrupted' || error.code === 'connection')) return
        refusal.value = toWireError(error).message
      },
    )
  }

  function end(): void {
    running = ''
    isMeasuring.value = false
  }

  watch(
    [key, isLabBusy] as const,
    ([now, isBusy], before, onCleanup) => {
      if (now !== before[0]) {
        cancel()
        refusal.value = ''
        estimate.value = known.get(now) ?? null
      }
      if (now === '' || isBusy || estimate.value !== null || isMeasuring.value) return
      const timer = setTimeout(() => {
        if (document.visibilityState === 'visible') measure()
      }, REST_MS)
      onCleanup(() => clearTimeout(timer))
    },
    { immediate: true },
  )
  onScopeDispose(cancel)
  return { estimate, isMeasuring, refusal, isLabBusy, measure }
}
