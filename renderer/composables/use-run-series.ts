/**
 * The series of one run for a chart: a range in buckets is asked of the lab, smoothed there where all of it is, and live events continue it.
 * When the tail grows long, a gap is seen or the zoom or the smoothing changes, the range is asked for again, so that the window holds no
 * more than its pixels.
 */
import { onScopeDispose, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import type { LabEvent } from '../../shared/protocol/events.ts'
import type { RunMetrics } from '../../shared/protocol/views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import type { SeriesName, SeriesPoint } from '../../shared/runs/series.ts'
import { Timeline, type TimelineMarks } from '../../shared/runs/timeline.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { useLab } from '../transport/lab-client.ts'
import { DrawingPace } from '../pacing/drawing-pace.ts'
import { newestQuestion } from '../pacing/newest-question.ts'

/** Positions, inclusive; null: the whole run, which grows. */
export type PositionRange = { readonly from: number; readonly to: number } | null

export interface RunSeriesView {
  readonly base: RunMetrics
  /** Points after `base`, by series; empty while zoomed. */
  readonly tail: ReadonlyMap<SeriesName, readonly SeriesPoint[]>
  readonly marks: TimelineMarks
  /** Every series that the run has so far, asked for or not. */
  readonly names: ReadonlySet<SeriesName>
  readonly lastPosition: number
}

/** With what it has come to last. */
export interface FollowedRun extends RunSeriesView {
  /** The last point of each series of the whole network, whatever is zoomed to. */
  readonly latest: ReadonlyMap<SeriesName, SeriesPoint>
}

const ASK_EVERY_MS = 2000

export function useRunSeries(
  runId: Ref<string>,
  series: Ref<readonly SeriesName[]>,
  range: Ref<PositionRange>,
  buckets: Ref<number>,
  /** Weight of the past a step. */
  smoothing: Ref<number>,
  isWrittenElsewhere: () => boolean,
): ShallowRef<FollowedRun | null> {
  const client = useLab()
  const lab = useLabStore()
  const view = shallowRef<FollowedRun | null>(null)
  let timeline = new Timeline()
  let nextIndex = 0
  let tail = new Map<SeriesName, SeriesPoint[]>()
  let names = new Set<SeriesName>()
  let latest = new Map<SeriesName, SeriesPoint>()
  let base: RunMetrics | null = null
  let asking = 0
  let isAsking = false
  let held: Extract<LabEvent, { type: 'run-events' }>[] = []

  const pace = new DrawingPace(draw)

  function draw(): void {
    if (base === null) return
    const { lastPosition } = timeline
    view.value = { base, tail, names: new Set(names), marks: timeline.marks(), lastPosition, latest: new Map(latest) }
  }

  /** A drag of the smoothing asks often: of the questions that come while the lab is long over one, the newest is asked. */
  const toLab = newestQuestion()

  function ask(): void {
    const turn = ++asking
    isAsking = true
    held = []
    toLab(async () => {
      try {
        const metrics = await client.execute('run.metrics', {
          runId: runId.value,
          series: [...series.value],
          from: range.value?.from ?? null,
          to: range.value?.to ?? null,
          buckets: buckets.value,
          smoothing: smoothing.value,
        })
        if (turn === asking) begin(metrics)
      } catch (error) {
        if (turn !== asking) return
        isAsking = false
        lab.addNotice(runId.value, toWireError(error))
      }
    })
  }

  function begin(metrics: RunMetrics): void {
    isAsking = false
    base = metrics
    timeline = new Timeline(metrics.marks, metrics.lastPosition)
    tail = new Map()
    names = new Set(metrics.names)
    latest = new Map(metrics.latest.map((point) => [point.series, point]))
    nextIndex = metrics.eventCount
    const waiting = held
    held = []
    waiting.forEach(take)
    draw()
  }

  function take(event: Extract<LabEvent, { type: 'run-events' }>): void {
    if (isAsking) {
      held.push(event)
      return
    }
    if (event.firstIndex > nextIndex) return ask()
    for (const item of event.events.slice(nextIndex - event.firstIndex))
      for (const point of timeline.push(item)) {
        names.add(point.series)
        latest.set(point.series, point)
        if (range.value !== null || !series.value.includes(point.series)) continue
        const points = tail.get(point.series)
        if (points) points.push(point)
        else tail.set(point.series, [point])
      }
    nextIndex = Math.max(nextIndex, event.firstIndex + event.events.length)
    if ([...tail.values()].some(({ length }) => length > buckets.value)) return ask()
    pace.request()
  }

  const endListening = client.onEvent((event) => {
    if (event.type === 'run-events' && event.runId === runId.value) take(event)
    if (event.type === 'progress-end' && event.runId === runId.value) pace.flush()
    // A new snapshot means that the line was lost: what was missed is asked for.
    if ((event.type === 'run-gap' && event.runId === runId.value) || event.type === 'snapshot') ask()
  })
  // Of a run that another process trains no events come, only its file grows.
  const timer = setInterval(() => {
    if (isWrittenElsewhere() && !isAsking) ask()
  }, ASK_EVERY_MS)
  onScopeDispose(() => {
    clearInterval(timer)
    endListening()
    pace.stop()
  })
  watch(
    runId,
    () => {
      base = null
      view.value = null
    },
    { flush: 'sync' },
  )
  watch([runId, series, range, buckets, smoothing], ask, { immediate: true })
  return view
}
