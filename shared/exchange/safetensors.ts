/**
 * The safetensors format: named tensors behind a JSON header. Reads F32 and F64, refuses everything that the reference
 * implementation refuses (holes, overlaps, wrong sizes, duplicate names, headers over 100 MB). Bytes in, bytes out.
 */
import { strFromU8, strToU8 } from 'fflate'
import { elementCount, type Tensor, type TensorMap } from '../numerics/dims.ts'
import { LabError, type ErrorCode } from '../protocol/errors.ts'

const MAX_HEADER_BYTES = 100_000_000
const LENGTH_BYTES = 8
const ALIGNMENT = 8
const METADATA_KEY = '__metadata__'

export interface SafetensorsFile {
  readonly tensors: TensorMap
  readonly metadata: Readonly<Record<string, string>>
}

/** Encodes in the map's order. The header is padded with spaces so that data start at a multiple of 8 bytes. */
export function encodeSafetensors(tensors: TensorMap, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const header: Record<string, unknown> = { [METADATA_KEY]: metadata }
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: data instanceof Float64Array ? 'F64' : 'F32', shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const json = strToU8(JSON.stringify(header))
  const headerBytes = Math.ceil(json.length / ALIGNMENT) * ALIGNMENT
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true)
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes)
  bytes.set(json, LENGTH_BYTES)
  let position = LENGTH_BYTES + headerBytes
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position)
    position += data.byteLength
  }
  return bytes
}

/**
 * @param where the file's name, for messages
 * @param code the family of its errors
 * @throws LabError of that code for anything that is not a whole, well-formed file
 */
export function decodeSafetensors(bytes: Uint8Array, where: string, code: ErrorCode = 'weights'): SafetensorsFile {
  const fail = (message: string, expected: string, found: string): never => {
    throw new LabError(code, message, { where, expected, found, remedy: 'The file is damaged or not a safetensors file; use another copy.' })
  }
  if (bytes.length < LENGTH_BYTES) fail('The file is too short.', 'at least 8 bytes', `${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerLength = view.getBigUint64(0, true)
  if (headerLength > BigInt(MAX_HEADER_BYTES)) fail('The header is too long.', `at most ${MAX_HEADER_BYTES} bytes`, `${headerLength}`)
  const headerBytes = Number(headerLength)
  const start = LENGTH_BYTES + headerBytes
  if (start > bytes.length) fail('The header is cut off.', `${headerBytes} bytes of header`, `${bytes.length - LENGTH_BYTES}`)
  const text = strFromU8(bytes.subarray(LENGTH_BYTES, start))
  if (!text.startsWith('{')) fail('The header is not JSON.', '`{` as its first byte', `\`${text.slice(0, 1)}\``)
  const header = parseHeader(text, fail)
  const metadata = readMetadata(header[METADATA_KEY], fail)
  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA_KEY)
    .map(([name, entry]) => ({ name, ...readEntry(name, entry, fail) }))
  const dataBytes = bytes.length - start
  let expected = 0
  for (const { name, begin, end } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin !== expected) fail(`The data of \`${name}\` leave a hole or overlap.`, `them to start at byte ${expected}`, `${begin}`)
    expected = end
  }
  if (expected !== dataBytes) fail('The data have the wrong length.', `${expected} bytes`, `${dataBytes}`)
  const tensors = new Map<string, Tensor>()
  for (const { name, dtype, shape, begin, end } of entries) {
    const copy = bytes.slice(start + begin, start + end).buffer
    tensors.set(name, { shape, data: dtype === 'F64' ? new Float64Array(copy) : new Float32Array(copy) })
  }
  return { tensors, metadata }
}

type Fail = (message: string, expected: string, found: string) => never

function parseHeader(text: string, fail: Fail): Record<string, unknown> {
  let header: unknown
  try {
    header = JSON.parse(text)
  } catch (cause) {
    return fail('The header is not JSON.', 'a JSON object', cause instanceof Error ? cause.message : 'something else')
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) return fail('The header is not an object.', 'a JSON object', typeof header)
  // JSON.parse keeps the last of two equal names without a word.
  const names = topLevelNames(text)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) fail('Two tensors have one name.', 'each name once', `\`${twice}\` twice`)
  return header as Record<string, unknown>
}

/** The names of a JSON object's own members, in order, repeated ones too. */
function topLevelNames(text: string): string[] {
  const names: string[] = []
  let depth = 0
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?|[{}[\]]/g)) {
    const token = match[0]
    if (token === '{' || token === '[') depth++
    else if (token === '}' || token === ']') depth--
    else if (depth === 1 && match[1] !== undefined) names.push(JSON.parse(token.slice(0, token.length - match[1].length)) as string)
  }
  return names
}

function readMetadata(value: unknown, fail: Fail): Record<string, string> {
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fail('The metadata are not an object.', 'names and strings', JSON.stringify(value))
  for (const [name, entry] of Object.entries(value)) if (typeof entry !== 'string') fail(`The metadata \`${name}\` are not a string.`, 'a string', typeof entry)
  return value as Record<string, string>
}

function readEntry(name: string, entry: unknown, fail: Fail): { dtype: 'F32' | 'F64'; shape: number[]; begin: number; end: number } {
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
  const { dtype, shape, data_offsets: offsets } = (typeof entry === 'object' && entry !== null ? entry : {}) as Record<string, unknown>
  if (dtype !== 'F32' && dtype !== 'F64') return fail(`The type of \`${name}\` cannot be read.`, 'F32 or F64', String(dtype))
  if (!Array.isArray(shape) || !shape.every(isCount)) return fail(`The shape of \`${name}\` is wrong.`, 'a list of sizes', JSON.stringify(shape))
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) return fail(`The place of \`${name}\` is wrong.`, 'two offsets', JSON.stringify(offsets))
  const [begin, end] = offsets as [number, number]
  const size = elementCount(shape) * (dtype === 'F64' ? 8 : 4)
  if (end - begin !== size) return fail(`The data of \`${name}\` have the wrong length.`, `${size} bytes`, `${end - begin}`)
  return { dtype, shape, begin, end }
}
