/** What is wrong with a design, in the language of the screens: a mistake as the lab tells it enters; a sentence leaves, the lab's own where the screens have none. */
import type { WireError } from '../../shared/errors/wire-error.ts'
import { localizeText } from './format.ts'

/** What a component has of its messages. */
type Translate = (key: string, values?: Record<string, string>) => string
type HasMessage = (key: string) => boolean

/** @param t, te of the component: messages and whether there is one */
export function mistakeText({ fault, summary, expected }: WireError, t: Translate, te: HasMessage): string {
  const key = `design.faults.${fault?.id ?? ''}`
  if (fault === null || !te(key)) return expected ? `${summary} ${t('design.expected', { expected })}` : summary
  const values = Object.entries(fault.values).map(([name, value]) => {
    if (name === 'type') return [name, t(`design.faults.types.${value}`)]
    return [name, localizeText(value)]
  })
  return t(key, Object.fromEntries(values) as Record<string, string>)
}

/**
 * The same, behind the place of a definition that it is at: a point of a sweep and its field.
 * @param t, te of the component
 */
export function mistakeAtPlace(error: WireError, t: Translate, te: HasMessage): string {
  const { where, fault } = error
  if (where === null || fault === null || !te(`design.faults.${fault.id}`)) return error.message
  return t('design.mistakeAt', { place: where.replace(/^sweep, /, ''), mistake: mistakeText(error, t, te) })
}
