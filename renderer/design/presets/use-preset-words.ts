/** What presets are called and what they are, in the language of the screens; the user's own say it themselves. */
import { useI18n } from 'vue-i18n'
import type { PresetView } from '../../../shared/protocol/views.ts'
import { formatFixed, formatNumber } from '../../words/format.ts'
import { isPublished, type PublishedPreset } from './preset-tables.ts'

/** As the paper prints its results. */
const DECIMALS = 3
export const publishedText = (value: number): string => formatFixed(value, DECIMALS)

export interface PresetWords {
  /** `GRU, Double layer, T = 300`. */
  placeOf(preset: PublishedPreset): string
  /** Beside its name. */
  descriptionOf(preset: PresetView): string
}

export function usePresetWords(): PresetWords {
  const { t, te } = useI18n()

  function placeOf({ published: { cell, strategy, symbol, value } }: PublishedPreset): string {
    const strategyName = t(`design.strategy.${strategy}`)
    return t('presets.place', { cell: cell.toUpperCase(), strategy: strategyName, symbol, value: formatNumber(value) })
  }

  function descriptionOf(preset: PresetView): string {
    if (isPublished(preset)) {
      const { table, metric, mean, std } = preset.published
      return t('presets.published', {
        table: t('presets.table', { number: table, task: t(`presets.tasks.${table}`) }),
        metric: t(`presets.metrics.${metric}`),
        mean: publishedText(mean),
        std: publishedText(std),
      })
    }
    const key = `presets.of.${preset.name}`
    return !preset.isOwn && te(key) ? t(key) : preset.description
  }

  return { placeOf, descriptionOf }
}
