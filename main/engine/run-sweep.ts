/**
 * Runs the points of a sweep one after another, each run by itself: one that fails is noted and the others go on. Called again on the same
 * record it goes on where it was; what the points came to is read from the run folders alone.
 */
import { trialStrategies } from '../../shared/experiments/trials.ts'
import type { Sweep, SweepPoint } from '../../shared/experiments/sweep.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { RunRecord } from '../../shared/runs/run.ts'
import { summarize, type Summary } from '../../shared/statistics/summary.ts'
import type { TrainControl } from '../../shared/training/train-run.ts'
import type { RunStore } from '../store/run-store.ts'
import type { SweepRecord, SweepStore } from '../store/sweep-store.ts'
import { prepare, runGroup, type GroupListener } from './run-group.ts'
import { LAB_VERSION } from './version.ts'

export interface SweepListener extends GroupListener {
  failed(runId: string, error: LabError): void
}

export interface SweepOptions {
  /** Takes up runs that have failed, from their last checkpoint. */
  readonly rerunFailed: boolean
  readonly control: TrainControl
  readonly listener: SweepListener
}

/** @returns 'paused' when `control` asked for it */
export async function runSweep(
  stores: { readonly runs: RunStore; readonly sweeps: SweepStore },
  record: SweepRecord,
  sweep: Sweep,
  { rerunFailed, control, listener }: SweepOptions,
): Promise<'done' | 'paused'> {
  for (const [index, point] of sweep.points.entries()) {
    const runIds = record.runIds[index] ?? (await makePoint(stores, record, index, point))
    for (const id of runIds) {
      if (control.requested() !== null) return 'paused'
      const run = await stores.runs.readRecord(id)
      if (run.status === 'finished' || run.status === 'stopped' || (run.status === 'failed' && !rerunFailed)) continue
      try {
        if ((await runGroup(stores.runs, [run], record.baseFolder, control, listener)) === 'paused') return 'paused'
      } catch (error) {
        if (!(error instanceof LabError)) throw error
        listener.failed(id, error)
        if ((await stores.runs.readRecord(id)).status !== 'failed') throw error // not the run's own fault: a lock, a full disk
      }
    }
  }
  return 'done'
}

/** Makes the runs of a point and writes down which they are. */
async function makePoint(
  { runs, sweeps }: { readonly runs: RunStore; readonly sweeps: SweepStore },
  record: SweepRecord,
  index: number,
  { config }: SweepPoint,
): Promise<readonly string[]> {
  const records = await runs.createGroup(config, trialStrategies(config), {
    lab: LAB_VERSION,
    node: process.versions.node,
  })
  record.runIds[index] = records.map(({ id }) => id)
  await sweeps.write(record)
  return record.runIds[index]
}

/** Whatever can be wrong with any point is told before the first run is made. */
export async function prepareSweep(sweep: Sweep, baseFolder: string): Promise<void> {
  for (const { config } of sweep.points) await prepare(config, baseFolder)
}

/** One strategy of one point. */
export interface SweepRow {
  readonly point: number
  readonly values: Readonly<Record<string, unknown>>
  readonly strategy: RunRecord['strategy']
  readonly runId: string | null
  readonly status: RunRecord['status'] | 'not made' | 'missing'
  readonly metric: string | null
  /** One a seed, with the weights of its best validation; none until the run has finished. */
  readonly seeds: readonly { readonly seed: number; readonly value: number }[]
  readonly summary: Summary | null
}

/** What every point has come to. */
export async function tableOfSweep(runs: RunStore, record: SweepRecord, sweep: Sweep): Promise<SweepRow[]> {
  const rows: SweepRow[] = []
  for (const [index, { values, config }] of sweep.points.entries())
    for (const [s, strategy] of trialStrategies(config).entries()) {
      const runId = record.runIds[index]?.[s] ?? null
      const listed = runId === null ? null : await runs.listOne(runId)
      const result = listed?.record?.result ?? null
      rows.push({
        point: index + 1,
        values,
        strategy,
        runId,
        status: runId === null ? 'not made' : (listed?.record?.status ?? 'missing'),
        metric: result?.metric ?? null,
        seeds: result ? result.seeds.map((seed, i) => ({ seed, value: result.best[i]! })) : [],
        summary: result ? summarize(result.best) : null,
      })
    }
  return rows
}
