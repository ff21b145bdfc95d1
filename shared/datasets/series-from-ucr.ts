/**
 * Series of the UCR archive: a text without names of columns, a series in each row, its label or number first, enters; whole series leave.
 * Rows of several lengths are series of several lengths, and so are rows that end in `NaN`.
 */
import { isMissing, isNumberOrMissing } from './cell-values.ts'
import { CellReader } from './csv-cells.ts'
import type { CsvText } from './csv.ts'
import type { CsvColumns } from './options.ts'
import type { OwnSeriesTable } from './own-series.ts'
import { readWholeSeries, type WholeSeries, type WholeSeriesOptions } from './whole-series.ts'

/**
 * Whether the first row is a series rather than the names of columns: all its cells after the label are numbers, or lacking.
 * @param columns names that may be numbers themselves
 */
export function hasSeriesInRows({ rows, commentedNames }: CsvText, columns: CsvColumns | null = null): boolean {
  const cells = rows[0]?.cells.map((cell) => cell.trim()) ?? []
  const [label = '', ...steps] = cells
  if (commentedNames !== null || isMissing(label) || steps.every(isMissing)) return false
  if (!steps.every(isNumberOrMissing)) return false
  const names = new Set(cells)
  return (
    columns === null ||
    ![columns.series, columns.step, ...columns.inputs, ...columns.targets].every((one) => names.has(one))
  )
}

/** @returns a series of one channel for each row */
export function splitUcr(csv: CsvText, where: string): WholeSeries[] {
  const cells = new CellReader(csv, null, where)
  const widest = csv.rows.reduce((most, row) => Math.max(most, row.cells.length), 0)
  cells.findDecimalMark(
    csv.rows,
    Array.from({ length: widest }, (_, column) => column),
  )
  return csv.rows.map((row) => {
    const [label, ...channel] = row.cells.map((_, column) => cells.decimal(row, column))
    return { line: () => csv.locate(row).line, channels: [channel], label: label! }
  })
}

/** @throws LabError as readWholeSeries, `dataset` for numbers of two ways of writing */
export function readSeriesFromUcr(csv: CsvText, options: WholeSeriesOptions, where: string): OwnSeriesTable {
  return readWholeSeries(splitUcr(csv, where), options, where)
}
