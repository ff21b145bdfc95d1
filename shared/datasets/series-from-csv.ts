/**
 * Series from a CSV in long form, a row for each step of each series: text and the names of its columns enter, a
 * checked table of series leaves. Rows may come in any order. Cells are csv.ts's, splits own-series.ts's.
 */
import { classifyTargets } from './classes.ts'
import { parseCsv, type CsvRow, type CsvTable } from './csv.ts'
import type { CsvColumns, FileOptions } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { LabError, quoteStart } from '../protocol/errors.ts'

type CsvOptions = Pick<FileOptions, 'task' | 'targets' | 'columns'>

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/

/** Names shown in a message; a table may have ten thousands. */
const MOST_LISTED = 20

const listStart = (names: readonly string[]): string =>
  names.slice(0, MOST_LISTED).map(quoteStart).join(', ') +
  (names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '')

/** Reads cells by column name. */
class CellReader {
  readonly #where: string
  readonly #table: CsvTable
  readonly #columns: ReadonlyMap<string, number>

  constructor(table: CsvTable, where: string) {
    this.#table = table
    this.#columns = new Map(table.names.map((name, index) => [name, index]))
    this.#where = where
  }

  /** @returns the column's index */
  column(name: string, role: string): number {
    const index = this.#columns.get(name)
    if (index !== undefined) return index
    throw new LabError('dataset', `there is no column \`${name}\` (\`dataset.columns.${role}\`).`, {
      where: `${this.#where}, line 1`,
      expected: `\`${name}\``,
      found: listStart(this.#table.names),
      remedy: 'Name the column as the first line of the file does.',
    })
  }

  isEmpty(row: CsvRow, column: number): boolean {
    return row.cells[column]!.trim() === ''
  }

  /** @returns the cell's finite number; as float32 can hold it */
  number(row: CsvRow, column: number): number {
    const text = row.cells[column]!.trim()
    const value = Number(text)
    if (NUMBER.test(text) && Number.isFinite(Math.fround(value))) return value
    return this.fail(
      row,
      column,
      'this cell is not a number.',
      'a finite number such as -1.5e-3',
      text === '' ? 'nothing' : quoteStart(text),
      'Correct the cell, or leave the whole series out.',
    )
  }

  fail(row: CsvRow, column: number, message: string, expected: string, found: string, remedy: string): never {
    const location = this.#table.locate(row.offsets[column]!)
    const where = `${this.#where}, line ${location.line}, column ${location.column} (\`${this.#table.names[column]}\`)`
    throw new LabError('dataset', message, { where, expected, found, remedy, location })
  }
}

function requireColumns({ columns, task }: CsvOptions): CsvColumns {
  const fail = (where: string, message: string, expected: string, found: string): never => {
    throw new LabError('config', message, {
      where,
      expected,
      found,
      remedy: 'Name the columns of the CSV in the configuration.',
    })
  }
  if (!columns)
    return fail(
      'dataset.columns',
      'a CSV needs the names of its columns.',
      '`{ series, step, inputs, targets }`',
      'null',
    )
  if (columns.inputs.length === 0) fail('dataset.columns.inputs', 'there are no inputs.', 'a name or more', 'none')
  if (columns.targets.length === 0) fail('dataset.columns.targets', 'there are no targets.', 'a name or more', 'none')
  if (task === 'classification' && columns.targets.length > 1)
    fail('dataset.columns.targets', 'a classification has one target.', 'one name', `${columns.targets.length}`)
  return columns
}

/** Rows of each series, each with its step, in the order of steps; series in the order of their first rows. */
function groupRows(table: CsvTable, cells: CellReader, seriesColumn: number, stepColumn: number): CsvRow[][] {
  const groups = new Map<string, { row: CsvRow; step: number }[]>()
  for (const row of table.rows) {
    const name = row.cells[seriesColumn]!.trim()
    if (name === '')
      cells.fail(row, seriesColumn, 'this row belongs to no series.', 'a name or number', 'nothing', 'Fill the cell.')
    const entry = { row, step: cells.number(row, stepColumn) }
    const group = groups.get(name)
    if (group) group.push(entry)
    else groups.set(name, [entry])
  }
  return Array.from(groups, ([name, group]) => {
    group.sort((a, b) => a.step - b.step || a.row.offsets[0]! - b.row.offsets[0]!)
    group.forEach(({ row, step }, index) => {
      const before = group[index - 1]
      if (before?.step === step)
        cells.fail(
          row,
          stepColumn,
          `series \`${name}\` has step ${step} twice.`,
          'different steps',
          `one on line ${table.locate(before.row.offsets[0]!).line} already`,
          'Leave one of them out.',
        )
    })
    return group.map(({ row }) => row)
  })
}

/**
 * Reads the series of a CSV. With `last-step` the target stands in the last row of a series, other target cells are not
 * looked at; with `marked-steps` a step is read out when its target cells are filled. Steps are numbers that give
 * the order; gaps between them are not filled.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for what csv.ts refuses, missing columns, cells that are no numbers, doubled steps, series
 * without a target; `config` for columns that are not named
 */
export function readSeriesFromCsv(bytes: Uint8Array, options: CsvOptions, where: string): OwnSeriesTable {
  const columns = requireColumns(options)
  const table = parseCsv(bytes, where)
  const cells = new CellReader(table, where)
  const seriesColumn = cells.column(columns.series, 'series')
  const stepColumn = cells.column(columns.step, 'step')
  const inputColumns = columns.inputs.map((name) => cells.column(name, 'inputs'))
  const targetColumns = columns.targets.map((name) => cells.column(name, 'targets'))

  const isMarked = (row: CsvRow): boolean => {
    const empty = targetColumns.filter((column) => cells.isEmpty(row, column))
    if (empty.length > 0 && empty.length < targetColumns.length)
      cells.fail(
        row,
        empty[0]!,
        'only some targets of this step are given.',
        'all or none',
        'an empty cell',
        'Fill or empty them all.',
      )
    return empty.length === 0
  }
  const series = groupRows(table, cells, seriesColumn, stepColumn).map((rows): OwnSeries => {
    const last = rows.length - 1
    const targetSteps =
      options.targets === 'last-step' ? [last] : rows.flatMap((row, step) => (isMarked(row) ? [step] : []))
    if (targetSteps.length === 0)
      cells.fail(
        rows[0]!,
        seriesColumn,
        'this series has no target.',
        'a row with its target filled',
        'none',
        'Fill a target or leave the series out.',
      )
    return {
      inputs: Float32Array.from(rows.flatMap((row) => inputColumns.map((column) => cells.number(row, column)))),
      targetSteps: Int32Array.from(targetSteps),
      targets: Float32Array.from(
        targetSteps.flatMap((step) => targetColumns.map((column) => cells.number(rows[step]!, column))),
      ),
    }
  })
  const classified =
    options.task === 'classification'
      ? classifyTargets(
          series.map(({ targets }) => [...targets]),
          where,
        )
      : null
  return {
    where,
    inputSize: inputColumns.length,
    targetSize: targetColumns.length,
    classNames: classified?.classNames ?? null,
    groups: null,
    givenSplits: null,
    series: classified ? series.map((one, index) => ({ ...one, targets: classified.targets[index]! })) : series,
  }
}
