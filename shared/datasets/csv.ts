/**
 * Comma-separated text (RFC 4180): bytes enter, a header and rows of text cells with their places leave. Quoted cells
 * may hold commas, quotes and line ends. What the columns mean is left to series-from-csv.ts.
 */
import { strFromU8 } from 'fflate'
import { LabError, quoteStart, type SourceLocation } from '../protocol/errors.ts'

export interface CsvRow {
  readonly cells: readonly string[]
  /** Where each cell starts in the text; `CsvTable.locate` makes a line and a column of it. */
  readonly offsets: readonly number[]
}

export interface CsvTable {
  /** The columns' names. */
  readonly names: readonly string[]
  /** Each with as many cells as there are names. */
  readonly rows: readonly CsvRow[]
  /** Counts lines up to an offset: for messages, as keeping every cell's place takes several times the file. */
  locate(offset: number): SourceLocation
}

/** Text beyond this outgrows what a string holds. */
const LARGEST_TEXT_BYTES = 2 ** 28

function decode(bytes: Uint8Array, where: string): string {
  if (bytes.length > LARGEST_TEXT_BYTES)
    throw new LabError('dataset', 'the file is too large for text.', {
      where,
      expected: `at most ${LARGEST_TEXT_BYTES} bytes`,
      found: `${bytes.length}`,
      remedy: 'Save it as NPZ, which is smaller and faster to read.',
    })
  const text = strFromU8(bytes)
  const wrong = text.search(/[\0\uFFFD]/)
  if (wrong >= 0)
    throw new LabError('dataset', 'the file is not text.', {
      where,
      expected: 'UTF-8',
      found: `other bytes on line ${text.slice(0, wrong).split('\n').length}`,
      remedy: 'Save it as CSV in UTF-8, or name an archive `.npz`.',
    })
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function locate(text: string, offset: number): SourceLocation {
  const lines = text.slice(0, offset).split(/\r\n|\n|\r/)
  return { line: lines.length, column: lines.at(-1)!.length + 1 }
}

/** Splits text into rows; empty lines are left out. */
function* splitRows(text: string, where: string): Generator<CsvRow> {
  let at = 0
  const failAt = (offset: number, message: string, expected: string, found: string): never => {
    const location = locate(text, offset)
    throw new LabError('dataset', message, {
      where: `${where}, line ${location.line}, column ${location.column}`,
      expected,
      found,
      remedy: 'Write a quote within a quoted cell as two.',
      location,
    })
  }
  const readQuoted = (): string => {
    const start = at
    let cell = ''
    at++
    for (;;) {
      const end = text.indexOf('"', at)
      if (end < 0) return failAt(start, 'a quoted cell has no end.', 'a closing quote', 'the end of the file')
      cell += text.slice(at, end)
      at = end + 1
      if (text[at] !== '"') break
      cell += '"'
      at++
    }
    if (at < text.length && !/[,\r\n]/.test(text[at]!))
      failAt(at, 'text follows a quoted cell.', 'a comma or the end of the line', `\`${text[at]}\``)
    return cell
  }
  const plainCell = /[^,\r\n]*/y
  const readPlain = (): string => {
    plainCell.lastIndex = at
    const cell = plainCell.exec(text)![0]
    at += cell.length
    return cell
  }
  while (at < text.length) {
    const cells: string[] = []
    const offsets: number[] = []
    for (;;) {
      offsets.push(at)
      cells.push(text[at] === '"' ? readQuoted() : readPlain())
      if (text[at] !== ',') break
      at++
    }
    if (text[at] === '\r') at++
    if (text[at] === '\n') at++
    if (cells.length > 1 || cells[0]!.trim() !== '') yield { cells, offsets }
  }
}

/** The first name that stands there again. */
function findRepeated(names: readonly string[]): string | undefined {
  const before = new Set<string>()
  return names.find((name) => before.size === before.add(name).size)
}

/**
 * Reads a table whose first row names its columns.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for an empty or binary file, no rows, a column named twice, a row of another width, quotes that do not end
 */
export function parseCsv(bytes: Uint8Array, where: string): CsvTable {
  const text = decode(bytes, where)
  const [header, ...rows] = splitRows(text, where)
  if (!header || rows.length === 0)
    throw new LabError('dataset', header ? 'the file has no rows.' : 'the file is empty.', {
      where,
      expected: 'a line of column names and a line for each step of each series',
      found: header ? 'column names only' : 'nothing',
      remedy: 'Save the table again as CSV.',
    })
  const names = header.cells.map((cell) => cell.trim())
  const twice = findRepeated(names)
  if (twice !== undefined)
    throw new LabError('dataset', 'two columns have the same name.', {
      where: `${where}, line ${locate(text, header.offsets[0]!).line}`,
      expected: 'different names',
      found: `${quoteStart(twice)} twice`,
      remedy: 'Rename one of them.',
    })
  const uneven = rows.find(({ cells }) => cells.length !== names.length)
  if (uneven) {
    const location = locate(text, uneven.offsets[0]!)
    throw new LabError('dataset', 'a row has another number of cells than the header.', {
      where: `${where}, line ${location.line}`,
      expected: `${names.length} cells`,
      found: `${uneven.cells.length}`,
      remedy: 'Quote cells that hold commas, and keep empty cells.',
      location,
    })
  }
  return { names, rows, locate: (offset) => locate(text, offset) }
}
