/**
 * The data of a configuration or of a run, opened: datasets leave, one a seed, and what the user's own file holds. A run's file is looked for
 * where it was and where the user says it went; one that holds something else than the run began with is refused, unless the user takes it.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { createDatasets } from '../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import { siblingTestPath } from '../../shared/datasets/test-file.ts'
import type { DatasetConfig, ExperimentConfig } from '../../shared/experiments/config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import {
  contentOf,
  isSameContent,
  OtherDataError,
  requireSameShapes,
  SAY_PLACE,
  type DataContent,
  type FileDigest,
} from '../../shared/runs/data-content.ts'
import { DATA_FOLDER } from '../store/data-files.ts'
import { DataPlaces } from '../store/data-places.ts'
import { isDataFile, loadDataFile, loadDatasetSources } from '../store/datasets.ts'

export interface OpenedData {
  /** One a seed. */
  readonly datasets: readonly Dataset[]
  /** Of the user's own file; null for other data. */
  readonly content: DataContent | null
}

/** What the user says of the data of a run. */
export interface DataChoice {
  /** Where it lies; null: where it was. */
  readonly file: string | null
  /** Other data than the run began with is taken, too. */
  readonly takesOther: boolean
}

export const AS_RECORDED: DataChoice = { file: null, takesOther: false }

/** Relative paths of a configuration start at its folder; a run is found from anywhere. */
export function withAbsolutePaths(config: ExperimentConfig, baseFolder: string): ExperimentConfig {
  const { dataset } = config
  if (dataset.kind !== 'file') return config
  const testPath = dataset.testPath && path.resolve(baseFolder, dataset.testPath)
  return { ...config, dataset: { ...dataset, path: path.resolve(baseFolder, dataset.path), testPath } }
}

/** @throws LabError `dataset`, `config` */
export async function openData(
  dataset: DatasetConfig,
  seeds: readonly number[],
  baseFolder: string,
): Promise<OpenedData> {
  const sources = await loadDatasetSources(dataset, baseFolder)
  const datasets = createDatasets(dataset, seeds, sources)
  if (dataset.kind !== 'file') return { datasets, content: null }
  const test = dataset.testPath === null ? null : digestOf(sources.file(dataset.testPath))
  return { datasets, content: contentOf(datasets[0]!, digestOf(sources.file(dataset.path)), test) }
}

export interface OpenedRunData extends OpenedData {
  /** Where the user's own files were found, that of the test series last; none for other data. */
  readonly files: readonly { readonly file: string; readonly digest: FileDigest }[]
  /** It is not what the run began with, and the user takes it. */
  readonly isOther: boolean
}

interface FoundFile {
  readonly file: string
  readonly bytes: Uint8Array
  readonly digest: FileDigest
  /** Not what was looked for. */
  readonly isOther: boolean
}

/**
 * @param home of the run
 * @param data what it began with; null where that is not known
 * @param seeds of which datasets are made: those of the run, or some of them
 * @param baseFolder where relative paths in records of earlier versions start
 * @throws LabError `dataset` for other data than the run's with both digests, and for a file that is not found; `config`
 */
export async function openRunData(
  home: string,
  { config, data }: { readonly config: ExperimentConfig; readonly data: DataContent | null },
  seeds: readonly number[],
  baseFolder: string,
  choice: DataChoice,
): Promise<OpenedRunData> {
  const { dataset } = withAbsolutePaths(config, baseFolder)
  if (dataset.kind !== 'file') return { ...(await openData(dataset, seeds, baseFolder)), files: [], isOther: false }
  const [series, test = null] = await findFiles(home, dataset, data, choice)
  const found = { ...dataset, path: series.file, testPath: test && test.file }
  const datasets = createDatasets(found, seeds, {
    mnist: () => neverAsked('MNIST'),
    file: (asked) => (asked === series.file ? series : asked === test?.file ? test : neverAsked(asked)).bytes,
  })
  const content = contentOf(datasets[0]!, series.digest, test && test.digest)
  const isOther = data !== null && !isSameContent(data, content)
  if (isOther) requireSameShapes(data, content, series.file)
  // Without their bytes, which a run is not to hold on to.
  const files = (test === null ? [series] : [series, test]).map(({ file, digest }) => ({ file, digest }))
  return { datasets, content, files, isOther }
}

function neverAsked(what: string): never {
  throw new LabError('internal', `${what} was not looked for.`)
}

const digestOf = (bytes: Uint8Array): FileDigest => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.byteLength,
})

/** @throws LabError `dataset` for a file that cannot be read */
export async function digestOfDataFile(file: string): Promise<FileDigest> {
  return digestOf(await loadDataFile(file, ''))
}

/** The file of series, and that of the test series where it has its own. Nothing is made of the bytes before it is known whose they are. */
async function findFiles(
  home: string,
  { path: recorded, testPath }: Extract<DatasetConfig, { kind: 'file' }>,
  data: DataContent | null,
  { file, takesOther }: DataChoice,
): Promise<[FoundFile, ...FoundFile[]]> {
  const chosen = file === null ? null : path.resolve(file)
  const known = data && data.test
  const isOfTest = chosen !== null && known !== null && (await digestOfDataFile(chosen)).sha256 === known.sha256
  const places = chosen !== null && !isOfTest ? [chosen] : await placesOf(home, recorded, data)
  const series = await findFile(places, data, takesOther)
  if (testPath === null) return [series]
  // Beside a file that was moved, its other half is likelier to lie than where both were.
  const sibling = chosen === null || isOfTest ? null : siblingTestPath(chosen)
  const beside = sibling !== null && (await isDataFile(sibling, '')) ? [sibling] : []
  const testPlaces = isOfTest ? [chosen] : [...beside, ...(await placesOf(home, testPath, known))]
  return [series, await findFile(testPlaces, known, takesOther)]
}

/**
 * @param places of which what is wrong with the first is told: others are only looked at
 * @param known what is looked for; null: whatever lies there
 */
async function findFile(places: readonly string[], known: FileDigest | null, takesOther: boolean): Promise<FoundFile> {
  let first: FoundFile | LabError | null = null
  for (const place of places) {
    const found = await load(place, known).catch(asRefusal)
    if (!(found instanceof LabError) && !found.isOther) return found
    first ??= found
  }
  if (first instanceof LabError)
    throw new LabError('dataset', 'the data of the run cannot be read.', {
      ...first.detail,
      remedy: `Put the file back, or say where it lies now: ${SAY_PLACE}.`,
      cause: first,
    })
  if (takesOther) return first!
  throw new OtherDataError(known!, first!.digest, first!.file)
}

async function load(file: string, known: FileDigest | null): Promise<FoundFile> {
  const bytes = await loadDataFile(file, '')
  const digest = digestOf(bytes)
  return { file, bytes, digest, isOther: known !== null && digest.sha256 !== known.sha256 }
}

/**
 * Where a file may lie: where it was, where the user pointed to, and where a home keeps what is brought to it, should the home itself have moved.
 * @param known what it held; null: it is where it was
 */
async function placesOf(home: string, recorded: string, known: FileDigest | null): Promise<string[]> {
  if (known === null) return [recorded]
  const moved = await new DataPlaces(home).find(known.sha256)
  const brought = path.join(home, DATA_FOLDER, path.basename(recorded))
  return [...new Set([recorded, ...(moved === null ? [] : [moved]), brought])]
}

/** What is wrong with one place of a file is no reason not to look at another. @throws anything else */
function asRefusal(error: unknown): LabError {
  if (error instanceof LabError && error.code === 'dataset') return error
  throw error
}
