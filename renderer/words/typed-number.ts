/**
 * Numbers as they are typed in the language of the screens: text enters, its one meaning leaves, or null where it has none or more than one.
 * A comma is the decimal mark of a language that writes one so, and nowhere parts thousands: `1,000` is two things to two readers.
 */
import { decimalMark } from './format.ts'

/** Spaces that languages part thousands with. */
const GROUPS = /(?<=\d)[ \u00a0\u202f'](?=\d{3}(\D|$))/g
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** @returns the finite number, or null */
export function readTypedNumber(text: string): number | null {
  const plain = text.trim().replace('−', '-').replace(GROUPS, '')
  const marks = plain.split(/[.,]/).length - 1
  if (marks > 1 || (plain.includes(',') && decimalMark.value !== ',')) return null
  const pointed = plain.replace(',', '.')
  const value = Number(pointed)
  return NUMBER.test(pointed) && Number.isFinite(value) ? value : null
}

/** As a field shows it: every digit, the decimal mark of the language, no thousands. */
export function writeTypedNumber(value: number): string {
  return String(value).replace('.', decimalMark.value)
}
