/**
 * The safetensors format: named tensors enter and a file's bytes leave, or the other way round. Reads F32 and F64 and
 * refuses everything that the reference implementation refuses (holes, overlaps, wrong sizes, repeated names, headers
 * over 100 MB). Files, and what the names mean, are left to the callers.
 */
import { strFromU8, strToU8 } from 'fflate'
import { elementCount, type Tensor, type TensorMap } from '../numerics/dims.ts'
import { LabError, type ErrorCode } from '../protocol/errors.ts'

/** The reference implementation's limit. */
const MAX_HEADER_BYTES = 100_000_000
const LENGTH_BYTES = 8
const ALIGNMENT = 8
const METADATA_KEY = '__metadata__'
const ELEMENT_BYTES = { F32: 4, F64: 8 } as const

type ElementType = keyof typeof ELEMENT_BYTES
type Fail = (message: string, expected: string, found: string, cause?: unknown) => never

export interface SafetensorsFile {
  readonly tensors: TensorMap
  readonly metadata: Readonly<Record<string, string>>
}

interface Entry {
  readonly name: string
  readonly type: ElementType
  readonly shape: readonly number[]
  readonly begin: number
  readonly end: number
}

/**
 * Float64 tensors come first, so that each stands at a multiple of its element's size (readers map the file into memory);
 * otherwise in the map's order. The header is padded with spaces so that the data start at a multiple of 8 bytes.
 * @returns the file; the same bytes for the same tensors and metadata
 * @throws LabError `internal` for a tensor that does not fill its shape and for the reserved name `__metadata__`
 */
export function encodeSafetensors(tensors: TensorMap, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const entries = [...tensors]
  const is64 = (tensor: Tensor): boolean => tensor.data instanceof Float64Array
  const ordered = [...entries.filter(([, tensor]) => is64(tensor)), ...entries.filter(([, tensor]) => !is64(tensor))]
  // Members are written one by one: an object would move names like `0` to the front and lose `__proto__`.
  const members = [`${JSON.stringify(METADATA_KEY)}:${JSON.stringify(metadata)}`]
  let dataBytes = 0
  for (const [name, tensor] of ordered) {
    const { shape, data } = tensor
    if (name === METADATA_KEY || data.length !== elementCount(shape))
      throw new LabError('internal', 'this tensor cannot be written.', {
        where: name,
        expected: `${elementCount(shape)} elements for [${shape.join(', ')}], and a name other than ${METADATA_KEY}`,
        found: `${data.length} elements`,
      })
    const entry = {
      dtype: is64(tensor) ? 'F64' : 'F32',
      shape,
      data_offsets: [dataBytes, dataBytes + data.byteLength],
    }
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`)
    dataBytes += data.byteLength
  }
  const json = strToU8(`{${members.join(',')}}`)
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes)
  bytes.set(json, LENGTH_BYTES)
  let position = LENGTH_BYTES + headerBytes
  for (const [, { data }] of ordered) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return bytes
}

/**
 * @param where the file's name, for messages
 * @param code the family of the errors: `weights` or `checkpoint`
 * @returns tensors in the order of their data, copied out of `bytes`
 * @throws LabError `code` for anything that is not a whole, well-formed file of float32 and float64 tensors
 */
export function decodeSafetensors(bytes: Uint8Array, where: string, code: ErrorCode = 'weights'): SafetensorsFile {
  const fail: Fail = (message, expected, found, cause) => {
    throw new LabError(code, message, {
      where,
      expected,
      found,
      remedy: 'The file is damaged or no safetensors file of float32 or float64 tensors; use another copy of it.',
      cause,
    })
  }
  if (bytes.length < LENGTH_BYTES) fail('the file is too short.', 'at least 8 bytes', `${bytes.length}`)
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getBigUint64(0, true)
  // Compared as BigInt: a damaged length may be larger than any number that is exact.
  if (headerLength > BigInt(MAX_HEADER_BYTES))
    fail('the header is too long.', `at most ${MAX_HEADER_BYTES} bytes`, `${headerLength}`)
  const start = LENGTH_BYTES + Number(headerLength)
  if (start > bytes.length)
    fail('the header is cut off.', `${headerLength} bytes of header`, `${bytes.length - LENGTH_BYTES}`)
  const header = parseHeader(bytes.subarray(LENGTH_BYTES, start), fail)
  const metadata = readMetadata(header[METADATA_KEY], fail)
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, entry]) => readEntry(name, entry, fail))
    .sort((a, b) => a.begin - b.begin || a.end - b.end)
  requireContiguous(entries, bytes.length - start, fail)
  const tensors = new Map<string, Tensor>()
  for (const { name, type, shape, begin, end } of entries) {
    // A copy, since data in a file may stand at any byte and typed arrays may not; not `slice`, which in Node's Buffer is
    // a view on the whole file.
    const { buffer } = Uint8Array.from(bytes.subarray(start + begin, start + end))
    tensors.set(name, { shape, data: type === 'F64' ? new Float64Array(buffer) : new Float32Array(buffer) })
  }
  return { tensors, metadata }
}

function requireContiguous(entries: readonly Entry[], dataBytes: number, fail: Fail): void {
  let end = 0
  for (const entry of entries) {
    if (entry.begin !== end)
      fail(
        `the data of \`${entry.name}\` ${entry.begin > end ? 'leave a hole before them' : 'overlap others'}.`,
        `a start at byte ${end}`,
        `${entry.begin}`,
      )
    end = entry.end
  }
  if (end !== dataBytes)
    fail(
      end > dataBytes ? 'the data are cut off.' : 'bytes follow the last tensor.',
      `${end} bytes of data`,
      `${dataBytes}`,
    )
}

function parseHeader(bytes: Uint8Array, fail: Fail): Record<string, unknown> {
  if (bytes[0] !== 0x7b)
    fail('the header is not JSON.', '`{` as its first byte', bytes.length === 0 ? 'nothing' : `byte ${bytes[0]}`)
  const text = strFromU8(bytes)
  // The decoder puts a replacement character for what is not UTF-8; then the way back differs.
  const again = strToU8(text)
  if (again.length !== bytes.length || again.some((byte, index) => byte !== bytes[index]))
    fail('the header is not text.', 'UTF-8', 'other bytes')
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    return fail(
      'the header is not JSON.',
      'a JSON object',
      cause instanceof Error ? cause.message : 'other text',
      cause,
    )
  }
  const repeated = findRepeatedName(text)
  if (repeated !== undefined)
    fail('a name stands twice in the header.', 'each name once in its object', `\`${repeated}\` twice`)
  return header as Record<string, unknown>
}

/** The first name that stands twice in one object of valid JSON; JSON.parse keeps the last without a word. */
function findRepeatedName(json: string): string | undefined {
  const open: Set<string>[] = []
  for (const [token, colon] of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}]/g)) {
    if (token === '{') open.push(new Set())
    else if (token === '}') open.pop()
    else if (colon !== undefined) {
      const name = JSON.parse(token.slice(0, -colon.length)) as string
      const names = open.at(-1)
      if (names?.has(name)) return name
      names?.add(name)
    }
  }
  return undefined
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('the metadata are not an object.', 'names and strings', JSON.stringify(value))
  for (const [name, entry] of Object.entries(value))
    if (typeof entry !== 'string') fail(`the metadata \`${name}\` are no string.`, 'a string', JSON.stringify(entry))
  return value as Record<string, string>
}

function readEntry(name: string, entry: unknown, fail: Fail): Entry {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry))
    return fail(`the entry of \`${name}\` is no object.`, '`dtype`, `shape` and `data_offsets`', JSON.stringify(entry))
  const { dtype, shape, data_offsets: offsets } = entry as Record<string, unknown>
  if (dtype !== 'F32' && dtype !== 'F64')
    return fail(`the type of \`${name}\` is not read.`, 'F32 or F64', JSON.stringify(dtype) ?? 'nothing')
  if (!isCountList(shape))
    return fail(`the shape of \`${name}\` is wrong.`, 'a list of sizes', JSON.stringify(shape) ?? 'nothing')
  if (!isCountList(offsets) || offsets.length !== 2)
    return fail(`the place of \`${name}\` is wrong.`, 'two offsets', JSON.stringify(offsets) ?? 'nothing')
  const [begin, end] = offsets as [number, number]
  const byteCount = elementCount(shape) * ELEMENT_BYTES[dtype]
  if (end - begin !== byteCount)
    return fail(
      `the data of \`${name}\` have the wrong length.`,
      `${byteCount} bytes for ${dtype} [${shape.join(', ')}]`,
      `${end - begin}`,
    )
  return { name, type: dtype, shape, begin, end }
}

function isCountList(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
}
