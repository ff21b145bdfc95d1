/**
 * Runs the points of a sweep one after another, each run by itself: one that fails is noted and the others go on. Called again on the same
 * record it goes on where it was; what the points came to is read from the run folders alone. How one run is run is the caller's: in this
 * process (`runInProcess`), or in a thread of the lab.
 */
import path from 'node:path'
import type { DatasetConfig, ExperimentConfig } from '../../shared/experiments/config.ts'
import { warningsOfCells, type WarnedCell } from '../../shared/networks/cell-warnings.ts'
import type { Network } from '../../shared/networks/network.ts'
import { trialStrategies } from '../../shared/experiments/trials.ts'
import type { Sweep } from '../../shared/experiments/sweep.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { DataContent } from '../../shared/runs/data-content.ts'
import { asBeforeSplitSeeds } from '../../shared/runs/record.ts'
import { isOver, type RunRecord } from '../../shared/runs/run.ts'
import { sweepRow, type SweepRow, type SweepSlot } from '../../shared/runs/sweep-table.ts'
import type { TrainControl } from '../../shared/training/train-run.ts'
import { DataPlaces } from '../store/data-places.ts'
import type { RunStore } from '../store/run-store.ts'
import type { SweepRecord, SweepWriter } from '../store/sweep-writer.ts'
import type { EngineOptions } from './engine-options.ts'
import { AS_RECORDED, digestOfDataFile, openRunData, withAbsolutePaths } from './run-data.ts'
import { makeRuns, prepare, preparedConfig, prepareOpened, runGroup, type GroupListener } from './run-group.ts'

export interface SweepOptions {
  readonly engine: EngineOptions
  /** Takes up runs that have failed, from their last checkpoint. */
  readonly rerunFailed: boolean
  readonly isPauseAsked: () => boolean
  /** Runs one to its end; if it fails, its record says so. @returns 'paused': the sweep ends here for now */
  readonly runOne: (record: RunRecord) => Promise<'done' | 'paused'>
  /** The runs of a point are there. */
  readonly made?: (runIds: readonly string[]) => void
}

/**
 * @param writer stays open: whoever opened it closes it
 * @returns 'paused' when it was asked for
 */
export async function runSweep(
  runs: RunStore,
  writer: SweepWriter,
  { engine, rerunFailed, isPauseAsked, runOne, made }: SweepOptions,
): Promise<'done' | 'paused'> {
  for (const index of writer.sweep.points.keys()) {
    if (isPauseAsked()) return 'paused'
    const known = writer.record.runIds[index] ?? null
    const runIds = known ?? (await makePoint(runs, writer, index, engine))
    if (known === null) made?.(runIds)
    for (const id of runIds) {
      if (isPauseAsked()) return 'paused'
      const run = await runs.readRecord(id)
      if (isOver(run.status) || run.status === 'stopped' || (run.status === 'failed' && !rerunFailed)) continue
      if ((await runOne(run)) === 'paused') return 'paused'
    }
  }
  return 'done'
}

/** Runs one of a sweep's runs here and now. */
export function runInProcess(
  runs: RunStore,
  baseFolder: string,
  engine: EngineOptions,
  control: TrainControl,
  listener: GroupListener,
): SweepOptions['runOne'] {
  return async (run) =>
    (await runGroup(runs, [run], baseFolder, engine, control, listener)) === 'paused' ? 'paused' : 'done'
}

/** The points that are left of a sweep that began with an earlier version are made as those before them. */
function pointConfig(sweep: Sweep, index: number, { data }: SweepRecord): ExperimentConfig {
  const config = sweep.configOf(index)
  if (data !== undefined || config.dataset.kind !== 'file') return config
  return { ...config, dataset: asBeforeSplitSeeds(config.dataset) }
}

/** By which a sweep knows what files it began with. */
function dataKey({ path: series, testPath }: Extract<DatasetConfig, { kind: 'file' }>): string {
  return testPath === null ? series : `${series} and ${testPath}`
}

/** Makes the runs of a point and writes down which they are. */
async function makePoint(
  runs: RunStore,
  writer: SweepWriter,
  index: number,
  engine: EngineOptions,
): Promise<readonly string[]> {
  const { sweep, record } = writer
  const config = withAbsolutePaths(pointConfig(sweep, index, record), record.baseFolder)
  const data = (config.dataset.kind === 'file' && record.data?.[dataKey(config.dataset)]) || null
  const opened = await openRunData(runs.home, { config, data }, config.seeds, record.baseFolder, AS_RECORDED)
  const records = await makeRuns(runs, preparedConfig(await prepareOpened(config, opened, engine)))
  const runIds = records.map(({ id }) => id)
  await writer.setRuns(index, runIds)
  return runIds
}

/** A sweep without its points' configurations: it can be sent and kept. */
export interface SweepOutline {
  readonly name: string
  readonly axes: readonly string[]
  readonly pointCount: number
  /** That of all its configurations; `auto` where they are not of one. */
  readonly backend: string
  readonly slots: readonly SweepSlot[]
}

export interface PreparedSweep {
  /** What the user's own files hold, by their absolute paths. */
  readonly data: Record<string, DataContent>
  /** What cells of any point are warned of. */
  readonly warnings: readonly WarnedCell[]
  /** What all its runs would be trained on now; `auto` where that is not one. */
  readonly backend: string
}

/**
 * Whatever can be wrong with any point is told before the first run is made.
 * @throws LabError `config`, `dataset`, `backend`
 */
export async function prepareSweep(sweep: Sweep, baseFolder: string, engine: EngineOptions): Promise<PreparedSweep> {
  const data: Record<string, DataContent> = {}
  const networks = new Map<string, Network>()
  const backends = new Set<string>()
  for (const index of sweep.points.keys()) {
    const { config, content, networks: ofPoint, choice } = await prepare(sweep.configOf(index), baseFolder, engine)
    backends.add(choice.backend)
    if (config.dataset.kind === 'file' && content !== null) data[dataKey(config.dataset)] = content
    for (const network of ofPoint.values())
      for (const { parts } of network.wiredLayers) for (const { cell } of parts) networks.set(cell.name, network)
  }
  const [backend = 'auto', ...others] = backends
  return { data, warnings: warningsOfCells(networks.values()), backend: others.length === 0 ? backend : 'auto' }
}

/**
 * Says where the data of a sweep lies now; its runs find it by what it holds.
 * @throws LabError `dataset` for a file that is none of the sweep's
 */
export async function moveSweepData({ home }: RunStore, { id, data = {} }: SweepRecord, file: string): Promise<void> {
  const place = path.resolve(file)
  const { sha256 } = await digestOfDataFile(place)
  const known = Object.values(data).flatMap((content) => [
    content.sha256,
    ...(content.test ? [content.test.sha256] : []),
  ])
  if (!known.includes(sha256))
    throw new LabError('dataset', 'this is no data that the sweep began with.', {
      where: place,
      expected: known.length === 0 ? `a sweep that knows its files; ${id} does not` : `SHA-256 ${known.join(' or ')}`,
      found: `SHA-256 ${sha256}`,
      remedy: 'Name the file as it was; for other data, start a new sweep.',
    })
  await new DataPlaces(home).remember(sha256, place)
}

/** @throws LabError `config` for a point whose configuration is wrong */
export function outlineSweep(sweep: Sweep): SweepOutline {
  const { name, axes, points, configOf } = sweep
  const backend = axes.includes('backend') ? 'auto' : configOf(0).backend
  return { name, axes, pointCount: points.length, backend, slots: sweepSlots(sweep) }
}

/** The places of a sweep's table, a strategy of a point each. @throws LabError `config` for a point whose configuration is wrong */
export function sweepSlots({ points, configOf }: Sweep): SweepSlot[] {
  return points
    .flatMap((values, index) =>
      trialStrategies(configOf(index)).map((strategy) => ({ point: index + 1, values, strategy })),
    )
    .map((slot, index) => ({ index, ...slot }))
}

/** The run of every slot; null where it is not made. */
export function sweepRunIds(runIds: SweepRecord['runIds'], slots: readonly SweepSlot[]): (string | null)[] {
  const firstOf = new Map<number, number>()
  for (const { point, index } of slots) if (!firstOf.has(point)) firstOf.set(point, index)
  return slots.map(({ point, index }) => runIds[point - 1]?.[index - firstOf.get(point)!] ?? null)
}

/** A slot as it stands in its run's folder. */
export async function readSweepRow(runs: RunStore, slot: SweepSlot, runId: string | null): Promise<SweepRow> {
  if (runId === null) return sweepRow(slot, null, null, false)
  const { record, crashed } = await runs.listOne(runId)
  return sweepRow(slot, runId, record ?? undefined, crashed)
}

/** What every point has come to. */
export async function tableOfSweep(runs: RunStore, record: SweepRecord, sweep: Sweep): Promise<SweepRow[]> {
  const slots = sweepSlots(sweep)
  const runIds = sweepRunIds(record.runIds, slots)
  const rows: SweepRow[] = []
  for (const slot of slots) rows.push(await readSweepRow(runs, slot, runIds[slot.index]!))
  return rows
}
