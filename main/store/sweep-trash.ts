/**
 * Deleted sweeps: a file moves from `sweeps/ID.json` to `trash/sweeps/ID.json` of the home and back, whole each time. Beside it, `ID.runs.json`
 * says which runs went with it, written before they go: an interrupted deletion is continued or taken back. Moving the runs is trash.ts's,
 * moving and erasing both together is main/lab's.
 */
import { mkdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { LabError, quoteStart } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainWriteError, reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'
import type { SweepStore } from './sweep-store.ts'
import type { SweepRecord } from './sweep-writer.ts'
import { eraseTrashed } from './trash-erasing.ts'
import { bytesOnDisk } from './trash-sizes.ts'
import { listTrash, moveIntoTrash, moveOutOfTrash, requirePlace, SWEEPS_FOLDER } from './trash.ts'

const EXTENSION = '.json'
/** Beside the file of a sweep: no id of one ends like this. */
const NOTES = '.runs.json'
const FILE_STAYS = 'the file of the sweep cannot be moved.'

export class SweepTrash {
  readonly folder: string
  readonly #store: SweepStore

  constructor(home: string, store: SweepStore) {
    this.folder = path.join(home, 'trash', SWEEPS_FOLDER)
    this.#store = store
  }

  /** Writes down that these runs go with the sweep, beside those of a deletion that was interrupted. @throws LabError `run-folder` */
  async noteRuns(id: string, runIds: readonly string[]): Promise<void> {
    const all = [...new Set([...(await this.readRuns(id)), ...runIds])]
    if (all.length === 0) return
    try {
      await mkdir(this.folder, { recursive: true })
      await replaceFile(this.#notes(id), `${JSON.stringify({ formatVersion: 1, runIds: all })}\n`)
    } catch (error) {
      throw explainWriteError(error, this.folder)
    }
  }

  /** Which runs went with it. @throws LabError `run-folder` for a damaged file */
  async readRuns(id: string): Promise<readonly string[]> {
    const file = this.#notes(id)
    let text: string
    try {
      text = await readRegularText(file)
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw explainWriteError(error, file)
    }
    const runIds = parseRuns(text)
    if (runIds !== null) return runIds
    throw new LabError('run-folder', 'it is not known which runs were deleted with the sweep.', {
      where: file,
      expected: 'a list of runs as the lab writes it',
      found: quoteStart(text),
      remedy: 'Move the file away: the sweep comes back without runs, whose folders lie in `trash`.',
    })
  }

  /** Once the runs are back, or none went. */
  async forgetRuns(id: string): Promise<void> {
    await rm(this.#notes(id), { force: true })
  }

  /** @throws LabError `run-folder` */
  put(id: string): Promise<void> {
    return moveIntoTrash(this.#store.file(id), this.file(id), id, FILE_STAYS)
  }

  /** @throws LabError `run-folder` when it is not in the trash, or another sweep has its place */
  takeBack(id: string): Promise<void> {
    return moveOutOfTrash(this.file(id), this.#store.file(id), id, FILE_STAYS)
  }

  /** Asked before its runs are moved. @throws LabError `run-folder` as `takeBack` does */
  requireWayBack(id: string): Promise<void> {
    return requirePlace(this.file(id), this.#store.file(id), id, FILE_STAYS)
  }

  /** The file and its list of runs, for good; not the runs. @throws LabError `run-folder` when it is not there */
  async erase(id: string): Promise<void> {
    await eraseTrashed(this.file(id), id)
    await this.forgetRuns(id)
  }

  /** All deleted sweeps, damaged ones too, in no order. @throws LabError `run-folder` when they cannot be listed */
  async ids(): Promise<string[]> {
    return (await listTrash(this.folder)).flatMap(({ name, isFile }) =>
      isFile && name.endsWith(EXTENSION) && !name.endsWith(NOTES) && !name.startsWith('.')
        ? [name.slice(0, -EXTENSION.length)]
        : [],
    )
  }

  /** What it is called; its points are not looked at, there may be thousands. @throws LabError `run-folder` for a damaged file */
  async readName(id: string): Promise<string> {
    const file = this.file(id)
    const damaged = (found: string, cause?: unknown): LabError =>
      new LabError('run-folder', 'the file of the sweep is damaged.', {
        where: file,
        expected: 'a sweep as the lab writes it',
        found,
        remedy: 'It can be erased, or restored and its file repaired; its runs are not touched by that.',
        cause,
      })
    let text: string
    try {
      text = await readRegularText(file)
    } catch (cause) {
      throw damaged(reasonOf(cause), cause)
    }
    const name = parseName(text, id)
    if (name === null) throw damaged(text === '' ? 'an empty file' : quoteStart(text))
    return name
  }

  /** What it takes on the disk, without its runs. */
  async bytes(id: string): Promise<number> {
    return (await bytesOnDisk(this.file(id))) + (await bytesOnDisk(this.#notes(id)))
  }

  /** Where it lies, or would. @throws LabError `usage` for a text that is no id */
  file(id: string): string {
    return path.join(this.folder, path.basename(this.#store.file(id))) // store.file refuses what is no id
  }

  #notes(id: string): string {
    return this.file(id).slice(0, -EXTENSION.length) + NOTES
  }
}

function parseName(text: string, id: string): string | null {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    return null // told by the caller, with the text
  }
  const { formatVersion, id: found, definition } = (json ?? {}) as Partial<Record<keyof SweepRecord, unknown>>
  const name = (definition as { name?: unknown } | null | undefined)?.name
  return formatVersion === 1 && found === id && typeof name === 'string' ? name : null
}

function parseRuns(text: string): readonly string[] | null {
  let json: unknown
  try {
    json = parseJson(text)
  } catch {
    return null // told by the caller, with the text
  }
  const { formatVersion, runIds } = (json ?? {}) as { formatVersion?: unknown; runIds?: unknown }
  const isList = Array.isArray(runIds) && runIds.every((id) => typeof id === 'string')
  return formatVersion === 1 && isList ? (runIds as readonly string[]) : null
}
