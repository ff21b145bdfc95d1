/**
 * One door to every dataset: a configuration, a seed and the bytes that were loaded for it enter, a dataset leaves.
 * Each kind's own file makes it; loading bytes is left to the host.
 */
import { createCopyFirstInput } from './copy-first-input.ts'
import type { Dataset } from './dataset.ts'
import { createDenoising } from './denoising.ts'
import { createMnist } from './mnist.ts'
import type { DatasetOptions, DatasetSources, FileOptions } from './options.ts'
import { requireKnownEnding } from './file-kinds.ts'
import { createOwnSeries, type OwnSeriesTable } from './own-series.ts'
import { splitArff } from './series-from-arff.ts'
import { readSeriesFromCsv } from './series-from-csv.ts'
import { readSeriesFromNpz } from './series-from-npz.ts'
import { splitTs } from './series-from-ts.ts'
import { joinTestTable } from './test-file.ts'
import { decodeText } from './text-encoding.ts'
import { readWholeSeries } from './whole-series.ts'

function readFile(path: string, options: FileOptions, bytes: Uint8Array): OwnSeriesTable {
  switch (requireKnownEnding(path)) {
    case 'npz':
      return readSeriesFromNpz(bytes, options, path)
    case 'text':
      return readSeriesFromCsv(bytes, options, path)
    case 'ts':
      return readWholeSeries(splitTs(decodeText(bytes, path), path).series, options, path)
    case 'arff':
      return readWholeSeries(splitArff(decodeText(bytes, path), path).series, options, path)
  }
}

/**
 * Reads a user's file after its name's ending, and that of its test series where it is named.
 * @throws LabError `dataset` or `config`
 */
export function readOwnSeries(options: FileOptions, sources: DatasetSources): OwnSeriesTable {
  const { path, testPath } = options
  const table = readFile(path, options, sources.file(path))
  return testPath === null ? table : joinTestTable(table, readFile(testPath, options, sources.file(testPath)))
}

/** Makes the datasets of several seeds, as `createDataset` does: a user's file is read once for all of them, and split once. */
export function createDatasets(config: DatasetOptions, seeds: readonly number[], sources: DatasetSources): Dataset[] {
  if (config.kind !== 'file') return seeds.map((seed) => createDataset(config, seed, sources))
  const table = readOwnSeries(config, sources)
  if (config.split.seed === null) return seeds.map((seed) => createOwnSeries(table, config, seed))
  const shared = createOwnSeries(table, config, config.split.seed)
  return seeds.map(() => shared)
}

/**
 * Makes the dataset of one seed.
 * @param seed integer in [0, 2^32)
 * @param sources bytes of MNIST and of the user's file; not asked for by generated datasets
 * @throws LabError `config` for settings that do not fit, `dataset` for files that cannot be read
 */
export function createDataset(config: DatasetOptions, seed: number, sources: DatasetSources): Dataset {
  switch (config.kind) {
    case 'copy-first-input':
      return createCopyFirstInput(config, seed)
    case 'denoising':
      return createDenoising(config, seed)
    case 'mnist':
      return createMnist(config, seed, sources.mnist())
    case 'file':
      return createOwnSeries(readOwnSeries(config, sources), config, seed)
  }
}
