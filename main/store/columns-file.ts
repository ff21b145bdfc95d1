/**
 * `metrics.columns`: what long metrics come to, as columns of numbers, so that a run of millions of steps opens at once. Blocks enter and
 * leave, each standing for a stretch of bytes of `metrics.jsonl`, which stays the truth: whatever is torn, damaged or of other metrics
 * is passed over by the reader, and cut off by the next writer. When to write one is left to columns-writer.ts.
 */
import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { parseJson } from '../../shared/exchange/parse-json.ts'
import type { DamagedLines } from '../../shared/runs/damaged-lines.ts'
import { isSeriesName, type SeriesColumns, type SeriesName } from '../../shared/runs/series.ts'
import type { TimelineMarks } from '../../shared/runs/timeline.ts'
import { codeOf } from './file-errors.ts'
import { NoRegularFileError, openRegularFile } from './regular-file.ts'
import { RUN_FILES } from './run-files.ts'

const MAGIC = 0x31434c57 // "WLC1"
/** Magic and length of the header. */
const PRELUDE_BYTES = 8
const DIGEST_BYTES = 32
const NUMBER_BYTES = 8
/** A header names at most a few hundred series. */
const MOST_HEADER_BYTES = 1 << 20
/** Of the metrics before the end of a block: tells other metrics of the same length. */
const TAIL_BYTES = 64

export interface ColumnsBlock {
  /** The stretch of the metrics that it stands for. */
  readonly fromByte: number
  readonly toByte: number
  /** Events in that stretch. */
  readonly eventCount: number
  /** Lines of that stretch that are no events, counted from its beginning. */
  readonly damaged: DamagedLines | null
  /** All marks up to its end, those of earlier blocks included. */
  readonly marks: TimelineMarks
  readonly lastPosition: number
  readonly series: readonly {
    readonly name: SeriesName
    readonly positions: Float64Array
    /** One a seed. */
    readonly values: readonly Float64Array[]
  }[]
}

interface Header {
  readonly fromByte: number
  readonly toByte: number
  readonly eventCount: number
  readonly seedCount: number
  readonly damaged: DamagedLines | null
  readonly marks: TimelineMarks
  readonly lastPosition: number
  /** Digest of the metrics' bytes before `toByte`. */
  readonly tail: string
  /** `positionsOf`: the earlier series of the block whose positions are the same; null: its own follow. */
  readonly series: readonly { readonly name: SeriesName; readonly count: number; readonly positionsOf: number | null }[]
}

/** Where blocks are, without their numbers. */
export interface BlockPlace {
  readonly header: Header
  readonly startByte: number
  readonly endByte: number
}

export type NewBlock = Omit<ColumnsBlock, 'series'> & {
  readonly seedCount: number
  readonly columns: ReadonlyMap<SeriesName, SeriesColumns>
}

/** @returns null where there is no file; to read, also where something else than a file lies */
export async function openColumns(folder: string, flags: 'r' | 'a+'): Promise<FileHandle | null> {
  try {
    return await openRegularFile(path.join(folder, RUN_FILES.columns), flags)
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || (flags === 'r' && error instanceof NoRegularFileError)) return null
    throw error
  }
}

/** Digest of the last bytes of the metrics before `toByte`. */
async function tailOf(folder: string, toByte: number): Promise<string> {
  const metrics = await openRegularFile(path.join(folder, RUN_FILES.metrics), 'r')
  try {
    const length = Math.min(TAIL_BYTES, toByte)
    const { buffer, bytesRead } = await metrics.read(Buffer.alloc(length), 0, length, toByte - length)
    return createHash('sha256').update(buffer.subarray(0, bytesRead)).digest('hex')
  } finally {
    await metrics.close()
  }
}

export async function appendBlock(handle: FileHandle, folder: string, block: NewBlock): Promise<void> {
  const { columns, seedCount, ...rest } = block
  const numbers: Float64Array[] = []
  const written: { positions: Float64Array; index: number }[] = []
  const series = [...columns].map(([name, column], index) => {
    const { positions } = column
    const same = written.find((other) => isEqual(other.positions, positions))
    if (!same) {
      written.push({ positions, index })
      numbers.push(positions)
    }
    for (let r = 0; r < seedCount; r++) numbers.push(column.values(r))
    return { name, count: column.length, positionsOf: same?.index ?? null }
  })
  const header: Header = { ...rest, seedCount, tail: await tailOf(folder, block.toByte), series }
  const text = Buffer.from(JSON.stringify(header), 'utf8')
  // Numbers begin at a multiple of their size.
  const headerBytes = Math.ceil(text.length / NUMBER_BYTES) * NUMBER_BYTES
  const start = Buffer.alloc(PRELUDE_BYTES + headerBytes, ' ')
  start.writeUInt32LE(MAGIC, 0)
  start.writeUInt32LE(headerBytes, 4)
  text.copy(start, PRELUDE_BYTES)
  const parts = [start, ...numbers.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength))]
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  await handle.appendFile(Buffer.concat([...parts, hash.digest()]))
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, index) => value === b[index])
}

/** The blocks that follow one another from the first byte of the metrics on, up to `mostBytes` of them. */
export async function findBlocks(handle: FileHandle, seedCount: number, mostBytes: number): Promise<BlockPlace[]> {
  const { size } = await handle.stat()
  const places: BlockPlace[] = []
  let startByte = 0
  let fromByte = 0
  for (;;) {
    const header = await readHeader(handle, startByte, size)
    if (header === null || header.value.fromByte !== fromByte || header.value.toByte > mostBytes) return places
    if (header.value.seedCount !== seedCount) return places
    const endByte = startByte + header.bytes + NUMBER_BYTES * countNumbers(header.value) + DIGEST_BYTES
    if (endByte > size) return places
    places.push({ header: header.value, startByte, endByte })
    fromByte = header.value.toByte
    startByte = endByte
  }
}

function countNumbers({ series, seedCount }: Header): number {
  return series.reduce((sum, { count, positionsOf }) => sum + count * (seedCount + (positionsOf === null ? 1 : 0)), 0)
}

async function readHeader(
  handle: FileHandle,
  startByte: number,
  size: number,
): Promise<{ readonly value: Header; readonly bytes: number } | null> {
  if (startByte + PRELUDE_BYTES > size) return null
  const prelude = Buffer.alloc(PRELUDE_BYTES)
  await handle.read(prelude, 0, PRELUDE_BYTES, startByte)
  const length = prelude.readUInt32LE(4)
  if (prelude.readUInt32LE(0) !== MAGIC || length > MOST_HEADER_BYTES || startByte + PRELUDE_BYTES + length > size)
    return null
  const text = Buffer.alloc(length)
  await handle.read(text, 0, length, startByte + PRELUDE_BYTES)
  const value = parseHeader(text.toString('utf8'))
  return value === null ? null : { value, bytes: PRELUDE_BYTES + length }
}

/** null for a damaged header: the metrics say the same. */
function parseHeader(text: string): Header | null {
  let header: Partial<Header> | null
  try {
    header = parseJson(text) as Partial<Header> | null
  } catch {
    return null
  }
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0
  if (header === null || typeof header !== 'object' || !Array.isArray(header.series)) return null
  const { fromByte, toByte, eventCount, seedCount, lastPosition, marks, tail } = header
  // Not in files of earlier versions, which had none of it.
  const damaged = header.damaged ?? null
  const divergences: unknown = marks?.divergences ?? []
  const isWhole =
    [fromByte, toByte, eventCount, seedCount, lastPosition].every(isCount) &&
    toByte! > fromByte! &&
    typeof tail === 'string' &&
    (damaged === null || [damaged.count, damaged.firstLine, damaged.firstByte].every(isCount)) &&
    [marks?.phases, marks?.restarts, marks?.forks, divergences].every((list) => Array.isArray(list)) &&
    header.series.every(
      ({ name, count, positionsOf }, index) =>
        isSeriesName(name) && isCount(count) && (positionsOf === null || (isCount(positionsOf) && positionsOf < index)),
    )
  return isWhole ? ({ ...header, damaged, marks: { ...marks, divergences } } as Header) : null
}

/** @returns null for a block whose bytes are not those that were written */
export async function readBlock(
  handle: FileHandle,
  { header, startByte, endByte }: BlockPlace,
): Promise<ColumnsBlock | null> {
  const bytes = new Uint8Array(endByte - startByte)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, startByte)
  const contentBytes = bytes.length - DIGEST_BYTES
  const digest = createHash('sha256').update(bytes.subarray(0, contentBytes)).digest()
  if (bytesRead !== bytes.length || !digest.equals(bytes.subarray(contentBytes))) return null
  let at = contentBytes - NUMBER_BYTES * countNumbers(header)
  const take = (count: number): Float64Array => {
    const numbers = new Float64Array(bytes.buffer, at, count)
    at += count * NUMBER_BYTES
    return numbers
  }
  const series: { name: SeriesName; positions: Float64Array; values: Float64Array[] }[] = []
  for (const { name, count, positionsOf } of header.series) {
    const positions = positionsOf === null ? take(count) : series[positionsOf]!.positions
    series.push({ name, positions, values: Array.from({ length: header.seedCount }, () => take(count)) })
  }
  const { fromByte, toByte, eventCount, damaged, marks, lastPosition } = header
  return { fromByte, toByte, eventCount, damaged, marks, lastPosition, series }
}

/** Whether the metrics before the end of a block are still those that it was made of. */
export async function belongsTo(folder: string, { header }: BlockPlace): Promise<boolean> {
  return (await tailOf(folder, header.toByte)) === header.tail
}

/**
 * The blocks of a run from the beginning of its metrics on; none where they are not to be trusted.
 * @param mostBytes of the metrics: what lies beyond them is left to others
 */
export async function* readColumns(folder: string, seedCount: number, mostBytes: number): AsyncGenerator<ColumnsBlock> {
  const handle = await openColumns(folder, 'r')
  if (handle === null) return
  try {
    const places = await findBlocks(handle, seedCount, mostBytes)
    const last = places.at(-1)
    if (last === undefined || !(await belongsTo(folder, last))) return
    for (const place of places) {
      const block = await readBlock(handle, place)
      if (block === null) return
      yield block
    }
  } finally {
    await handle.close()
  }
}
