/**
 * Keeps `metrics.columns` beside metrics that have grown long: batches of events enter as they are written to the metrics, and leave as a
 * block whenever they come to a few megabytes of lines. What the file lacks, for whatever reason, is made up from the metrics.
 */
import type { FileHandle } from 'node:fs/promises'
import { addDamage, type DamagedLines } from '../../shared/runs/damaged-lines.ts'
import type { RunEvent } from '../../shared/runs/run.ts'
import { SeriesColumns, type SeriesName } from '../../shared/runs/series.ts'
import { Timeline } from '../../shared/runs/timeline.ts'
import { appendBlock, belongsTo, findBlocks, openColumns, readBlock } from './columns-file.ts'
import { readMetricsPieces } from './metrics-file.ts'

/** Metrics shorter than this are read as they are: it takes a few hundredths of a second. */
export const BLOCK_BYTES = 4 << 20

export class ColumnsWriter {
  readonly #folder: string
  readonly #seedCount: number
  readonly #file: FileHandle
  #timeline = new Timeline()
  #columns = new Map<SeriesName, SeriesColumns>()
  #eventCount = 0
  #damaged: DamagedLines | null = null
  /** The stretch of the metrics that waits. */
  #fromByte = 0
  #toByte = 0

  private constructor(folder: string, seedCount: number, file: FileHandle) {
    this.#folder = folder
    this.#seedCount = seedCount
    this.#file = file
  }

  /** @param metricsBytes how long the metrics are: whole lines, all of which the file will stand for */
  static async open(folder: string, seedCount: number, metricsBytes: number): Promise<ColumnsWriter> {
    const file = (await openColumns(folder, 'a+'))!
    const writer = new ColumnsWriter(folder, seedCount, file)
    try {
      await writer.#goOn(metricsBytes)
    } catch (error) {
      await file.close()
      throw error
    }
    return writer
  }

  /** @param byteCount of the lines of these events, which the metrics hold already */
  async add(events: readonly RunEvent[], byteCount: number): Promise<void> {
    for (const event of events) this.#take(event)
    this.#toByte += byteCount
    if (this.#toByte - this.#fromByte >= BLOCK_BYTES) await this.#write()
  }

  async close(): Promise<void> {
    await this.#file.close()
  }

  async #goOn(metricsBytes: number): Promise<void> {
    const places = await findBlocks(this.#file, this.#seedCount, metricsBytes)
    const last = places.at(-1)
    const isGood =
      last !== undefined &&
      (await belongsTo(this.#folder, last)) &&
      (await readBlock(this.#file, last).then((block) => block !== null))
    const kept = isGood ? last : null
    await this.#file.truncate(kept?.endByte ?? 0)
    this.#timeline = kept ? new Timeline(kept.header.marks, kept.header.lastPosition) : new Timeline()
    this.#fromByte = kept?.header.toByte ?? 0
    this.#toByte = this.#fromByte
    for await (const { events, damaged, endByte } of readMetricsPieces(this.#folder, this.#fromByte, metricsBytes)) {
      this.#damaged = addDamage(this.#damaged, damaged, this.#eventCount + (this.#damaged?.count ?? 0))
      await this.add(events, endByte - this.#toByte)
    }
  }

  #take(event: RunEvent): void {
    this.#eventCount++
    for (const { series, position, values } of this.#timeline.push(event)) {
      let columns = this.#columns.get(series)
      if (columns === undefined) this.#columns.set(series, (columns = new SeriesColumns(this.#seedCount)))
      columns.push(position, values)
    }
  }

  async #write(): Promise<void> {
    await appendBlock(this.#file, this.#folder, {
      fromByte: this.#fromByte,
      toByte: this.#toByte,
      eventCount: this.#eventCount,
      damaged: this.#damaged,
      marks: this.#timeline.marks(),
      lastPosition: this.#timeline.lastPosition,
      seedCount: this.#seedCount,
      columns: this.#columns,
    })
    this.#columns = new Map()
    this.#eventCount = 0
    this.#damaged = null
    this.#fromByte = this.#toByte
  }
}

/** Cuts off blocks of metrics that are cut off: a resume writes others in their place. */
export async function cutColumns(folder: string, seedCount: number, metricsBytes: number): Promise<void> {
  const file = await openColumns(folder, 'r')
  if (file === null) return
  let keptBytes: number
  try {
    keptBytes = (await findBlocks(file, seedCount, metricsBytes)).at(-1)?.endByte ?? 0
  } finally {
    await file.close()
  }
  const writable = await openColumns(folder, 'a+')
  try {
    await writable?.truncate(keptBytes)
  } finally {
    await writable?.close()
  }
}
