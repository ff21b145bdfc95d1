/**
 * The safetensors format: named tensors enter and a file's bytes leave, or the other way round. Reads F32 and F64 and
 * refuses everything that the reference implementation refuses (holes, overlaps, wrong sizes, headers over 100 MB), and
 * what the format's description forbids though that implementation lets it pass (see `npm run faults:safetensors`). The
 * header's text is safetensors-header.ts's; files, and what the names mean, are left to the callers.
 */
import { strFromU8, strToU8 } from 'fflate'
import { elementCount, type Tensor, type TensorMap } from '../numerics/dims.ts'
import { LabError, type ErrorCode } from '../errors/errors.ts'
import { readSafetensorsHeader, type FailHeader, type HeaderEntry } from './safetensors-header.ts'

/** The reference implementation's limit. */
const MAX_HEADER_BYTES = 100_000_000
const LENGTH_BYTES = 8
const ALIGNMENT = 8
const METADATA_KEY = '__metadata__'
const ELEMENT_BYTES = { F32: 4, F64: 8 } as const

/** Offsets and products of sizes are counted in as many bits by the reference implementation. */
const LARGEST_COUNT = 2n ** 64n - 1n

type ElementType = keyof typeof ELEMENT_BYTES

export interface SafetensorsFile {
  readonly tensors: TensorMap
  readonly metadata: Readonly<Record<string, string>>
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
  const fail: FailHeader = (message, expected, found) => {
    throw new LabError(code, message, {
      where,
      expected,
      found,
      remedy: 'The file is damaged or no safetensors file of float32 or float64 tensors; use another copy of it.',
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
  const { entries, metadata } = readSafetensorsHeader(decodeHeader(bytes.subarray(LENGTH_BYTES, start), fail), fail)
  const ordered = [...entries].sort((a, b) => compare(a.begin, b.begin) || compare(a.end, b.end))
  for (const entry of ordered) requireFilled(entry, fail)
  requireContiguous(ordered, bytes.length - start, fail)
  const tensors = new Map<string, Tensor>()
  for (const { name, type, shape, begin, end } of ordered) {
    // A copy, since data in a file may stand at any byte and typed arrays may not; not `slice`, which in Node's Buffer is
    // a view on the whole file.
    const { buffer } = Uint8Array.from(bytes.subarray(start + Number(begin), start + Number(end)))
    tensors.set(name, {
      shape: shape.map(Number),
      data: type === 'F64' ? new Float64Array(buffer) : new Float32Array(buffer),
    })
  }
  return { tensors, metadata }
}

const compare = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function isElementType(type: string): type is ElementType {
  return Object.hasOwn(ELEMENT_BYTES, type)
}

/** One type that is read, and as many bytes as its shape says. */
function requireFilled({ name, type, shape, begin, end }: HeaderEntry, fail: FailHeader): void {
  if (!isElementType(type)) return fail(`the type of \`${name}\` is not read.`, 'F32 or F64', JSON.stringify(type))
  let byteCount = 1n
  for (const size of [...shape, BigInt(ELEMENT_BYTES[type])]) {
    byteCount *= size
    // Also where a later size is 0, as the reference implementation multiplies in this order.
    if (byteCount > LARGEST_COUNT)
      fail(
        `the data of \`${name}\` have the wrong length.`,
        'sizes whose product 64 bits hold',
        `[${shape.join(', ')}]`,
      )
  }
  if (end - begin !== byteCount)
    fail(
      `the data of \`${name}\` have the wrong length.`,
      `${byteCount} bytes for ${type} [${shape.join(', ')}]`,
      `${end - begin}`,
    )
}

function requireContiguous(entries: readonly HeaderEntry[], dataBytes: number, fail: FailHeader): void {
  let end = 0n
  for (const entry of entries) {
    if (entry.begin !== end)
      fail(
        `the data of \`${entry.name}\` ${entry.begin > end ? 'leave a hole before them' : 'overlap others'}.`,
        `a start at byte ${end}`,
        `${entry.begin}`,
      )
    end = entry.end
  }
  if (end !== BigInt(dataBytes))
    fail(
      end > dataBytes ? 'the data are cut off.' : 'bytes follow the last tensor.',
      `${end} bytes of data`,
      `${dataBytes}`,
    )
}

function decodeHeader(bytes: Uint8Array, fail: FailHeader): string {
  if (bytes[0] !== 0x7b)
    fail('the header is not JSON.', '`{` as its first byte', bytes.length === 0 ? 'nothing' : `byte ${bytes[0]}`)
  const text = strFromU8(bytes)
  // The decoder puts a replacement character for what is not UTF-8; then the way back differs.
  const again = strToU8(text)
  if (again.length !== bytes.length || again.some((byte, index) => byte !== bytes[index]))
    fail('the header is not text.', 'UTF-8', 'other bytes')
  return text
}
