/**
 * The trash of a lab, put together: what reads it, what shows it, what restores and erases; and what an erasing that was interrupted has left,
 * which is removed when the lab is opened. What has moved is told, for the runs and sweeps of the lab to be read again.
 */
import type { LabEvent } from '../../../shared/protocol/events.ts'
import { readTrashKey, type TrashKey } from '../../../shared/protocol/trash.ts'
import type { RunStore } from '../../store/run-store.ts'
import type { SweepStore } from '../../store/sweep-store.ts'
import { SweepTrash } from '../../store/sweep-trash.ts'
import { finishErasing } from '../../store/trash-erasing.ts'
import { trashFolders } from '../../store/trash.ts'
import { TrashCatalog } from './trash-catalog.ts'
import { TrashDesk } from './trash-desk.ts'
import { TrashReader } from './trash-reader.ts'

export class LabTrash {
  readonly catalog: TrashCatalog
  readonly desk: TrashDesk
  readonly sweeps: SweepTrash
  readonly #home: string
  #finishing: Promise<void> = Promise.resolve()

  /** @param moved told of runs that may have gone or come back, beside sweeps, and waited for */
  constructor(
    home: string,
    runs: RunStore,
    sweepStore: SweepStore,
    tell: (event: LabEvent) => void,
    moved: (runIds: readonly string[]) => Promise<void>,
  ) {
    this.#home = home
    this.sweeps = new SweepTrash(home, sweepStore)
    this.catalog = new TrashCatalog(new TrashReader(home, runs, this.sweeps), trashFolders(home), tell)
    this.desk = new TrashDesk(home, runs, this.sweeps, async (keys: readonly TrashKey[]) => {
      await moved(keys.map(readTrashKey).flatMap(({ kind, id }) => (kind === 'run' ? [id] : [])))
      await this.catalog.update(keys)
    })
  }

  /** Returns at once: there may be much to remove. */
  open(onError: (error: unknown) => void): void {
    this.#finishing = finishErasing(trashFolders(this.#home)).catch(onError)
  }

  async close(): Promise<void> {
    await this.#finishing
  }
}
