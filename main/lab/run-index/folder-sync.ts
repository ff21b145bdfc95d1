/**
 * The index made equal to the run folders: folders enter, what has changed in the index leaves. Files that look as they did when they were
 * read are not read again. When to look is folder-watch.ts's.
 */
import { statSync } from 'node:fs'
import path from 'node:path'
import { setImmediate as turnLoop } from 'node:timers/promises'
import { LabError } from '../../../shared/errors/errors.ts'
import type { RunSummary } from '../../../shared/protocol/run-views.ts'
import { NO_ANNOTATIONS, type RunAnnotations } from '../../../shared/runs/annotations.ts'
import { readAnnotations } from '../../store/annotations-file.ts'
import { RUN_FILES } from '../../store/run-files.ts'
import type { RunStore } from '../../store/run-store.ts'
import { summariseRun } from '../run-summaries.ts'
import type { FilePrints, RunTable } from './run-table.ts'

/** Folders looked at between two looks at the queries that wait. */
const LOOKED_AT_ONCE = 500
/** Folders read side by side, then written in one transaction. */
const READ_AT_ONCE = 64
/** A file that is this young may be replaced within the same tick of the file system's clock: it is looked at again. */
const YOUNG_MS = 2000

export interface IndexChanges {
  readonly changed: RunSummary[]
  readonly removed: string[]
  /** Files beside a run that could not be read; the run itself is in the index. */
  readonly problems: LabError[]
}

interface Read {
  readonly summary: RunSummary
  readonly prints: FilePrints
}

export class FolderSync {
  readonly #store: RunStore
  readonly #table: RunTable
  /** Damaged files that were told, until they look otherwise. */
  readonly #told = new Map<string, string>()

  constructor(store: RunStore, table: RunTable) {
    this.#store = store
    this.#table = table
  }

  /** @param isRead called as folders are read, with how many of how many */
  async syncAll(onProgress: (doneCount: number, folderCount: number) => void): Promise<IndexChanges> {
    const ids = await this.#store.ids()
    const known = this.#table.prints()
    const stale: string[] = []
    for (let start = 0; start < ids.length; start += LOOKED_AT_ONCE) {
      for (const id of ids.slice(start, start + LOOKED_AT_ONCE)) {
        if (!this.#looksAs(id, known.get(id))) stale.push(id)
        known.delete(id)
      }
      await turnLoop()
    }
    const changes = await this.#read(stale, (doneCount) => onProgress(doneCount, stale.length))
    const removed = this.#table.inOneGo(() => [...known.keys()].filter((id) => this.#table.remove(id)))
    return { ...changes, removed }
  }

  /** Reads those of these folders that look otherwise than when they were read; one that is gone leaves the index. */
  syncChanged(ids: readonly string[]): Promise<IndexChanges> {
    return this.sync(ids.filter((id) => !this.#looksAs(id, this.#table.printsOf(id))))
  }

  /** Reads these folders, whatever they look like; one that is gone leaves the index. */
  async sync(ids: readonly string[]): Promise<IndexChanges> {
    const there: string[] = []
    const gone: string[] = []
    for (const id of ids) (exists(this.#store.folder(id)) ? there : gone).push(id)
    const changes = await this.#read(there, () => undefined)
    const removed = this.#table.inOneGo(() => gone.filter((id) => this.#table.remove(id)))
    return { ...changes, removed }
  }

  #looksAs(id: string, prints: FilePrints | undefined): boolean {
    const now = printsOf(this.#store.folder(id))
    return prints?.record === now.record && prints.annotations === now.annotations
  }

  async #read(ids: readonly string[], onProgress: (doneCount: number) => void): Promise<IndexChanges> {
    const changed: RunSummary[] = []
    const problems: LabError[] = []
    for (let start = 0; start < ids.length; start += READ_AT_ONCE) {
      const some = await Promise.all(ids.slice(start, start + READ_AT_ONCE).map((id) => this.#readOne(id, problems)))
      this.#table.inOneGo(() => {
        for (const { summary, prints } of some) if (this.#table.put(summary, prints)) changed.push(summary)
      })
      onProgress(Math.min(ids.length, start + READ_AT_ONCE))
    }
    return { changed, removed: [], problems }
  }

  async #readOne(id: string, problems: LabError[]): Promise<Read> {
    const folder = this.#store.folder(id)
    const prints = printsOf(folder, true) // before it is read: what is written meanwhile is seen the next time
    const listed = await this.#store.listOne(id)
    let annotations: RunAnnotations = NO_ANNOTATIONS
    try {
      annotations = await readAnnotations(folder)
      this.#told.delete(id)
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      if (this.#told.get(id) !== prints.annotations) problems.push(error)
      this.#told.set(id, prints.annotations)
    }
    return { summary: summariseRun(listed, true, annotations), prints }
  }
}

/** @param isYoungUnsure a file that has just been written gets a print that no file has */
function printsOf(folder: string, isYoungUnsure = false): FilePrints {
  const print = (name: string): string => {
    const found = statSync(path.join(folder, name), { throwIfNoEntry: false })
    if (found === undefined) return ''
    if (isYoungUnsure && Math.abs(Date.now() - found.mtimeMs) < YOUNG_MS) return 'young'
    return `${found.mtimeMs}:${found.size}:${found.ino}`
  }
  return { record: print(RUN_FILES.record), annotations: print(RUN_FILES.annotations) }
}

function exists(folder: string): boolean {
  return statSync(folder, { throwIfNoEntry: false }) !== undefined
}
