/** Numbers as they are typed: one meaning in the language of the screens, or none. */
import { afterEach, describe, expect, it } from 'vitest'
import { formatLanguage, formatNumber } from '../../../../renderer/words/format.ts'
import { readTypedNumber, writeTypedNumber } from '../../../../renderer/words/typed-number.ts'

afterEach(() => {
  formatLanguage.value = 'en-US'
})

describe('a typed number', () => {
  it.each([
    ['0.003', 0.003],
    ['.5', 0.5],
    ['3e-3', 0.003],
    ['-2', -2],
    ['−2', -2],
    ['+7', 7],
    ['12 300', 12300],
    ['12\u202f300', 12300],
  ])('%j is %d in every language', (text, value) => {
    for (const language of ['en-US', 'fr', 'en-ZA']) {
      formatLanguage.value = language
      expect(readTypedNumber(text)).toBe(value)
    }
  })

  it('has a decimal comma where the language has one, and a comma is never passed over', () => {
    expect(readTypedNumber('0,003')).toBeNull()
    expect(readTypedNumber('12,300')).toBeNull()
    formatLanguage.value = 'fr'
    expect(readTypedNumber('0,003')).toBe(0.003)
    expect(readTypedNumber('1,5e-4')).toBe(1.5e-4)
  })

  it.each(['', 'a', '1.2.3', '1,2.3', '0x10', '1 2', 'NaN', 'Infinity', '1e999', '--1', '1_000'])(
    '%j has no meaning in any language',
    (text) => {
      for (const language of ['en-US', 'fr']) {
        formatLanguage.value = language
        expect(readTypedNumber(text)).toBeNull()
      }
    },
  )

  it('is written so that it is read again as the same one', () => {
    for (const language of ['en-US', 'fr'])
      for (const value of [0.1, 1e-8, 12345678, -2.5, 1e21]) {
        formatLanguage.value = language
        expect(readTypedNumber(writeTypedNumber(value))).toBe(value)
      }
  })

  it('is shown by tables as the language writes it, and read from there', () => {
    formatLanguage.value = 'fr'
    for (const value of [0.123, 12345, 1.5e-7]) expect(readTypedNumber(formatNumber(value))).toBe(value)
  })
})
