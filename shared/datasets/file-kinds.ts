/**
 * The kinds of files that series are read from, by the endings of their names: one list for all doors, dialogs and messages. What stands in a
 * file is left to its reader.
 */
import { LabError } from '../errors/errors.ts'

/** `text`: rows of cells, a step or a series each. */
export type FileKind = 'npz' | 'text' | 'ts' | 'arff'

const KINDS: Readonly<Record<string, FileKind>> = {
  npz: 'npz',
  csv: 'text',
  tsv: 'text',
  txt: 'text',
  ts: 'ts',
  arff: 'arff',
}

/** Without dots, in lower case. */
export const DATA_FILE_ENDINGS: readonly string[] = Object.keys(KINDS)

/** For messages: `.npz, .csv … or .arff`. */
export const LISTED_ENDINGS = DATA_FILE_ENDINGS.map((ending) => `.${ending}`)
  .join(', ')
  .replace(/, (?=[^,]*$)/, ' or ')

function kindOf(path: string): FileKind | undefined {
  const [, ending] = /\.([a-z]+)$/i.exec(path) ?? []
  return ending === undefined ? undefined : KINDS[ending.toLowerCase()]
}

/** Whether a name ends as one of a file of series. */
export const hasKnownEnding = (path: string): boolean => kindOf(path) !== undefined

/** A single array, saved by itself, is no archive. */
function refuseSingleArray(path: string): void {
  if (!/\.npy$/i.test(path)) return
  throw new LabError('dataset', 'an NPY file holds one array, and no targets beside it.', {
    where: path,
    expected: 'an NPZ archive of inputs and targets',
    found: 'one array',
    remedy: 'Save both: `numpy.savez("data.npz", inputs=numpy.load("…"), targets=…)`.',
  })
}

/** @throws LabError `dataset` for a name that ends otherwise */
export function requireKnownEnding(path: string): FileKind {
  refuseSingleArray(path)
  const kind = kindOf(path)
  if (kind !== undefined) return kind
  if (/\.npy$/i.test(path))
    throw new LabError('dataset', 'an NPY file holds one array, and no targets beside it.', {
      where: path,
      expected: 'an NPZ archive of inputs and targets',
      found: 'one array',
      remedy: 'Save both: `numpy.savez("data.npz", inputs=numpy.load("…"), targets=…)`.',
    })
  throw new LabError('dataset', 'this kind of file is not read.', {
    where: path,
    expected: `a name that ends in ${LISTED_ENDINGS}`,
    found: `\`${/[^/\\]*$/.exec(path)![0]}\``,
    remedy: 'Save the data as NPZ or CSV.',
  })
}
