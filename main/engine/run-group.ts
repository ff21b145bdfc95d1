/**
 * Runs a group: each unfinished run in order, with the files, datasets, backend and signals of this process; one that fails is told and the
 * others go on. What the command line, the server and the desktop all call.
 */
import { requireRoom } from '../../shared/backends/memory-plan.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { buildNetwork, trialStrategies } from '../../shared/experiments/trials.ts'
import { createDatasets } from '../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../shared/datasets/dataset.ts'
import type { Network } from '../../shared/networks/network.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { Divergence } from '../../shared/runs/divergence.ts'
import { isOver, type RunEvent, type RunRecord } from '../../shared/runs/run.ts'
import { knownStd, summarize } from '../../shared/statistics/summary.ts'
import { trainRun, type TrainControl } from '../../shared/training/train-run.ts'
import { loadDatasetSources } from '../store/datasets.ts'
import type { RunStore } from '../store/run-store.ts'
import { createCellLookup } from './cell-lookup.ts'
import { loadBackend } from './load-backend.ts'
import { planMemory } from './memory.ts'

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

export interface RunListener {
  started(record: RunRecord): void
  event(record: RunRecord, event: RunEvent): void
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
export async function openDatasets(config: ExperimentConfig, baseFolder: string): Promise<Dataset[]> {
  const sources = await loadDatasetSources(config.dataset, baseFolder)
  return createDatasets(config.dataset, config.seeds, sources)
}

export interface PreparedGroup {
  /** One a seed. */
  readonly datasets: readonly Dataset[]
  readonly networks: ReadonlyMap<Strategy, Network>
}

/** The network of every strategy. */
export function wireNetworks(config: ExperimentConfig, dataset: Dataset): Map<Strategy, Network> {
  const cellOf = createCellLookup(config.cells)
  return new Map(trialStrategies(config).map((strategy) => [strategy, buildNetwork(config, strategy, cellOf, dataset)]))
}

/** Everything that can be wrong with a configuration is found here, before a run is acknowledged. */
export async function prepare(config: ExperimentConfig, baseFolder: string): Promise<PreparedGroup> {
  const datasets = await openDatasets(config, baseFolder)
  const networks = wireNetworks(config, datasets[0]!)
  for (const { plan, request } of planMemory(config, networks, datasets[0]!).values()) requireRoom(plan, request)
  return { datasets, networks }
}

/** The run's own fault, and not what the next one would meet, too: a full disk, a run that another process trains, a defect. */
export function isRunsOwn(error: unknown): error is LabError {
  return error instanceof LabError && error.code !== 'run-folder' && error.code !== 'run-locked'
}

/**
 * @returns the records at the end, those of stopped and diverged runs among them and those of failed ones not, or 'paused' when `control` asked for it
 * @throws LabError that every run would meet; the others stay queued
 */
export async function runGroup(
  store: RunStore,
  records: readonly RunRecord[],
  baseFolder: string,
  control: TrainControl,
  listener: GroupListener,
): Promise<RunRecord[] | 'paused'> {
  const done: RunRecord[] = []
  for (const { id } of records) {
    try {
      const known = await store.readRecord(id) // another process may have taken it to its end since
      if (isOver(known.status)) listener.endedBefore(known)
      const end = isOver(known.status) ? known : await runOne(store, id, baseFolder, control, listener)
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
  control: TrainControl,
  listener: RunListener,
): Promise<RunRecord | 'paused'> {
  const writer = await store.openWriter(id)
  let failure: unknown = null
  const timer = setInterval(() => void writer.heartbeat().catch((error: unknown) => (failure ??= error)), HEARTBEAT_MS)
  try {
    const { record } = writer
    listener.started(record)
    const { datasets, networks } = await prepare(record.config, baseFolder)
    const result = await trainRun({
      record,
      network: networks.get(record.strategy)!,
      datasets,
      backend: await loadBackend(record.backend ?? record.config.backend),
      writer,
      clock: { now: () => Date.now() },
      control: {
        requested: () => control.requested(),
        async rest() {
          await control.rest?.()
          if (failure !== null) throw failure as Error // the writer has said what it means
        },
      },
      onEvent: (event) => listener.event(record, event),
    })
    return result === 'paused' ? 'paused' : writer.record
  } finally {
    clearInterval(timer)
    await writer.close()
  }
}
