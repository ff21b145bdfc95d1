/**
 * What the design of an experiment asks for: any JSON, settings of a dataset or a file of series enter, what they come to leaves, or what
 * is wrong with them. Nothing is run or written. Datasets may be large: the lab asks it in a thread of its own (design-thread.ts).
 */
import path from 'node:path'
import type { MemoryPlan } from '../../../shared/backends/memory-plan.ts'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import { describeDataset, seriesWithin, takeSeries } from '../../../shared/datasets/describe.ts'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import { requireKnownEnding } from '../../../shared/datasets/file-kinds.ts'
import { siblingTestPath } from '../../../shared/datasets/test-file.ts'
import type { DatasetConfig, ExperimentConfig, Strategy } from '../../../shared/experiments/config.ts'
import type { ConfigMistake } from '../../../shared/experiments/judge-config.ts'
import { parseConfig, readConfig } from '../../../shared/experiments/read-config.ts'
import { warningsOfCells } from '../../../shared/networks/cell-warnings.ts'
import type { Network } from '../../../shared/networks/network.ts'
import { elementCount } from '../../../shared/numerics/dims.ts'
import { MOST_DATA_FILE_BYTES, type CheckedPayload } from '../../../shared/protocol/commands.ts'
import type { EngineChoice } from '../../../shared/protocol/devices.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { DataFileView, DatasetPreview, NetworkView, ResolvedConfig } from '../../../shared/protocol/views.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { stepsPerEpoch } from '../../../shared/training/batches.ts'
import { fitBatches, fitToData, type FittedConfig } from '../../../shared/training/fit-to-data.ts'
import { chooseBackend, type DesignWork } from '../../engine/choose-backend.ts'
import type { EngineOptions } from '../../engine/engine-options.ts'
import { memoryRequest, planMemory, requireRoomForAll } from '../../engine/memory.ts'
import { judgeFork, type ForkSource } from '../../engine/fork-run.ts'
import { wireNetworks } from '../../engine/run-group.ts'
import type { RunStore } from '../../store/run-store.ts'
import { dataFilePrint, isDataFile, loadDataFile, loadDatasetSources } from '../../store/datasets.ts'
import { CONFIG_NAME } from './read-design.ts'

/** A design's own, and the images of a preview. */
const MOST_DATASETS = 2
/** Input values of the series that a window draws: what is sent to it. */
const MOST_DRAWN_VALUES = 2 ** 19

export class Designs {
  readonly #baseFolder: string
  readonly #engine: EngineOptions
  readonly #store: RunStore
  /** The last datasets, by settings and seed: a keystroke elsewhere in the design asks for the same ones, and MNIST is 55 MB. */
  readonly #known = new Map<string, Promise<Dataset>>()

  /** @param baseFolder where relative paths of own series start */
  constructor(baseFolder: string, engine: EngineOptions, store: RunStore) {
    this.#baseFolder = baseFolder
    this.#engine = engine
    this.#store = store
  }

  /** @param fork what a fork of this run may not change is a mistake at its field */
  async resolve(json: unknown, fork: ForkSource | null): Promise<ResolvedConfig> {
    const read = readConfig(json, CONFIG_NAME, { hasRecordedCells: fork !== null })
    if (!read.ok) return refuse(read.mistakes)
    const { config } = read
    try {
      if (fork === null) {
        const dataset = await this.#dataset(config.dataset, config.seeds[0]!)
        return await this.#view(config, config.backend, dataset, fitToData(config, [dataset]))
      }
      const { mistakes, backend, data } = await judgeFork(this.#store, fork, config, CONFIG_NAME)
      if (mistakes.length > 0) return refuse(mistakes)
      return await this.#view(config, backend, data.datasets[0]!, fitBatches(config, data.datasets))
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return refuse([{ field: fieldOf(error), error }])
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
  async readDataFile({ path: file }: CheckedPayload<'data-file.read'>): Promise<DataFileView> {
    requireKnownEnding(file)
    const bytes = await loadDataFile(file, this.#baseFolder, { mostBytes: MOST_DATA_FILE_BYTES })
    const contents = readFileContents(bytes, file)
    const absolute = path.resolve(this.#baseFolder, file)
    const sibling = siblingTestPath(absolute)
    const testPath = sibling !== null && (await isDataFile(sibling, this.#baseFolder)) ? sibling : null
    return { path: absolute, contents, guess: guessMapping(contents), testPath }
  }

  /**
   * @param config as it was typed, which the form keeps; `fitted` is what is used
   * @param backend of the run that is forked, or as the design asks for
   */
  async #view(
    config: ExperimentConfig,
    backend: string,
    dataset: Dataset,
    { config: used, remarks }: FittedConfig,
  ): Promise<ResolvedConfig> {
    const networks = wireNetworks(used, dataset)
    const request = memoryRequest(used, dataset)
    const choice = await this.#choose(backend, { networks: networks.values(), request })
    if (choice instanceof LabError) return refuse([{ field: 'backend', error: choice }])
    const plans = await planMemory(choice.backend, networks, request, this.#engine)
    requireRoomForAll(plans, request)
    const { steps, epochs, batch } = used.training
    return {
      ok: true,
      config,
      choice,
      networks: [...networks].map(([strategy, network]) => viewNetwork(strategy, network, plans.get(strategy) ?? null)),
      warnings: warningsOfCells(networks.values()),
      trainingSteps: steps ?? epochs * stepsPerEpoch(dataset.counts.train, batch),
      remarks,
    }
  }

  /** @returns the engine, or why the one that is asked for does not work here */
  async #choose(backend: string, work: DesignWork): Promise<EngineChoice | LabError> {
    return chooseBackend(backend, work, this.#engine).catch((error: unknown) => {
      if (error instanceof LabError) return error
      throw error
    })
  }

  async #dataset(config: DatasetConfig, seed: number): Promise<Dataset> {
    // The user's file may be saved anew under its name.
    const print = config.kind === 'file' ? await dataFilePrint(config, this.#baseFolder) : null
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

function refuse(mistakes: readonly ConfigMistake[]): ResolvedConfig {
  return { ok: false, errors: mistakes.map(({ field, error }) => ({ ...toWireError(error), field })) }
}

/** Where a form shows what a dataset or network refuses: it names the field itself, or its kind tells the group. */
function fieldOf({ code, message, detail: { where = '' } }: LabError): string {
  const [named] = /\b(?:dataset|warmup|training)\.[\w.]+/.exec(where) ?? []
  if (named !== undefined) return named
  // What stands in a file is told at its place there; the field that asked for it, on the way.
  const [split] = /\bdataset\.split\.\w+/.exec(message) ?? []
  if (split !== undefined) return split
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
