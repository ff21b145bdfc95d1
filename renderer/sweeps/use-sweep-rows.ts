/** One sweep in full: its id enters, its axes and rows leave, and follow the events of the lab. */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { SweepDetail } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import type { SweepRow } from '../../shared/runs/sweep-table.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'
import { DrawingPace } from '../pacing/drawing-pace.ts'

/** @returns null until the first answer */
export function useSweepRows(sweepId: Ref<string>): ShallowRef<SweepDetail | null> {
  const client = useLab()
  const lab = useLabStore()
  const detail = shallowRef<SweepDetail | null>(null)
  /** Rows that came while the answer was on its way, or since the last drawing. */
  let fresh: SweepRow[] = []
  let turn = 0

  const pace = new DrawingPace(() => {
    if (detail.value === null || fresh.length === 0) return
    const rows = [...detail.value.rows]
    for (const row of fresh) rows[row.index] = row
    fresh = []
    detail.value = { ...detail.value, rows }
  })

  async function ask(): Promise<void> {
    const mine = ++turn
    fresh = []
    try {
      const answer = await client.execute('sweep.read', { sweepId: sweepId.value })
      if (mine !== turn) return
      detail.value = answer
      pace.request()
    } catch (error) {
      if (mine === turn) lab.addNotice(null, toWireError(error))
    }
  }

  const endListening = client.onEvent((event) => {
    if (event.type === 'snapshot') void ask()
    // Its last rows may come in the same batch after it.
    if (event.type === 'sweep' && event.sweep.id === sweepId.value && event.sweep.state !== 'running')
      queueMicrotask(() => pace.flush())
    if (event.type !== 'sweep-row' || event.sweepId !== sweepId.value) return
    fresh.push(event.row)
    if (detail.value !== null) pace.request()
  })
  onScopeDispose(() => {
    endListening()
    pace.stop()
  })
  watch(
    sweepId,
    () => {
      detail.value = null
      void ask()
    },
    { immediate: true },
  )
  return detail
}
