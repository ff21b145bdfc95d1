/**
 * Steps as cells have them, numbers or points in time: the text of a cell enters, what puts it in order leaves. Nothing is rounded: nanoseconds
 * since 1970 are beyond what a number holds exactly, so that steps whose numbers are equal are compared by their digits.
 */
import { isDecimal } from './cell-values.ts'

/** One file's steps are of one kind: a time with a zone cannot be put in order with one without. */
export type StepKind = 'number' | 'time' | 'zoned-time'

export interface Step {
  readonly kind: StepKind
  /** As near as a number comes: of two steps in order, the second has the greater one or the same. A time's is in seconds. */
  readonly value: number
  /** A time's digits after the seconds, without zeros at the end. */
  readonly fraction: string
  /** As it is written. */
  readonly text: string
}

/** ISO 8601, with or without hyphens and colons, with a space or `T` before the time of day; a month alone is its first day. */
const TIME =
  /^(\d{4})([-/]?)(\d\d)(?:\2(\d\d)(?:[T ](\d\d)(?::?(\d\d)(?::?(\d\d)(?:[.,](\d+))?)?)?)?)? ?(Z|UTC|[+-]\d\d(?::?\d\d)?)?$/i
/** A time of day, or the time since a start. */
const CLOCK = /^(\d+):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?$/

/** @returns null for what is neither a finite number nor a time that there is */
export function parseStep(text: string): Step | null {
  if (isDecimal(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? { kind: 'number', value, fraction: '', text } : null
  }
  return parseTime(text) ?? parseClock(text)
}

/** Below 0 where `a` is before `b`, 0 where they are the same. Both are of one kind. */
export function compareSteps(a: Step, b: Step): number {
  if (a.value !== b.value) return a.value - b.value
  if (a.kind !== 'number') return compareDigits(a.fraction, b.fraction)
  return a.value < 0 ? compareDecimals(b.text, a.text) : compareDecimals(a.text, b.text)
}

/** Digits after the same place. */
const compareDigits = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** By size, without the sign. */
function compareDecimals(a: string, b: string): number {
  const [one, other] = [digitsOf(a), digitsOf(b)]
  return one.place - other.place || compareDigits(one.digits, other.digits)
}

/** @returns the digits from the first to the last that is not 0, and the power of ten that the first one counts */
function digitsOf(number: string): { readonly digits: string; readonly place: number } {
  const [mantissa, exponent = '0'] = number.toLowerCase().split('e')
  const [whole, fraction = ''] = mantissa!.replace(/^[+-]/, '').split('.')
  const all = `${whole}${fraction}`
  const first = all.search(/[1-9]/)
  if (first < 0) return { digits: '', place: -Infinity }
  return { digits: trimZeros(all.slice(first)), place: whole!.length - first + Number(exponent) }
}

function trimZeros(digits: string): string {
  let end = digits.length
  while (digits[end - 1] === '0') end--
  return digits.slice(0, end)
}

function parseTime(text: string): Step | null {
  const [, year, , month, day = '01', hour = '00', minute = '00', second = '00', fraction = '', zone] =
    TIME.exec(text) ?? []
  if (year === undefined || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 59) return null
  const midnight = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)))
  // 30 February would be read as 1 March.
  if (midnight.getUTCMonth() !== Number(month) - 1 || midnight.getUTCDate() !== Number(day)) return null
  const value = midnight.getTime() / 1000 + secondsOf(hour, minute, second) - offsetSeconds(zone)
  return { kind: zone === undefined ? 'time' : 'zoned-time', value, fraction: trimZeros(fraction), text }
}

function parseClock(text: string): Step | null {
  const [, hour, minute, second = '00', fraction = ''] = CLOCK.exec(text) ?? []
  if (hour === undefined || Number(minute) > 59 || Number(second) > 59) return null
  return { kind: 'time', value: secondsOf(hour, minute!, second), fraction: trimZeros(fraction), text }
}

const secondsOf = (hour: string, minute: string, second: string): number =>
  3600 * Number(hour) + 60 * Number(minute) + Number(second)

/** @param zone `Z`, `+01`, `+0130` or `-01:30` */
function offsetSeconds(zone = 'Z'): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? []
  return hours === undefined ? 0 : (sign === '-' ? -1 : 1) * (3600 * Number(hours) + 60 * Number(minutes))
}
