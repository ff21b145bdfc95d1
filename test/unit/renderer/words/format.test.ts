/** Numbers and times as the screens write them, in the language of the screens. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  formatBytes,
  formatClockTime,
  formatCount,
  formatDuration,
  formatEach,
  formatExact,
  formatExactList,
  formatFixed,
  formatLanguage,
  formatMeanAndStd,
  formatNumber,
  formatTick,
  formatTime,
  localizeText,
} from '../../../../renderer/words/format.ts'
import { regionOf } from '../../../../renderer/locales/messages.ts'

const NARROW_SPACE = '\u202f'

afterEach(() => {
  formatLanguage.value = 'en-US'
})

describe('a mark of an axis', () => {
  it('reads otherwise than its neighbours, however close they are', () => {
    expect([2.3, 2.305, 2.31, 2.315].map(formatTick)).toEqual(['2.3', '2.305', '2.31', '2.315'])
    expect([0.1 + 0.2, -0.0005, 0].map(formatTick)).toEqual(['0.3', '-0.0005', '0'])
  })

  it('is short where it is far from 1', () => {
    expect([1e30, 1e-10, 2.5e7].map(formatTick)).toEqual(['1e+30', '1e-10', '2.5e+7'])
  })

  it('sets its thousands apart as the language does', () => {
    expect(formatTick(12_500)).toBe('12,500')
    formatLanguage.value = 'fr'
    expect(formatTick(12_500)).toBe(`12${NARROW_SPACE}500`)
    expect(formatTick(1000.5)).toBe(`1${NARROW_SPACE}000,5`)
  })
})

describe('a number', () => {
  it.each([
    [0, '0'],
    [0.123456, '0.123'],
    [-0.00012345, '-0.000123'],
    [1.234e-5, '1.23e-5'],
    [999.6, '1000'],
    [12_345.6, '12,346'],
    [1.5e7, '1.50e+7'],
    [null, '–'],
    [NaN, '–'],
  ])('%s is written as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text)
  })

  it('has a deviation beside it only where several seeds tell one', () => {
    expect(formatMeanAndStd([1, 2, 3])).toBe('2 ± 1')
    expect(formatMeanAndStd([2, 2])).toBe('2 ± 0')
    expect(formatMeanAndStd([1.71])).toBe('1.71')
    expect(formatMeanAndStd([])).toBe('')
  })

  it('has a decimal comma in French wherever it is written, and sets its thousands apart by a space', () => {
    formatLanguage.value = 'fr'
    expect([0.003, 1.5e-7, 1.2345e8].map(formatNumber)).toEqual(['0,003', '1,50e-7', '1,23e+8'])
    expect(formatExact(0.1 + 0.2)).toBe('0,30000000000000004')
    expect(formatTick(2.305)).toBe('2,305')
    expect([formatDuration(380), formatEach(1340), formatBytes(2.5e9)]).toEqual(['0,4 s', '1,3 s', '2,50 GB'])
    expect(formatNumber(1.234)).toBe('1,23')
    expect(formatNumber(12_345)).toBe(`12${NARROW_SPACE}345`)
    expect(formatCount(1_234_567)).toBe(['1', '234', '567'].join(NARROW_SPACE))
    expect(formatFixed(0.9, 2)).toBe('0,90')
  })

  it('is apart from the next one in French as in English, though a comma stands in it', () => {
    expect(formatExactList([0.25, 1e-8])).toBe('0.25, 1e-8')
    formatLanguage.value = 'fr'
    expect(formatExactList([0.25, 1.5e-8])).toBe('0,25 ; 1,5e-8')
  })

  it('follows the language where it comes as a text, and other texts stay as they are', () => {
    formatLanguage.value = 'fr'
    expect(['0.003', '-2.5e-7', '64'].map(localizeText)).toEqual(['0,003', '-2,5e-7', '64'])
    expect(['gru', '[0.9,0.99]', 'v1.2', '1.2.3'].map(localizeText)).toEqual(['gru', '[0.9,0.99]', 'v1.2', '1.2.3'])
  })
})

it.each([
  [0, '0 s'],
  [4, '0.004 s'],
  [380, '0.4 s'],
  [996, '1 s'],
  [1400, '1 s'],
  [59_600, '1 min 0 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [null, '–'],
])('a duration of %s ms is written as %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

describe('a time', () => {
  const iso = new Date(2026, 10, 5, 14, 5, 9).toISOString()

  it('is written in the language, and as its region does it', () => {
    formatLanguage.value = 'en-GB'
    expect(formatTime(iso)).toBe('5 Nov 2026, 14:05')
    formatLanguage.value = 'fr'
    expect(formatTime(iso)).toMatch(/^5 nov\. 2026,? (à )?14:05$/)
    expect(formatClockTime(iso)).toBe('14:05:09')
    expect(formatTime(null)).toBe('–')
  })

  it('takes the region from the first wish of the system in that language', () => {
    expect(regionOf('en', ['fr-CH', 'en-GB', 'en-US'])).toBe('en-GB')
    expect(regionOf('fr', ['en-GB'])).toBe('fr')
  })
})
