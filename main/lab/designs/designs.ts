/**
 * What the design of an experiment asks for: any JSON, settings of a dataset or a file of series enter, what they come to leaves, or what
 * is wrong with them. Nothing is run or written. Datasets may be large: the lab asks it in a thread of its own (design-thread.ts).
 */
import { requireRoom, type MemoryPlan } from '../../../shared/backends/memory-plan.ts'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import { guessMapping, readFileContents, requireKnownEnding } from '../../../shared/datasets/file-contents.ts'
import { describeDataset, seriesWithin, takeSeries } from '../../../shared/datasets/describe.ts'
import type { DatasetConfig, Strategy } from '../../../shared/experiments/config.ts'
import { parseConfig, readConfig, type ReadOptions } from '../../../shared/experiments/schema.ts'
import { buildNetwork, trialStrategies } from '../../../shared/experiments/trials.ts'
import { warningsOfCells } from '../../../shared/networks/cell-warnings.ts'
import type { Network } from '../../../shared/networks/network.ts'
import { elementCount } from '../../../shared/numerics/dims.ts'
import { MOST_DATA_FILE_BYTES, type CheckedPayload } from '../../../shared/protocol/commands.ts'
import { LabError } from '../../../shared/protocol/errors.ts'
import type { DataFileView, DatasetPreview, NetworkView, ResolvedConfig } from '../../../shared/protocol/views.ts'
import { toWireError } from '../../../shared/protocol/wire-error.ts'
import { stepsPerEpoch } from '../../../shared/training/batches.ts'
import { createCellLookup } from '../../engine/cell-lookup.ts'
import { planMemory } from '../../engine/memory.ts'
import { judgeFork, type ForkSource } from '../../engine/fork-run.ts'
import type { RunStore } from '../../store/run-store.ts'
import { dataFilePrint, loadDataFile, loadDatasetSources } from '../../store/datasets.ts'
import { CONFIG_NAME } from './read-design.ts'

/** A design's own, and the images of a preview. */
const MOST_DATASETS = 2
/** Input values of the series that a window draws: what is sent to it. */
const MOST_DRAWN_VALUES = 2 ** 19

export class Designs {
  readonly #baseFolder: string
  readonly #store: RunStore
  /** The last datasets, by settings and seed: a keystroke elsewhere in the design asks for the same ones, and MNIST is 55 MB. */
  readonly #known = new Map<string, Promise<Dataset>>()

  /** @param baseFolder where relative paths of own series start */
  constructor(baseFolder: string, store: RunStore) {
    this.#baseFolder = baseFolder
    this.#store = store
  }

  /** @param fork what a fork of this run may not change is a mistake at its field */
  async resolve(json: unknown, fork: ForkSource | null): Promise<ResolvedConfig> {
    const resolved = await this.#resolve(json, { hasRecordedCells: fork !== null })
    if (fork === null || !resolved.ok) return resolved
    const mistakes = await judgeFork(this.#store, fork, resolved.config, CONFIG_NAME)
    if (mistakes.length === 0) return resolved
    return { ok: false, errors: mistakes.map(({ field, error }) => ({ ...toWireError(error), field })) }
  }

  async #resolve(json: unknown, options: ReadOptions): Promise<ResolvedConfig> {
    const read = readConfig(json, CONFIG_NAME, options)
    if (!read.ok)
      return { ok: false, errors: read.mistakes.map(({ field, error }) => ({ ...toWireError(error), field })) }
    const { config } = read
    try {
      const dataset = await this.#dataset(config.dataset, config.seeds[0]!)
      const cellOf = createCellLookup(config.cells)
      const networks = new Map(
        trialStrategies(config).map((strategy) => [strategy, buildNetwork(config, strategy, cellOf, dataset)]),
      )
      const plans = planMemory(config, networks, dataset)
      for (const { plan, request } of plans.values()) requireRoom(plan, request)
      const { steps, epochs, batch } = config.training
      return {
        ok: true,
        config,
        networks: [...networks].map(([strategy, network]) =>
          viewNetwork(strategy, network, plans.get(strategy)?.plan ?? null),
        ),
        warnings: warningsOfCells(networks.values()),
        trainingSteps: steps ?? epochs * stepsPerEpoch(dataset.counts.train, batch),
      }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return { ok: false, errors: [{ ...toWireError(error), field: fieldOf(error) }] }
    }
  }

  /** @throws LabError `config`, `dataset` */
  async previewDataset({
    dataset: json,
    seed,
    seriesCount,
  }: CheckedPayload<'dataset.preview'>): Promise<DatasetPreview> {
    const { dataset: config } = parseConfig({ dataset: json }, CONFIG_NAME)
    const dataset = await this.#dataset(config, seed)
    const description = describeDataset(dataset)
    const count = Math.min(seriesCount, dataset.counts.train, seriesWithin(dataset, MOST_DRAWN_VALUES))
    const indices = Array.from({ length: count }, (_, index) => index)
    const batch = dataset.batch('train', indices)
    return {
      description,
      series: indices.map((index) => {
        const { steps, firstInputs, targets } = takeSeries(batch, index)
        return { length: steps, inputs: firstInputs, targets }
      }),
    }
  }

  /** @throws LabError `dataset` for a file that cannot be read; one of another kind is not opened */
  async readDataFile({ path }: CheckedPayload<'data-file.read'>): Promise<DataFileView> {
    requireKnownEnding(path)
    const contents = readFileContents(await loadDataFile(path, this.#baseFolder, MOST_DATA_FILE_BYTES), path)
    return { path, contents, guess: guessMapping(contents) }
  }

  async #dataset(config: DatasetConfig, seed: number): Promise<Dataset> {
    // The user's file may be saved anew under its name.
    const print = config.kind === 'file' ? await dataFilePrint(config.path, this.#baseFolder) : null
    const key = JSON.stringify([config, seed, print])
    const dataset =
      this.#known.get(key) ??
      loadDatasetSources(config, this.#baseFolder).then((sources) => createDataset(config, seed, sources))
    this.#known.delete(key)
    this.#known.set(key, dataset)
    for (const oldest of [...this.#known.keys()].slice(0, -MOST_DATASETS)) this.#known.delete(oldest)
    return dataset
  }
}

/** Where a form shows what a dataset or network refuses: it names the field itself, or its kind tells the group. */
function fieldOf({ code, detail: { where = '' } }: LabError): string {
  const [named] = /\bdataset\.[\w.]+/.exec(where) ?? []
  if (named !== undefined) return named
  if (code === 'dataset') return 'dataset'
  if (code === 'backend') return 'training.batch'
  return code === 'cell-syntax' || code === 'cell-name' || code === 'cell-shape' || code === 'cell-initial'
    ? 'layers'
    : ''
}

function viewNetwork(strategy: Strategy, network: Network, memory: MemoryPlan | null): NetworkView {
  const countOf = (holds: (owner: Network['parameters'][number]) => boolean): number =>
    network.parameters.filter(holds).reduce((sum, { shape }) => sum + elementCount(shape), 0)
  return {
    strategy,
    inputSize: network.inputSize,
    outputSize: network.outputSize,
    layers: network.wiredLayers.map(({ inputSize, parts }) => ({
      inputSize,
      parts: parts.map((part) => ({
        cell: part.cell.name,
        units: part.units,
        warm: part.warm,
        parameterCount: countOf((parameter) => parameter.part === part),
      })),
    })),
    readoutParameterCount: countOf(({ part }) => part === null),
    parameterCount: countOf(() => true),
    stateSize: network.stateSize,
    memory,
  }
}
