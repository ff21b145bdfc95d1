/**
 * One run folder open for writing: the trainer's events, checkpoints and weights enter, and stand in `run.json`,
 * `metrics.jsonl`, `checkpoint.safetensors`, `weights.safetensors` and, in words for a reader, `log.jsonl`. The lock is taken by run-store.ts before.
 */
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { describeEvent, type LogEntry, type LogEntryBody } from '../../shared/runs/log.ts'
import type {
  Checkpoint,
  CheckpointName,
  KeptCheckpoint,
  RunEvent,
  RunRecord,
  RunWriter,
} from '../../shared/runs/run.ts'
import { encodeCheckpoint, readCheckpointFile, type SavedCheckpoint } from './checkpoint-file.ts'
import { BLOCK_BYTES, ColumnsWriter, cutColumns } from './columns-writer.ts'
import { removeTemporaryFiles, replaceFile } from './durable-file.ts'
import { explainWriteError } from './file-errors.ts'
import type { HeldLock } from './file-lock.ts'
import { keepCheckpoint, removeTornCheckpoints } from './kept-checkpoints.ts'
import { openRegularFile } from './regular-file.ts'
import { checkpointFile, RUN_FILES } from './run-files.ts'

/** Events wait at most this long for the file, so that whoever watches the run sees them. */
const WRITE_EVERY_MS = 250

/** Reads a checkpoint and how many bytes of metrics belong to it; null if there is none. @throws LabError `checkpoint` */
export function readCheckpoint(folder: string, name: CheckpointName = 'last'): Promise<SavedCheckpoint | null> {
  return readCheckpointFile(path.join(folder, checkpointFile(name)))
}

export class FileRunWriter implements RunWriter {
  #record: RunRecord
  readonly #folder: string
  readonly #lock: HeldLock
  readonly #metrics: FileHandle
  #pending: { readonly event: RunEvent; readonly line: string }[] = []
  #pendingLog: string[] = []
  /** Beside metrics that have grown long. */
  #columns: ColumnsWriter | null = null
  /** Opened with the first entry. */
  #log: FileHandle | null = null
  /** The last that was told, of its phase. */
  #step = 0
  #hasTakenUp = false
  #timer: NodeJS.Timeout | null = null
  /** Writes follow one another: a heartbeat may come while a checkpoint is being saved. */
  #tail: Promise<unknown> = Promise.resolve()
  /** What a write in the background met; the next call that can say so does. */
  #failure: { readonly error: unknown } | null = null
  /** Where the last checkpoint ends in the metrics; what follows it is cut off with the first write. */
  #keptBytes = Infinity
  #metricsEndWhole = false
  #closed = false

  private constructor(folder: string, record: RunRecord, lock: HeldLock, metrics: FileHandle) {
    this.#folder = folder
    this.#record = record
    this.#lock = lock
    this.#metrics = metrics
  }

  /** @param lock of the folder, already held; `close` releases it */
  static async open(folder: string, record: RunRecord, lock: HeldLock): Promise<FileRunWriter> {
    const { record: recordFile, checkpoint, warmedUp, weights, metrics } = RUN_FILES
    await removeTemporaryFiles(folder, [recordFile, checkpoint, warmedUp, weights])
    await removeTornCheckpoints(folder)
    return new FileRunWriter(folder, record, lock, await openRegularFile(path.join(folder, metrics), 'a+'))
  }

  get record(): RunRecord {
    return this.#record
  }

  update(change: Parameters<RunWriter['update']>[0]): Promise<void> {
    return this.#enqueue(async () => {
      await this.#cutMetrics()
      const record = { ...this.#record, ...change, heartbeatAt: new Date().toISOString() }
      const { status: previous } = this.#record
      await replaceFile(this.#file('record'), `${JSON.stringify(record, null, 2)}\n`)
      this.#record = record
      // A run that still says that it is running was left by a crash: taking it up again is worth a line.
      if (change.status === undefined || (change.status === previous && this.#hasTakenUp)) return
      this.#hasTakenUp = true
      this.#note({ kind: 'status', status: change.status, previous, message: change.error?.message ?? null })
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

  #note(body: LogEntryBody): void {
    const entry: LogEntry = { at: new Date().toISOString(), ...body }
    this.#pendingLog.push(`${JSON.stringify(entry)}\n`)
    this.#writeSoon()
  }

  #writeSoon(): void {
    if (this.#closed) return
    this.#timer ??= setTimeout(() => {
      this.#timer = null
      this.#enqueue(() => this.#writePending()).catch((error: unknown) => (this.#failure ??= { error }))
    }, WRITE_EVERY_MS).unref()
  }

  saveCheckpoint({ counters, tensors }: Checkpoint, keptAs?: KeptCheckpoint): Promise<void> {
    return this.#enqueue(async () => {
      await this.#cutMetrics()
      await this.#writePending()
      await this.#metrics.datasync()
      const { size: metricsBytes } = await this.#metrics.stat()
      const bytes = encodeCheckpoint({ counters, tensors, metricsBytes })
      // First, since a resume from the other never comes back here.
      if (keptAs !== undefined) await keepCheckpoint(this.#folder, keptAs, bytes)
      await replaceFile(this.#file('checkpoint'), bytes)
      this.#note({ kind: 'checkpoint', keptAs: keptAs ?? 'last', bytes: bytes.byteLength, step: this.#step })
    })
  }

  loadCheckpoint(): Promise<Checkpoint | null> {
    return this.#enqueue(async () => {
      const checkpoint = await readCheckpoint(this.#folder)
      this.#pending = []
      const { size } = await this.#metrics.stat()
      const metricsBytes = checkpoint?.metricsBytes ?? 0
      this.#keptBytes = metricsBytes
      this.#metricsEndWhole = false
      // Lost lines are a pity, but no reason to lose the run with them.
      if (size < metricsBytes)
        this.append([
          {
            type: 'log',
            level: 'warning',
            message: `Lines of ${RUN_FILES.metrics} are missing: the checkpoint remembers ${metricsBytes} bytes, found ${size}. The run goes on without them.`,
          },
        ])
      return checkpoint === null ? null : { counters: checkpoint.counters, tensors: checkpoint.tensors }
    })
  }

  saveWeights(tensors: TensorMap, metadata: Record<string, string>): Promise<void> {
    return this.#enqueue(() => replaceFile(this.#file('weights'), encodeSafetensors(tensors, metadata)))
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
        await this.#metrics.datasync()
      })
    } finally {
      await this.#metrics.close()
      await this.#log?.close()
      await this.#columns?.close()
      await this.#lock.release()
    }
  }

  #file(name: keyof typeof RUN_FILES): string {
    return path.join(this.#folder, RUN_FILES[name])
  }

  #enqueue<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(async () => {
      const failure = this.#failure
      this.#failure = null
      if (failure) throw failure.error
      try {
        return await task()
      } catch (error) {
        throw explainWriteError(error, this.#folder)
      }
    })
    this.#tail = result.catch(() => undefined)
    return result
  }

  async #writePending(): Promise<void> {
    await this.#writeLog()
    const pending = this.#pending
    this.#pending = []
    if (pending.length === 0) return
    await this.#cutMetrics()
    const bytes = Buffer.from(pending.map(({ line }) => line).join(''), 'utf8')
    await this.#metrics.appendFile(bytes)
    await this.#keepColumns(
      pending.map(({ event }) => event),
      bytes.byteLength,
    )
  }

  async #keepColumns(events: readonly RunEvent[], byteCount: number): Promise<void> {
    if (this.#columns !== null) return this.#columns.add(events, byteCount)
    const { size } = await this.#metrics.stat()
    if (size < BLOCK_BYTES) return
    this.#columns = await ColumnsWriter.open(this.#folder, this.#record.config.seeds.length, size)
  }

  async #writeLog(): Promise<void> {
    const lines = this.#pendingLog
    this.#pendingLog = []
    if (lines.length === 0) return
    if (this.#log === null) {
      this.#log = await openRegularFile(this.#file('log'), 'a+')
      await cutTornLine(this.#log)
    }
    await this.#log.appendFile(lines.join(''))
  }

  /** Only before something is written: whoever finds that the checkpoint cannot be used leaves the folder as it was. */
  async #cutMetrics(): Promise<void> {
    if (this.#metricsEndWhole) return
    const { size } = await this.#metrics.stat()
    if (size > this.#keptBytes) {
      await cutColumns(this.#folder, this.#record.config.seeds.length, this.#keptBytes)
      await this.#metrics.truncate(this.#keptBytes)
    }
    await cutTornLine(this.#metrics)
    this.#metricsEndWhole = true
  }
}

/** A killed writer may have left half a line; the next one would be glued to it. */
async function cutTornLine(lines: FileHandle): Promise<void> {
  const { size } = await lines.stat()
  const chunk = Buffer.alloc(64 * 1024)
  let end = size
  while (end > 0) {
    const start = Math.max(0, end - chunk.length)
    const { bytesRead } = await lines.read(chunk, 0, end - start, start)
    const newline = chunk.subarray(0, bytesRead).lastIndexOf(0x0a)
    if (newline >= 0) {
      end = start + newline + 1
      break
    }
    end = start
  }
  if (end < size) await lines.truncate(end)
}
