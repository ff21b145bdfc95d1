/**
 * What is done to many runs at once: their ids and a change enter, and each run's folder is changed and read again; the runs for which it
 * succeeded leave, and why it failed for the others.
 */
import { LabError } from '../../shared/errors/errors.ts'
import { trashKey } from '../../shared/protocol/trash.ts'
import type { RunsDone } from '../../shared/protocol/run-views.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { applyChange, type AnnotationsChange } from '../../shared/runs/annotations.ts'
import { readAnnotations, writeAnnotations } from '../store/annotations-file.ts'
import type { RunStore } from '../store/run-store.ts'
import { moveToTrash, takeFromTrash } from '../store/trash.ts'
import type { RunCatalog } from './run-catalog.ts'
import type { TrashCatalog } from './trash/trash-catalog.ts'

export class RunsDesk {
  readonly #home: string
  readonly #store: RunStore
  readonly #catalog: RunCatalog
  readonly #trash: TrashCatalog
  readonly #holdsStill: (runId: string) => Promise<boolean>
  /** One command after another: two that change the same notes do not lose each other's. */
  #tail: Promise<unknown> = Promise.resolve()

  constructor(
    home: string,
    store: RunStore,
    catalog: RunCatalog,
    trash: TrashCatalog,
    holdsStill: (runId: string) => Promise<boolean>,
  ) {
    this.#home = home
    this.#store = store
    this.#catalog = catalog
    this.#trash = trash
    this.#holdsStill = holdsStill
  }

  annotate(runIds: readonly string[], change: AnnotationsChange): Promise<RunsDone> {
    return this.#each(runIds, async (runId) => {
      const folder = this.#store.folder(runId)
      await writeAnnotations(folder, applyChange(await readAnnotations(folder), change))
    })
  }

  delete(runIds: readonly string[]): Promise<RunsDone> {
    return this.#move(runIds, async (runId) => {
      if (await this.#holdsStill(runId))
        throw new LabError('run-locked', 'a run that is being trained is not deleted.', {
          where: runId,
          remedy: 'Stop it first.',
        })
      await moveToTrash(this.#home, this.#store, runId)
    })
  }

  undelete(runIds: readonly string[]): Promise<RunsDone> {
    return this.#move(runIds, (runId) => takeFromTrash(this.#home, this.#store, runId))
  }

  /** Into the trash or out of it. */
  async #move(runIds: readonly string[], act: (runId: string) => Promise<void>): Promise<RunsDone> {
    const done = await this.#each(runIds, act)
    await this.#trash.update(done.runIds.map((id) => trashKey('run', id)))
    return done
  }

  /** @throws what is wrong with the first one, when it succeeded for none */
  #each(runIds: readonly string[], act: (runId: string) => Promise<void>): Promise<RunsDone> {
    const turn = this.#tail.then(async () => {
      const done: string[] = []
      const failed: { runId: string; error: unknown }[] = []
      for (const runId of new Set(runIds))
        await act(runId).then(
          () => done.push(runId),
          (error: unknown) => failed.push({ runId, error }),
        )
      await this.#catalog.update(done)
      if (done.length === 0) throw failed[0]!.error as Error
      return { runIds: done, failed: failed.map(({ runId, error }) => ({ runId, error: toWireError(error) })) }
    })
    this.#tail = turn.catch(() => undefined) // told to whoever asked for it
    return turn
  }
}
