/**
 * Files of series that a user brings: their bytes enter piece by piece and leave as a file under `datasets/` of the home, named after its
 * content. They are copied, not referred to: the browser may stand on another machine, and a run that is resumed or repeated must find
 * the same bytes under the same name.
 */
import { createHash, randomUUID, type Hash } from 'node:crypto'
import { access, appendFile, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../shared/errors/errors.ts'
import { syncFolder } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'
import { readableFileName } from './file-names.ts'

/** Of the home. */
export const DATA_FOLDER = 'datasets'
const INCOMING = '.incoming-'
/** What was left behind by a lab that was killed. */
const OLD_MS = 24 * 3600 * 1000

interface Incoming {
  readonly file: string
  readonly fileName: string
  readonly byteCount: number
  readonly hash: Hash
  arrived: number
}

export class DataFiles {
  readonly #home: string
  readonly #incoming = new Map<string, Incoming>()

  constructor(home: string) {
    this.#home = home
  }

  /** @param fileName a name alone, which ends as one of shared/datasets/file-kinds.ts. @returns by what its pieces are added */
  async begin(fileName: string, byteCount: number): Promise<string> {
    const folder = path.join(this.#home, DATA_FOLDER)
    const id = randomUUID()
    try {
      await mkdir(folder, { recursive: true })
      await this.#removeOld(folder)
      const file = path.join(folder, `${INCOMING}${id}`)
      await appendFile(file, '')
      this.#incoming.set(id, { file, fileName, byteCount, hash: createHash('sha256'), arrived: 0 })
    } catch (error) {
      throw explainWriteError(error, this.#home)
    }
    return id
  }

  /** @throws LabError `file` for more than was announced; `run-folder` for a disk that is full */
  async append(id: string, bytes: Uint8Array): Promise<void> {
    const incoming = this.#require(id)
    if (incoming.arrived + bytes.length > incoming.byteCount) {
      await this.abort(id)
      throw new LabError('file', 'more of the file has come than was announced.', {
        where: incoming.fileName,
        expected: `${incoming.byteCount} bytes`,
        remedy: 'It was changed while it was read: bring it again.',
      })
    }
    try {
      await appendFile(incoming.file, bytes)
    } catch (error) {
      await this.abort(id)
      throw explainWriteError(error, this.#home)
    }
    incoming.hash.update(bytes)
    incoming.arrived += bytes.length
  }

  /** @returns where it lies, relative to the home, and whether it has not lain there before */
  async finish(id: string): Promise<{ readonly path: string; readonly isNew: boolean }> {
    const { file, fileName, byteCount, hash, arrived } = this.#require(id)
    if (arrived !== byteCount) {
      await this.abort(id)
      throw new LabError('file', 'the file has not come whole.', {
        where: fileName,
        expected: `${byteCount} bytes`,
        found: `${arrived}`,
        remedy: 'Bring it again.',
      })
    }
    this.#incoming.delete(id)
    const { name, ext } = path.parse(fileName)
    const ending = `-${hash.digest('hex').slice(0, 8)}${ext.toLowerCase()}`
    const relative = path.join(DATA_FOLDER, readableFileName(name, ending))
    const place = path.join(this.#home, relative)
    let isKnown: boolean
    try {
      isKnown = await access(place).then(
        () => true,
        () => false,
      )
      if (isKnown) await rm(file)
      else await this.#settle(file, place)
    } catch (error) {
      await rm(file, { force: true }).catch(() => undefined) // what has failed before is told; taken away a day later
      throw explainWriteError(error, this.#home)
    }
    return { path: relative, isNew: !isKnown }
  }

  /** Takes a file that is new away again: it turned out to be none of series. */
  async discard(relative: string): Promise<void> {
    await rm(path.join(this.#home, relative), { force: true })
  }

  async abort(id: string): Promise<void> {
    const incoming = this.#incoming.get(id)
    this.#incoming.delete(id)
    if (incoming) await rm(incoming.file, { force: true })
  }

  /** Gives up what has not come whole. */
  async close(): Promise<void> {
    for (const id of [...this.#incoming.keys()]) await this.abort(id)
  }

  async #settle(file: string, place: string): Promise<void> {
    const handle = await open(file, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(file, place)
    await syncFolder(path.dirname(place))
  }

  #require(id: string): Incoming {
    const incoming = this.#incoming.get(id)
    if (incoming) return incoming
    throw new LabError('file', 'this file is not being brought.', {
      where: id,
      remedy: 'The lab was started anew meanwhile, or it was given up: bring it again.',
    })
  }

  async #removeOld(folder: string): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!name.startsWith(INCOMING)) continue
      const file = path.join(folder, name)
      const isOld = await stat(file).then(
        ({ mtimeMs }) => Date.now() - mtimeMs > OLD_MS,
        () => false, // another lab has taken it away
      )
      if (isOld) await rm(file, { force: true })
    }
  }
}
