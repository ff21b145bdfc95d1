/** One run folder open for writing: `run.json`, `metrics.jsonl`, `checkpoint.safetensors`, `weights.safetensors`, under a lock of this process. */
import { open, readFile, rm, truncate, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { decodeSafetensors, encodeSafetensors } from '../../shared/exchange/safetensors.ts'
import type { TensorMap } from '../../shared/numerics/dims.ts'
import { LabError } from '../../shared/protocol/errors.ts'
import type { Checkpoint, RunEvent, RunRecord, RunWriter } from '../../shared/runs/run.ts'
import { replaceFile } from './durable-file.ts'

export const RUN_FILES = {
  record: 'run.json',
  metrics: 'metrics.jsonl',
  checkpoint: 'checkpoint.safetensors',
  weights: 'weights.safetensors',
  lock: 'lock',
} as const

const CHECKPOINT_VERSION = '1'

/** Reads a checkpoint and how many bytes of metrics belong to it; null if there is none. @throws LabError `checkpoint` */
export async function readCheckpoint(folder: string): Promise<(Checkpoint & { metricsBytes: number }) | null> {
  const file = path.join(folder, RUN_FILES.checkpoint)
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw new LabError('checkpoint', 'The checkpoint cannot be read.', { where: file, found: error.message, remedy: 'Check the permissions of the run folder.', cause: error })
  })
  if (bytes === null) return null
  const { tensors, metadata } = decodeSafetensors(bytes, file, 'checkpoint')
  const { version, counters, metricsBytes } = metadata
  if (version !== CHECKPOINT_VERSION)
    throw new LabError('checkpoint', 'The checkpoint has another version.', { where: file, expected: CHECKPOINT_VERSION, found: version ?? 'none', remedy: 'Resume it with the version of the lab that wrote it.' })
  try {
    const parsed: unknown = JSON.parse(counters ?? '')
    const length = Number(metricsBytes)
    if (typeof parsed !== 'object' || parsed === null || !Number.isSafeInteger(length) || length < 0) throw new TypeError('counters or metricsBytes are wrong')
    return { counters: parsed as Record<string, unknown>, tensors, metricsBytes: length }
  } catch (cause) {
    throw new LabError('checkpoint', 'The counters of the checkpoint cannot be read.', { where: file, expected: 'a JSON object and a byte count', found: String(counters).slice(0, 60), remedy: 'Move the file away to start the run anew.', cause })
  }
}

export class FileRunWriter implements RunWriter {
  #record: RunRecord
  readonly #folder: string
  #pending: string[] = []
  #metrics: FileHandle | null = null

  constructor(folder: string, record: RunRecord) {
    this.#folder = folder
    this.#record = record
  }

  get record(): RunRecord {
    return this.#record
  }

  async update(change: Parameters<RunWriter['update']>[0]): Promise<void> {
    this.#record = { ...this.#record, ...change, heartbeatAt: new Date().toISOString() }
    await replaceFile(this.#file('record'), `${JSON.stringify(this.#record, null, 2)}\n`)
  }

  append(events: readonly RunEvent[]): void {
    for (const event of events) this.#pending.push(`${JSON.stringify(event)}\n`)
  }

  async saveCheckpoint({ counters, tensors }: Checkpoint): Promise<void> {
    const metricsBytes = await this.#flush()
    const metadata = { version: CHECKPOINT_VERSION, counters: JSON.stringify(counters), metricsBytes: String(metricsBytes) }
    await replaceFile(this.#file('checkpoint'), encodeSafetensors(tensors, metadata))
  }

  async loadCheckpoint(): Promise<Checkpoint | null> {
    const checkpoint = await readCheckpoint(this.#folder)
    this.#pending = []
    await this.#openMetrics()
    const { size } = await this.#metrics!.stat()
    const metricsBytes = checkpoint?.metricsBytes ?? 0
    if (size < metricsBytes)
      throw new LabError('run-folder', 'Lines of the metrics are missing.', { where: this.#file('metrics'), expected: `at least ${metricsBytes} bytes`, found: `${size}`, remedy: 'Restore the file, or move the checkpoint away to start the run anew.' })
    if (size > metricsBytes) await truncate(this.#file('metrics'), metricsBytes)
    return checkpoint === null ? null : { counters: checkpoint.counters, tensors: checkpoint.tensors }
  }

  async saveWeights(tensors: TensorMap, metadata: Record<string, string>): Promise<void> {
    await replaceFile(this.#file('weights'), encodeSafetensors(tensors, metadata))
  }

  async heartbeat(): Promise<void> {
    await this.update({})
    await this.#flush()
  }

  async close(): Promise<void> {
    await this.#flush()
    await this.#metrics?.close()
    this.#metrics = null
    await rm(this.#file('lock'), { force: true })
  }

  #file(name: keyof typeof RUN_FILES): string {
    return path.join(this.#folder, RUN_FILES[name])
  }

  async #openMetrics(): Promise<void> {
    this.#metrics ??= await open(this.#file('metrics'), 'a')
  }

  /** Writes what is waiting and waits for the disk. @returns the file's length in bytes */
  async #flush(): Promise<number> {
    await this.#openMetrics()
    const lines = this.#pending.splice(0)
    if (lines.length > 0) {
      await this.#metrics!.appendFile(lines.join(''))
      await this.#metrics!.datasync()
    }
    return (await this.#metrics!.stat()).size
  }
}
