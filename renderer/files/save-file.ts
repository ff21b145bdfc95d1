/**
 * A file that the lab or a chart has made, saved where the user wants it. What goes wrong becomes a notice. Also for files made in the page:
 * `saveBytes`.
 */
import { toWireError } from '../../shared/errors/wire-error.ts'
import type { ExportedFile } from '../../shared/protocol/views.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { fileDialogs, toBase64 } from '../transport/file-dialogs.ts'

/** @returns whether it was saved; not when the user has changed their mind */
export async function saveFile({ fileName, mediaType, base64 }: ExportedFile): Promise<boolean> {
  try {
    return (await fileDialogs().saveFile({ fileName, mediaType, base64 })) !== null
  } catch (error) {
    useLabStore().addNotice(null, toWireError(error))
    return false
  }
}

export function saveBytes(fileName: string, mediaType: string, bytes: Uint8Array): Promise<boolean> {
  return saveFile({ fileName, mediaType, base64: toBase64(bytes) })
}
