/**
 * The log of a run as it grows: the lab is asked for what was added, at first for the last part. It is asked while the run is trained,
 * since its file is what other processes write too.
 */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { RunSummary } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import type { LogEntry } from '../../shared/runs/log.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'

const ASK_EVERY_MS = 1000
/** Older entries are left out; the file keeps them. */
const MOST_ENTRIES = 2000

export interface RunLogView {
  readonly entries: readonly LogEntry[]
  /** Whether the file has more before them. */
  readonly isCut: boolean
}

export function useRunLog(run: Ref<RunSummary>): ShallowRef<RunLogView | null> {
  const client = useLab()
  const lab = useLabStore()
  const view = shallowRef<RunLogView | null>(null)
  let nextByte: number | null = null
  let isAsking = false
  let isOver = false

  async function ask(): Promise<void> {
    if (isAsking || isOver || lab.line !== 'open') return
    isAsking = true
    const { id } = run.value
    try {
      const piece = await client.execute('run.log', { runId: id, fromByte: nextByte })
      if (id !== run.value.id) return
      const isBeginning = view.value === null || piece.nextByte < (nextByte ?? 0)
      if (isBeginning || piece.entries.length > 0) {
        const entries = [...(isBeginning ? [] : view.value!.entries), ...piece.entries]
        const isCut = entries.length > MOST_ENTRIES || (isBeginning ? piece.skippedBytes > 0 : view.value!.isCut)
        view.value = { entries: entries.slice(-MOST_ENTRIES), isCut }
      }
      nextByte = piece.nextByte
    } catch (error) {
      lab.addNotice(id, toWireError(error))
    } finally {
      isAsking = false
    }
  }

  const timer = setInterval(() => {
    if (run.value.state === 'running') void ask()
  }, ASK_EVERY_MS)
  onScopeDispose(() => {
    isOver = true
    clearInterval(timer)
  })
  watch(
    () => run.value.id,
    () => {
      view.value = null
      nextByte = null
    },
    { flush: 'sync' },
  )
  watch([() => run.value.id, () => run.value.state, () => lab.line], ask, { immediate: true })
  return view
}
