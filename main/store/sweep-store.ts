/**
 * Sweeps on disk, `sweeps/ID.json` of the home: the definition and the group of runs of every point. Makes, lists, finds and reads them, and
 * hands out the one writer of each. Writing into one is left to sweep-writer.ts.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir } from 'node:fs/promises'
import path from 'node:path'
import { nearestNames } from '../../shared/errors/nearest-names.ts'
import { parseSweep, type Sweep, type SweepDefinition } from '../../shared/experiments/sweep.ts'
import { LabError, quoteStart } from '../../shared/errors/errors.ts'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import { codeOf, explainReadError, explainWriteError, reasonOf } from './file-errors.ts'
import type { LockHolder } from './file-lock.ts'
import { slugOf } from './file-names.ts'
import { readRegularText } from './regular-file.ts'
import { otherSweepHolder, releaseSweepLockOfDeadThread, SWEEP_LOCK_EXTENSION, takeSweepLock } from './sweep-lock.ts'
import { SweepWriter, writeSweep, type SweepRecord } from './sweep-writer.ts'

const EXTENSION = '.json'
/** Ids are names of files and come over the wire: no separators, no dot in front. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

export class SweepStore {
  readonly #folder: string

  /** @param home see home.ts */
  constructor(home: string) {
    this.#folder = path.join(home, 'sweeps')
  }

  /** @throws LabError `run-folder` when the home cannot be written */
  async create(
    definition: SweepDefinition,
    baseFolder: string,
    pointCount: number,
    data: NonNullable<SweepRecord['data']> = {},
  ): Promise<SweepRecord> {
    const createdAt = new Date().toISOString()
    const slug = slugOf(definition.name, 'sweep')
    const time = createdAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 'YYYYMMDD-hhmmss'.length)
    const id = `${slug}-${time}-${randomBytes(2).toString('hex')}`
    const record: SweepRecord = {
      formatVersion: 1,
      id,
      createdAt,
      definition,
      baseFolder,
      data,
      runIds: Array<null>(pointCount).fill(null),
    }
    try {
      await mkdir(this.#folder, { recursive: true })
    } catch (error) {
      throw explainWriteError(error, this.#folder)
    }
    await writeSweep(this.file(id), record)
    return record
  }

  /** The file of a sweep, whether it is there or not. @throws LabError `usage` for a text that is no id */
  file(id: string): string {
    if (ID.test(id)) return path.join(this.#folder, `${id}${EXTENSION}`)
    throw new LabError('usage', 'this is not the name of a sweep.', {
      where: id.trim() === '' ? 'the name of the sweep' : id,
      expected: 'letters, digits, `.`, `_` and `-`',
      found: `\`${id}\``,
      remedy: 'List the sweeps with `lab sweeps`.',
    })
  }

  async ids(): Promise<string[]> {
    return (await this.list()).ids
  }

  /**
   * All sweeps, and those of them that have a lock, be it a dead one: one reading of the folder.
   * @throws LabError `run-folder` when they cannot be listed
   */
  async list(): Promise<{ readonly ids: string[]; readonly lockedIds: ReadonlySet<string> }> {
    let names: string[]
    try {
      names = await readdir(this.#folder)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT')
        throw explainReadError(error, this.#folder, 'the sweeps cannot be listed.', 'a folder')
      names = []
    }
    const named = (extension: string): string[] =>
      names
        .filter((name) => name.endsWith(extension) && !name.startsWith('.'))
        .map((name) => name.slice(0, -extension.length))
    return { ids: named(EXTENSION), lockedIds: new Set(named(SWEEP_LOCK_EXTENSION)) }
  }

  /** Which other process works at the sweep. */
  holder(id: string): Promise<LockHolder | null> {
    return otherSweepHolder(this.#lockFile(id))
  }

  /**
   * Takes the lock of a sweep; that of a dead process is taken over.
   * @param id of one that was listed
   * @throws LabError `sweep-locked` while another worker holds it; `run-folder`
   */
  async openWriter(id: string): Promise<SweepWriter> {
    try {
      const lock = await takeSweepLock(this.#lockFile(id), id)
      try {
        // Read only now: the last writer may have changed it until the lock was ours.
        const { record, sweep } = await this.#read(id)
        return new SweepWriter(this.file(id), record, sweep, lock)
      } catch (error) {
        await lock.release()
        throw error
      }
    } catch (error) {
      throw explainWriteError(error, this.#folder)
    }
  }

  /** @throws LabError `sweep-locked` while somebody works at it */
  async requireFree(id: string): Promise<void> {
    try {
      await (await takeSweepLock(this.#lockFile(id), id)).release()
    } catch (error) {
      throw explainWriteError(error, this.#folder)
    }
  }

  /** Only for whoever knows that the thread of this process that worked at it has ended. */
  releaseLockOfDeadThread(id: string): Promise<void> {
    return releaseSweepLockOfDeadThread(this.#lockFile(id))
  }

  /**
   * @param name an id, or a beginning that only one has
   * @throws LabError `usage` for an unknown name, `run-folder` for a damaged file
   */
  async find(name: string): Promise<{ record: SweepRecord; sweep: Sweep }> {
    const ids = await this.ids()
    const found = ids.includes(name) ? [name] : ids.filter((id) => id.startsWith(name))
    if (found.length !== 1)
      throw new LabError(
        'usage',
        found.length === 0 ? 'there is no sweep of this name.' : 'more than one sweep begins like this.',
        {
          where: name,
          expected: 'a file, or the name of a sweep',
          found: found.length === 0 ? 'neither' : found.slice(0, 5).join(', '),
          remedy:
            found.length === 0 && ids.length > 0
              ? `The nearest: ${nearestNames(name, ids).join(', ')}.`
              : 'List them with `lab sweeps`.',
        },
      )
    return this.#read(found[0]!)
  }

  /**
   * Which runs are made by now: cheap, where the points are known already.
   * @returns null when the file cannot be read
   */
  async readRunIds(id: string): Promise<SweepRecord['runIds'] | null> {
    try {
      const text = await readRegularText(this.file(id))
      const { runIds } = parseJson(text) as Partial<SweepRecord>
      return Array.isArray(runIds) ? runIds : null
    } catch (error) {
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null
      throw error
    }
  }

  #lockFile(id: string): string {
    return this.file(id).slice(0, -EXTENSION.length) + SWEEP_LOCK_EXTENSION
  }

  async #read(id: string): Promise<{ record: SweepRecord; sweep: Sweep }> {
    const file = this.file(id)
    const damaged = (found: string, cause?: unknown): LabError =>
      new LabError('run-folder', 'the file of the sweep is damaged.', {
        where: file,
        expected: 'a sweep as the lab writes it',
        found,
        remedy: 'Restore it from a copy; the runs themselves are not touched.',
        cause,
      })
    const text = await readRegularText(file).catch((cause: unknown) => {
      throw damaged(reasonOf(cause), cause)
    })
    let record: SweepRecord
    try {
      record = parseJson(text) as SweepRecord
    } catch (cause) {
      throw damaged(quoteStart(text), cause)
    }
    const { sweep } = parseSweep((record as Partial<SweepRecord> | null)?.definition, file)
    if (
      record.formatVersion !== 1 ||
      record.id !== id ||
      !Array.isArray(record.runIds) ||
      record.runIds.length !== sweep.points.length
    )
      throw damaged(`${Array.isArray(record.runIds) ? record.runIds.length : 'no'} points`)
    return { record, sweep }
  }
}
