/**
 * Sweeps that are deleted, with their runs or without, and taken back: an id enters, and files and folders are moved to the trash and back.
 * What is being run, here or elsewhere, is refused before anything is moved.
 */
import { LabError } from '../../shared/errors/errors.ts'
import { readTrashKey, trashKey } from '../../shared/protocol/trash.ts'
import type { RunsDone } from '../../shared/protocol/run-views.ts'
import { fromWireError } from '../../shared/errors/wire-error.ts'
import type { RunStore } from '../store/run-store.ts'
import type { SweepStore } from '../store/sweep-store.ts'
import type { SweepTrash } from '../store/sweep-trash.ts'
import type { RunMonitor } from './run-monitor.ts'
import type { RunsDesk } from './runs-desk.ts'
import type { SweepCatalog } from './sweep-catalog.ts'
import type { TrashDesk } from './trash/trash-desk.ts'

export class SweepRemoval {
  readonly #runs: RunStore
  readonly #store: SweepStore
  readonly #trash: SweepTrash
  readonly #catalog: SweepCatalog
  readonly #monitor: RunMonitor
  readonly #runsDesk: RunsDesk
  readonly #trashDesk: TrashDesk

  constructor(
    runs: RunStore,
    store: SweepStore,
    trash: SweepTrash,
    catalog: SweepCatalog,
    monitor: RunMonitor,
    runsDesk: RunsDesk,
    trashDesk: TrashDesk,
  ) {
    this.#runs = runs
    this.#store = store
    this.#trash = trash
    this.#catalog = catalog
    this.#monitor = monitor
    this.#runsDesk = runsDesk
    this.#trashDesk = trashDesk
  }

  /**
   * @returns how many runs went with it
   * @throws LabError `sweep-locked` for one that runs or waits, `run-locked` when a run that was to go is trained; nothing is deleted then
   */
  async delete(sweepId: string, withRuns: boolean): Promise<{ runCount: number }> {
    await this.#catalog.refresh()
    this.#catalog.require(sweepId)
    if (this.#monitor.queue().some((job) => job.sweepId === sweepId))
      throw new LabError('sweep-locked', 'a sweep that runs or waits is not deleted.', {
        where: sweepId,
        expected: 'a sweep that nobody works at',
        found: 'one in the queue',
        remedy: 'Pause it, or take it out of the queue, first.',
      })
    // Held until it is gone, so that no terminal begins it meanwhile.
    const writer = await this.#store.openWriter(sweepId)
    try {
      const runIds = withRuns ? await this.#there(writer.record.runIds.flatMap((ids) => ids ?? [])) : []
      await this.#trash.noteRuns(sweepId, runIds)
      if (runIds.length > 0) await this.#deleteRuns(sweepId, runIds)
      await this.#trash.put(sweepId)
      return { runCount: runIds.length }
    } finally {
      await writer.close()
      await this.#trashDesk.changed([trashKey('sweep', sweepId)])
    }
  }

  /** Brings a sweep back, and the runs that went with it. @returns what became of the runs */
  async undelete(sweepId: string): Promise<RunsDone> {
    const key = trashKey('sweep', sweepId)
    const { keys, failed } = await this.#trashDesk.restore([key])
    const own = failed.find((one) => one.key === key)
    if (own) throw fromWireError(own.error)
    return {
      runIds: keys.filter((one) => one !== key).map((one) => readTrashKey(one).id),
      failed: failed.map((one) => ({ runId: readTrashKey(one.key).id, error: one.error })),
    }
  }

  /** All or none. */
  async #deleteRuns(sweepId: string, runIds: readonly string[]): Promise<void> {
    try {
      const { runIds: gone, failed } = await this.#runsDesk.delete(runIds)
      if (failed.length === 0) return
      await this.#runsDesk.undelete(gone)
      throw fromWireError(failed[0]!.error)
    } catch (error) {
      await this.#trash.forgetRuns(sweepId)
      throw error
    }
  }

  /** Those that were not deleted by themselves before. */
  async #there(runIds: readonly string[]): Promise<string[]> {
    const all = new Set(await this.#runs.ids())
    return runIds.filter((id) => all.has(id))
  }
}
