/**
 * Rows of a table as series: rows in any order enter; each series' rows in the order of their steps leave, where its targets stand among them,
 * and what a column says of it as a whole. What its inputs and targets are is left to series-from-csv.ts.
 */
import { isDecimal, isMissing } from './cell-values.ts'
import type { CellReader } from './csv-cells.ts'
import { compareSteps, parseStep, type Step } from './csv-steps.ts'
import type { CsvRow, CsvTable } from './csv.ts'
import { quoteStart } from '../errors/errors.ts'

/** The rows of one series. */
export interface NamedRows {
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
export function groupRows(table: CsvTable, cells: CellReader, seriesColumn: number, stepColumn: number): NamedRows[] {
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
export class TargetFinder {
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
export function readOfSeries(
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
