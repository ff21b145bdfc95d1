/** A cursor through a run's chart for the keyboard: keys enter, the position and its values in words leave. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import type { SeriesName } from '../../../shared/runs/series.ts'
import type { RunChartSubject, RunChartWords } from '../../charts/run-chart.ts'
import { listNumbers } from '../../words/format.ts'
import { meanPoints, smoothingOf, type MeanPoint } from '../../charts/run-points.ts'
import { extentText, pointTexts } from '../../charts/run-tooltip.ts'
import { phaseSteps } from '../../charts/step-axis.ts'

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity }
const LONG_STEP = 10

export interface ChartCursor {
  readonly text: ComputedRef<string>
  /** Null until a key has moved it. */
  readonly position: Ref<number | null>
  /** @returns the position that the key leads to; null for other keys and an empty chart */
  move(event: KeyboardEvent): number | null
}

export function useChartCursor(
  subject: Ref<RunChartSubject | null>,
  names: Ref<readonly SeriesName[]>,
  words: RunChartWords,
): ChartCursor {
  const { t } = useI18n()
  const at = ref<number | null>(null)
  const series = computed(() => {
    const shown = subject.value
    if (shown === null) return []
    return names.value.map((name) => ({ name, points: meanPoints(shown.view, name, shown.seedCount) }))
  })
  const positions = computed(() =>
    [...new Set(series.value.flatMap(({ points }) => points.map(({ position }) => position)))].sort((a, b) => a - b),
  )
  /** Of the last position up to the cursor: a zoom may have brought others. */
  const place = computed(() => {
    if (at.value === null) return null
    const next = positions.value.findIndex((position) => position > at.value!)
    return next < 0 ? positions.value.length - 1 : Math.max(0, next - 1)
  })
  const text = computed(() => {
    const position = place.value === null ? undefined : positions.value[place.value]
    if (position === undefined || subject.value === null) return ''
    const { view } = subject.value
    const here = series.value.flatMap(({ name, points }) => {
      const point = points.find((candidate) => candidate.position === position)
      return point ? [{ name, point }] : []
    })
    // Points of a bucket stand beside such of one step: the widest is told.
    const widest = here.reduce<MeanPoint | null>(
      (kept, { point }) => (kept && kept.lastPosition >= point.lastPosition ? kept : point),
      null,
    )
    const values = here.flatMap(({ name, point }) =>
      pointTexts(point, words.series(name), smoothingOf(view.base, name), words),
    )
    return widest === null
      ? ''
      : t('run.cursor', { step: extentText(widest, words, phaseSteps(view)), values: listNumbers(values) })
  })
  return {
    text,
    position: at,
    move(event) {
      const step = STEPS[event.key]
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return null
      event.preventDefault()
      const last = positions.value.length - 1
      if (last < 0) return null
      const next = (place.value ?? -1) + step * (event.shiftKey ? LONG_STEP : 1)
      at.value = positions.value[Math.min(last, Math.max(0, next))] ?? null
      return at.value
    },
  }
}
