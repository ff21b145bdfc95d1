/**
 * The trash of a home as this lab shows it: entries are read once, when the first window asks, a few at a time, and kept; pages, ids and sums
 * leave, and an event whenever there is more or less. Other processes delete, restore and erase, too: the trash is looked at again and again.
 */
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CheckedPayload } from '../../../shared/protocol/commands.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import {
  readTrashKey,
  trashKey,
  type TrashEntry,
  type TrashKey,
  type TrashPage,
  type TrashState,
  type TrashSum,
} from '../../../shared/protocol/trash.ts'
import { toWireError } from '../../../shared/errors/wire-error.ts'
import { forEachAtOnce } from '../../store/at-once.ts'
import type { FoundEntry, TrashReader } from './trash-reader.ts'

/** A small trash is whole in the first answer; a large one fills up while it is looked at. */
const FIRST_LOOK_MS = 400
const READ_AT_ONCE = 8
/** Progress is told at most so often. */
const TELL_EVERY_MS = 250
/** A folder that has changed so lately may change again within the same tick of the file system's clock. */
const YOUNG_MS = 2000

export class TrashCatalog {
  readonly #reader: TrashReader
  /** The folders that say by their own times whether something came or went. */
  readonly #folders: readonly string[]
  readonly #tell: (event: LabEvent) => void
  readonly #found = new Map<TrashKey, FoundEntry>()
  /** The last reading of an entry that was begun: what it finds holds. */
  readonly #turns = new Map<TrashKey, number>()
  #nextTurn = 0
  #sorted: readonly TrashEntry[] | null = null
  #matching: { readonly text: string; readonly entries: readonly TrashEntry[] } | null = null
  #reading: TrashState['reading'] = null
  #opening: Promise<void> | null = null
  #folderPrint = ''
  #toldMs = -Infinity

  constructor(reader: TrashReader, folders: readonly string[], tell: (event: LabEvent) => void) {
    this.#reader = reader
    this.#folders = folders
    this.#tell = tell
  }

  /** What is known by now; null before anybody has asked. */
  get known(): TrashState | null {
    return this.#opening === null ? null : this.#stateNow()
  }

  async state(): Promise<TrashState> {
    await this.#look()
    return this.#stateNow()
  }

  async page({ text, offset, count }: CheckedPayload<'trash.list'>): Promise<TrashPage> {
    await this.#look()
    const entries = this.#entriesWith(text)
    return { totalCount: entries.length, offset, entries: entries.slice(offset, offset + count) }
  }

  /** In the order of the pages. Waits until all is read: who chooses all means all. */
  async keys({ text, range }: CheckedPayload<'trash.ids'>): Promise<TrashKey[]> {
    await this.#open()
    const entries = this.#entriesWith(text)
    const part = range === null ? entries : entries.slice(range.offset, range.offset + range.count)
    return part.map(({ key }) => key)
  }

  /** Waits until all is read. */
  async all(): Promise<readonly TrashEntry[]> {
    await this.#open()
    return this.#entriesWith('')
  }

  /** Of these entries, and of the runs that go with the sweeps among them. */
  async sum(keys: readonly TrashKey[]): Promise<TrashSum> {
    await this.#open()
    const all = new Set(keys)
    for (const key of keys) for (const runId of this.#found.get(key)?.runIds ?? []) all.add(trashKey('run', runId))
    return sumOf([...all].flatMap((key) => this.#found.get(key)?.facts ?? []))
  }

  /** Reads these again; how what this lab has done becomes known. Does nothing before the trash was asked for. */
  async update(keys: readonly TrashKey[]): Promise<void> {
    if (this.#opening === null || keys.length === 0) return
    await this.#read(keys, () => undefined)
    this.#tellState()
  }

  /** Looks whether other processes have put something in or taken it out. */
  async refresh(): Promise<void> {
    if (this.#opening === null || this.#reading !== null) return
    const print = await this.#printFolders()
    if (print === this.#folderPrint) return
    this.#folderPrint = print
    const keys = await this.#reader.keys()
    const there = new Set(keys)
    const changed = [...this.#found.keys()].filter((key) => !there.has(key))
    await forEachAtOnce(keys, READ_AT_ONCE, async (key) => {
      if (this.#found.get(key)?.print !== (await this.#reader.print(key))) changed.push(key)
    })
    await this.update(changed)
  }

  async #look(): Promise<void> {
    let isAnswered = false
    const opening = this.#open()
    opening.catch((error: unknown) => {
      if (isAnswered) this.#tell({ type: 'notice', runId: null, error: toWireError(error) })
    })
    await Promise.race([opening, sleep(FIRST_LOOK_MS, undefined, { ref: false })])
    isAnswered = true
  }

  #open(): Promise<void> {
    this.#opening ??= this.#readAll().catch((error: unknown) => {
      this.#opening = null // whoever asks next has it read again
      this.#reading = null
      throw error
    })
    return this.#opening
  }

  async #readAll(): Promise<void> {
    this.#folderPrint = await this.#printFolders() // before: what comes meanwhile is seen by the next look
    const keys = await this.#reader.keys()
    let doneCount = 0
    this.#reading = { doneCount, entryCount: keys.length }
    await this.#read(keys, () => {
      this.#reading = { doneCount: ++doneCount, entryCount: keys.length }
      if (performance.now() - this.#toldMs >= TELL_EVERY_MS) this.#tellState()
    })
    this.#reading = null
    this.#tellState()
  }

  async #read(keys: readonly TrashKey[], onRead: () => void): Promise<void> {
    await forEachAtOnce(keys, READ_AT_ONCE, async (key) => {
      const turn = ++this.#nextTurn
      this.#turns.set(key, turn)
      const entry = await this.#reader.read(key)
      if (this.#turns.get(key) === turn) {
        this.#turns.delete(key)
        if (entry === null) this.#found.delete(key)
        else this.#found.set(key, entry)
        this.#sorted = null
        this.#matching = null
      }
      onRead()
    })
  }

  #tellState(): void {
    this.#toldMs = performance.now()
    this.#tell({ type: 'trash', trash: this.#stateNow() })
  }

  #stateNow(): TrashState {
    return { ...sumOf([...this.#found.values()].map(({ facts }) => facts)), reading: this.#reading }
  }

  #entriesWith(text: string): readonly TrashEntry[] {
    if (this.#matching?.text === text) return this.#matching.entries
    this.#sorted ??= sortEntries(this.#found)
    const words = text
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    const entries = words.length === 0 ? this.#sorted : this.#sorted.filter((entry) => holdsAll(entry, words))
    this.#matching = { text, entries }
    return entries
  }

  async #printFolders(): Promise<string> {
    const prints = this.#folders.map((folder) =>
      stat(folder).then(
        ({ mtimeMs, ino }) =>
          Math.abs(Date.now() - mtimeMs) < YOUNG_MS ? `${performance.now()}` : `${mtimeMs}:${ino}`,
        () => 'none',
      ),
    )
    return (await Promise.all(prints)).join()
  }
}

/** Newest deletion first; a sweep before the runs that went with it. */
function sortEntries(found: ReadonlyMap<TrashKey, FoundEntry>): TrashEntry[] {
  const sweepNames = new Map<string, string>()
  for (const { runIds, facts } of found.values()) for (const runId of runIds ?? []) sweepNames.set(runId, facts.name)
  return [...found.values()]
    .map((entry) => withOthers(entry, found, sweepNames))
    .sort((a, b) => compareTexts(b.deletedAt, a.deletedAt) || compareTexts(b.kind, a.kind) || compareTexts(a.id, b.id))
}

function withOthers(
  { facts, runIds }: FoundEntry,
  found: ReadonlyMap<TrashKey, FoundEntry>,
  sweepNames: ReadonlyMap<string, string>,
): TrashEntry {
  return {
    ...facts,
    sweepName: facts.kind === 'run' ? (sweepNames.get(facts.id) ?? null) : null,
    runCount: runIds === null ? null : runIds.filter((id) => found.has(trashKey('run', id))).length,
  }
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function holdsAll(
  { id, name, kind, strategy, network, dataset, sweepName }: TrashEntry,
  words: readonly string[],
): boolean {
  const text = `${id} ${name} ${kind} ${strategy ?? ''} ${network} ${dataset} ${sweepName ?? ''}`.toLowerCase()
  return words.every((word) => text.includes(word))
}

function sumOf(entries: Iterable<Pick<TrashEntry, 'key' | 'bytes'>>): TrashSum {
  let [runCount, sweepCount, bytesSum] = [0, 0, 0]
  for (const { key, bytes } of entries) {
    if (readTrashKey(key).kind === 'run') runCount++
    else sweepCount++
    bytesSum += bytes
  }
  return { runCount, sweepCount, bytes: bytesSum }
}
