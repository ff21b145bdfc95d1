/** What the schema says of a field, in the words of the screens: its range, and what a file that does not say it gets. */
import { useI18n } from 'vue-i18n'
import { rangeText, type FieldRule } from '../../shared/experiments/field-rules.ts'
import { formatExact } from '../words/format.ts'

/** @returns sentences, for a rule and what its options are called */
export function useRuleWords(): (rule: FieldRule, nameOf?: (option: string) => string) => string[] {
  const { t } = useI18n()

  function valueText(value: unknown, nameOf: (option: string) => string): string {
    switch (typeof value) {
      case 'number':
        return formatExact(value)
      case 'boolean':
        return t(value ? 'design.on' : 'design.off')
      case 'string':
        return nameOf(value)
      default:
        return Array.isArray(value) ? value.join(', ') : ''
    }
  }

  return (rule, nameOf = (option) => option) => {
    const range = rangeText(rule, formatExact)
    const value = valueText(rule.default, nameOf)
    return [
      ...(range === '' ? [] : [t('design.range', { range })]),
      ...(value === '' ? [] : [t('design.byDefault', { value })]),
    ]
  }
}
