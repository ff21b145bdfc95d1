/** What is wrong with a design, in the language of the screens: a mistake as the lab tells it enters; a sentence leaves, the lab's own where the screens have none. */
import type { Composer } from 'vue-i18n'
import type { WireError } from '../../shared/protocol/wire-error.ts'
import { localizeText } from './format.ts'

/** @param t, te of the component: messages and whether there is one */
export function mistakeText({ fault, summary, expected }: WireError, t: Composer['t'], te: Composer['te']): string {
  const key = `design.faults.${fault?.id ?? ''}`
  if (fault === null || !te(key)) return expected ? `${summary} ${t('design.expected', { expected })}` : summary
  const values = Object.entries(fault.values).map(([name, value]) => {
    if (name === 'type') return [name, t(`design.faults.types.${value}`)]
    return [name, localizeText(value)]
  })
  return t(key, Object.fromEntries(values) as Record<string, string>)
}
