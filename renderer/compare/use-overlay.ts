/**
 * One series of several runs for an overlay: the series, a range, a smoothing and how the runs are laid over each other enter; their points in
 * buckets leave. What is live is asked for again every few seconds.
 */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { RunMetrics } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { withEnds } from '../../shared/runs/read-vaa.ts'
import type { SeriesName } from '../../shared/runs/series.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'
import { newestQuestion } from '../pacing/newest-question.ts'
import type { ComparedRun } from './use-compared-runs.ts'
import type { PositionRange } from '../composables/use-run-series.ts'

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
  /** Weight of the past a step. */
  smoothing: Ref<number>,
): ShallowRef<readonly OverlayRun[]> {
  const client = useLab()
  const lab = useLabStore()
  const shown = shallowRef<readonly OverlayRun[]>([])
  const offsets = new Map<string, number>()
  /** A drag of the smoothing asks often. */
  const toLab = newestQuestion()

  function ask(): void {
    toLab(async (isNewest) => {
      const aligned = isAligned.value
      const answers = await Promise.all((runs.value ?? []).map((run) => askOne(run, aligned, isNewest)))
      if (isNewest()) shown.value = answers.flat()
    })
  }

  async function askOne(run: ComparedRun, aligned: boolean, isNewest: () => boolean): Promise<OverlayRun[]> {
    try {
      const offset = aligned ? (offsets.get(run.summary.id) ?? 0) : 0
      const { from, to } = range.value ?? { from: null, to: null }
      const metrics = await client.execute('run.metrics', {
        runId: run.summary.id,
        series: withEnds(series.value),
        from: from === null ? null : from + offset,
        to: to === null ? null : to + offset,
        buckets: BUCKETS,
        smoothing: smoothing.value,
      })
      const start = metrics.marks.phases.find(({ phase }) => phase === 'training')?.position ?? 0
      offsets.set(run.summary.id, start)
      return [{ run, metrics, offset: aligned ? start : 0 }]
    } catch (error) {
      if (isNewest()) lab.addNotice(run.summary.id, toWireError(error))
      return [] // the others are drawn without it
    }
  }

  const isLive = (): boolean => (runs.value ?? []).some(({ summary }) => summary.active)
  const timer = window.setInterval(() => {
    if (isLive()) ask()
  }, LIVE_EVERY_MS)
  onScopeDispose(() => clearInterval(timer))
  watch([runs, series, isAligned, range, smoothing], ask, { immediate: true })
  return shown
}
