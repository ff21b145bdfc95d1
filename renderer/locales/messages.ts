/** The languages of the screens. A new one is a file like en.ts and a line here; its type makes sure that no message is missing. */
import { createI18n } from 'vue-i18n'
import { en } from './en.ts'

export type Messages = typeof en

// The type is fixed here, not inferred: every language has the same keys.
export function createMessages() {
  return createI18n({ legacy: false, locale: 'en', fallbackLocale: 'en', messages: { en } })
}
