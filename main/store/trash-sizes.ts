/** What a file or folder takes on the disk: a path enters, bytes leave. What goes away while it is looked at takes nothing. */
import { lstat, readdir } from 'node:fs/promises'
import path from 'node:path'
import { codeOf } from './file-errors.ts'

const BLOCK_BYTES = 512

/** With everything in it, as blocks of the disk where the system tells them. Links are not followed. */
export async function bytesOnDisk(place: string): Promise<number> {
  try {
    const found = await lstat(place)
    // A file that was just written may have no blocks yet.
    const own = Math.max(found.size, (found.blocks ?? 0) * BLOCK_BYTES)
    if (!found.isDirectory()) return own
    const names = await readdir(place)
    const sizes = await Promise.all(names.map((name) => bytesOnDisk(path.join(place, name))))
    return sizes.reduce((sum, bytes) => sum + bytes, own)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return 0
    throw error
  }
}
