/**
 * The one writer of a sweep's file, as long as it holds the sweep's lock: which runs a point has enters and is on the disk when the promise
 * resolves. What a sweep is, and where its file lies, is left to sweep-store.ts.
 */
import type { Sweep, SweepDefinition } from '../../shared/experiments/sweep.ts'
import type { DataContent } from '../../shared/runs/data-content.ts'
import { replaceFile } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'
import type { HeldLock } from './file-lock.ts'

export interface SweepRecord {
  readonly formatVersion: 1
  readonly id: string
  readonly createdAt: string
  readonly definition: SweepDefinition
  /** Where relative paths of the configuration start. */
  readonly baseFolder: string
  /** What the user's own files of series held when it was made, by their absolute paths, those of training and test together; sweeps of earlier versions have none. */
  readonly data?: Readonly<Record<string, DataContent>>
  /** Runs of each point in the order of its strategies; null until they are made. */
  readonly runIds: readonly (readonly string[] | null)[]
}

export class SweepWriter {
  readonly sweep: Sweep
  readonly #file: string
  readonly #lock: HeldLock
  #record: SweepRecord

  /** @param record as it is on the disk since `lock` is held */
  constructor(file: string, record: SweepRecord, sweep: Sweep, lock: HeldLock) {
    this.#file = file
    this.#record = record
    this.sweep = sweep
    this.#lock = lock
  }

  get record(): SweepRecord {
    return this.#record
  }

  /** @throws LabError `run-folder` */
  async setRuns(pointIndex: number, runIds: readonly string[]): Promise<void> {
    const all = this.#record.runIds.map((known, index) => (index === pointIndex ? runIds : known))
    const record = { ...this.#record, runIds: all }
    await writeSweep(this.#file, record)
    this.#record = record
  }

  /** Lets go of the sweep. */
  async close(): Promise<void> {
    await this.#lock.release()
  }
}

/** @throws LabError `run-folder` */
export async function writeSweep(file: string, record: SweepRecord): Promise<void> {
  try {
    await replaceFile(file, `${JSON.stringify(record, null, 2)}\n`)
  } catch (error) {
    throw explainWriteError(error, file)
  }
}
