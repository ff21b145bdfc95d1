/**
 * Deleted runs: a folder moves from `runs/ID` to `trash/ID` of the home and back, whole each time, with when it was beside it. Erasing one is
 * trash-erasing.ts's, deleted sweeps are sweep-trash.ts's.
 */
import { mkdir, readdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../shared/errors/errors.ts'
import { forgetDeletion, noteDeletion } from './deletion-note.ts'
import { syncFolder } from './durable-file.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { lockState } from './run-lock.ts'
import type { RunStore } from './run-store.ts'

/** A writer whose run has just ended holds the lock a moment longer than `run.json` says. */
const RELEASE_MS = 1000
const LOOK_MS = 20
/** Of deleted sweeps; no run. */
export const SWEEPS_FOLDER = 'sweeps'

/** @throws LabError `run-locked` while it is written; `run-folder` */
export async function moveToTrash(home: string, store: RunStore, id: string): Promise<void> {
  const folder = store.folder(id)
  let state = await lockState(folder)
  for (let waitedMs = 0; state === 'alive' && waitedMs < RELEASE_MS; waitedMs += LOOK_MS) {
    await sleep(LOOK_MS)
    state = await lockState(folder)
  }
  if (state === 'alive' || state === 'elsewhere')
    throw new LabError('run-locked', 'a run that is being written is not deleted.', {
      where: id,
      expected: 'no writer',
      found: state === 'alive' ? 'a living process' : 'a process on another host',
      remedy: 'Stop it first.',
    })
  await moveIntoTrash(folder, trashFolder(home, store, id), id, FOLDER_STAYS)
}

/** @throws LabError `run-folder` when it is not in the trash, or another run has its place */
export async function takeFromTrash(home: string, store: RunStore, id: string): Promise<void> {
  await moveOutOfTrash(trashFolder(home, store, id), store.folder(id), id, FOLDER_STAYS)
}

export function isInTrash(home: string, store: RunStore, id: string): Promise<boolean> {
  return exists(trashFolder(home, store, id))
}

/** Of runs, and of sweeps. */
export function trashFolders(home: string): readonly [string, string] {
  const folder = path.join(home, 'trash')
  return [folder, path.join(folder, SWEEPS_FOLDER)]
}

/** Where a deleted run lies, or would. @throws LabError `usage` for a text that is no id */
export function trashFolder(home: string, store: RunStore, id: string): string {
  return path.join(home, 'trash', path.basename(store.folder(id))) // store.folder refuses what is no id
}

/** Of all deleted runs, damaged ones too, in no order. @throws LabError `run-folder` when they cannot be listed */
export async function trashedRunIds(home: string): Promise<string[]> {
  const entries = await listTrash(trashFolders(home)[0])
  // A dot in front: a note, or what is being erased.
  return entries
    .filter((entry) => !entry.isFile && !entry.name.startsWith('.') && entry.name !== SWEEPS_FOLDER)
    .map(({ name }) => name)
}

/** What lies in a folder of the trash; nothing where there is none. @throws LabError `run-folder` */
export async function listTrash(folder: string): Promise<{ readonly name: string; readonly isFile: boolean }[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.map((entry) => ({ name: entry.name, isFile: entry.isFile() }))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return []
    throw explainTrashError(error, folder)
  }
}

/** Moves a file or folder into the trash. @throws LabError `run-folder`: `message` */
export async function moveIntoTrash(from: string, trashed: string, id: string, message: string): Promise<void> {
  await requirePlace(from, trashed, id, message) // before the note of what has the place is replaced
  try {
    await mkdir(path.dirname(trashed), { recursive: true })
    await noteDeletion(trashed, id)
  } catch (error) {
    throw explainTrashError(error, trashed)
  }
  try {
    await moveWhole(from, trashed, id, message)
  } catch (error) {
    if (!(await exists(trashed))) await forgetDeletion(trashed, id)
    throw error
  }
}

/** Moves a file or folder back to where nothing is. @throws LabError `run-folder`: `message` */
export async function moveOutOfTrash(trashed: string, to: string, id: string, message: string): Promise<void> {
  await requirePlace(trashed, to, id, message)
  await moveWhole(trashed, to, id, message)
  await forgetDeletion(trashed, id)
}

/** @throws LabError `run-folder`: `message`, when there is nothing at `from`, or something at `to` */
export async function requirePlace(from: string, to: string, where: string, message: string): Promise<void> {
  const isGone = !(await exists(from))
  if (!isGone && !(await exists(to))) return
  throw new LabError('run-folder', message, {
    where,
    expected: `${from}, and nothing at ${to}`,
    found: isGone ? 'nothing at the first' : 'something at the second',
    remedy: isGone
      ? 'It has been moved, restored or erased meanwhile, in another window or by another process.'
      : 'Move or rename what has the place, then do it again.',
  })
}

/** Both places are on the disk when it returns. */
async function moveWhole(from: string, to: string, where: string, message: string): Promise<void> {
  try {
    await mkdir(path.dirname(to), { recursive: true })
    await rename(from, to)
    await Promise.all([syncFolder(path.dirname(from)), syncFolder(path.dirname(to))])
  } catch (cause) {
    const code = codeOf(cause)
    // Somebody was faster.
    if (code === 'ENOENT' || code === 'EEXIST' || code === 'ENOTEMPTY') await requirePlace(from, to, where, message)
    throw explainTrashError(cause, from)
  }
}

/** @returns LabError `run-folder` for an error of the file system; any other error as it is */
export function explainTrashError(cause: unknown, place: string): unknown {
  if (cause instanceof LabError || !(cause instanceof Error && 'syscall' in cause)) return cause
  return new LabError('run-folder', 'the trash cannot be read or changed.', {
    where: 'path' in cause && typeof cause.path === 'string' ? cause.path : place,
    expected: 'files and folders that can be read, moved and removed',
    found: reasonOf(cause),
    remedy: 'Check their permissions, and the space left on the disk.',
    cause,
  })
}

export async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  )
}

const FOLDER_STAYS = 'the folder of the run cannot be moved.'
