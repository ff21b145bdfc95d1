/**
 * Numbers in the cells of a text: rows and columns enter, values leave, or an error that says where the cell stands and what is wrong
 * with it. Whether numbers have decimal points or decimal commas is found from all of them together, never cell by cell.
 */
import { hasDecimalComma, isDecimal, mayBeGrouped, parseNumber } from './cell-values.ts'
import type { CsvRow, CsvText } from './csv.ts'
import { LabError, quoteStart } from '../errors/errors.ts'

export class CellReader {
  readonly #where: string
  readonly #csv: CsvText
  readonly #names: readonly string[] | null
  #hasDecimalCommas = false

  /** @param names of the columns, for messages */
  constructor(csv: CsvText, names: readonly string[] | null, where: string) {
    this.#csv = csv
    this.#names = names
    this.#where = where
  }

  /** Without spaces around it. */
  text(row: CsvRow, column: number): string {
    return row.cells[column]!.trim()
  }

  /** A number's text with a decimal point; any other text as it is. */
  decimal(row: CsvRow, column: number): string {
    const text = this.text(row, column)
    return this.#hasDecimalCommas && hasDecimalComma(text) ? text.replace(',', '.') : text
  }

  /** @returns the cell's finite number; as float32 can hold it */
  number(row: CsvRow, column: number): number {
    const value = parseNumber(this.decimal(row, column))
    if (value !== null) return value
    const text = this.text(row, column)
    return this.fail(
      row,
      column,
      'this cell is not a number.',
      'a finite number such as -1.5e-3',
      text === '' ? 'nothing' : quoteStart(text),
      'Correct the cell, or leave the whole series out.',
    )
  }

  /**
   * Finds how numbers are written, before they are read.
   * @param columns that hold numbers, if anything
   * @throws LabError `dataset` where `1,234` may be two numbers, and where some numbers have commas and others points
   */
  findDecimalMark(rows: readonly CsvRow[], columns: readonly number[]): void {
    const find = (is: (text: string) => boolean): { row: CsvRow; column: number } | undefined => {
      for (const row of rows) {
        const column = columns.find((one) => one < row.cells.length && is(this.text(row, one)))
        if (column !== undefined) return { row, column }
      }
      return undefined
    }
    const comma = find((text) => text.includes(',') && hasDecimalComma(text))
    if (!comma) return
    const found = quoteStart(this.text(comma.row, comma.column))
    const isClear = (text: string): boolean => hasDecimalComma(text) && !mayBeGrouped(text)
    if (this.#csv.separator.character === ',' && !find(isClear))
      this.fail(
        comma.row,
        comma.column,
        'this number may have a decimal comma, or be in thousands.',
        'a decimal point',
        found,
        'Write numbers with decimal points and nothing between thousands.',
      )
    const point = find((text) => text.includes('.') && isDecimal(text))
    if (point)
      this.fail(
        comma.row,
        comma.column,
        'some numbers have decimal commas, others decimal points.',
        `one of them, as in ${quoteStart(this.text(point.row, point.column))} on line ${this.#csv.locate(point.row).line}`,
        found,
        'Write all numbers with decimal points and nothing between thousands.',
      )
    this.#hasDecimalCommas = true
  }

  fail(row: CsvRow, column: number, message: string, expected: string, found: string, remedy: string): never {
    const location = this.#csv.locate(row, column)
    const name = this.#names === null ? '' : ` (\`${this.#names[column]}\`)`
    const where = `${this.#where}, line ${location.line}, column ${location.column}${name}`
    throw new LabError('dataset', message, { where, expected, found, remedy, location })
  }
}
