/** The words of a run's chart: which task it has enters; names of plots, lines, marks and of the axis leave. */
import { useI18n } from 'vue-i18n'
import type { RunSummary } from '../../../shared/protocol/views.ts'
import { splitSeriesName, type SeriesName } from '../../../shared/runs/series.ts'
import type { RunChartWords } from '../../charts/run-chart.ts'
import { usePointWords } from '../../composables/use-point-words.ts'

export function useChartWords(task: RunSummary['task']): RunChartWords {
  const { t } = useI18n()

  /** The name of what a series is of, behind the word. */
  function withSlice(word: string, name: SeriesName): string {
    const { layerIndex, partIndex } = splitSeriesName(name)
    if (layerIndex === null) return word
    const numbers = { layer: layerIndex + 1, part: (partIndex ?? 0) + 1 }
    return `${word} ${t(partIndex === null ? 'run.slice.layer' : 'run.slice.part', numbers)}`
  }

  return {
    plot: (plot) =>
      plot === 'loss'
        ? t('run.plots.loss', { unit: t(task === 'classification' ? 'run.unit.crossEntropy' : 'run.unit.meanSquare') })
        : t(`run.plots.${plot}`),
    axis: ({ kind, unit }) => (kind === 'step' ? t('run.axis') : t(`run.across.axis.${kind}`, { unit: unit ?? '' })),
    fork: t('run.forkMark'),
    series: (name) => withSlice(t(`run.series.${splitSeriesName(name).base}`), name),
    interval: (name) => withSlice(t('run.vaaBetween'), name),
    ...usePointWords(),
    phase: (phase) => t(`run.phase.${phase}`),
    diverged: (seed) => t('run.divergedMark', { seed }),
    restart: (seeds) => t('run.restartMark', { seeds: seeds.join(', ') }, seeds.length),
  }
}
