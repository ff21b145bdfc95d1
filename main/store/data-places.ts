/**
 * Where files of series lie now that were moved since their runs were made: the digest of a content enters, the place that the user last
 * pointed to leaves. `data-places.json` of the home, for all of its runs; without it they are pointed to again.
 */
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainWriteError, reasonOf } from './file-errors.ts'
import { readRegularText } from './regular-file.ts'

const FILE = 'data-places.json'

/** By the SHA-256 of their content. */
const schema = z.record(z.string().regex(/^[0-9a-f]{64}$/), z.string().min(1))

export class DataPlaces {
  readonly #home: string

  constructor(home: string) {
    this.#home = home
  }

  /** @returns an absolute path, at which there may be nothing any more; null where none is known. @throws LabError `file` */
  async find(sha256: string): Promise<string | null> {
    return (await this.#read())[sha256] ?? null
  }

  /** @throws LabError `run-folder` when the home cannot be written; `file` */
  async remember(sha256: string, file: string): Promise<void> {
    const known = await this.#read()
    if (known[sha256] === file) return
    try {
      await mkdir(this.#home, { recursive: true })
      await replaceFile(this.#path, `${JSON.stringify({ ...known, [sha256]: file }, null, 2)}\n`)
    } catch (error) {
      throw explainWriteError(error, this.#home)
    }
  }

  get #path(): string {
    return path.join(this.#home, FILE)
  }

  async #read(): Promise<Readonly<Record<string, string>>> {
    try {
      return schema.parse(parseJson(await readRegularText(this.#path)))
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return {}
      throw new LabError('file', 'the places of moved data files cannot be read.', {
        where: this.#path,
        expected: 'paths by the SHA-256 of their content',
        found: cause instanceof z.ZodError ? cause.issues[0]!.message : reasonOf(cause),
        remedy: 'Remove the file; say again where data lies that was moved.',
        cause,
      })
    }
  }
}
