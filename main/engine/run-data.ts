/**
 * The data of a configuration or of a run, opened: datasets leave, one a seed, and what the user's own file holds. A run's file is looked for
 * where it was and where the user says it went; one that holds something else than the run began with is refused, unless the user takes it.
 */
import { createHash } from 'node:crypto'
import path from 'node:path'
import { createDatasets } from '../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { DatasetSources } from '../../shared/datasets/options.ts'
import type { DatasetConfig, ExperimentConfig } from '../../shared/experiments/config.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import {
  contentOf,
  OtherDataError,
  requireSameShapes,
  type DataContent,
  type FileDigest,
} from '../../shared/runs/data-content.ts'
import { DATA_FOLDER } from '../store/data-files.ts'
import { DataPlaces } from '../store/data-places.ts'
import { loadDataFile, loadDatasetSources } from '../store/datasets.ts'

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
  return { ...config, dataset: { ...dataset, path: path.resolve(baseFolder, dataset.path) } }
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
  return { datasets, content: contentOf(datasets[0]!, digestOf(sources.file(dataset.path))) }
}

export interface OpenedRunData extends OpenedData {
  /** Where the user's own file was found; null for other data. */
  readonly file: string | null
  /** It is not what the run began with, and the user takes it. */
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
  { config: { dataset }, data }: { readonly config: ExperimentConfig; readonly data: DataContent | null },
  seeds: readonly number[],
  baseFolder: string,
  choice: DataChoice,
): Promise<OpenedRunData> {
  if (dataset.kind !== 'file') return { ...(await openData(dataset, seeds, baseFolder)), file: null, isOther: false }
  const { file, sources, digest, isOther } = await findRunFile(home, dataset, data, baseFolder, choice)
  const datasets = createDatasets({ ...dataset, path: file }, seeds, sources)
  const content = contentOf(datasets[0]!, digest)
  if (isOther) requireSameShapes(data!, content, file)
  return { datasets, content, file, isOther }
}

const digestOf = (bytes: Uint8Array): FileDigest => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  bytes: bytes.byteLength,
})

/** @throws LabError `dataset` for a file that cannot be read */
export async function digestOfDataFile(file: string): Promise<FileDigest> {
  return digestOf(await loadDataFile(file, ''))
}

interface FoundFile {
  readonly file: string
  readonly sources: DatasetSources
  readonly digest: FileDigest
  readonly isOther: boolean
}

/** Nothing is made of the bytes before it is known whose they are. */
async function findRunFile(
  home: string,
  dataset: Extract<DatasetConfig, { kind: 'file' }>,
  data: DataContent | null,
  baseFolder: string,
  { file: chosen, takesOther }: DataChoice,
): Promise<FoundFile> {
  const load = async (file: string): Promise<FoundFile> => {
    const sources = await loadDatasetSources({ ...dataset, path: file }, baseFolder)
    const digest = digestOf(sources.file(file))
    const isOther = data !== null && digest.sha256 !== data.sha256
    if (isOther && !takesOther) throw new OtherDataError(data, digest, file)
    return { file, sources, digest, isOther }
  }
  if (chosen !== null) return load(path.resolve(chosen))
  const recorded = path.resolve(baseFolder, dataset.path)
  const first = await load(recorded).catch(asRefusal)
  if (!(first instanceof LabError) && !first.isOther) return first
  for (const place of data === null ? [] : await placesOf(home, recorded, data)) {
    // One from before at which nothing is any more is not what the user asks about.
    const found = await load(place).catch(asRefusal)
    if (!(found instanceof LabError) && !found.isOther) return found
  }
  if (!(first instanceof LabError)) return first
  throw first instanceof OtherDataError
    ? first
    : new LabError('dataset', 'the data of the run cannot be read where it was.', {
        ...first.detail,
        remedy: 'Put the file back, or say where it lies now: `--data FILE`.',
        cause: first,
      })
}

/** Where else a file may lie: where the user pointed to, and where a home keeps what is brought to it, should the home itself have moved. */
async function placesOf(home: string, recorded: string, { sha256 }: DataContent): Promise<string[]> {
  const known = await new DataPlaces(home).find(sha256)
  const brought = path.join(home, DATA_FOLDER, path.basename(recorded))
  return [...(known === null ? [] : [known]), brought].filter((place) => place !== recorded)
}

/** What is wrong with one place of a file is no reason not to look at another. @throws anything else */
function asRefusal(error: unknown): LabError {
  if (error instanceof LabError && error.code === 'dataset') return error
  throw error
}
