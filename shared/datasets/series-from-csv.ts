/**
 * Series from a text in long form, a row for each step of each series: text and the names of its columns enter, a checked table of series
 * leaves. Rows may come in any order. Rows and cells are csv.ts's, splits own-series.ts's; a text whose first row is numbers already has a
 * series in each row, which is series-from-ucr.ts's.
 */
import { isDecimal, isMissing, parseLabels } from './cell-values.ts'
import { classifyTargets } from './classes.ts'
import { CellReader } from './csv-cells.ts'
import { compareSteps, parseStep, type Step } from './csv-steps.ts'
import { readTable, splitCsv, type CsvRow, type CsvTable } from './csv.ts'
import type { CsvColumns, FileOptions } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { hasSeriesInRows, readSeriesFromUcr } from './series-from-ucr.ts'
import { parseGivenSplits } from './splits.ts'
import { decodeText } from './text-encoding.ts'
import { LabError, quoteStart } from '../protocol/errors.ts'

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
      where: `${this.#where}, line 1`,
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

interface NamedRows {
  readonly name: string
  /** In the order of steps. */
  readonly rows: readonly CsvRow[]
}

interface Entry {
  readonly row: CsvRow
  readonly step: Step
}

/** Reads steps that are all of the kind of the first. */
function stepReader(cells: CellReader, column: number): (row: CsvRow) => Step {
  let first: Step | undefined
  return (row) => {
    const step = parseStep(cells.decimal(row, column))
    first ??= step ?? undefined
    if (step && step.kind === first!.kind) return step
    const text = cells.text(row, column)
    return cells.fail(
      row,
      column,
      step ? 'this step cannot be put in order with the others.' : 'this cell is neither a number nor a time.',
      step ? `a step such as ${quoteStart(first!.text)}` : 'a number, or a time such as 2024-03-01T10:00:00Z',
      text === '' ? 'nothing' : quoteStart(text),
      'Write all steps as numbers, or all as times of ISO 8601, each with its zone or none.',
    )
  }
}

/** Rows of each series; series in the order of their first rows. */
function groupRows(table: CsvTable, cells: CellReader, seriesColumn: number, stepColumn: number): NamedRows[] {
  const stepOf = stepReader(cells, stepColumn)
  const groups = new Map<string, Entry[]>()
  for (const row of table.rows) {
    const name = cells.text(row, seriesColumn)
    if (name === '')
      cells.fail(row, seriesColumn, 'this row belongs to no series.', 'a name or number', 'nothing', 'Fill the cell.')
    const entry = { row, step: stepOf(row) }
    const group = groups.get(name)
    if (group) group.push(entry)
    else groups.set(name, [entry])
  }
  return Array.from(groups, ([name, group]) => {
    group.sort((a, b) => compareSteps(a.step, b.step) || a.row.offset - b.row.offset)
    group.forEach(({ row, step }, index) => {
      const before = group[index - 1]
      if (before && compareSteps(before.step, step) === 0)
        cells.fail(
          row,
          stepColumn,
          `series ${quoteStart(name)} has step ${step.text} twice.`,
          'different steps',
          `one on line ${table.locate(before.row).line} already`,
          'Leave one of them out.',
        )
    })
    return { name, rows: group.map(({ row }) => row) }
  })
}

/** Where the targets of a series stand. */
class TargetFinder {
  readonly #cells: CellReader
  readonly #table: CsvTable
  readonly #seriesColumn: number
  readonly #columns: readonly number[]

  constructor(cells: CellReader, table: CsvTable, seriesColumn: number, columns: readonly number[]) {
    this.#cells = cells
    this.#table = table
    this.#seriesColumn = seriesColumn
    this.#columns = columns
  }

  #isFilled(row: CsvRow, column: number): boolean {
    return !isMissing(this.#cells.text(row, column))
  }

  #failForNone({ rows }: NamedRows): never {
    return this.#cells.fail(
      rows[0]!,
      this.#seriesColumn,
      'this series has no target.',
      'a row with its target filled',
      'none',
      'Fill a target or leave the series out.',
    )
  }

  /** @returns positions in `rows` of those whose targets are filled; at least one */
  markedSteps(series: NamedRows): number[] {
    const isMarked = (row: CsvRow): boolean => {
      const empty = this.#columns.filter((column) => !this.#isFilled(row, column))
      if (empty.length > 0 && empty.length < this.#columns.length)
        this.#cells.fail(
          row,
          empty[0]!,
          'only some targets of this step are given.',
          'all or none',
          'an empty cell',
          'Fill or empty them all.',
        )
      return empty.length === 0
    }
    const marked = series.rows.flatMap((row, step) => (isMarked(row) ? [step] : []))
    return marked.length > 0 ? marked : this.#failForNone(series)
  }

  /** @returns the row with the one target of a series: the last where every row has one, else where its only value stands */
  rowOfOne(series: NamedRows, column: number): CsvRow {
    const filled = series.rows.filter((row) => this.#isFilled(row, column))
    const [first] = filled
    if (!first) return this.#failForNone(series)
    if (filled.length === series.rows.length) return filled.at(-1)!
    const valueOf = (row: CsvRow): string => {
      const decimal = this.#cells.decimal(row, column)
      return isDecimal(decimal) ? String(Number(decimal)) : decimal
    }
    const other = filled.find((row) => valueOf(row) !== valueOf(first))
    if (other)
      this.#cells.fail(
        other,
        column,
        `series ${quoteStart(series.name)} has two targets, and \`dataset.targets\` is \`last-step\`.`,
        `one, such as ${quoteStart(this.#cells.text(first, column))} on line ${this.#table.locate(first).line}`,
        quoteStart(this.#cells.text(other, column)),
        'Leave one of them, fill the target of every row to have the last one, or set `marked-steps` to read each where it stands.',
      )
    return first
  }
}

/** What a column says of each series as a whole. */
function readOfSeries(
  series: readonly NamedRows[],
  cells: CellReader,
  table: CsvTable,
  column: number,
  role: string,
): string[] {
  return series.map(({ name, rows }) => {
    const [first] = rows
    const said = cells.text(first!, column)
    const other = rows.find((row) => cells.text(row, column) !== said)
    if (said === '' || other)
      cells.fail(
        other ?? first!,
        column,
        said === '' ? 'this cell is empty.' : `series ${quoteStart(name)} has two values in this column.`,
        said === ''
          ? `what \`${role}\` says of each series`
          : `${quoteStart(said)}, as on line ${table.locate(first!).line}`,
        said === '' ? 'nothing' : quoteStart(cells.text(other!, column)),
        `Write the same in all rows of a series, or name another column as \`${role}\`.`,
      )
    return said
  })
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
  const read = named.map((series) => {
    const { rows } = series
    const isLast = options.targets === 'last-step'
    const steps = isLast ? [rows.length - 1] : targets.markedSteps(series)
    const rowOf = (step: number, column: number): CsvRow => (isLast ? targets.rowOfOne(series, column) : rows[step]!)
    const readTargets = <T>(readCell: (row: CsvRow, column: number) => T): T[] =>
      steps.flatMap((step) => targetColumns.map((column) => readCell(rowOf(step, column), column)))
    return {
      inputs: Float32Array.from(rows.flatMap((row) => inputColumns.map((column) => cells.number(row, column)))),
      targetSteps: Int32Array.from(steps),
      labels: isClassification ? readTargets((row, column) => cells.decimal(row, column)) : [],
      targets: Float32Array.from(isClassification ? [] : readTargets((row, column) => cells.number(row, column))),
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
