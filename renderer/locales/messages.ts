/** The languages of the screens. A new one is a file like en.ts and a line here; its type makes sure that no message is missing. */
import { createI18n, type PluralizationRule } from 'vue-i18n'
import { en } from './en.ts'
import { fr } from './fr.ts'

export const LANGUAGES = ['en', 'fr'] as const
export type Language = (typeof LANGUAGES)[number]

/** @param chosen of the settings; null: the first of the system's that there is @param wished the system's, best first */
export function languageOf(chosen: string | null, wished: readonly string[]): Language {
  const known = (name: string): Language | undefined => LANGUAGES.find((language) => language === name.slice(0, 2))
  const found = chosen === null ? wished.map(known).find((language) => language !== undefined) : known(chosen)
  return found ?? 'en'
}

/** The first of the system's wishes in this language, as `en-GB`, which says how numbers and days are written; else the language alone. */
export function regionOf(language: string, wished: readonly string[]): string {
  return wished.find((name) => name.slice(0, 2) === language) ?? language
}

/** In French nothing is singular: `0 graine`. */
const frenchForm: PluralizationRule = (count, formCount, usual) =>
  formCount === 2 ? (Math.abs(count) < 2 ? 0 : 1) : usual!(count, formCount)

// The type is fixed here, not inferred: every language has the same keys.
export function createMessages() {
  return createI18n({
    legacy: false,
    locale: 'en',
    fallbackLocale: 'en',
    messages: { en, fr },
    pluralRules: { fr: frenchForm },
  })
}
