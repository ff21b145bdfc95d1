/** Every language says the same: the same messages, with the same places for values, in as many forms. */
import { describe, expect, it } from 'vitest'
import { en } from '../../../../renderer/locales/en.ts'
import { fr } from '../../../../renderer/locales/fr.ts'
import { createMessages, languageOf } from '../../../../renderer/locales/messages.ts'

function flat(messages: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]): [string, string][] =>
      typeof value === 'string' ? [[`${prefix}${key}`, value]] : [...flat(value as object, `${prefix}${key}.`)],
    ),
  )
}

const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort()

describe.each([['fr', fr]])('the language %s', (_name, messages) => {
  const [english, own] = [flat(en), flat(messages)]

  it('has every message, and no other', () => {
    expect([...own.keys()].sort()).toEqual([...english.keys()].sort())
  })

  it('puts the same values into each, in as many forms', () => {
    for (const [key, text] of own) {
      expect([key, places(text)]).toEqual([key, places(english.get(key)!)])
      expect([key, text.split(' | ').length]).toEqual([key, english.get(key)!.split(' | ').length])
      expect(text.trim()).not.toBe('')
    }
  })

  it('does not repeat the English', () => {
    const hasWords = (text: string): boolean => /\p{L}/u.test(text.replace(/\{\w+\}/g, ''))
    const same = [...own].filter(([key, text]) => text.length > 24 && hasWords(text) && text === english.get(key))
    expect(same).toEqual([])
  })
})

it('counts none in the singular in French and in the plural in English', () => {
  const { t, locale } = createMessages().global
  const told = (): string[] => [0, 1, 2].map((count) => t('sweeps.form.seedCount', { count }, count))
  expect(told()).toEqual(['0 seeds', '1 seed', '2 seeds'])
  locale.value = 'fr'
  expect(told()).toEqual(['0 graine', '1 graine', '2 graines'])
  expect(t('compare.matches', 0)).toBe('Aucun essai ne correspond.')
  expect(t('compare.matches', 1)).toBe('Un essai correspond.')
})

it('is that of the settings, else the first of the system’s that there is, else English', () => {
  expect(languageOf('fr', ['en-GB'])).toBe('fr')
  expect(languageOf(null, ['de-CH', 'fr-CH', 'en'])).toBe('fr')
  expect(languageOf(null, ['de'])).toBe('en')
  expect(languageOf('xx', ['fr'])).toBe('en')
})
