/**
 * The element types of NumPy: a type as a header names it and the bytes of an array enter; exact numbers, or labels, leave in the order of
 * the bytes. Types that hold neither, such as Python objects and complex numbers, are only named.
 */
import { strFromU8 } from 'fflate'
import { LabError } from '../errors/errors.ts'

/** A type whose elements can be read. */
export interface NpyType {
  /** As NumPy writes it: `<f4`. */
  readonly text: string
  readonly kind: 'bool' | 'int' | 'uint' | 'float' | 'text' | 'bytes'
  /** Of one element. */
  readonly bytes: number
  readonly isBigEndian: boolean
}

/** A whole number beyond 2^53, which no number of ours holds, is the text of its digits. */
export type NpyLabel = number | string
/** Row-major; numbers are kept as such where all are. */
export type NpyElements = Float32Array | Float64Array | NpyLabel[]

const KINDS: Readonly<Record<string, NpyType['kind']>> = {
  b: 'bool',
  i: 'int',
  u: 'uint',
  f: 'float',
  U: 'text',
  S: 'bytes',
  a: 'bytes',
}
const SIZES: Readonly<Record<'bool' | 'int' | 'uint' | 'float', readonly number[]>> = {
  bool: [1],
  int: [1, 2, 4, 8],
  uint: [1, 2, 4, 8],
  float: [2, 4, 8],
}
/** Of one character of `<U`: UTF-32. */
const CHARACTER_BYTES = 4
const LARGEST_CHARACTER = 0x10ffff

/** @returns null for a type that is not read */
export function parseNpyType(text: string | null): NpyType | null {
  const [, order, letter, digits] = /^([<>=|!]?)([biufUSa?])(\d*)$/.exec(text ?? '') ?? []
  if (letter === undefined) return null
  const kind = letter === '?' ? 'bool' : KINDS[letter]!
  const size = letter === '?' ? 1 : Number(digits)
  if (size === 0) return null
  const isBigEndian = order === '>' || order === '!'
  if (kind === 'text') return { text: text!, kind, bytes: size * CHARACTER_BYTES, isBigEndian }
  if (kind === 'bytes') return { text: text!, kind, bytes: size, isBigEndian: false }
  return SIZES[kind].includes(size) ? { text: text!, kind, bytes: size, isBigEndian: isBigEndian && size > 1 } : null
}

/** What people call a type: `float32`, `text`; of one that is not read, what it is. */
export function nameOfNpyType(text: string | null): string {
  const type = parseNpyType(text)
  if (type !== null) {
    if (type.kind === 'text' || type.kind === 'bytes') return 'text'
    return type.kind === 'bool' ? 'bool' : `${type.kind}${8 * type.bytes}`
  }
  if (text === null || /^\|V/.test(text)) return 'records'
  if (/O\d*$/.test(text)) return 'Python objects'
  const [, letter, digits] = /^[<>=|]?([fcMm])(\d+)/.exec(text) ?? []
  if (letter === 'f' || letter === 'c') return `${letter === 'f' ? 'float' : 'complex'}${8 * Number(digits)}`
  return letter === undefined ? text : letter === 'M' ? 'datetime64' : 'timedelta64'
}

/** @returns a copy that starts where typed arrays must, least byte first */
function alignedBytes(bytes: Uint8Array, unitBytes: number, isBigEndian: boolean): ArrayBuffer {
  const copy = new Uint8Array(bytes)
  if (isBigEndian)
    for (let start = 0; start < copy.length; start += unitBytes) copy.subarray(start, start + unitBytes).reverse()
  return copy.buffer
}

/** binary16 of IEEE 754. */
function halfToNumber(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >> 10) & 31
  const mantissa = half & 1023
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1 + mantissa / 1024) * 2 ** (exponent - 15)
}

/**
 * Numbers, exactly as they are.
 * @returns float32 where it holds every number of the type, else float64
 * @throws LabError `dataset` for a whole number beyond ±2^53 and for text
 */
export function decodeNumbers(bytes: Uint8Array, type: NpyType, where: string): Float32Array | Float64Array {
  const buffer = alignedBytes(bytes, type.bytes, type.isBigEndian)
  switch (`${type.kind}${type.bytes}`) {
    case 'bool1':
      return Float32Array.from(new Uint8Array(buffer), (value) => (value === 0 ? 0 : 1))
    case 'int1':
      return new Float32Array(new Int8Array(buffer))
    case 'uint1':
      return new Float32Array(new Uint8Array(buffer))
    case 'int2':
      return new Float32Array(new Int16Array(buffer))
    case 'uint2':
      return new Float32Array(new Uint16Array(buffer))
    case 'int4':
      return new Float64Array(new Int32Array(buffer))
    case 'uint4':
      return new Float64Array(new Uint32Array(buffer))
    case 'int8':
      return Float64Array.from(new BigInt64Array(buffer), (value) => exactNumber(value, where))
    case 'uint8':
      return Float64Array.from(new BigUint64Array(buffer), (value) => exactNumber(value, where))
    case 'float2':
      return Float32Array.from(new Uint16Array(buffer), halfToNumber)
    case 'float4':
      return new Float32Array(buffer)
    case 'float8':
      return new Float64Array(buffer)
  }
  throw new LabError('dataset', 'this array holds text where numbers are needed.', {
    where,
    expected: 'numbers',
    found: `'${type.text}'`,
    remedy: "Convert it before saving, `array.astype('<f4')`, or choose another array.",
  })
}

function exactNumber(value: bigint, where: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number)) return number
  throw new LabError('dataset', 'a whole number is too large to be held exactly.', {
    where,
    expected: 'whole numbers within ±2^53',
    found: `${value}`,
    remedy: 'Rescale the values, such as by subtracting the first one.',
  })
}

/** Labels: numbers stay numbers, text is text. @throws LabError `dataset` for characters that Unicode has not */
export function decodeLabels(bytes: Uint8Array, type: NpyType, where: string): NpyElements {
  const count = bytes.length / type.bytes
  if (type.kind === 'text') {
    const characters = new Uint32Array(alignedBytes(bytes, CHARACTER_BYTES, type.isBigEndian))
    const width = type.bytes / CHARACTER_BYTES
    return Array.from({ length: count }, (_, index) =>
      readText(characters.subarray(index * width, (index + 1) * width), where),
    )
  }
  if (type.kind === 'bytes')
    return Array.from({ length: count }, (_, index) =>
      readByteText(bytes.subarray(index * type.bytes, (index + 1) * type.bytes)),
    )
  if (type.bytes < 8 || type.kind === 'float') return decodeNumbers(bytes, type, where)
  const buffer = alignedBytes(bytes, type.bytes, type.isBigEndian)
  const whole = type.kind === 'int' ? new BigInt64Array(buffer) : new BigUint64Array(buffer)
  const isExact = (value: bigint): boolean => Number.isSafeInteger(Number(value))
  return Array.from(whole).every(isExact)
    ? Float64Array.from(whole, Number)
    : Array.from(whole, (value) => (isExact(value) ? Number(value) : String(value)))
}

/** NumPy fills a text with zeros up to the longest of its array. */
function readText(characters: Uint32Array, where: string): string {
  let end = characters.length
  while (end > 0 && characters[end - 1] === 0) end--
  const wrong = characters.find((character) => character > LARGEST_CHARACTER)
  if (wrong !== undefined)
    throw new LabError('dataset', 'a text of this array has a character that Unicode has not.', {
      where,
      expected: 'at most U+10FFFF',
      found: `0x${wrong.toString(16)}`,
      remedy: 'The file is damaged. Save it again with `numpy.savez`.',
    })
  return Array.from(characters.subarray(0, end), (character) => String.fromCodePoint(character)).join('')
}

/** UTF-8 where it is that, else Latin-1, so that different bytes stay different texts. */
function readByteText(bytes: Uint8Array): string {
  let end = bytes.length
  while (end > 0 && bytes[end - 1] === 0) end--
  const used = bytes.subarray(0, end)
  const text = strFromU8(used)
  return text.includes('\uFFFD') ? strFromU8(used, true) : text
}
