/**
 * Series from a text in long form, a row for each step of each series: text and the names of its columns enter, a checked table of series
 * leaves. Rows and cells are csv.ts's, the rows of a series csv-series.ts's; a text whose first row is numbers already has a series in each
 * row, which is series-from-ucr.ts's.
 */
import { parseLabels } from './cell-values.ts'
import { classifyTargets } from './classes.ts'
import { CellReader } from './csv-cells.ts'
import { groupRows, readOfSeries, TargetFinder } from './csv-series.ts'
import { readTable, splitCsv, type CsvRow, type CsvTable } from './csv.ts'
import type { CsvColumns, FileOptions } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { RoundingCounter } from './rounding.ts'
import { hasSeriesInRows, readSeriesFromUcr } from './series-from-ucr.ts'
import { parseGivenSplits } from './splits.ts'
import { decodeText } from './text-encoding.ts'
import { LabError, quoteStart } from '../errors/errors.ts'

type CsvOptions = Pick<FileOptions, 'task' | 'targets' | 'columns'> & {
  readonly split?: Pick<FileOptions['split'], 'group' | 'given'>
}

/** Names shown in a message; a table may have ten thousands. */
const MOST_LISTED = 20

const listStart = (names: readonly string[]): string =>
  names.slice(0, MOST_LISTED).map(quoteStart).join(', ') +
  (names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : '')

/** Columns by the names that a configuration gives them. */
class ColumnFinder {
  readonly #where: string
  readonly #table: CsvTable
  readonly #columns: ReadonlyMap<string, number>

  constructor(table: CsvTable, where: string) {
    this.#table = table
    this.#columns = new Map(table.names.map((name, index) => [name, index]))
    this.#where = where
  }

  /** @param role the field that names it. @returns the column's index */
  find(name: string, role: string): number {
    const index = this.#columns.get(name)
    if (index !== undefined) return index
    throw new LabError('dataset', `there is no column \`${name}\` (\`dataset.${role}\`).`, {
      where: `${this.#where}, line ${this.#table.headerLine}`,
      expected: `\`${name}\``,
      found: listStart(this.#table.names),
      remedy:
        'Name the column as the first line of the file does. A file with a series in each line needs no `dataset.columns`.',
    })
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

function readLongForm(table: CsvTable, columns: CsvColumns, options: CsvOptions, where: string): OwnSeriesTable {
  const finder = new ColumnFinder(table, where)
  const cells = new CellReader(table, table.names, where)
  const seriesColumn = finder.find(columns.series, 'columns.series')
  const stepColumn = finder.find(columns.step, 'columns.step')
  const inputColumns = columns.inputs.map((name) => finder.find(name, 'columns.inputs'))
  const targetColumns = columns.targets.map((name) => finder.find(name, 'columns.targets'))
  const isClassification = options.task === 'classification'
  cells.findDecimalMark(table.rows, [stepColumn, ...inputColumns, ...(isClassification ? [] : targetColumns)])

  const named = groupRows(table, cells, seriesColumn, stepColumn)
  const targets = new TargetFinder(cells, table, seriesColumn, targetColumns)
  const rounding = new RoundingCounter()
  const readNumber = (row: CsvRow, column: number): number => rounding.round(cells.number(row, column))
  const read = named.map((series) => {
    const { rows } = series
    const isLast = options.targets === 'last-step'
    const steps = isLast ? [rows.length - 1] : targets.markedSteps(series)
    const rowOf = (step: number, column: number): CsvRow => (isLast ? targets.rowOfOne(series, column) : rows[step]!)
    const readTargets = <T>(readCell: (row: CsvRow, column: number) => T): T[] =>
      steps.flatMap((step) => targetColumns.map((column) => readCell(rowOf(step, column), column)))
    return {
      inputs: Float32Array.from(rows.flatMap((row) => inputColumns.map((column) => readNumber(row, column)))),
      targetSteps: Int32Array.from(steps),
      labels: isClassification ? readTargets((row, column) => cells.decimal(row, column)) : [],
      targets: Float32Array.from(isClassification ? [] : readTargets(readNumber)),
    }
  })
  const classified = isClassification ? classifyTargets(parseLabels(read.map(({ labels }) => labels)), where) : null
  const { group = null, given = null } = options.split ?? {}
  const said = (name: string, role: string): string[] =>
    readOfSeries(named, cells, table, finder.find(name, role), `dataset.${role}`)
  return {
    where,
    inputSize: inputColumns.length,
    targetSize: targetColumns.length,
    classNames: classified?.classNames ?? null,
    groups: group === null ? null : said(group, 'split.group'),
    givenSplits: given === null ? null : parseGivenSplits(said(given, 'split.given'), `${where}, column \`${given}\``),
    rounded: rounding.found(),
    series: read.map(({ inputs, targetSteps, targets: numbers }, index): OwnSeries => ({
      inputs,
      targetSteps,
      targets: classified?.targets[index] ?? numbers,
    })),
  }
}

/**
 * Reads the series of a text in rows. With `last-step` a series has one target: the last row's where every row has one, else the only one that
 * stands there, in whichever row; with `marked-steps` a step is read out when its target cells are filled. Steps are numbers or times that
 * give the order; gaps between them are not filled.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for what csv.ts refuses, missing columns, cells that are no numbers, doubled steps, series without a target or with
 * two of which none is the last; `config` for columns that are not named
 */
export function readSeriesFromCsv(bytes: Uint8Array, options: CsvOptions, where: string): OwnSeriesTable {
  const csv = splitCsv(decodeText(bytes, where), where)
  // Who names the columns of a `.csv` has one with names, and the first line of this one may have been lost.
  const isNamed = options.columns !== null && /\.csv$/i.test(where)
  if (!isNamed && hasSeriesInRows(csv, options.columns)) return readSeriesFromUcr(csv, options, where)
  const columns = requireColumns(options)
  return readLongForm(readTable(csv, where), columns, options, where)
}
