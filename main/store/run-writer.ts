/**
 * One run folder open for writing: the trainer's events, checkpoints and weights enter, and stand in `run.json`,
 * `metrics.jsonl`, `checkpoint.safetensors`, `weights.safetensors` and, in words for a reader, `log.jsonl`. The lock is taken by run-store.ts before.
 * The record is what counts: a status stands in it once everything that it tells of is on the disk, so that a kill at any moment leaves a
 * run that goes on as if it had not been, or one that is whole.
 */
import path from 'node:path'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { describeChange, describeEvent, type LogEntryBody } from '../../shared/runs/log.ts'
import type {
  Checkpoint,
  CheckpointName,
  KeptCheckpoint,
  RunDigests,
  RunEvent,
  RunRecord,
  RunWriter,
} from '../../shared/runs/run.ts'
import {
  complainOfMetrics,
  encodeCheckpoint,
  readCheckpointFile,
  requireSameTrial,
  type SavedCheckpoint,
} from './checkpoint-file.ts'
import { BLOCK_BYTES, ColumnsWriter, cutColumns } from './columns-writer.ts'
import { removeTemporaryFiles, replaceFile } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'
import type { HeldLock } from './file-lock.ts'
import { keepCheckpoint, removeTornCheckpoints } from './kept-checkpoints.ts'
import { LinesFile } from './lines-file.ts'
import { RunLog } from './run-log.ts'
import { writeRecordFile } from './record-file.ts'
import { checkpointFile, RUN_FILES } from './run-files.ts'
import { encodeWeightsFile } from './weights-file.ts'

/** Events wait at most this long for the file, so that whoever watches the run sees them. */
const WRITE_EVERY_MS = 250

/** Reads a checkpoint of a run; null if there is none. @throws LabError `checkpoint` */
export async function readCheckpoint(
  folder: string,
  record: RunRecord,
  name: CheckpointName = 'last',
): Promise<SavedCheckpoint | null> {
  const file = path.join(folder, checkpointFile(name))
  const checkpoint = await readCheckpointFile(file)
  if (checkpoint !== null) requireSameTrial(checkpoint, record, file)
  return checkpoint
}

export class FileRunWriter implements RunWriter {
  #record: RunRecord
  readonly #folder: string
  readonly #lock: HeldLock
  readonly #metrics: LinesFile
  readonly #log: RunLog
  #pending: { readonly event: RunEvent; readonly line: string }[] = []
  /** Beside metrics that have grown long. */
  #columns: ColumnsWriter | null = null
  /** The last that was told, of its phase. */
  #step = 0
  #hasTakenUp = false
  #weightsSha256: string | null = null
  #timer: NodeJS.Timeout | null = null
  /** Writes follow one another: a heartbeat may come while a checkpoint is being saved. */
  #tail: Promise<unknown> = Promise.resolve()
  #closed = false

  private constructor(folder: string, record: RunRecord, lock: HeldLock, metrics: LinesFile) {
    this.#folder = folder
    this.#record = record
    this.#lock = lock
    this.#metrics = metrics
    this.#log = new RunLog(path.join(folder, RUN_FILES.log), record.status)
  }

  /** @param lock of the folder, already held; `close` releases it */
  static async open(folder: string, record: RunRecord, lock: HeldLock): Promise<FileRunWriter> {
    const { record: recordFile, checkpoint, warmedUp, weights, metrics } = RUN_FILES
    await removeTemporaryFiles(folder, [recordFile, checkpoint, warmedUp, weights])
    await removeTornCheckpoints(folder)
    return new FileRunWriter(folder, record, lock, await LinesFile.open(path.join(folder, metrics)))
  }

  get record(): RunRecord {
    return this.#record
  }

  update(change: Parameters<RunWriter['update']>[0]): Promise<void> {
    return this.#enqueue(async () => {
      const { status } = change
      // A record that says what the metrics hold is to say that the run goes on before they are cut; a heartbeat leaves both as they are.
      const staysAtRest = status === undefined && this.#record.digests !== null
      if (status !== 'running' && !staysAtRest) await this.#writeRows()
      await this.#writeRecord(change)
      if (status === 'running') await this.#writeRows()
    })
  }

  append(events: readonly RunEvent[]): void {
    for (const event of events) {
      this.#pending.push({ event, line: `${JSON.stringify(event)}\n` })
      if ('step' in event) this.#step = event.step
      const entry = describeEvent(event, this.#record.config.seeds, this.#step)
      if (entry) this.#note(entry)
    }
    this.#writeSoon()
  }

  #note(entry: LogEntryBody): void {
    this.#log.add(entry)
    this.#writeSoon()
  }

  #writeSoon(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      // What cannot be written waits, and the next call writes it or says why it cannot.
      this.#enqueue(() => this.#writePending()).catch(() => undefined)
    }, WRITE_EVERY_MS).unref()
  }

  saveCheckpoint({ counters, tensors }: Checkpoint, keptAs?: KeptCheckpoint): Promise<void> {
    return this.#enqueue(async () => {
      await this.#writeRows()
      await this.#metrics.sync()
      const bytes = encodeCheckpoint({
        counters,
        tensors,
        metricsBytes: this.#metrics.sizeBytes,
        metricsSha256: await this.#metrics.sha256(),
        trial: this.#record,
      })
      // First, since a resume from the other never comes back here.
      if (keptAs !== undefined) await keepCheckpoint(this.#folder, keptAs, bytes)
      await replaceFile(this.#file('checkpoint'), bytes)
      this.#note({ kind: 'checkpoint', keptAs: keptAs ?? 'last', bytes: bytes.byteLength, step: this.#step })
    })
  }

  loadCheckpoint(): Promise<Checkpoint | null> {
    return this.#enqueue(async () => {
      const checkpoint = await readCheckpoint(this.#folder, this.#record)
      this.#pending = []
      await this.#columns?.close() // they may stand for more than is kept
      this.#columns = null
      // Before it is cut.
      const { sizeBytes } = this.#metrics
      const complaint =
        checkpoint && (await complainOfMetrics(checkpoint, sizeBytes, (end) => this.#metrics.sha256(end)))
      this.#metrics.goBackTo(checkpoint?.metricsBytes ?? 0)
      // Lost lines are a pity, but no reason to lose the run with them.
      if (complaint !== null) this.append([{ type: 'log', level: 'warning', message: complaint }])
      return checkpoint === null ? null : { counters: checkpoint.counters, tensors: checkpoint.tensors }
    })
  }

  saveWeights(tensors: TensorMap, metadata: Record<string, string>): Promise<void> {
    return this.#enqueue(async () => {
      const { bytes, sha256 } = encodeWeightsFile(tensors, metadata)
      await replaceFile(this.#file('weights'), bytes)
      this.#weightsSha256 = sha256
    })
  }

  /** Resolves once all events that were added are in the file. */
  flush(): Promise<void> {
    return this.#enqueue(() => this.#writePending())
  }

  async heartbeat(): Promise<void> {
    if (!this.#closed) await this.update({})
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    if (this.#timer) clearTimeout(this.#timer)
    try {
      await this.#enqueue(async () => {
        await this.#writePending()
        await this.#metrics.sync()
        await this.#log.sync()
      })
    } finally {
      await this.#metrics.close()
      await this.#log.close()
      await this.#columns?.close()
      await this.#lock.release()
    }
  }

  #file(name: keyof typeof RUN_FILES): string {
    return path.join(this.#folder, RUN_FILES[name])
  }

  #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(async () => {
      try {
        return await task()
      } catch (error) {
        throw explainWriteError(error, this.#folder)
      }
    })
    this.#tail = result.catch(() => undefined)
    return result
  }

  async #writeRecord(change: Parameters<RunWriter['update']>[0]): Promise<void> {
    const { status } = change
    const { status: previous } = this.#record
    // A run that still says that it is running was left by a crash: taking it up again is worth a line.
    const isTold = status !== undefined && (status !== previous || !this.#hasTakenUp)
    const record = { ...this.#record, ...change, heartbeatAt: new Date().toISOString() }
    try {
      if (isTold) await this.#log.writeStatus({ status, previous, message: change.error?.message ?? null })
      if (status !== undefined) {
        await this.#metrics.sync()
        await this.#log.sync()
        record.digests = status === 'running' ? null : await this.#digests(status)
      }
      await writeRecordFile(this.#folder, record)
    } catch (error) {
      if (isTold) this.#log.takeBackStatus()
      throw error
    }
    const before = this.#record
    this.#record = record
    this.#hasTakenUp ||= status !== undefined
    for (const entry of describeChange(before, record)) this.#note(entry)
  }

  /** All that waits, behind what stays of the metrics. */
  async #writeRows(): Promise<void> {
    await this.#cutMetrics()
    await this.#writePending()
  }

  /** What the files hold, of which all is written. Of metrics that nobody has added to, what was known before, so that damage does not become the truth. */
  async #digests(status: RunRecord['status']): Promise<RunDigests> {
    const known = this.#metrics.isWrittenTo ? undefined : this.#record.digests?.metrics
    return {
      metrics: known ?? { bytes: this.#metrics.sizeBytes, sha256: await this.#metrics.sha256() },
      weights: status === 'finished' ? this.#weightsSha256 : null,
    }
  }

  async #writePending(): Promise<void> {
    await this.#log.write()
    if (this.#pending.length === 0) return
    await this.#cutMetrics()
    const pending = this.#pending
    this.#pending = []
    const fromByte = this.#metrics.sizeBytes
    try {
      await this.#metrics.append(pending.map(({ line }) => line).join(''))
    } catch (error) {
      this.#pending = [...pending, ...this.#pending]
      throw error
    }
    await this.#keepColumns(
      pending.map(({ event }) => event),
      this.#metrics.sizeBytes - fromByte,
    )
  }

  async #keepColumns(events: readonly RunEvent[], byteCount: number): Promise<void> {
    if (this.#columns !== null) return this.#columns.add(events, byteCount)
    const { sizeBytes } = this.#metrics
    if (sizeBytes < BLOCK_BYTES) return
    this.#columns = await ColumnsWriter.open(this.#folder, this.#record.config.seeds.length, sizeBytes)
  }

  /** Only before something is written: whoever finds that the checkpoint cannot be used leaves the folder as it was. */
  async #cutMetrics(): Promise<void> {
    if (this.#metrics.hasRest) await cutColumns(this.#folder, this.#record.config.seeds.length, this.#metrics.sizeBytes)
    await this.#metrics.cut()
  }
}
