/**
 * Runs a group: each unfinished run in order, with the files, datasets, backend and signals of this process; one that fails is told and the
 * others go on. What the command line, the server and the desktop all call.
 */
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { describeRemark } from '../../shared/experiments/remarks.ts'
import { buildNetwork, trialStrategies, type TaskShape } from '../../shared/experiments/trials.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { Network } from '../../shared/networks/network.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { isOver, type RunEvent, type RunRecord, type RunWriter } from '../../shared/runs/run.ts'
import { isSameContent, withContent, type DataContent } from '../../shared/runs/data-content.ts'
import type { Divergence } from '../../shared/runs/divergence.ts'
import { knownStd, summarize } from '../../shared/statistics/summary.ts'
import { fitBatches, fitToData, type FittedConfig } from '../../shared/training/fit-to-data.ts'
import { trainRun, type TrainControl } from '../../shared/training/train-run.ts'
import { DataPlaces } from '../store/data-places.ts'
import type { KnownOfRun, RunStore } from '../store/run-store.ts'
import { describeChoice, type EngineChoice } from '../../shared/protocol/devices.ts'
import { backendEntry } from './backends/table.ts'
import { createCellLookup } from './cell-lookup.ts'
import { chooseBackend } from './choose-backend.ts'
import type { EngineOptions } from './engine-options.ts'
import { loadBackend } from './load-backend.ts'
import { memoryRequest, planMemory, requireRoomForAll } from './memory.ts'
import {
  AS_RECORDED,
  openData,
  openRunData,
  withAbsolutePaths,
  type DataChoice,
  type OpenedData,
  type OpenedRunData,
} from './run-data.ts'
import { RUN_VERSIONS } from './version.ts'

const HEARTBEAT_MS = 10_000

/** One line of the table at the end. */
export interface SummaryRow {
  readonly strategy: Strategy
  /** Null where every seed has diverged, as is the mean. */
  readonly metric: string | null
  readonly mean: number | null
  /** Sample standard deviation (n - 1); null for one seed. */
  readonly std: number | null
  /** The value of each seed of the configuration, with the weights of its best validation; null for one that has diverged. */
  readonly seeds: readonly (number | null)[]
  /** Over so many seeds. */
  readonly seedCount: number
  readonly diverged: readonly Divergence[]
}

/** What the user says of runs that were made before. */
export interface ResumeChoice {
  readonly data: DataChoice
  /** They go on with this backend, whatever they began on; null: with the same. */
  readonly backend: string | null
}

export const AS_BEGUN: ResumeChoice = { data: AS_RECORDED, backend: null }

export interface RunListener {
  started(record: RunRecord): void
  event(record: RunRecord, event: RunEvent): void
  /** It goes on with other data than it began with; its record and its log say so, too. */
  otherData?(runId: string, file: string): void
  /** Its device was lost: it goes back to its last checkpoint, and events that were told since come again. */
  deviceLost?(record: RunRecord, error: LabError): Promise<void> | void
}

export interface GroupListener extends RunListener {
  /** It has come to its end before, and is left as it is. */
  endedBefore(record: RunRecord): void
  /** Its record says so too. */
  failed(runId: string, error: LabError): void
}

/** Of the runs that have come to something: a result, or that every seed diverged. */
export function summarise(records: readonly RunRecord[]): SummaryRow[] {
  return records.flatMap(({ strategy, status, config, result, diverged }): SummaryRow[] => {
    if (result === null && status !== 'diverged') return []
    const { best = [], seeds = [] } = result ?? {}
    const summary = result && summarize(best)
    return [
      {
        strategy,
        metric: result?.metric ?? null,
        mean: summary?.mean ?? null,
        std: summary && knownStd(summary),
        seeds: config.seeds.map((seed) => best[seeds.indexOf(seed)] ?? null),
        seedCount: seeds.length,
        diverged,
      },
    ]
  })
}

/** One dataset a seed. */
export async function openDatasets(config: ExperimentConfig, baseFolder: string): Promise<readonly Dataset[]> {
  return (await openData(config.dataset, config.seeds, baseFolder)).datasets
}

export interface PreparedGroup extends FittedConfig, OpenedData {
  readonly networks: ReadonlyMap<Strategy, Network>
  /** The engine that would train it now. */
  readonly choice: EngineChoice
}

/** A configuration as it is used, with what its runs are to remember. */
export interface PreparedConfig extends KnownOfRun {
  readonly config: ExperimentConfig
}

/** The network of every strategy. */
export function wireNetworks(config: ExperimentConfig, task: TaskShape): Map<Strategy, Network> {
  const cellOf = createCellLookup(config.cells)
  return new Map(trialStrategies(config).map((strategy) => [strategy, buildNetwork(config, strategy, cellOf, task)]))
}

/** Everything that can be wrong with a configuration is found here, before a run is acknowledged. @returns it with absolute paths */
export async function prepare(
  config: ExperimentConfig,
  baseFolder: string,
  engine: EngineOptions,
): Promise<PreparedGroup> {
  const found = withAbsolutePaths(config, baseFolder)
  return prepareOpened(found, await openData(found.dataset, found.seeds, baseFolder), engine)
}

/** The same where the data is open already. */
export async function prepareOpened(
  config: ExperimentConfig,
  opened: OpenedData,
  engine: EngineOptions,
): Promise<PreparedGroup> {
  return wire(config.backend, fitToData(config, opened.datasets), opened, engine)
}

/**
 * The same for a run that was made before. It was fitted to its data then: only other data may ask for more.
 * @param backend what it was begun on; for one that has not begun, its configuration's
 */
export async function prepareRun(
  config: ExperimentConfig,
  backend: string,
  opened: OpenedRunData,
  engine: EngineOptions,
): Promise<PreparedGroup> {
  const fitted = opened.isOther ? fitToData(config, opened.datasets) : fitBatches(config, opened.datasets)
  return wire(backend, fitted, opened, engine)
}

/** Makes the runs of a configuration that was prepared, one a strategy. @throws LabError `run-folder` */
export function makeRuns(store: RunStore, { config, ...known }: PreparedConfig): Promise<RunRecord[]> {
  return store.createGroup(config, trialStrategies(config), RUN_VERSIONS, known)
}

/** What of a prepared group can be sent and kept. */
export function preparedConfig({ config, remarks, content }: PreparedGroup): PreparedConfig {
  return { config, remarks, data: content && withContent(null, content) }
}

async function wire(
  backend: string,
  fitted: FittedConfig,
  { datasets, content }: OpenedData,
  engine: EngineOptions,
): Promise<PreparedGroup> {
  const { config, remarks } = fitted
  const networks = wireNetworks(config, datasets[0]!)
  const request = memoryRequest(config, datasets[0]!)
  const choice = await chooseBackend(backend, { networks: networks.values(), request }, engine)
  requireRoomForAll(await planMemory(choice.backend, networks, request, engine), request)
  return { config, remarks, datasets, content, networks, choice }
}

/** The run's own fault, and not what the next one would meet, too: a full disk, a run that another process trains, a defect. */
export function isRunsOwn(error: unknown): error is LabError {
  return error instanceof LabError && error.code !== 'run-folder' && error.code !== 'run-locked'
}

/**
 * @param choice what the user says of all these runs
 * @returns the records at the end, those of stopped and diverged runs among them and those of failed ones not, or 'paused' when `control` asked for it
 * @throws LabError that every run would meet; the others stay queued
 */
export async function runGroup(
  store: RunStore,
  records: readonly RunRecord[],
  baseFolder: string,
  engine: EngineOptions,
  control: TrainControl,
  listener: GroupListener,
  choice = AS_BEGUN,
): Promise<RunRecord[] | 'paused'> {
  const done: RunRecord[] = []
  for (const { id } of records) {
    try {
      const known = await store.readRecord(id) // another process may have taken it to its end since
      if (isOver(known.status)) listener.endedBefore(known)
      const end = isOver(known.status) ? known : await runOne(store, id, baseFolder, engine, control, listener, choice)
      if (end === 'paused') return 'paused'
      done.push(end)
    } catch (error) {
      if (!isRunsOwn(error)) throw error
      listener.failed(id, error)
      if (error.code === 'non-finite') done.push(await store.readRecord(id))
    }
  }
  return done
}

/**
 * Runs one run to its end.
 * @returns its record then, or 'paused' when `control` asked for it
 * @throws LabError of what made it fail, which its record says, too; `usage` for a finished run
 */
export async function runOne(
  store: RunStore,
  id: string,
  baseFolder: string,
  engine: EngineOptions,
  control: TrainControl,
  listener: RunListener,
  { data, backend }: ResumeChoice = AS_BEGUN,
): Promise<RunRecord | 'paused'> {
  const writer = await store.openWriter(id)
  let failure: unknown = null
  let giveFree: (() => Promise<void>) | undefined
  const timer = setInterval(() => void writer.heartbeat().catch((error: unknown) => (failure ??= error)), HEARTBEAT_MS)
  try {
    const { record } = writer
    listener.started(record)
    const opened = await openRunData(store.home, record, record.config.seeds, baseFolder, data)
    const asked = backend ?? record.backend ?? record.config.backend
    const { config, remarks, datasets, networks, choice } = await prepareRun(record.config, asked, opened, engine)
    const why = describeChoice(choice)
    await keepPlace(store, opened, data)
    await keepContent(writer, opened.content)
    if (opened.isOther) listener.otherData?.(id, opened.files[0]!.file)
    giveFree = await backendEntry(choice.backend).keepFor?.({ runId: id, folder: store.folder(id) }, engine)
    const made = record.startedAt === null && !opened.isOther ? record.remarks : []
    const result = await trainRun({
      record: { ...writer.record, config },
      network: networks.get(record.strategy)!,
      datasets,
      backend: await loadBackend(choice.backend, engine),
      writer,
      clock: { now: () => Date.now(), wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)) },
      mayChangeBackend: backend !== null,
      notes: why === null ? [] : [why],
      remarks: [...made, ...remarks].map(describeRemark),
      control: {
        requested: () => control.requested(),
        async rest() {
          await control.rest?.()
          if (failure !== null) throw failure as Error // the writer has said what it means
        },
      },
      onEvent: (event) => listener.event(record, event),
      onDeviceLost: async (error) => listener.deviceLost?.(writer.record, error),
    })
    return result === 'paused' ? 'paused' : writer.record
  } finally {
    clearInterval(timer)
    await writer.close()
    await giveFree?.()
  }
}

/** Where the user says that data lies, other commands and other runs find it, too. */
export async function keepPlace({ home }: RunStore, { files }: OpenedRunData, choice: DataChoice): Promise<void> {
  if (choice.file === null) return
  for (const { file, digest } of files) await new DataPlaces(home).remember(digest.sha256, file)
}

/** Writes down what the data is, where the record says something else or nothing. */
export async function keepContent(writer: RunWriter, content: DataContent | null): Promise<void> {
  const { data } = writer.record
  if (content !== null && (data === null || !isSameContent(data, content)))
    await writer.update({ data: withContent(data, content) })
}
