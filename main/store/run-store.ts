/**
 * All runs of a home: folders `runs/ID`. Makes groups, lists runs, reads what they hold, and hands out the one
 * writer of each. The folders are the truth; nothing else is kept. Writing into one is left to run-writer.ts, finding one by a name to find-runs.ts.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { SafetensorsFile } from '../../shared/exchange/safetensors.ts'
import type { ExperimentConfig, Strategy } from '../../shared/experiments/config.ts'
import { LabError } from '../../shared/errors/errors.ts'
import { addDamage, type DamagedLines } from '../../shared/runs/damaged-lines.ts'
import { stretchesBefore } from '../../shared/runs/engine-history.ts'
import { isOver } from '../../shared/runs/run-state.ts'
import type { CheckpointName, RunEvent, RunOrigin, RunRecord } from '../../shared/runs/run.ts'
import type { SavedCheckpoint } from './checkpoint-file.ts'
import { syncFolder } from './durable-file.ts'
import { writeForkFiles, type ForkCheckpoint } from './fork-files.ts'
import { codeOf, explainReadError, explainWriteError, reasonOf } from './file-errors.ts'
import { knowsHolders } from './file-lock.ts'
import { slugOf } from './file-names.ts'
import { readLog, type LogPiece } from './log-file.ts'
import { readMetricsPieces, statMetrics } from './metrics-file.ts'
import { readRecordFile, writeRecordFile } from './record-file.ts'
import { readRegularFile } from './regular-file.ts'
import { lockState, takeLock } from './run-lock.ts'
import { RUN_FILES } from './run-files.ts'
import { FileRunWriter, readCheckpoint } from './run-writer.ts'
import { decodeWeightsFile } from './weights-file.ts'

const STALE_HEARTBEAT_MS = 60_000
const GROUP_ATTEMPTS = 20
const READ_AT_ONCE = 64
/** Ids are names of folders and come over the wire: no separators, no dot in front. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9._-]*$/

/** A run as a list shows it; a damaged folder is shown, not hidden. */
export type ListedRun =
  | { readonly id: string; readonly record: RunRecord; readonly crashed: boolean; readonly damaged: null }
  | { readonly id: string; readonly record: null; readonly crashed: false; readonly damaged: LabError }

/** Everything that a run's metrics say. */
export interface ReadMetrics {
  readonly events: readonly RunEvent[]
  readonly damaged: DamagedLines | null
}

/** What was found of a run's configuration and data before it is made. */
export type KnownOfRun = Pick<RunRecord, 'remarks' | 'data'>
const NOTHING_KNOWN: KnownOfRun = { remarks: [], data: null }

export class RunStore {
  /** Where it lies. */
  readonly home: string
  readonly #runs: string
  readonly #drawSuffix: () => string

  /**
   * @param home see home.ts
   * @param drawSuffix tells groups of one name and second apart; one that is taken is drawn again
   */
  constructor(home: string, drawSuffix = (): string => randomBytes(2).toString('hex')) {
    this.home = home
    this.#runs = path.join(home, 'runs')
    this.#drawSuffix = drawSuffix
  }

  /** The folder of all runs. */
  get runsFolder(): string {
    return this.#runs
  }

  /**
   * The folder of a run, whether it is there or not.
   * @throws LabError `usage` for a text that is no id
   */
  folder(id: string): string {
    if (!ID.test(id))
      throw new LabError('usage', 'this is not the id of a run.', {
        where: id.trim() === '' ? 'the id of the run' : id,
        expected: 'letters, digits, `.`, `_` and `-`',
        found: `\`${id}\``,
        remedy: 'List the runs with `lab runs`.',
      })
    return path.join(this.#runs, id)
  }

  /**
   * Makes one queued run a strategy; all folders are on the disk when it returns. None is left if one cannot be made.
   * @throws LabError `run-folder` when the home cannot be written
   */
  async createGroup(
    config: ExperimentConfig,
    strategies: readonly Strategy[],
    versions: RunRecord['versions'],
    known: KnownOfRun = NOTHING_KNOWN,
  ): Promise<RunRecord[]> {
    return this.#create(config.name, (groupId, createdAt) =>
      strategies.map((strategy) => ({ ...queuedRecord(groupId, strategy, config, createdAt, versions), ...known })),
    )
  }

  /**
   * Makes one paused run that goes on from a checkpoint of another: with that checkpoint and the metrics that led to it.
   * @param checkpoint of the other run as the new one is to read it; `metricsBytes` are those of the other
   * @throws LabError `run-folder` when the home cannot be written
   */
  async createFork(
    source: RunRecord,
    config: ExperimentConfig,
    forkedFrom: RunOrigin,
    checkpoint: ForkCheckpoint,
    versions: RunRecord['versions'],
    known: KnownOfRun = NOTHING_KNOWN,
  ): Promise<RunRecord> {
    const { strategy, backend, engines } = source
    const [record] = await this.#create(
      config.name,
      (groupId, createdAt): RunRecord[] => [
        {
          ...queuedRecord(groupId, strategy, config, createdAt, versions),
          ...known,
          forkedFrom,
          backend,
          engines: stretchesBefore(engines, forkedFrom),
          status: 'paused',
        },
      ],
      (folder) =>
        writeForkFiles(
          this.folder(source.id),
          folder,
          checkpoint,
          forkedFrom,
          { strategy, config },
          { before: source.data, now: known.data },
        ),
    )
    return record!
  }

  /** @param fill adds files to the folder of a run before it is there */
  async #create(
    name: string,
    makeRecords: (groupId: string, createdAt: string) => RunRecord[],
    fill: (folder: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<RunRecord[]> {
    const createdAt = new Date().toISOString()
    try {
      await mkdir(this.#runs, { recursive: true })
      const { groupId, making } = await this.#reserveGroup(name, createdAt)
      const records = makeRecords(groupId, createdAt)
      await this.#createFolders(records, making, fill)
      return records
    } catch (cause) {
      if (cause instanceof LabError) throw cause
      throw new LabError('run-folder', 'the folder of a run cannot be made.', {
        where: this.#runs,
        expected: 'a folder that can be written',
        found: reasonOf(cause),
        remedy: 'Check the permissions and the space left, or set WARMUP_LAB_HOME to another folder.',
        cause,
      })
    }
  }

  /** All runs, oldest first; damaged ones, which have no time, before them. */
  async list(): Promise<ListedRun[]> {
    const ids = await this.ids()
    const listed: ListedRun[] = []
    // Not all at once: a process may not open as many files as there can be runs.
    for (let start = 0; start < ids.length; start += READ_AT_ONCE)
      listed.push(...(await Promise.all(ids.slice(start, start + READ_AT_ONCE).map((id) => this.listOne(id)))))
    return listed.sort(
      (a, b) => (a.record?.createdAt ?? '').localeCompare(b.record?.createdAt ?? '') || (a.id < b.id ? -1 : 1),
    )
  }

  /** @throws LabError `run-folder` for a missing or damaged record */
  async readRecord(id: string): Promise<RunRecord> {
    return readRecordFile(this.folder(id), id)
  }

  /** Whether a run that says `running` has lost its writer. */
  async isCrashed(record: RunRecord): Promise<boolean> {
    if (record.status !== 'running') return false
    const state = await lockState(this.folder(record.id))
    if (state === 'none') return (await this.readRecord(record.id)).status === 'running' // it may have ended just now
    if (state === 'dead') return true
    // That of a process that lives may be old: it was stopped, its machine slept, or one step takes long.
    if (state === 'alive' && knowsHolders) return false
    const { heartbeatAt } = record
    return heartbeatAt === null || Date.now() - Date.parse(heartbeatAt) > STALE_HEARTBEAT_MS
  }

  /**
   * Takes the lock of a run; that of a dead process is taken over.
   * @throws LabError `run-locked` while another writer holds it; `usage` for one that is over, which stays as it is; `run-folder`
   */
  async openWriter(id: string): Promise<FileRunWriter> {
    requireUnfinished(await this.readRecord(id))
    const folder = this.folder(id)
    try {
      const lock = await takeLock(folder, id)
      try {
        // Read again: the last writer may have changed it until the lock was ours.
        const record = await this.readRecord(id)
        requireUnfinished(record)
        return await FileRunWriter.open(folder, record, lock)
      } catch (error) {
        await lock.release()
        throw error
      }
    } catch (error) {
      throw explainWriteError(error, folder)
    }
  }

  /**
   * The events of a run, and what of its lines is damaged; a torn last line, which is being written or was cut by a crash, is left out.
   * @throws LabError `run-folder` where there is no file but something else
   */
  async readMetrics(id: string): Promise<ReadMetrics> {
    const folder = this.folder(id)
    const events: RunEvent[] = []
    let damaged: DamagedLines | null = null
    try {
      const { sizeBytes } = await statMetrics(folder)
      for await (const piece of readMetricsPieces(folder, 0, sizeBytes)) {
        damaged = addDamage(damaged, piece.damaged, events.length + (damaged?.count ?? 0))
        for (const event of piece.events) events.push(event)
      }
    } catch (cause) {
      throw explainReadError(cause, path.join(folder, RUN_FILES.metrics), 'the metrics cannot be read.')
    }
    return { events, damaged }
  }

  /** A checkpoint, null if there is none; the file is never touched. @throws LabError `checkpoint`, `run-folder` */
  async readCheckpoint(id: string, name: CheckpointName = 'last'): Promise<SavedCheckpoint | null> {
    return readCheckpoint(this.folder(id), await this.readRecord(id), name)
  }

  /** A part of `log.jsonl`, see log-file.ts. */
  async readLog(id: string, fromByte: number | null): Promise<LogPiece> {
    return readLog(path.join(this.folder(id), RUN_FILES.log), fromByte)
  }

  /** `weights.safetensors` of a finished run. @throws LabError `weights` when there is none or it is damaged */
  async readWeights(id: string): Promise<SafetensorsFile> {
    const { digests } = await this.readRecord(id)
    const file = path.join(this.folder(id), RUN_FILES.weights)
    let bytes: Uint8Array
    try {
      bytes = await readRegularFile(file)
    } catch (cause) {
      const missing = codeOf(cause) === 'ENOENT'
      throw new LabError('weights', missing ? 'the run has no weights yet.' : 'the weights cannot be read.', {
        where: missing ? id : file,
        expected: missing ? 'a finished run' : 'a file',
        found: missing ? `no ${RUN_FILES.weights}` : reasonOf(cause),
        remedy: missing ? `Finish it: \`lab resume ${id}\`.` : 'Check the permissions of the run folder.',
        cause,
      })
    }
    return decodeWeightsFile(bytes, file, id, digests?.weights ?? null)
  }

  /** Of all folders of runs, damaged ones too, in no order. @throws LabError `run-folder` when they cannot be listed */
  async ids(): Promise<string[]> {
    try {
      const entries = await readdir(this.#runs, { withFileTypes: true })
      // A dot in front: a folder in the making, or the system's own.
      return entries.filter((entry) => !entry.isFile() && ID.test(entry.name)).map(({ name }) => name)
    } catch (cause) {
      if (codeOf(cause) === 'ENOENT') return []
      throw new LabError('run-folder', 'the folder of the runs cannot be read.', {
        where: this.#runs,
        expected: 'a folder that can be read',
        found: reasonOf(cause),
        remedy: 'Check its permissions, or set WARMUP_LAB_HOME to another folder.',
        cause,
      })
    }
  }

  /** One run as a list shows it. */
  async listOne(id: string): Promise<ListedRun> {
    try {
      const record = await this.readRecord(id)
      return { id, record, crashed: await this.isCrashed(record), damaged: null }
    } catch (error) {
      if (!(error instanceof LabError)) throw error
      return { id, record: null, crashed: false, damaged: error }
    }
  }

  /** A group's id that nobody has, and its folder `.ID.making`, which keeps it from others until the runs are there. */
  async #reserveGroup(name: string, createdAt: string): Promise<{ groupId: string; making: string }> {
    const slug = slugOf(name, 'run')
    const time = createdAt.replace(/[-:]/g, '').replace('T', '-').slice(0, 'YYYYMMDD-hhmmss'.length)
    for (let attempt = 0; attempt < GROUP_ATTEMPTS; attempt++) {
      const groupId = `${slug}-${time}-${this.#drawSuffix()}`
      const making = path.join(this.#runs, `.${groupId}.making`)
      try {
        await mkdir(making)
      } catch (error) {
        if (codeOf(error) === 'EEXIST') continue
        throw error
      }
      // Asked only now: whoever had the id before has put the runs in place or holds the folder still.
      if (!(await this.ids()).some((id) => id.startsWith(groupId))) return { groupId, making }
      await rm(making, { recursive: true, force: true })
    }
    throw new Error('too many runs of this name were made within this second')
  }

  /** Each folder is filled inside `making` first: a run is there whole or not at all. */
  async #createFolders(
    records: readonly RunRecord[],
    making: string,
    fill: (folder: string) => Promise<void>,
  ): Promise<void> {
    const made: string[] = []
    try {
      for (const record of records) {
        const filled = path.join(making, record.id)
        await mkdir(filled)
        await fill(filled)
        await writeRecordFile(filled, record)
      }
      for (const { id } of records) {
        await rename(path.join(making, id), this.folder(id)) // fails where a folder that is not empty has the name
        made.push(this.folder(id))
      }
      await rm(making, { recursive: true, force: true })
      await syncFolder(this.#runs)
    } catch (error) {
      await Promise.all([making, ...made].map((folder) => rm(folder, { recursive: true, force: true })))
      throw error
    }
  }
}

function queuedRecord(
  groupId: string,
  strategy: Strategy,
  config: ExperimentConfig,
  createdAt: string,
  versions: RunRecord['versions'],
): RunRecord {
  return {
    formatVersion: 1,
    id: `${groupId}-${strategy}`,
    groupId,
    strategy,
    config,
    createdAt,
    forkedFrom: null,
    versions,
    ...NOTHING_KNOWN,
    status: 'queued',
    backend: null,
    engines: [],
    deviceLosses: [],
    startedAt: null,
    endedAt: null,
    heartbeatAt: null,
    error: null,
    diverged: [],
    result: null,
    digests: null,
  }
}

function requireUnfinished({ id, status }: RunRecord): void {
  if (!isOver(status)) return
  throw new LabError(
    'usage',
    `this run ${status === 'diverged' ? 'has diverged' : 'is finished already'}, and stays as it is.`,
    {
      where: id,
      expected: 'a run that has not come to its end',
      found: `a ${status} run`,
      remedy: `Look at it, or go on from one of its checkpoints with other settings: \`lab fork ${id}\`.`,
    },
  )
}
