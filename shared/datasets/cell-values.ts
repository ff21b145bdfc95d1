/**
 * What the text of a cell may be, wherever it stands: a number with a decimal point or comma, the lack of a value, a label. Text without spaces
 * around it enters. Finding out which decimal mark a file has is left to csv-cells.ts.
 */
import type { Label } from './classes.ts'

/** No two parts of it can take the same digits: a cell of megabytes is refused in one walk. */
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const COMMA_NUMBER = /^[+-]?\d*,\d+(?:[eE][+-]?\d+)?$/
const GROUPED_NUMBER = /^[+-]?[1-9]\d{0,2},\d{3}$/
/** What pandas, R and Weka write for no value. */
const MISSING = /^(?:NaN|nan|NA|<NA>|\?)?$/

/** Whether a cell says that there is no value. */
export const isMissing = (cell: string): boolean => MISSING.test(cell)

/** A number with a decimal point, or a whole one. */
export const isDecimal = (cell: string): boolean => NUMBER.test(cell)

export const hasDecimalComma = (cell: string): boolean => COMMA_NUMBER.test(cell)

/** A number with a decimal comma that is a thousand and more if its comma groups digits. */
export const mayBeGrouped = (cell: string): boolean => GROUPED_NUMBER.test(cell)

/** A number, whatever its decimal mark, or the lack of one. */
export const isNumberOrMissing = (cell: string): boolean => isDecimal(cell) || hasDecimalComma(cell) || isMissing(cell)

/** @returns null for what is no number that float32 can hold */
export function parseNumber(cell: string): number | null {
  const value = Number(cell)
  return NUMBER.test(cell) && Number.isFinite(Math.fround(value)) ? value : null
}

/** Labels are numbers when all of them are, so that `1` and `1.0` are one class; else words as they stand. */
export function parseLabels(words: readonly (readonly string[])[]): Label[][] {
  // A number that is rounded might be another label's.
  const isExact = (word: string): boolean => {
    const value = Number(word)
    return NUMBER.test(word) && (Number.isSafeInteger(value) || !Number.isInteger(value))
  }
  const areNumbers = words.every((own) => own.every(isExact))
  return words.map((own) => own.map((word) => (areNumbers ? Number(word) : word)))
}
