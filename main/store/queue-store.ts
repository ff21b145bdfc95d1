/**
 * The lines of jobs of all labs at a home, `queue/INSTANCE.json` each: this lab's own enters and is kept; lines whose lab is gone leave, so
 * that the next lab can offer them. A lock beside each file, `queue/INSTANCE.lock`, says whether its lab lives: a living line is never taken.
 */
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { LabError } from '../../shared/errors/errors.ts'
import { removeTemporaryFiles } from './durable-file.ts'
import { codeOf, reasonOf } from './file-errors.ts'
import { takeFileLock, type HeldLock } from './file-lock.ts'
import { QueueFileError, readQueueFile, writeQueueFile, type KeptJob, type KeptQueue } from './queue-file.ts'

const FILE = '.json'
const LOCK = '.lock'
/** Beside the others, and never read again. */
const DAMAGED = '.damaged'
/** What others put into the folder is left alone. */
const INSTANCE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

export interface TakenQueues {
  /** Of all labs that are gone, the one that was opened first before the others. */
  readonly jobs: readonly KeptJob[]
  /** What is wrong with files that could not be read; they are still there. */
  readonly errors: readonly LabError[]
}

/** The file of a lab that is gone, ours until its jobs stand in our own. */
interface TakenFile {
  readonly file: string
  readonly lock: HeldLock
}

export class QueueStore {
  readonly #folder: string
  readonly #instanceId: string
  readonly #openedAt = new Date().toISOString()
  #lock: HeldLock | null = null
  #taken: TakenFile[] = []

  /**
   * @param home see home.ts
   * @param instanceId of this start of the lab, a UUID
   */
  constructor(home: string, instanceId: string) {
    this.#folder = path.join(home, 'queue')
    this.#instanceId = instanceId
  }

  /** The lines of labs that are gone: until they are saved as part of this lab's own, they stay where they are, held. Never throws. */
  async takeOver(): Promise<TakenQueues> {
    const queues: KeptQueue[] = []
    const errors: LabError[] = []
    for (const instanceId of await this.#gone(errors)) {
      try {
        const queue = await this.#take(instanceId)
        if (queue !== null) queues.push(queue)
      } catch (error) {
        errors.push(error instanceof LabError ? error : takeError(this.#file(instanceId), error))
      }
    }
    queues.sort((a, b) => a.openedAt.localeCompare(b.openedAt))
    return { jobs: queues.flatMap(({ jobs }) => jobs), errors }
  }

  /**
   * The line is on the disk when the promise resolves, and what was taken over is gone; no file is left of an empty one. One call at a time.
   * @throws LabError `run-folder` when the home cannot be written; what stood there stands there still
   */
  async save(jobs: readonly KeptJob[]): Promise<void> {
    const file = this.#file(this.#instanceId)
    try {
      if (jobs.length === 0) await rm(file, { force: true })
      else {
        this.#lock ??= await this.#lockOwn()
        await writeQueueFile(file, this.#openedAt, jobs)
      }
      while (this.#taken.length > 0) {
        const [{ file: old, lock }] = this.#taken as [TakenFile]
        await rm(old, { force: true })
        await lock.release()
        this.#taken.shift()
      }
    } catch (error) {
      if (error instanceof LabError) throw error
      throw new LabError('run-folder', 'the order of the queue cannot be kept.', {
        where: file,
        expected: 'a home that can be written',
        found: reasonOf(error),
        remedy:
          'Check the permissions and the space left. Runs are not touched; only their order is lost when the lab ends.',
        cause: error,
      })
    }
  }

  /** Lets go of every line: the next lab takes them. */
  async close(): Promise<void> {
    for (const { lock } of this.#taken) await lock.release()
    this.#taken = []
    await this.#lock?.release()
    this.#lock = null
  }

  #file(instanceId: string): string {
    return path.join(this.#folder, `${instanceId}${FILE}`)
  }

  async #lockOwn(): Promise<HeldLock> {
    await mkdir(this.#folder, { recursive: true })
    return this.#takeLock(this.#instanceId)
  }

  /** @throws LabError `queue-locked` while its lab lives, or another takes it just now */
  #takeLock(instanceId: string): Promise<HeldLock> {
    return takeFileLock(path.join(this.#folder, `${instanceId}${LOCK}`), {
      code: 'queue-locked',
      message: 'another lab has this queue.',
      where: this.#file(instanceId),
      waitRemedy: 'Close that lab first.',
      elsewhereRemedy: 'Close that lab first.',
    })
  }

  /** Every other lab that has left something here. */
  async #gone(errors: LabError[]): Promise<string[]> {
    try {
      const names = await readdir(this.#folder)
      const ids = names
        .map((name) => path.parse(name))
        .filter(({ name, ext }) => INSTANCE_ID.test(name) && (ext === FILE || ext === LOCK))
        .map(({ name }) => name)
      return [...new Set(ids)].filter((instanceId) => instanceId !== this.#instanceId)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') errors.push(takeError(this.#folder, error))
      return []
    }
  }

  /** @returns null for one whose lab lives, and for one that has left nothing */
  async #take(instanceId: string): Promise<KeptQueue | null> {
    const lock = await this.#takeLock(instanceId).catch((error: unknown) => {
      if (error instanceof LabError) return null
      throw error
    })
    if (lock === null) return null
    const file = this.#file(instanceId)
    let queue: KeptQueue | null = null
    try {
      await removeTemporaryFiles(this.#folder, [path.basename(file)])
      queue = await readQueueFile(file)
    } catch (error) {
      if (error instanceof QueueFileError && error.kind === 'damaged') throw await this.#putAside(error, file)
      throw error
    } finally {
      if (queue === null) await lock.release()
      else this.#taken.push({ file, lock })
    }
    return queue
  }

  /** So that it is told once, and can be looked at. */
  async #putAside(error: QueueFileError, file: string): Promise<LabError> {
    const aside = file.slice(0, -FILE.length) + DAMAGED
    await rename(file, aside)
    return new LabError(error.code, error.summary, { ...error.detail, where: aside })
  }
}

function takeError(where: string, cause: unknown): LabError {
  return new LabError('run-folder', 'the queue of an earlier session cannot be taken over.', {
    where,
    expected: 'a folder whose files can be read and written',
    found: reasonOf(cause),
    remedy: 'Check its permissions and start the lab again; its runs can be resumed one by one.',
    cause,
  })
}
