/**
 * A disk that dies at a chosen step: Node's file functions enter and leave with every change of the disk counted. From the fatal step on
 * nothing happens any more and nothing returns, as in a process that is killed there; what the folder then holds leaves as it stands, and as a
 * power failure would leave it, with nothing but what was synced. A test file puts it in place with `vi.mock('node:fs/promises', ...)`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'

type FilePromises = typeof import('node:fs/promises')

/** A change of the disk, or a wait for it. */
export interface DiskStep {
  readonly what: 'create' | 'append' | 'write' | 'truncate' | 'sync' | 'sync folder' | 'rename' | 'remove'
  /** Its name, that of a temporary file without its random part. */
  readonly file: string
}

interface Watch {
  readonly folder: string
  readonly steps: DiskStep[]
  readonly fatalStep: number
  /** Instead of the end: what this one step fails with. */
  readonly error: Error | null
  readonly handles: Set<FileHandle>
  readonly died: () => void
  /** By inode: what is on the disk of a file. */
  readonly contents: Map<number, Buffer>
  /** By name: what is on the disk of the folder. */
  entries: Map<string, number>
  /** An addition that was about to be made. */
  torn: { readonly file: string; readonly bytes: Buffer } | null
  isDead: boolean
}

let watch: Watch | null = null

export interface WatchedEnd {
  readonly steps: readonly DiskStep[]
  /** Whether it came to the fatal step. */
  readonly isKilled: boolean
  /** Writes the folder as a power failure would leave it. */
  readonly savePowerLoss: (folder: string) => void
  readonly torn: Watch['torn']
}

/** Acts while every change of a folder without folders is watched; ends when the act does, or with the fatal step. */
export async function watchDisk(
  folder: string,
  act: () => Promise<unknown>,
  { fatalStep = Infinity, error = null }: { readonly fatalStep?: number; readonly error?: Error | null } = {},
): Promise<WatchedEnd> {
  let died = (): void => undefined
  const death = new Promise<void>((resolve) => (died = resolve))
  const own: Watch = {
    folder,
    steps: [],
    fatalStep,
    error,
    handles: new Set(),
    died,
    contents: new Map(),
    entries: entriesOf(folder),
    torn: null,
    isDead: false,
  }
  for (const [name, inode] of own.entries) own.contents.set(inode, readFileSync(path.join(folder, name)))
  watch = own
  try {
    await Promise.race([act(), death])
  } finally {
    watch = null
  }
  await Promise.all([...own.handles].map((handle) => handle.close()))
  return {
    steps: own.steps,
    isKilled: own.isDead,
    torn: own.torn,
    savePowerLoss(target) {
      mkdirSync(target, { recursive: true })
      for (const [name, inode] of own.entries)
        writeFileSync(path.join(target, name), own.contents.get(inode) ?? Buffer.alloc(0))
    },
  }
}

function entriesOf(folder: string): Map<string, number> {
  return new Map(readdirSync(folder).map((name) => [name, statSync(path.join(folder, name)).ino]))
}

/** @returns the module with every change of the disk counted while it is watched */
export function countSteps(real: FilePromises): FilePromises {
  const take = async <Result>(
    what: DiskStep['what'],
    file: string,
    change: () => Promise<Result>,
    added: Buffer | null = null,
  ): Promise<Result> => {
    const own = watch
    if (own === null || !file.startsWith(own.folder)) return change()
    if (own.isDead) return new Promise(() => undefined)
    const isFatal = own.steps.length === own.fatalStep
    own.steps.push({ what, file: path.basename(file).replace(/^\.(.+)\.[0-9a-f]{8}\.tmp$/, '$1 (temporary)') })
    if (!isFatal) return change()
    if (own.error !== null) throw own.error
    own.isDead = true
    own.torn = added && { file, bytes: added }
    own.died()
    return new Promise(() => undefined)
  }
  const open = (async (file: string, flags: string, mode?: number): Promise<FileHandle> => {
    const isNew = flags !== 'r' && !existsSync(file)
    const handle = await (isNew
      ? take('create', file, () => real.open(file, flags, mode))
      : real.open(file, flags, mode))
    const own = watch
    if (own === null || !file.startsWith(own.folder)) return handle
    const inode = statSync(file).ino
    if (isNew) own.contents.delete(inode) // an inode may have been another file's before
    return watched(handle, file, inode, own)
  }) as FilePromises['open']
  const watched = (handle: FileHandle, file: string, inode: number, own: Watch): FileHandle => {
    own.handles.add(handle)
    const isFolder = statSync(file).isDirectory()
    // The disk of the test is not waited for: that it is asked is what counts.
    const sync = (): Promise<void> =>
      take(isFolder ? 'sync folder' : 'sync', file, () => {
        if (isFolder) own.entries = entriesOf(own.folder)
        else own.contents.set(inode, readFileSync(file))
        return Promise.resolve()
      })
    const { close, truncate, appendFile, writeFile } = {
      close: handle.close.bind(handle),
      truncate: handle.truncate.bind(handle),
      appendFile: handle.appendFile.bind(handle),
      writeFile: handle.writeFile.bind(handle),
    }
    const add =
      (what: 'append' | 'write', act: (bytes: Buffer) => Promise<void>) =>
      (content: string | Uint8Array): Promise<void> => {
        const bytes = Buffer.from(content as Uint8Array)
        return take(what, file, () => act(bytes), bytes)
      }
    return Object.assign(handle, {
      sync,
      datasync: sync,
      appendFile: add('append', appendFile),
      writeFile: add('write', writeFile),
      truncate: (length: number) => take('truncate', file, () => truncate(length)),
      close: () => {
        own.handles.delete(handle)
        return close()
      },
    })
  }
  return {
    ...real,
    open,
    rename: (from, to) => take('rename', String(to), () => real.rename(from, to)),
    rm: (file, options) =>
      existsSync(String(file)) ? take('remove', String(file), () => real.rm(file, options)) : real.rm(file, options),
  }
}
