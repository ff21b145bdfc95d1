/** A file that the lab has made, saved the way the browser (or Electron, which asks where) saves downloads. */
import type { ExportedFile } from '../../shared/protocol/views.ts'

const KEEP_MS = 10_000

export function saveFile({ fileName, mediaType, base64 }: ExportedFile): void {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: mediaType }))
  const link = document.createElement('a')
  link.href = url
  link.download = fileName
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), KEEP_MS)
}
