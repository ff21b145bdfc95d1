/**
 * Files that are replaced whole or not at all, whatever happens: content enters, and once the promise resolves it is on
 * the disk. Temporary file in the same folder, fsync, rename, fsync of the folder. What stands in a file is the callers'.
 */
import { randomBytes } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { temporaryName } from './file-names.ts'

const TEMPORARY_FILE = /^\..+\.[0-9a-f]{8}\.tmp$/

/** Waits until the folder's entries are on the disk. Windows cannot open folders; its rename is already journalled. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * After the promise resolves the file holds `content`, also if the power fails; before, or if it rejects, it holds what it
 * held. Two calls at once are safe; the later rename wins.
 * @param mode of the new file, less what the process masks: 0o600 for what the user alone may read
 */
export async function replaceFile(file: string, content: string | Uint8Array, mode = 0o666): Promise<void> {
  const folder = path.dirname(file)
  const temporary = path.join(folder, temporaryName(path.basename(file), `.${randomBytes(4).toString('hex')}.tmp`))
  try {
    const handle = await open(temporary, 'wx', mode)
    try {
      await handle.writeFile(content)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** Removes what killed writers of these files, or of any (null), left behind. Only for the one writer of the files. */
export async function removeTemporaryFiles(folder: string, files: readonly string[] | null): Promise<void> {
  for (const name of await readdir(folder))
    if (TEMPORARY_FILE.test(name) && (files === null || files.some((file) => name.startsWith(`.${file}.`))))
      await rm(path.join(folder, name), { force: true })
}
