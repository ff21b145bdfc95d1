/** A JSON file that the user chooses or drops: what it holds leaves, or null when they have changed their mind or been told what is wrong. */
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { useLabStore } from '../stores/lab-store.ts'
import { fileDialogs, fromBase64 } from '../transport/file-dialogs.ts'

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
    return file && { fileName: file.fileName, json: parse(file.fileName, decode(file.base64), words) }
  } catch (error) {
    useLabStore().addNotice(null, toWireError(error))
    return null
  }
}

/** One that was dropped. @returns undefined when the user has been told what is wrong */
export async function readJson(file: File, words: OpenJsonWords): Promise<unknown> {
  try {
    return parse(file.name, await file.text(), words)
  } catch (error) {
    useLabStore().addNotice(null, toWireError(error))
    return undefined
  }
}

const decode = (base64: string): string => new TextDecoder().decode(fromBase64(base64))

function parse(fileName: string, text: string, { notJson, remedy }: OpenJsonWords): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    throw new LabError('file', notJson, { where: fileName, remedy, cause })
  }
}
