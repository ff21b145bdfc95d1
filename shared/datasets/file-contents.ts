/**
 * What a user's file holds, before it is said what is what: its bytes enter; arrays with their shapes, or columns with some of their cells,
 * leave, and a guess of their meaning by name and shape. Reading series by it is left to series-from-npz.ts and series-from-csv.ts.
 */
import { parseCsv } from './csv.ts'
import type { CsvColumns, FileOptions, NpzArrays } from './options.ts'
import { refuseSingleArray } from './series-from-npz.ts'
import { parseNpyType, type NpyLabel } from '../numerics/npy-types.ts'
import { NpzArchive } from '../numerics/npz.ts'
import { LabError } from '../protocol/errors.ts'

export interface ArrayContents {
  readonly name: string
  /** NumPy's, `<f4`; null for records. */
  readonly type: string | null
  /** Of what is neither, such as Python objects, nothing can be made. */
  readonly holds: 'numbers' | 'text' | 'other'
  readonly shape: readonly number[]
  /** The first values. */
  readonly sample: readonly NpyLabel[]
}

export interface ColumnContents {
  readonly name: string
  /** Whether every filled cell is a number. */
  readonly isNumeric: boolean
  readonly emptyCount: number
  /** Different cells, as far as they were counted. */
  readonly distinctCount: number
  /** The first cells. */
  readonly sample: readonly string[]
}

export type FileContents =
  | { readonly kind: 'npz'; readonly arrays: readonly ArrayContents[] }
  | { readonly kind: 'csv'; readonly columns: readonly ColumnContents[]; readonly rowCount: number }

/** What the user decides about a file. */
export type FileMapping = Pick<FileOptions, 'task' | 'targets' | 'columns' | 'arrays'>

const SAMPLE = 5
/** Different cells are counted up to here: beyond it a column holds no classes. */
const MOST_DISTINCT = 1000

/** @param where the file's name, for messages; its ending says what it is. @throws LabError `dataset` */
export function readFileContents(bytes: Uint8Array, where: string): FileContents {
  return requireKnownEnding(where) === 'npz' ? readArrays(bytes, where) : readColumns(bytes, where)
}

/** @throws LabError `dataset` for a name that ends otherwise */
export function requireKnownEnding(where: string): FileContents['kind'] {
  refuseSingleArray(where)
  const [, ending] = /\.(npz|csv)$/i.exec(where) ?? []
  if (ending !== undefined) return ending.toLowerCase() === 'npz' ? 'npz' : 'csv'
  throw new LabError('dataset', 'this kind of file is not read.', {
    where,
    expected: 'a name that ends in .npz or .csv',
    found: `\`${/[^/\\]*$/.exec(where)![0]}\``,
    remedy: 'Save the data as NPZ or CSV.',
  })
}

function readArrays(bytes: Uint8Array, where: string): FileContents {
  const archive = new NpzArchive(bytes, where)
  const arrays = archive.names.map((name): ArrayContents => {
    const { type, shape, start } = archive.outline(name, SAMPLE)
    const kind = parseNpyType(type)?.kind
    const isText = kind === 'text' || kind === 'bytes'
    return { name, type, holds: isText ? 'text' : kind === undefined ? 'other' : 'numbers', shape, sample: start }
  })
  return { kind: 'npz', arrays }
}

function readColumns(bytes: Uint8Array, where: string): FileContents {
  const { names, rows } = parseCsv(bytes, where)
  const columns = names.map((name, index): ColumnContents => {
    const distinct = new Set<string>()
    let isNumeric = true
    let emptyCount = 0
    for (const { cells } of rows) {
      const cell = cells[index]!.trim()
      if (cell === '') {
        emptyCount++
        continue
      }
      if (isNumeric && !Number.isFinite(Number(cell))) isNumeric = false
      if (distinct.size < MOST_DISTINCT) distinct.add(cell)
    }
    const sample = rows.slice(0, SAMPLE).map(({ cells }) => cells[index]!.trim())
    return { name, isNumeric: isNumeric && emptyCount < rows.length, emptyCount, distinctCount: distinct.size, sample }
  })
  return { kind: 'csv', columns, rowCount: rows.length }
}

const named =
  (pattern: RegExp) =>
  ({ name }: { readonly name: string }): boolean =>
    pattern.test(name)
const INPUTS = /^(inputs?|x|xs|data|features?|series|x_train)$/i
const TARGETS = /^(targets?|y|ys|labels?|class(es)?|outputs?|y_train)$/i
const LENGTHS = /^(lengths?|lens?|seq_?lens?|n_?steps)$/i
const MASK = /^(masks?|marks?|marked)$/i
const SERIES = /^(series|series_?id|id|sample|sequence|seq|trial|subject|unit)$/i
const STEP = /^(step|steps|time|t|index|timestamp|frame|tick)$/i
const LABEL = /(label|class)/i

/** The likeliest meaning; the user sees it beside a preview and can change all of it. */
export function guessMapping(contents: FileContents): FileMapping {
  return contents.kind === 'npz' ? guessArrays(contents.arrays) : guessColumns(contents)
}

function guessArrays(all: readonly ArrayContents[]): FileMapping {
  const inputs = all.find(named(INPUTS)) ?? all.find(({ shape }) => shape.length === 3) ?? all[0]
  const others = all.filter((array) => array !== inputs)
  const lengths = others.find(named(LENGTHS)) ?? null
  const mask = others.find(named(MASK)) ?? null
  const targets = others.find(named(TARGETS)) ?? others.find((array) => array !== lengths && array !== mask) ?? inputs
  const arrays: NpzArrays = {
    inputs: inputs?.name ?? '',
    targets: targets?.name ?? '',
    lengths: lengths?.name ?? null,
    mask: mask?.name ?? null,
  }
  const isPerStep =
    targets !== undefined &&
    inputs !== undefined &&
    targets.shape.length >= 2 &&
    targets.shape[1] === inputs.shape[1] &&
    (targets.shape.length === 3 || inputs.shape[1]! > 1)
  const isWhole = /^([|<][uib])/.test(targets?.type ?? '')
  return {
    task: isWhole || LABEL.test(targets?.name ?? '') ? 'classification' : 'regression',
    targets: isPerStep || mask !== null ? 'marked-steps' : 'last-step',
    columns: null,
    arrays,
  }
}

function guessColumns({ columns: all, rowCount }: Extract<FileContents, { kind: 'csv' }>): FileMapping {
  const series = all.find(named(SERIES)) ?? all.find(({ distinctCount }) => distinctCount < rowCount) ?? all[0]
  const step =
    all.find((column) => column !== series && STEP.test(column.name)) ??
    all.find((column) => column !== series && column.isNumeric)
  const others = all.filter((column) => column !== series && column !== step && column.isNumeric)
  const marked = others.filter(({ emptyCount }) => emptyCount > 0)
  const byName = others.filter((column) => TARGETS.test(column.name) || LABEL.test(column.name))
  const targets = byName.length > 0 ? byName : marked.length > 0 ? marked : others.slice(-1)
  const isTarget = new Set(targets)
  const inputs = others.filter((column) => !isTarget.has(column))
  const columns: CsvColumns = {
    series: series?.name ?? '',
    step: step?.name ?? '',
    inputs: inputs.map(({ name }) => name),
    targets: targets.map(({ name }) => name),
  }
  const isLabel = targets.length === 1 && LABEL.test(targets[0]!.name)
  return {
    task: isLabel ? 'classification' : 'regression',
    // Empty target cells before a series' last row are usual for both; the last row alone is the likelier meaning of one target a series.
    targets: targets.some(({ emptyCount }) => emptyCount === 0) ? 'last-step' : 'marked-steps',
    columns,
    arrays: null,
  }
}
