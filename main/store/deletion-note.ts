/**
 * When something in the trash was deleted: a file beside it, `.ID.deletion.json`, since nothing of a run may change and no id begins with a
 * dot. Written before the thing moves and removed after it has moved back, so that what lies in the trash has its own time or none; without
 * one, the folder's own time of its last move is told, as what it is.
 */
import { rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { codeOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'

export interface Deletion {
  readonly deletedAt: string
  /** Whether it was written down. */
  readonly isNoted: boolean
}

/** @param trashed where the deleted file or folder will lie */
export async function noteDeletion(trashed: string, id: string): Promise<void> {
  // Not waited for until it is on the disk, which would double the time of a deletion: without it nothing but the exact time is lost.
  await writeFile(
    noteFile(trashed, id),
    `${JSON.stringify({ formatVersion: 1, deletedAt: new Date().toISOString() })}\n`,
  )
}

export async function forgetDeletion(trashed: string, id: string): Promise<void> {
  await rm(noteFile(trashed, id), { force: true })
}

/** @returns null when nothing is there any more */
export async function readDeletion(trashed: string, id: string): Promise<Deletion | null> {
  const noted = await readNote(noteFile(trashed, id))
  if (noted !== null) return { deletedAt: noted, isNoted: true }
  try {
    return { deletedAt: (await stat(trashed)).ctime.toISOString(), isNoted: false }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
}

function noteFile(trashed: string, id: string): string {
  return path.join(path.dirname(trashed), `.${id}.deletion.json`)
}

/** Null for none and for one that was torn when the power failed: both are told as a time that was not written down. */
async function readNote(file: string): Promise<string | null> {
  let text: string
  try {
    text = await readRegularText(file)
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    throw error
  }
  try {
    const { formatVersion, deletedAt } = (parseJson(text) ?? {}) as { formatVersion?: unknown; deletedAt?: unknown }
    const isTime = typeof deletedAt === 'string' && !Number.isNaN(Date.parse(deletedAt))
    return formatVersion === 1 && isTime ? deletedAt : null
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
