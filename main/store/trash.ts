/**
 * Deleted runs: a folder moves from `runs/ID` to `trash/ID` of the home and back, whole each time. Nothing is erased here. Deleted sweeps are
 * sweep-trash.ts's.
 */
import { mkdir, rename, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { LabError } from '../../shared/protocol/errors.ts'
import { syncFolder } from './durable-file.ts'
import { codeOf, explainWriteError } from './file-errors.ts'
import { lockState } from './run-lock.ts'
import type { RunStore } from './run-store.ts'

/** A writer whose run has just ended holds the lock a moment longer than `run.json` says. */
const RELEASE_MS = 1000
const LOOK_MS = 20

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
  await move(folder, trashFolder(home, store, id), id)
}

/** @throws LabError `run-folder` when it is not in the trash, or another run has its place */
export async function takeFromTrash(home: string, store: RunStore, id: string): Promise<void> {
  await move(trashFolder(home, store, id), store.folder(id), id)
}

export function isInTrash(home: string, store: RunStore, id: string): Promise<boolean> {
  return exists(trashFolder(home, store, id))
}

function trashFolder(home: string, store: RunStore, id: string): string {
  return path.join(home, 'trash', path.basename(store.folder(id))) // store.folder refuses what is no id
}

function move(from: string, to: string, id: string): Promise<void> {
  return moveWhole(from, to, id, 'the folder of the run cannot be moved.')
}

/**
 * Moves a file or folder to where nothing is; both places are on the disk when it returns.
 * @throws LabError `run-folder`: `message`
 */
export async function moveWhole(from: string, to: string, where: string, message: string): Promise<void> {
  try {
    await mkdir(path.dirname(to), { recursive: true })
    if (await exists(to)) throw Object.assign(new Error('something is there already'), { code: 'EEXIST' })
    await rename(from, to)
    await Promise.all([syncFolder(path.dirname(from)), syncFolder(path.dirname(to))])
  } catch (cause) {
    const code = codeOf(cause)
    if (code !== 'ENOENT' && code !== 'EEXIST' && code !== 'ENOTEMPTY') throw explainWriteError(cause, from)
    throw new LabError('run-folder', message, {
      where,
      expected: `${from}, and nothing at ${to}`,
      found: code === 'ENOENT' ? 'nothing at the first' : 'something at the second',
      remedy: 'Reload the list.',
      cause,
    })
  }
}

export async function exists(place: string): Promise<boolean> {
  return stat(place).then(
    () => true,
    () => false,
  )
}
