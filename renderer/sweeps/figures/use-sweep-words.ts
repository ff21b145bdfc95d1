/** What the figures of a sweep have in common: the names of axes and results in the user's language, and whether results are drawn on a logarithm. */
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { STRATEGY_AXIS, type SweepRow } from '../../../shared/runs/sweep-table.ts'
import { localizeText } from '../../words/format.ts'
import type { SweepFigureWords } from './sweep-figure.ts'

/** Losses of learning and failing runs lie far apart. */
const LOG_FROM = 20

export function useSweepWords(rows: () => readonly SweepRow[]) {
  const { t } = useI18n()
  const metrics = computed(() => [...new Set(rows().flatMap(({ metric }) => metric ?? []))])
  const means = computed(() => rows().flatMap(({ summary }) => summary?.mean ?? []))
  const axisName = (axis: string): string => (axis === STRATEGY_AXIS ? t('sweeps.strategy') : axis)
  const textName = (axis: string, text: string): string =>
    axis === STRATEGY_AXIS ? t(`design.strategy.${text}`) : localizeText(text)
  /** Null: as the results ask for it. */
  const chosenLog = ref<boolean | null>(null)
  const isLog = computed({
    get: () =>
      chosenLog.value ??
      (Math.min(...means.value) > 0 && Math.max(...means.value) > LOG_FROM * Math.min(...means.value)),
    set: (isLogAsked) => (chosenLog.value = isLogAsked),
  })
  const words = computed((): SweepFigureWords => ({
    value: t('sweeps.result', { metric: metrics.value.join(' / ') }),
    std: t('compare.std'),
    seeds: t('compare.seeds'),
    runs: t('app.runs'),
    axis: axisName,
    text: textName,
  }))
  return { axisName, textName, words, isLog, metrics }
}
