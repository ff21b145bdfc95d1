/**
 * The engines and devices of the lab's machine, asked for once and anew when asked; and how fast the training steps of the design on the table
 * are on each, measured when asked for and given up with the component. What was measured for a design is remembered as long as the window is there.
 */
import { computed, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import type { DeviceReport, DeviceSpeed } from '../../shared/protocol/devices.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useDesignStore } from '../stores/design-store.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'

export interface DevicesView {
  /** Null until the lab has answered. */
  readonly devices: ShallowRef<readonly DeviceReport[] | null>
  /** Of the design on the table, by the device's id. */
  readonly speeds: ComputedRef<ReadonlyMap<string, DeviceSpeed>>
  /** The name of the design that can be measured; null where there is none. */
  readonly designName: ComputedRef<string | null>
  readonly isLooking: Ref<boolean>
  readonly isMeasuring: Ref<boolean>
  /** Why nothing was found or measured; empty when nothing went wrong. */
  readonly refusal: Ref<string>
  look(isAnew: boolean): Promise<void>
  /** @param done called when `auto` may choose anew */
  measure(done?: () => void): Promise<void>
  cancel(): void
}

const known = shallowRef<readonly DeviceReport[] | null>(null)
/** By design, then by device. */
const measured = shallowRef<ReadonlyMap<string, ReadonlyMap<string, DeviceSpeed>>>(new Map())

/** @param looks whether the list is asked for at once: the lab loads drivers for it */
export function useDevices({ looks }: { readonly looks: boolean }): DevicesView {
  const client = useLab()
  const design = useDesignStore()
  const lab = useLabStore()
  const isLooking = ref(false)
  const isMeasuring = ref(false)
  const refusal = ref('')
  let running = ''

  const config = computed(() => (design.resolved?.ok === true ? design.resolved.config : null))
  /** Whatever engine it names: all are measured. */
  const key = computed(() => (config.value ? JSON.stringify({ ...config.value, name: '', backend: '' }) : ''))
  const speeds = computed(() => measured.value.get(key.value) ?? new Map<string, DeviceSpeed>())

  async function look(isAnew: boolean): Promise<void> {
    isLooking.value = true
    refusal.value = ''
    try {
      known.value = await client.execute('devices.list', { isAnew })
    } catch (error) {
      tell(error)
    } finally {
      isLooking.value = false
    }
  }

  async function measure(done?: () => void): Promise<void> {
    if (config.value === null || isMeasuring.value) return
    const measureId = crypto.randomUUID()
    const ofDesign = key.value
    running = measureId
    isMeasuring.value = true
    refusal.value = ''
    put(ofDesign, new Map())
    const stopListening = client.onEvent((event) => {
      if (event.type !== 'device-speed' || event.measureId !== measureId) return
      put(ofDesign, new Map([...(measured.value.get(ofDesign) ?? []), [event.speed.device.id, event.speed]]))
    })
    try {
      await client.execute('devices.measure', { measureId, config: config.value })
      done?.()
    } catch (error) {
      if (running === measureId) tell(error)
    } finally {
      stopListening()
      if (running === measureId) end()
    }
  }

  function put(ofDesign: string, all: ReadonlyMap<string, DeviceSpeed>): void {
    measured.value = new Map([...measured.value, [ofDesign, all]])
  }

  function cancel(): void {
    if (running === '') return
    // It may have ended just now, or the line with it: either way nobody waits.
    client.execute('devices.cancel-measure', { measureId: running }).catch(() => undefined)
    end()
  }

  function end(): void {
    running = ''
    isMeasuring.value = false
  }

  function tell(error: unknown): void {
    // The lab has begun a run, which comes first; a lost line is told by its banner.
    if (error instanceof LabError && (error.code === 'interrupted' || error.code === 'connection')) return
    refusal.value = toWireError(error).message
  }

  watch(
    () => looks && lab.line === 'open' && known.value === null && !isLooking.value,
    (isUnknown) => isUnknown && void look(false),
    { immediate: true },
  )
  onScopeDispose(cancel)
  const designName = computed(() => config.value?.name ?? null)
  return { devices: known, speeds, designName, isLooking, isMeasuring, refusal, look, measure, cancel }
}
