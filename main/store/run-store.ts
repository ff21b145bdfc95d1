/**
 * All runs of a home: folders `runs/ID`. Makes groups, lists and finds runs, and hands out the one writer of each. The
 * folders are the truth; nothing else is kept.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile, readdir, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { decodeSafetensors, type SafetensorsFile } from '../../shared/exchange/safetensors.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { RunEvent, RunRecord } from '../../shared/runs/run.ts'
import { replaceFile } from './durable-file.ts'
import { FileRunWriter, RUN_FILES } from './run-writer.ts'

const STALE_HEARTBEAT_MS = 60_000

/** A run as a list shows it; a damaged folder is shown, not hidden. */
export type ListedRun =
  | { readonly id: string; readonly record: RunRecord; readonly crashed: boolean; readonly damaged: null }
  | { readonly id: string; readonly record: null; readonly crashed: false; readonly damaged: LabError }

interface Lock {
  readonly pid: number
  readonly host: string
}

export class RunStore {
  readonly #runs: string

  /** @param home see home.ts */
  constructor(home: string) {
    this.#runs = path.join(home, 'runs')
  }

  folder(id: string): string {
    return path.join(this.#runs, id)
  }

  /** Makes one queued run a strategy; all folders are on the disk when it returns. */
  async createGroup(config: ExperimentConfig, strategies: readonly Strategy[], versions: RunRecord['versions']): Promise<RunRecord[]> {
    const now = new Date()
    const stamp = now.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15)
    const slug = config.name.toLowerCase().replace(/[^a-z0-9]+/g, '-').slice(0, 40) || 'run'
    const groupId = `${slug}-${stamp}-${randomBytes(2).toString('hex')}`
    const records: RunRecord[] = []
    for (const strategy of strategies) {
      const record: RunRecord = {
        formatVersion: 1,
        id: `${groupId}-${strategy}`,
        groupId,
        strategy,
        config,
        createdAt: now.toISOString(),
        versions,
        status: 'queued',
        backend: null,
        startedAt: null,
        endedAt: null,
        heartbeatAt: null,
        error: null,
        result: null,
      }
      await mkdir(this.folder(record.id), { recursive: true })
      await replaceFile(path.join(this.folder(record.id), RUN_FILES.record), `${JSON.stringify(record, null, 2)}\n`)
      records.push(record)
    }
    return records
  }

  /** All runs, oldest first. */
  async list(): Promise<ListedRun[]> {
    const names = await readdir(this.#runs).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []
      throw new LabError('run-folder', 'The folder of the runs cannot be read.', { where: this.#runs, found: error.message, remedy: 'Check its permissions, or set WARMUP_LAB_HOME.', cause: error })
    })
    const listed = await Promise.all(
      names.sort().map(async (id): Promise<ListedRun> => {
        try {
          const record = await this.readRecord(id)
          return { id, record, crashed: await this.#isCrashed(record), damaged: null }
        } catch (error) {
          if (error instanceof LabError) return { id, record: null, crashed: false, damaged: error }
          throw error
        }
      }),
    )
    return listed.sort((a, b) => (a.record?.createdAt ?? '').localeCompare(b.record?.createdAt ?? '') || a.id.localeCompare(b.id))
  }

  /** @throws LabError `run-folder` */
  async readRecord(id: string): Promise<RunRecord> {
    const file = path.join(this.folder(id), RUN_FILES.record)
    const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
      throw new LabError('run-folder', 'The record of the run cannot be read.', { where: file, found: error.message, remedy: 'Restore `run.json`, or delete the folder.', cause: error })
    })
    let record: Partial<RunRecord>
    try {
      record = JSON.parse(text) as Partial<RunRecord>
    } catch (cause) {
      throw new LabError('run-folder', 'The record of the run is not JSON.', { where: file, found: text.slice(0, 40), remedy: 'Restore `run.json`, or delete the folder.', cause })
    }
    if (record.formatVersion !== 1) throw new LabError('run-folder', 'The record of the run has another version.', { where: file, expected: '1', found: String(record.formatVersion), remedy: 'Use the version of the lab that wrote it.' })
    for (const field of ['id', 'groupId', 'strategy', 'config', 'createdAt', 'status'] as const)
      if (record[field] === undefined || record[field] === null) throw new LabError('run-folder', `The record of the run has no \`${field}\`.`, { where: file, remedy: 'Restore `run.json`, or delete the folder.' })
    if (record.id !== id) throw new LabError('run-folder', 'The folder was renamed.', { where: file, expected: `the id ${id}`, found: String(record.id), remedy: 'Give the folder its name back.' })
    return record as RunRecord
  }

  /**
   * The runs that a name stands for: a run's id, a group's id, a unique beginning of one, or the path of a folder.
   * @throws LabError `usage` when there is none or more than one group
   */
  async find(name: string): Promise<RunRecord[]> {
    const listed = await this.list()
    const wanted = name.includes(path.sep) ? path.basename(path.resolve(name)) : name
    const damaged = listed.find(({ id, record }) => id === wanted && record === null)
    if (damaged?.damaged) throw damaged.damaged
    const records = listed.flatMap(({ record }) => (record ? [record] : []))
    const exact = records.filter(({ id, groupId }) => id === wanted || groupId === wanted)
    if (exact.length > 0) return exact
    const starting = records.filter(({ id }) => id.startsWith(wanted))
    const groups = [...new Set(starting.map(({ groupId }) => groupId))]
    if (groups.length === 1) return starting
    const recent = [...new Set(records.map(({ groupId }) => groupId))].slice(-3)
    throw new LabError('usage', groups.length === 0 ? 'There is no run of this name.' : 'More than one run begins like this.', {
      where: name,
      expected: groups.length === 0 ? (recent.length > 0 ? `for example ${recent.join(', ')}` : 'a run; there is none yet') : `one of ${groups.slice(0, 5).join(', ')}`,
      found: `\`${name}\``,
      remedy: 'List them with `lab runs`.',
    })
  }

  /** Takes the lock of a run. @throws LabError `run-locked` while another process holds it */
  async openWriter(id: string): Promise<FileRunWriter> {
    const record = await this.readRecord(id)
    const file = path.join(this.folder(id), RUN_FILES.lock)
    for (let attempt = 0; ; attempt++) {
      try {
        const handle = await open(file, 'wx')
        await handle.writeFile(JSON.stringify({ pid: process.pid, host: os.hostname() } satisfies Lock))
        await handle.close()
        return new FileRunWriter(this.folder(id), record)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const lock = await this.#readLock(id)
        const isOurs = lock !== null && lock.host === os.hostname() && isAlive(lock.pid)
        const isForeign = lock !== null && lock.host !== os.hostname() && !this.#hasStaleHeartbeat(record)
        if (isOurs || isForeign || attempt > 2)
          throw new LabError('run-locked', 'Another process is writing this run.', { where: id, found: lock ? `process ${lock.pid} on ${lock.host}` : 'a lock', remedy: 'Wait for it, or end it first.' })
        await rm(file, { force: true })
      }
    }
  }

  /** The events of a run; a torn last line is left out. */
  async readMetrics(id: string): Promise<RunEvent[]> {
    const text = await readFile(path.join(this.folder(id), RUN_FILES.metrics), 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return ''
      throw error
    })
    return text
      .slice(0, text.lastIndexOf('\n') + 1)
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as RunEvent)
  }

  /** `weights.safetensors` of a finished run. @throws LabError `weights` */
  async readWeights(id: string): Promise<SafetensorsFile> {
    const file = path.join(this.folder(id), RUN_FILES.weights)
    const bytes = await readFile(file).catch((cause: unknown) => {
      throw new LabError('weights', 'The run has no weights yet.', { where: id, expected: 'a finished run', found: 'no weights.safetensors', remedy: `Finish it with \`lab resume ${id}\`.`, cause })
    })
    return decodeSafetensors(bytes, file)
  }

  async #readLock(id: string): Promise<Lock | null> {
    try {
      return JSON.parse(await readFile(path.join(this.folder(id), RUN_FILES.lock), 'utf8')) as Lock
    } catch {
      // Gone, or torn by a crash while it was written: no owner.
      return null
    }
  }

  async #isCrashed(record: RunRecord): Promise<boolean> {
    if (record.status !== 'running') return false
    const lock = await this.#readLock(record.id)
    if (lock && lock.host === os.hostname()) return !isAlive(lock.pid)
    return this.#hasStaleHeartbeat(record)
  }

  #hasStaleHeartbeat({ heartbeatAt }: RunRecord): boolean {
    return heartbeatAt === null || Date.now() - Date.parse(heartbeatAt) > STALE_HEARTBEAT_MS
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
