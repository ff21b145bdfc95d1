/**
 * What a user's file holds, before it is said what is what: its bytes enter; arrays with their shapes, or columns with some of their cells,
 * leave, or series that need no telling, and a guess of their meaning by name and shape. Reading series by it is left to series-from-….ts.
 */
import { isMissing, isNumberOrMissing, parseLabels } from './cell-values.ts'
import { readTable, splitCsv } from './csv.ts'
import { parseStep } from './csv-steps.ts'
import { requireKnownEnding } from './file-kinds.ts'
import type { CsvColumns, FileOptions, NpzArrays, SplitOptions } from './options.ts'
import { saySplits } from './splits.ts'
import { splitArff } from './series-from-arff.ts'
import { splitTs } from './series-from-ts.ts'
import { hasSeriesInRows, splitUcr } from './series-from-ucr.ts'
import { decodeText } from './text-encoding.ts'
import { stepCount, type WholeFile } from './whole-series.ts'
import { parseNpyType, type NpyLabel } from '../numerics/npy-types.ts'
import { NpzArchive } from '../numerics/npz.ts'

export interface ArrayContents {
  readonly name: string
  /** NumPy's, `<f4`; null for records. */
  readonly type: string | null
  /** Of what is neither, such as Python objects, nothing can be made. */
  readonly holds: 'numbers' | 'text' | 'other'
  readonly shape: readonly number[]
  /** Whether it holds nothing but words such as `train` and `test`. */
  readonly saysSplits: boolean
  /** The first values. */
  readonly sample: readonly NpyLabel[]
}

export interface ColumnContents {
  readonly name: string
  /** What every filled cell is; `text` for anything else. */
  readonly holds: 'numbers' | 'times' | 'text'
  readonly emptyCount: number
  /** Different cells, as far as they were counted. */
  readonly distinctCount: number
  /** Whether every filled cell is a word such as `train` or `test`. */
  readonly saysSplits: boolean
  /** The first cells. */
  readonly sample: readonly string[]
}

/** Series that the file gives whole, with a label each: nothing in it needs telling but the task. */
export interface WholeContents {
  readonly kind: 'series'
  readonly seriesCount: number
  /** I */
  readonly inputSize: number
  readonly lengths: { readonly shortest: number; readonly longest: number }
  readonly task: FileOptions['task']
  /** Different labels. */
  readonly distinctCount: number
  /** The first different labels. */
  readonly sample: readonly string[]
}

export type FileContents =
  | WholeContents
  | { readonly kind: 'npz'; readonly arrays: readonly ArrayContents[] }
  | { readonly kind: 'csv'; readonly columns: readonly ColumnContents[]; readonly rowCount: number }

/** What the user decides about a file. */
export interface FileMapping extends Pick<FileOptions, 'task' | 'targets' | 'columns' | 'arrays'> {
  readonly split: Pick<SplitOptions, 'group' | 'given'>
}

const SAMPLE = 5
/** Different cells are counted up to here: beyond it a column holds no classes. */
const MOST_DISTINCT = 1000

/** @param where the file's name, for messages; its ending says what it is. @throws LabError `dataset` */
export function readFileContents(bytes: Uint8Array, where: string): FileContents {
  switch (requireKnownEnding(where)) {
    case 'npz':
      return readArrays(bytes, where)
    case 'text':
      return readText(bytes, where)
    case 'ts':
      return describeWhole(splitTs(decodeText(bytes, where), where))
    case 'arff':
      return describeWhole(splitArff(decodeText(bytes, where), where))
  }
}

function readArrays(bytes: Uint8Array, where: string): FileContents {
  const archive = new NpzArchive(bytes, where)
  const arrays = archive.names.map((name): ArrayContents => {
    const { type, shape, start } = archive.outline(name, SAMPLE)
    const kind = parseNpyType(type)?.kind
    const isText = kind === 'text' || kind === 'bytes'
    const holds = isText ? 'text' : kind === undefined ? 'other' : 'numbers'
    const saysSplits = isText && saySplits(Array.from(archive.labels(name).labels, String))
    return { name, type, holds, shape, saysSplits, sample: start }
  })
  return { kind: 'npz', arrays }
}

function describeWhole({ series, task }: WholeFile): WholeContents {
  const lengths = series.map(({ channels }) => stepCount(channels))
  const labels = new Set(series.map(({ label }) => label))
  return {
    kind: 'series',
    seriesCount: series.length,
    inputSize: series[0]?.channels.length ?? 0,
    lengths: {
      shortest: lengths.reduce((least, length) => Math.min(least, length), Infinity),
      longest: lengths.reduce((most, length) => Math.max(most, length), 0),
    },
    task,
    distinctCount: labels.size,
    sample: [...labels].slice(0, SAMPLE),
  }
}

function readText(bytes: Uint8Array, where: string): FileContents {
  const csv = splitCsv(decodeText(bytes, where), where)
  if (hasSeriesInRows(csv)) {
    const series = splitUcr(csv, where)
    // Labels between whole numbers are measured.
    const areClasses = parseLabels([series.map(({ label }) => label)]).every((own) =>
      own.every((label) => typeof label === 'string' || Number.isInteger(label)),
    )
    return describeWhole({ series, task: areClasses ? 'classification' : 'regression' })
  }
  const { names, rows } = readTable(csv, where)
  const columns = names.flatMap((name, index): ColumnContents[] => {
    if (name === '') return [] // such as the row numbers of pandas: nothing can be said of a column without a name
    const distinct = new Set<string>()
    let [areNumbers, areTimes] = [true, true]
    let emptyCount = 0
    for (const { cells } of rows) {
      const cell = cells[index]!.trim()
      if (isMissing(cell)) {
        emptyCount++
        continue
      }
      areNumbers &&= isNumberOrMissing(cell)
      areTimes &&= !areNumbers && parseStep(cell) !== null
      if (distinct.size < MOST_DISTINCT) distinct.add(cell)
    }
    const isEmpty = emptyCount === rows.length
    const holds = !isEmpty && areNumbers ? 'numbers' : !isEmpty && areTimes ? 'times' : 'text'
    const sample = rows.slice(0, SAMPLE).map(({ cells }) => cells[index]!.trim())
    return [{ name, holds, emptyCount, distinctCount: distinct.size, saysSplits: saySplits([...distinct]), sample }]
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
const SERIES = /^(series|series_?id|id|sample|sequence|seq|trial|window|unit)$/i
/** Whose a series is, or the series itself where nothing else is. */
const SUBJECT = /^(subject|participant|patient|person|user|speaker|group)s?(_?ids?)?$/i
const SPLIT = /^(splits?|sets?|folds?|subsets?|partitions?)$/i
const STEP = /^(step|steps|time|t|index|timestamp|datetime|date|frame|tick)$/i
const LABEL = /(label|class)/i

/** The likeliest meaning; the user sees it beside a preview and can change all of it. */
export function guessMapping(contents: FileContents): FileMapping {
  switch (contents.kind) {
    case 'npz':
      return guessArrays(contents.arrays)
    case 'csv':
      return guessColumns(contents)
    case 'series':
      return {
        task: contents.task,
        targets: 'last-step',
        columns: null,
        arrays: null,
        split: { group: null, given: null },
      }
  }
}

function guessArrays(all: readonly ArrayContents[]): FileMapping {
  const numbers = all.filter(({ holds }) => holds === 'numbers')
  const inputs = numbers.find(named(INPUTS)) ?? numbers.find(({ shape }) => shape.length === 3) ?? numbers[0]
  const isOneEach = ({ holds, shape }: ArrayContents): boolean =>
    holds !== 'other' && shape[0] === inputs?.shape[0] && shape.slice(1).every((size) => size === 1)
  const group = all.find((array) => named(SUBJECT)(array) && isOneEach(array))
  const given = all.find((array) => named(SPLIT)(array) && isOneEach(array) && array.saysSplits)
  const others = all.filter(
    (array) => array !== inputs && array !== group && array !== given && array.holds !== 'other',
  )
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
  const isMeasured = targets?.holds === 'numbers' && parseNpyType(targets.type)?.kind === 'float'
  return {
    task: !isMeasured || LABEL.test(targets.name) ? 'classification' : 'regression',
    targets: isPerStep || mask !== null ? 'marked-steps' : 'last-step',
    columns: null,
    arrays,
    split: { group: group?.name ?? null, given: given?.name ?? null },
  }
}

function guessColumns({ columns: all, rowCount }: Extract<FileContents, { kind: 'csv' }>): FileMapping {
  const isNumbers = ({ holds }: ColumnContents): boolean => holds === 'numbers'
  const series =
    all.find(named(SERIES)) ??
    all.find(named(SUBJECT)) ??
    all.find(({ distinctCount }) => distinctCount < rowCount) ??
    all[0]
  const step =
    all.find((column) => column !== series && STEP.test(column.name) && column.holds !== 'text') ??
    all.find((column) => column !== series && column.holds !== 'text')
  const group = all.find((column) => column !== series && named(SUBJECT)(column))
  const given = all.find((column) => named(SPLIT)(column) && column.saysSplits)
  const rest = all.filter((column) => ![series, step, group, given].includes(column))
  const others = rest.filter(isNumbers)
  const marked = others.filter(({ emptyCount }) => emptyCount > 0)
  const byName = rest.filter(({ name, holds }) => holds !== 'times' && (TARGETS.test(name) || LABEL.test(name)))
  const words = rest.filter(({ holds, distinctCount }) => holds === 'text' && distinctCount > 1).slice(-1)
  const isFilled = (columns: readonly ColumnContents[]): boolean => columns.length > 0
  const targets = [byName, marked, words.includes(all.at(-1)!) ? words : [], others.slice(-1)].find(isFilled) ?? []
  const isTarget = new Set(targets)
  const inputs = others.filter((column) => !isTarget.has(column))
  const columns: CsvColumns = {
    series: series?.name ?? '',
    step: step?.name ?? '',
    inputs: inputs.map(({ name }) => name),
    targets: targets.map(({ name }) => name),
  }
  const isLabel = targets.length === 1 && (LABEL.test(targets[0]!.name) || targets[0]!.holds === 'text')
  // A target in every row, or as many as there are series: one a series, in whichever row it stands.
  const isOneEach = ({ emptyCount }: ColumnContents): boolean =>
    emptyCount === 0 || rowCount - emptyCount === series?.distinctCount
  return {
    task: isLabel ? 'classification' : 'regression',
    targets: targets.some(isOneEach) ? 'last-step' : 'marked-steps',
    columns,
    arrays: null,
    split: { group: group?.name ?? null, given: given?.name ?? null },
  }
}
