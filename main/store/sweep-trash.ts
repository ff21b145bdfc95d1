/**
 * Deleted sweeps: a file moves from `sweeps/ID.json` to `trash/sweeps/ID.json` of the home and back, whole each time. Beside it, `ID.runs.json`
 * says which runs went with it, written before they go: an interrupted deletion is gone on with or taken back. Moving the runs is trash.ts's.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { LabError, quoteStart } from '../../shared/protocol/errors.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainWriteError } from './file-errors.ts'
import type { SweepStore } from './sweep-store.ts'
import { moveWhole } from './trash.ts'

export class SweepTrash {
  readonly #folder: string
  readonly #store: SweepStore

  constructor(home: string, store: SweepStore) {
    this.#folder = path.join(home, 'trash', 'sweeps')
    this.#store = store
  }

  /** Writes down that these runs go with the sweep, beside those of a deletion that was interrupted. @throws LabError `run-folder` */
  async noteRuns(id: string, runIds: readonly string[]): Promise<void> {
    const all = [...new Set([...(await this.readRuns(id)), ...runIds])]
    if (all.length === 0) return
    try {
      await mkdir(this.#folder, { recursive: true })
      await replaceFile(this.#notes(id), `${JSON.stringify({ formatVersion: 1, runIds: all })}\n`)
    } catch (error) {
      throw explainWriteError(error, this.#folder)
    }
  }

  /** Which runs went with it. @throws LabError `run-folder` for a damaged file */
  async readRuns(id: string): Promise<readonly string[]> {
    const file = this.#notes(id)
    let text: string
    try {
      text = await readFile(file, 'utf8')
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
    return moveWhole(this.#store.file(id), this.#file(id), id, 'the file of the sweep cannot be moved.')
  }

  /** @throws LabError `run-folder` when it is not in the trash, or another sweep has its place */
  takeBack(id: string): Promise<void> {
    return moveWhole(this.#file(id), this.#store.file(id), id, 'the file of the sweep cannot be moved.')
  }

  #file(id: string): string {
    return path.join(this.#folder, path.basename(this.#store.file(id))) // store.file refuses what is no id
  }

  #notes(id: string): string {
    return this.#file(id).replace(/\.json$/, '.runs.json')
  }
}

function parseRuns(text: string): readonly string[] | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null // told by the caller, with the text
  }
  const { formatVersion, runIds } = (json ?? {}) as { formatVersion?: unknown; runIds?: unknown }
  const isList = Array.isArray(runIds) && runIds.every((id) => typeof id === 'string')
  return formatVersion === 1 && isList ? (runIds as readonly string[]) : null
}
