/** Fields of a design in a few words, for where the fields themselves are folded away: `T 100`, `Method SGD`, `Measure VAA: off`. */
import { useI18n } from 'vue-i18n'
import type { ExperimentConfig } from '../../shared/experiments/config.ts'
import { fieldRule } from '../../shared/experiments/field-rules.ts'
import { formatNumber } from '../words/format.ts'
import { readField, textKey, type DesignField } from './design-fields.ts'

/** @returns the words of fields, one after the other; what holds nothing is left out */
export function useFieldWords(): (fields: readonly DesignField[], config: ExperimentConfig) => string {
  const { t } = useI18n()

  function wordsOf(field: DesignField, config: ExperimentConfig): string | null {
    const key = textKey(field)
    const value = readField(config, field.path)
    const { symbol, unit } = fieldRule(field.path, config)
    if (field.kind === 'optional')
      return t(value === null ? 'design.isOff' : 'design.isOn', { name: t(`${key}.label`) })
    if (value === null || value === undefined || value === '') return null
    if (typeof value === 'boolean') return t(value ? 'design.isOn' : 'design.isOff', { name: t(`${key}.label`) })
    if (field.kind === 'choice') return t(`${key}.options.${String(value)}`)
    const text =
      typeof value === 'number' ? formatNumber(value) : Array.isArray(value) ? value.join(', ') : String(value)
    if (symbol !== undefined) return `${symbol} = ${text}`
    // Of series the label speaks already.
    return `${t(`${key}.label`)} ${text}${unit && unit !== 'series' ? ` ${t(`design.unit.${unit}`)}` : ''}`
  }

  return (fields, config) => fields.flatMap((field) => wordsOf(field, config) ?? []).join(' · ')
}
