/**
 * Text in rows and cells, as people have it: a text enters; rows of text cells with their places leave, split by Papa Parse at the separator
 * that the rows are found to have. Quoted cells may hold separators, quotes and line ends; lines that begin with `#` are comments. What the
 * columns mean is left to series-from-csv.ts, rows without names of columns to series-from-ucr.ts.
 */
import Papa from 'papaparse'
import { isNumberOrMissing } from './cell-values.ts'
import { COMMENT, endOfQuoted, placesOfCells } from './csv-quotes.ts'
import { findSeparator, type Separator } from './csv-separators.ts'
import { LabError, quoteStart, type SourceLocation } from '../errors/errors.ts'

export interface CsvRow {
  readonly cells: readonly string[]
  /** Where the row starts in the text; `locate` makes a line of it. */
  readonly offset: number
}

export interface CsvText {
  readonly separator: Separator
  /** All that are not empty. */
  readonly rows: readonly CsvRow[]
  /** The cells of a comment just before a first row of numbers, as many as it has: some programs comment the columns' names out. */
  readonly commentedNames: readonly string[] | null
  /** Counts lines and columns up to a cell: for messages, as keeping every cell's place takes several times the file. */
  locate(row: CsvRow, cell?: number): SourceLocation
}

export interface CsvTable extends CsvText {
  /** The columns' names; each row has as many cells, and empty ones at most after them. */
  readonly names: readonly string[]
  /** Where they stand. */
  readonly headerLine: number
}

function locateOffset(text: string, offset: number): SourceLocation {
  const lines = text.slice(0, offset).split('\n')
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

/** Where the row's cell starts. */
function offsetOfCell(text: string, { offset }: CsvRow, cell: number, { character, isRun }: Separator): number {
  const skipRun = (at: number): number => {
    while (isRun && text[at] === character) at++
    return at
  }
  let at = skipRun(offset)
  for (let passed = 0; passed < cell; passed++) {
    if (text[at] === '"') at = endOfQuoted(text, at)
    at = skipRun(text.indexOf(character, at) + 1)
  }
  return at
}

/** Comments before a row are no part of it. @param end of the row before */
function startOfRow(text: string, end: number): number {
  let at = end
  while (text[at] === COMMENT) at = text.indexOf('\n', at) + 1
  return at
}

const isEmpty = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '')

/**
 * Splits a text into rows of cells.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for quotes that do not end, or that text follows
 */
export function splitCsv(given: string, where: string): CsvText {
  // A spreadsheet's own way to name its separator, made a comment.
  const [, named] = /^sep=([,;\t| ])(?=\n)/i.exec(given) ?? []
  const text = named === undefined ? given : COMMENT + given
  const separator = findSeparator(text, named)
  if (text.includes('"')) requireQuotes(text, separator, where)
  const rows: CsvRow[] = []
  let end = 0
  Papa.parse(text, {
    delimiter: separator.character,
    newline: '\n',
    comments: COMMENT,
    step({ data, meta }) {
      const offset = startOfRow(text, end)
      end = meta.cursor
      const cells = separator.isRun ? data.filter((cell) => cell !== '') : data
      if (!isEmpty(cells)) rows.push({ cells, offset })
    },
  })
  return {
    separator,
    rows,
    commentedNames: rows[0] ? findCommentedNames(text, rows[0], separator) : null,
    locate: (row, cell = 0) => locateOffset(text, offsetOfCell(text, row, cell, separator)),
  }
}

function findCommentedNames(text: string, first: CsvRow, { character, isRun }: Separator): string[] | null {
  const lines = text.slice(0, first.offset).trimEnd().split('\n')
  const comment = lines.at(-1)!
  if (!comment.startsWith(COMMENT) || !first.cells.every((cell) => isNumberOrMissing(cell.trim()))) return null
  const names = comment.slice(COMMENT.length).trim().split(character)
  const cells = (isRun ? names.filter((name) => name !== '') : names).map((name) => name.trim())
  return cells.length === first.cells.length && !cells.some(isNumberOrMissing) ? cells : null
}

function requireQuotes(text: string, { character }: Separator, where: string): void {
  for (const { start, quotes } of placesOfCells(text, character)) {
    if (quotes === 'right') continue
    const isOpen = quotes === 'open'
    const offset = isOpen ? start : endOfQuoted(text, start)
    const location = locateOffset(text, offset)
    throw new LabError('dataset', isOpen ? 'a quoted cell has no end.' : 'text follows a quoted cell.', {
      where: `${where}, line ${location.line}, column ${location.column}`,
      expected: isOpen ? 'a closing quote' : 'a separator or the end of the line',
      found: isOpen ? 'the end of the file' : `\`${text[offset]}\``,
      remedy: 'Write a quote within a quoted cell as two.',
      location,
    })
  }
}

/** The first name that stands there again; columns without a name may be many. */
function findRepeated(names: readonly string[]): string | undefined {
  const before = new Set<string>()
  return names.find((name) => name !== '' && before.size === before.add(name).size)
}

/**
 * Takes the first row for the columns' names, or a comment just before rows of numbers.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for an empty text, no further rows, a column named twice, a row of another width
 */
export function readTable(csv: CsvText, where: string): CsvTable {
  const [header] = csv.rows
  const rows = csv.commentedNames ? csv.rows : csv.rows.slice(1)
  if (!header || rows.length === 0)
    throw new LabError('dataset', header ? 'the file has no rows.' : 'the file is empty.', {
      where,
      expected: 'a line of column names and a line for each step of each series',
      found: header ? 'column names only' : 'nothing',
      remedy: 'Save the table again as CSV.',
    })
  const names = csv.commentedNames ?? header.cells.map((cell) => cell.trim())
  const headerLine = csv.locate(header).line - (csv.commentedNames ? 1 : 0)
  const twice = findRepeated(names)
  if (twice !== undefined)
    throw new LabError('dataset', 'two columns have the same name.', {
      where: `${where}, line ${headerLine}`,
      expected: 'different names',
      found: `${quoteStart(twice)} twice`,
      remedy: 'Rename one of them.',
    })
  const uneven = rows.find(
    ({ cells }) =>
      cells.length !== names.length && (cells.length < names.length || !isEmpty(cells.slice(names.length))),
  )
  if (uneven) {
    const location = csv.locate(uneven)
    throw new LabError('dataset', 'a row has another number of cells than the header.', {
      where: `${where}, line ${location.line}`,
      expected: `${names.length} cells`,
      found: `${uneven.cells.length}`,
      remedy: `Quote cells that hold ${csv.separator.name}, and keep empty cells.`,
      location,
    })
  }
  return { ...csv, names, headerLine, rows }
}
