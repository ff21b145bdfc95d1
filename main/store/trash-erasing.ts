/**
 * What is erased from the trash, for good. A folder first gets a name that stands for no run, in one step, and is then removed: whatever
 * interrupts that, no half of a run can be restored, and the rest is removed when the lab is opened next.
 */
import { randomBytes } from 'node:crypto'
import { rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../shared/errors/errors.ts'
import { forgetDeletion } from './deletion-note.ts'
import { syncFolder } from './durable-file.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { explainTrashError, listTrash } from './trash.ts'

/** No id begins with a dot. */
const TOMBSTONE = '.erasing-'

/**
 * @param trashed a file or folder in the trash
 * @throws LabError `run-folder` when it is not there, or cannot be removed
 */
export async function eraseTrashed(trashed: string, id: string): Promise<void> {
  // Drawn anew: what an erasing of the same run has left, once, may still be there.
  const tombstone = path.join(path.dirname(trashed), `${TOMBSTONE}${id}.${randomBytes(4).toString('hex')}`)
  try {
    await rename(trashed, tombstone)
    await forgetDeletion(trashed, id)
    await syncFolder(path.dirname(trashed))
  } catch (cause) {
    throw codeOf(cause) === 'ENOENT' ? notInTrash(trashed, id, cause) : explainTrashError(cause, trashed)
  }
  await removeTombstone(tombstone)
}

export function notInTrash(trashed: string, id: string, cause?: unknown): LabError {
  return new LabError('run-folder', 'this is not in the trash.', {
    where: id,
    expected: trashed,
    found: 'nothing',
    remedy: 'It has been restored or erased meanwhile, in another window or by another process.',
    cause,
  })
}

/** Removes what interrupted erasings have left in these folders. @throws LabError `run-folder` */
export async function finishErasing(folders: readonly string[]): Promise<void> {
  for (const folder of folders)
    for (const { name } of await listTrash(folder))
      if (name.startsWith(TOMBSTONE)) await removeTombstone(path.join(folder, name))
}

async function removeTombstone(tombstone: string): Promise<void> {
  try {
    await rm(tombstone, { recursive: true, force: true })
  } catch (cause) {
    throw new LabError('run-folder', 'what was erased cannot be removed from the disk in full.', {
      where: tombstone,
      expected: 'files and folders that can be removed',
      found: reasonOf(cause),
      remedy: 'It cannot be restored any more. Remove it by hand, or start the lab again, which tries it once more.',
      cause,
    })
  }
}
