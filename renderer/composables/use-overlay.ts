/**
 * One series of several runs for an overlay: the series, a range and how the runs are laid over each other enter; their points in buckets
 * leave. What is live is asked for again every few seconds.
 */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { RunMetrics } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/protocol/wire-error.ts'
import { withEnds } from '../../shared/runs/read-vaa.ts'
import type { SeriesName } from '../../shared/runs/series.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'
import type { ComparedRun } from './use-compared-runs.ts'
import type { PositionRange } from './use-run-series.ts'

export interface OverlayRun {
  readonly run: ComparedRun
  readonly metrics: RunMetrics
  /** What is taken off its positions. */
  readonly offset: number
}

const BUCKETS = 1000
const LIVE_EVERY_MS = 3000

export function useOverlay(
  runs: Readonly<Ref<readonly ComparedRun[] | null>>,
  series: Ref<SeriesName>,
  /** Whether step 0 is where training begins, however long the warm-up was. */
  isAligned: Ref<boolean>,
  range: Ref<PositionRange>,
): ShallowRef<readonly OverlayRun[]> {
  const client = useLab()
  const lab = useLabStore()
  const shown = shallowRef<readonly OverlayRun[]>([])
  const offsets = new Map<string, number>()
  let turn = 0

  async function ask(): Promise<void> {
    const mine = ++turn
    const aligned = isAligned.value
    const answers = await Promise.all(
      (runs.value ?? []).map(async (run): Promise<OverlayRun[]> => {
        try {
          const offset = aligned ? (offsets.get(run.summary.id) ?? 0) : 0
          const { from, to } = range.value ?? { from: null, to: null }
          const metrics = await client.execute('run.metrics', {
            runId: run.summary.id,
            series: withEnds(series.value),
            from: from === null ? null : from + offset,
            to: to === null ? null : to + offset,
            buckets: BUCKETS,
          })
          const start = metrics.marks.phases.find(({ phase }) => phase === 'training')?.position ?? 0
          offsets.set(run.summary.id, start)
          return [{ run, metrics, offset: aligned ? start : 0 }]
        } catch (error) {
          if (mine === turn) lab.addNotice(run.summary.id, toWireError(error))
          return [] // the others are drawn without it
        }
      }),
    )
    if (mine === turn) shown.value = answers.flat()
  }

  const isLive = (): boolean => (runs.value ?? []).some(({ summary }) => summary.active)
  const timer = window.setInterval(() => {
    if (isLive()) void ask()
  }, LIVE_EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  watch([runs, series, isAligned, range], () => void ask(), { immediate: true })
  return shown
}
