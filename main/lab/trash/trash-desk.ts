/**
 * What is done to entries of the trash: their keys enter, and they are restored or erased, a sweep with the runs that went with it; those
 * for which it succeeded leave, and why it failed for the others. For the lab and for the command line.
 */
import { LabError } from '../../../shared/errors/errors.ts'
import { readTrashKey, trashKey, type TrashDone, type TrashKey } from '../../../shared/protocol/trash.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { forEachAtOnce } from '../../store/at-once.ts'
import type { RunStore } from '../../store/run-store.ts'
import type { SweepTrash } from '../../store/sweep-trash.ts'
import { eraseTrashed, notInTrash } from '../../store/trash-erasing.ts'
import { exists, isInTrash, takeFromTrash, trashFolder } from '../../store/trash.ts'

/** Folders that are moved or removed side by side. */
const AT_ONCE = 8

interface Outcome {
  readonly done: Set<TrashKey>
  readonly failed: Map<TrashKey, unknown>
}

export class TrashDesk {
  readonly #home: string
  readonly #runs: RunStore
  readonly #sweeps: SweepTrash
  /** Tells, and waits until it is known, that these have gone into the trash or left it. */
  readonly changed: (keys: readonly TrashKey[]) => Promise<void>

  constructor(
    home: string,
    runs: RunStore,
    sweeps: SweepTrash,
    changed: (keys: readonly TrashKey[]) => Promise<void> = () => Promise.resolve(),
  ) {
    this.#home = home
    this.#runs = runs
    this.#sweeps = sweeps
    this.changed = changed
  }

  /** @throws LabError what is wrong with the first one, when it succeeded for none */
  restore(keys: readonly TrashKey[]): Promise<TrashDone> {
    return this.#each(
      keys,
      (id, outcome) => this.#restoreSweep(id, outcome),
      (id) => takeFromTrash(this.#home, this.#runs, id),
    )
  }

  /** For good. @throws LabError what is wrong with the first one, when it succeeded for none */
  erase(keys: readonly TrashKey[]): Promise<TrashDone> {
    return this.#each(
      keys,
      (id, outcome) => this.#eraseSweep(id, outcome),
      (id) => this.#eraseRun(id),
    )
  }

  async #each(
    keys: readonly TrashKey[],
    actOnSweep: (id: string, outcome: Outcome) => Promise<void>,
    actOnRun: (id: string) => Promise<void>,
  ): Promise<TrashDone> {
    for (const key of keys) this.#place(key) // refuses what is no id, before anything is moved
    const outcome: Outcome = { done: new Set(), failed: new Map() }
    const { done, failed } = outcome
    const act = async (key: TrashKey, work: () => Promise<void>): Promise<void> => {
      try {
        await work()
        done.add(key)
      } catch (error) {
        failed.set(key, error)
      }
    }
    const wanted = [...new Set(keys)].map((key) => ({ key, ...readTrashKey(key) }))
    for (const { key, kind, id } of wanted) if (kind === 'sweep') await act(key, () => actOnSweep(id, outcome))
    // Those of the sweeps are done with.
    const runs = wanted.filter(({ key, kind }) => kind === 'run' && !done.has(key) && !failed.has(key))
    await forEachAtOnce(runs, AT_ONCE, ({ key, id }) => act(key, () => actOnRun(id)))
    await this.changed([...new Set([...keys, ...done, ...failed.keys()])])
    const [first] = failed.values()
    if (done.size === 0 && first !== undefined) throw first
    return { keys: [...done], failed: [...failed].map(([key, error]) => ({ key, error: toWireError(error) })) }
  }

  /** A run whose place is taken stays in the trash, by itself. */
  async #restoreSweep(id: string, { done, failed }: Outcome): Promise<void> {
    await this.#sweeps.requireWayBack(id)
    await forEachAtOnce(await this.#runsOf(id), AT_ONCE, async (runId) => {
      const key = trashKey('run', runId)
      await takeFromTrash(this.#home, this.#runs, runId).then(
        () => done.add(key),
        (error: unknown) => failed.set(key, error),
      )
    })
    await this.#sweeps.takeBack(id)
    await this.#sweeps.forgetRuns(id)
  }

  /** Its runs first: an interrupted erasing is continued by erasing the sweep again. */
  async #eraseSweep(id: string, { done, failed }: Outcome): Promise<void> {
    if (!(await exists(this.#sweeps.file(id)))) throw notInTrash(this.#sweeps.file(id), id)
    let firstError: unknown = null
    await forEachAtOnce(await this.#knownRunsOf(id), AT_ONCE, async (runId) => {
      const key = trashKey('run', runId)
      await this.#eraseRun(runId).then(
        () => done.add(key),
        (error: unknown) => {
          firstError ??= error
          failed.set(key, error)
        },
      )
    })
    if (firstError !== null) throw firstError as Error
    await this.#sweeps.erase(id)
  }

  #place(key: TrashKey): string {
    const { kind, id } = readTrashKey(key)
    return kind === 'run' ? trashFolder(this.#home, this.#runs, id) : this.#sweeps.file(id)
  }

  #eraseRun(id: string): Promise<void> {
    return eraseTrashed(this.#place(trashKey('run', id)), id)
  }

  /** Runs that went with a sweep and lie in the trash. @throws LabError `run-folder` when it is not known which did */
  async #runsOf(sweepId: string): Promise<string[]> {
    const there: string[] = []
    for (const runId of await this.#sweeps.readRuns(sweepId))
      if (await isInTrash(this.#home, this.#runs, runId)) there.push(runId)
    return there
  }

  /** Where it is not known which they are, they stay. */
  async #knownRunsOf(sweepId: string): Promise<string[]> {
    try {
      return await this.#runsOf(sweepId)
    } catch (error) {
      if (error instanceof LabError) return []
      throw error
    }
  }
}
