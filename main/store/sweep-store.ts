/** Sweeps on disk, `sweeps/ID.json` of the home: the definition and the group of runs of every point; written before a point's runs are made. */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { parseSweep, type Sweep, type SweepDefinition } from '../../shared/experiments/sweep.ts'
import { LabError, quoteStart } from '../../shared/protocol/errors.ts'
import { replaceFile } from './durable-file.ts'
import { codeOf, explainWriteError, reasonOf } from './file-errors.ts'
import { nearestNames } from './nearest-names.ts'

export interface SweepRecord {
  readonly formatVersion: 1
  readonly id: string
  readonly createdAt: string
  readonly definition: SweepDefinition
  /** Where relative paths of the configuration start. */
  readonly baseFolder: string
  /** Runs of each point in the order of its strategies; null until they are made. */
  readonly runIds: (readonly string[] | null)[]
}

const EXTENSION = '.json'

export class SweepStore {
  readonly #folder: string

  /** @param home see home.ts */
  constructor(home: string) {
    this.#folder = path.join(home, 'sweeps')
  }

  /** @throws LabError `run-folder` when the home cannot be written */
  async create(definition: SweepDefinition, baseFolder: string, pointCount: number): Promise<SweepRecord> {
    const createdAt = new Date().toISOString()
    const slug =
      definition.name
        .toLowerCase()
        .replace(/[^a-z0-9]+/g, '-')
        .replace(/^-+|-+$/g, '') || 'sweep'
    const time = createdAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 'YYYYMMDD-hhmmss'.length)
    const id = `${slug}-${time}-${randomBytes(2).toString('hex')}`
    const record: SweepRecord = {
      formatVersion: 1,
      id,
      createdAt,
      definition,
      baseFolder,
      runIds: Array<null>(pointCount).fill(null),
    }
    await this.write(record)
    return record
  }

  /** @throws LabError `run-folder` */
  async write(record: SweepRecord): Promise<void> {
    try {
      await mkdir(this.#folder, { recursive: true })
      await replaceFile(path.join(this.#folder, `${record.id}${EXTENSION}`), `${JSON.stringify(record, null, 2)}\n`)
    } catch (error) {
      throw explainWriteError(error, this.#folder)
    }
  }

  /** Newest last. */
  async ids(): Promise<string[]> {
    try {
      const names = await readdir(this.#folder)
      return names
        .filter((name) => name.endsWith(EXTENSION) && !name.startsWith('.'))
        .map((name) => name.slice(0, -EXTENSION.length))
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return []
      throw error
    }
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
      const text = await readFile(path.join(this.#folder, `${id}${EXTENSION}`), 'utf8')
      const { runIds } = JSON.parse(text) as Partial<SweepRecord>
      return Array.isArray(runIds) ? runIds : null
    } catch (error) {
      if (error instanceof SyntaxError || codeOf(error) === 'ENOENT') return null
      throw error
    }
  }

  async #read(id: string): Promise<{ record: SweepRecord; sweep: Sweep }> {
    const file = path.join(this.#folder, `${id}${EXTENSION}`)
    const damaged = (found: string, cause?: unknown): LabError =>
      new LabError('run-folder', 'the file of the sweep is damaged.', {
        where: file,
        expected: 'a sweep as the lab writes it',
        found,
        remedy: 'Restore it from a copy; the runs themselves are not touched.',
        cause,
      })
    const text = await readFile(file, 'utf8').catch((cause: unknown) => {
      throw damaged(reasonOf(cause), cause)
    })
    let record: SweepRecord
    try {
      record = JSON.parse(text) as SweepRecord
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
