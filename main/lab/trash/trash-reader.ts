/**
 * What lies in the trash of a home, read from its files: a key enters, what was deleted, when, and what it takes on the disk leave. Nothing is
 * kept here; which entries there are to a window is trash-catalog.ts's.
 */
import { stat } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../../shared/errors/errors.ts'
import { readTrashKey, trashKey, type TrashEntry, type TrashKey } from '../../../shared/protocol/trash.ts'
import { toWireError, type WireError } from '../../../shared/errors/wire-error.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { readDeletion } from '../../store/deletion-note.ts'
import { codeOf } from '../../store/file-errors.ts'
import { readRecordFile } from '../../store/record-file.ts'
import { RUN_FILES } from '../../store/run-files.ts'
import type { RunStore } from '../../store/run-store.ts'
import type { SweepTrash } from '../../store/sweep-trash.ts'
import { bytesOnDisk } from '../../store/trash-sizes.ts'
import { explainTrashError, trashedRunIds, trashFolder } from '../../store/trash.ts'
import { describeDatasetConfig, describeLayers } from '../run-summaries.ts'

/** An entry without what only the other entries say. */
export interface FoundEntry {
  readonly facts: Facts
  /** Runs that went with a sweep, wherever they are now. Null for a run. */
  readonly runIds: readonly string[] | null
  /** Of what it was read from: another one says that it was deleted anew. */
  readonly print: string
}

type Facts = Omit<TrashEntry, 'sweepName' | 'runCount'>
type Place = Pick<Facts, 'key' | 'kind' | 'id' | 'deletedAt' | 'isTimeNoted'>
/** What its files say. */
type Contents = Omit<Facts, keyof Place>

export class TrashReader {
  readonly #home: string
  readonly #runs: RunStore
  readonly #sweeps: SweepTrash

  constructor(home: string, runs: RunStore, sweeps: SweepTrash) {
    this.#home = home
    this.#runs = runs
    this.#sweeps = sweeps
  }

  /** Of all that was deleted, sweeps first. @throws LabError `run-folder` when the trash cannot be read */
  async keys(): Promise<TrashKey[]> {
    const [sweepIds, runIds] = await Promise.all([this.#sweeps.ids(), trashedRunIds(this.#home)])
    return [...sweepIds.map((id) => trashKey('sweep', id)), ...runIds.map((id) => trashKey('run', id))].filter((key) =>
      this.#isId(key),
    )
  }

  /** @returns null when it is not there any more */
  async read(key: TrashKey): Promise<FoundEntry | null> {
    const { kind, id } = readTrashKey(key)
    const place = this.#place(key)
    const print = await this.print(key)
    const deletion = await readDeletion(place, id)
    if (print === null || deletion === null) return null
    const { contents, runIds } = kind === 'run' ? await this.#readRun(place, id) : await this.#readSweep(id)
    if ((await this.print(key)) === null) return null // gone since
    const { deletedAt, isNoted: isTimeNoted } = deletion
    return { facts: { key, kind, id, deletedAt, isTimeNoted, ...contents }, runIds, print }
  }

  /** What tells whether it is still the one that was read; null when it is gone. */
  async print(key: TrashKey): Promise<string | null> {
    try {
      const { ctimeMs, ino } = await stat(this.#place(key))
      return `${ctimeMs}:${ino}`
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null
      throw error
    }
  }

  #place(key: TrashKey): string {
    const { kind, id } = readTrashKey(key)
    return kind === 'run' ? trashFolder(this.#home, this.#runs, id) : this.#sweeps.file(id)
  }

  /** What the user has put there himself under a name that is none is left alone. */
  #isId(key: TrashKey): boolean {
    try {
      this.#place(key)
      return true
    } catch (error) {
      if (error instanceof LabError) return false
      throw error
    }
  }

  async #readRun(folder: string, id: string): Promise<{ contents: Contents; runIds: null }> {
    let bytes = 0
    try {
      bytes = await bytesOnDisk(folder)
      return { contents: { ...describe(await readRecordFile(folder, id), folder), bytes, error: null }, runIds: null }
    } catch (error) {
      const contents = { ...NOTHING_KNOWN, name: id, bytes, error: explainRun(error, folder) }
      return { contents: { ...contents, state: 'damaged' }, runIds: null }
    }
  }

  async #readSweep(id: string): Promise<{ contents: Contents; runIds: readonly string[] }> {
    let error: WireError | null = null
    const told = (thrown: unknown): null => {
      error = explain(thrown, this.#sweeps.folder)
      return null
    }
    const bytes = (await this.#sweeps.bytes(id).catch(told)) ?? 0
    const runIds = (await this.#sweeps.readRuns(id).catch(told)) ?? []
    const name = (await this.#sweeps.readName(id).catch(told)) ?? id
    return { contents: { ...NOTHING_KNOWN, name, state: null, bytes, error }, runIds }
  }
}

const NOTHING_KNOWN = { groupId: null, strategy: null, network: '', dataset: '' } as const

/** @throws LabError `run-folder` for a configuration that only looks whole */
function describe({ groupId, config, strategy, status }: RunRecord, folder: string): Omit<Contents, 'bytes' | 'error'> {
  try {
    return {
      name: config.name,
      groupId,
      strategy,
      network: describeLayers(config.layers, strategy),
      dataset: describeDatasetConfig(config.dataset),
      state: status === 'running' ? 'crashed' : status, // nobody writes into the trash
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw new LabError('run-folder', 'the configuration of the run is damaged.', {
      where: path.join(folder, RUN_FILES.record),
      expected: 'layers and a dataset as the lab writes them',
      found: cause.message,
      cause,
    })
  }
}

/** @throws what is a defect of the lab */
function explain(error: unknown, place: string): WireError {
  const explained = explainTrashError(error, place)
  if (!(explained instanceof LabError)) throw explained
  return toWireError(explained)
}

/** The remedies of a record are those of a run that is not in the trash. */
function explainRun(error: unknown, folder: string): WireError {
  if (!(error instanceof LabError)) return explain(error, folder)
  const { code, summary, detail } = error
  return toWireError(
    new LabError(code, summary, { ...detail, remedy: 'It can be erased, or restored and its `run.json` repaired.' }),
  )
}
