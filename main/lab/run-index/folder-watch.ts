/**
 * When run folders may have changed: the system's notices of changes, and looks at intervals where there are none (network disks); ids of
 * runs to be read again leave, or the wish to look at all. What has changed in them is folder-sync.ts's.
 */
import { mkdirSync, statSync, watch, type FSWatcher } from 'node:fs'
import path from 'node:path'
import { codeOf } from '../../store/file-errors.ts'

/** Changes that come together are told together. */
const GATHER_MS = 100
/** Runs that are trained, by whatever process: their crash shows in no file. */
const LOOK_AT_RUNNING_MS = 5000
/** The folder of all runs: a run that is new or gone, where no notice comes. */
const LOOK_AT_FOLDER_MS = 2000
/** Runs that windows show, beside those whose folders are watched. */
const LOOK_AT_SHOWN_MS = 2000
/** Every folder. */
const LOOK_AT_ALL_MS = 30_000
/** Folders that are watched by themselves. */
const MOST_WATCHED = 256

export interface WatchTarget {
  /** Look at these. */
  touched(ids: readonly string[]): void
  /** Look at these, and read what looks otherwise. */
  maybeTouched(ids: readonly string[]): void
  /** Look at all. */
  unsure(): void
  /** Runs whose files are the likeliest to change, at most so many. */
  likely(most: number): readonly string[]
  /** Runs that windows show. */
  shown(): readonly string[]
  /** Runs that say that they are running. */
  running(): readonly string[]
}

export class FolderWatch {
  readonly #folder: string
  readonly #target: WatchTarget
  readonly #timers: NodeJS.Timeout[] = []
  readonly #watched = new Map<string, FSWatcher>()
  readonly #touched = new Set<string>()
  #all: FSWatcher | null = null
  #gathering: NodeJS.Timeout | null = null
  #folderPrint = ''
  #isClosed = false

  /** @param folder of all runs; it need not be there yet */
  constructor(folder: string, target: WatchTarget) {
    this.#folder = folder
    this.#target = target
  }

  start(): void {
    this.#watchAll()
    this.#folderPrint = this.#printFolder()
    this.#every(LOOK_AT_RUNNING_MS, () => {
      const running = this.#target.running()
      if (running.length > 0) this.#target.touched(running)
    })
    this.#every(LOOK_AT_SHOWN_MS, () => {
      const shown = this.#target.shown().filter((id) => !this.#watched.has(id))
      if (shown.length > 0) this.#target.maybeTouched(shown)
    })
    this.#every(LOOK_AT_FOLDER_MS, () => {
      if (this.#all === null) this.#watchAll()
      const print = this.#printFolder()
      if (print === this.#folderPrint) return
      this.#folderPrint = print
      this.#target.unsure()
    })
    this.#every(LOOK_AT_ALL_MS, () => this.#target.unsure())
  }

  /** Watches the folders that are the likeliest to change; after each change of the index. */
  follow(): void {
    const wanted = new Set(this.#target.likely(MOST_WATCHED))
    for (const [id, watcher] of this.#watched)
      if (!wanted.has(id)) {
        watcher.close()
        this.#watched.delete(id)
      }
    for (const id of wanted) if (!this.#watched.has(id)) this.#watchOne(id)
  }

  close(): void {
    this.#isClosed = true
    for (const timer of this.#timers) clearInterval(timer)
    if (this.#gathering) clearTimeout(this.#gathering)
    this.#all?.close()
    for (const watcher of this.#watched.values()) watcher.close()
    this.#watched.clear()
  }

  #every(ms: number, look: () => void): void {
    this.#timers.push(setInterval(look, ms).unref())
  }

  #watchAll(): void {
    try {
      mkdirSync(this.#folder, { recursive: true })
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return // a home that cannot be written has no runs yet; looked for again
    }
    this.#all = this.#open(
      this.#folder,
      (name) => this.#touch(name),
      () => (this.#all = null),
    )
  }

  #watchOne(id: string): void {
    const watcher = this.#open(
      path.join(this.#folder, id),
      () => this.#touch(id),
      () => this.#watched.delete(id),
    )
    if (watcher) this.#watched.set(id, watcher)
  }

  /** Null where the system no longer watches: the looks at intervals see it later. */
  #open(folder: string, onName: (name: string) => void, onEnd: () => void): FSWatcher | null {
    try {
      const watcher = watch(folder, (_, name) => {
        if (name !== null) onName(name)
      })
      watcher.on('error', () => {
        watcher.close()
        onEnd()
      })
      return watcher.unref()
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return null
    }
  }

  /** A dot in front: a folder in the making. */
  #touch(id: string): void {
    if (this.#isClosed || id.startsWith('.')) return
    this.#touched.add(id)
    this.#gathering ??= setTimeout(() => {
      this.#gathering = null
      const ids = [...this.#touched]
      this.#touched.clear()
      this.#folderPrint = this.#printFolder() // notices come: no need to look at all
      this.#target.touched(ids)
    }, GATHER_MS).unref()
  }

  #printFolder(): string {
    const found = statSync(this.#folder, { throwIfNoEntry: false })
    return found === undefined ? '' : `${found.mtimeMs}:${found.ino}`
  }
}
