/** Files that are replaced whole or not at all, whatever happens: temporary file in the same folder, fsync, rename, fsync of the folder. */
import { open, rename } from 'node:fs/promises'
import path from 'node:path'

/** Waits until the folder's entries are on the disk. Windows cannot open folders; its rename is already journalled. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** After the promise resolves the file holds `content`, also if the power fails; before, it holds the old content. */
export async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const folder = path.dirname(file)
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}.tmp`)
  const handle = await open(temporary, 'w')
  try {
    await handle.writeFile(content)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
  await syncFolder(folder)
}
