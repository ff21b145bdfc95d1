/** A JSON file that the user chooses: what it holds leaves, or null when they have changed their mind or been told what is wrong. */
import { LabError } from '../../shared/protocol/errors.ts'
import { toWireError } from '../../shared/protocol/wire-error.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { fileDialogs } from '../transport/file-dialogs.ts'

const MOST_BYTES = 4 << 20

export interface OpenJsonWords {
  readonly title: string
  readonly notJson: string
  readonly remedy: string
}

export async function openJson(
  words: OpenJsonWords,
): Promise<{ readonly fileName: string; readonly json: unknown } | null> {
  try {
    const file = await fileDialogs().openFile({ title: words.title, extensions: ['json'], mostBytes: MOST_BYTES })
    return file && { fileName: file.fileName, json: parse(file, words) }
  } catch (error) {
    useLabStore().addNotice(null, toWireError(error))
    return null
  }
}

function parse(
  { fileName, base64 }: { fileName: string; base64: string },
  { notJson, remedy }: OpenJsonWords,
): unknown {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new LabError('file', notJson, { where: fileName, remedy, cause })
  }
}
