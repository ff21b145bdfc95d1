/**
 * NumPy's array file: the bytes of one `.npy` enter and a dense row-major array leaves, or the other way round. Format
 * of numpy.lib.format, versions 1 to 3. Archives of several arrays are npz.ts's; what an array means is the caller's.
 */
import { LabError, quoteStart, type ErrorCode } from '../protocol/errors.ts'
import { elementCount, type Tensor } from './dims.ts'

/** The element types that are read. Whole numbers leave as exact real numbers. */
export type NpyType = '<f4' | '<f8' | '<i4' | '<i8' | '|u1' | '|b1'

/** An array as read: float32 for <f4, |u1 and |b1 (exact there), float64 for the rest. */
export interface NpyArray extends Tensor {
  readonly dtype: NpyType
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY
const ELEMENT_BYTES: Readonly<Record<NpyType, number>> = { '<f4': 4, '<f8': 8, '<i4': 4, '<i8': 8, '|u1': 1, '|b1': 1 }
const DATA_ALIGNMENT = 64
/** NumPy's own bound. Walking an array in column-major order takes as many steps an element as it has dimensions. */
const MOST_DIMENSIONS = 64
const REMEDY = 'Save the array again with `numpy.save` or `numpy.savez`.'

interface NpyHeader {
  readonly dtype: NpyType
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  readonly dataOffset: number
}

function isNpyType(text: string): text is NpyType {
  return Object.hasOwn(ELEMENT_BYTES, text)
}

function readType(header: string, where: string, code: ErrorCode): NpyType {
  const descr = /'descr':\s*(?:'([^']*)'|(\[))/.exec(header)
  const found = descr?.[1]
  // NumPy writes the order of single bytes as '|'; other writers say '<u1' or '?'.
  const plain = found?.replace(/^[<>=](?=[ub]1$)/, '|')
  if (plain !== undefined && isNpyType(plain)) return plain
  throw new LabError(code, 'the element type of this array is not read.', {
    where,
    expected: 'one of float32 <f4, float64 <f8, int32 <i4, int64 <i8, uint8 |u1, bool |b1',
    found: found === undefined ? (descr ? 'a record type' : 'no type') : `'${found}'`,
    remedy: "Convert it before saving: `array.astype('<f4')`.",
  })
}

function readShape(header: string, where: string, code: ErrorCode): number[] {
  const text = /'shape':\s*\(([\d\s,L]*)\)/.exec(header)?.[1]
  if (text === undefined)
    throw new LabError(code, 'the header of this array names no shape.', {
      where,
      expected: "`'shape': (…)`",
      found: `\`${header.slice(0, 80).trim()}\``,
      remedy: REMEDY,
    })
  const sizes = text
    .split(',')
    .map((part) => part.replace('L', '').trim())
    .filter((part) => part !== '')
    .map(Number)
  if (sizes.length > MOST_DIMENSIONS || !sizes.every(Number.isSafeInteger))
    throw new LabError(code, 'the shape of this array is none that NumPy has.', {
      where,
      expected: `at most ${MOST_DIMENSIONS} whole sizes`,
      found: `${sizes.length}: ${quoteStart(text)}`,
      remedy: REMEDY,
    })
  return sizes
}

function readHeader(bytes: Uint8Array, where: string, code: ErrorCode): NpyHeader {
  const fail = (message: string, expected: string, found: string): never => {
    throw new LabError(code, message, { where, expected, found, remedy: REMEDY })
  }
  if (bytes.length < 10 || MAGIC.some((byte, index) => bytes[index] !== byte))
    fail(
      'this is not a NumPy array.',
      'a file that starts with \\x93NUMPY',
      bytes.length < 10 ? `${bytes.length} bytes` : 'other bytes',
    )
  const version = bytes[6]!
  if (version < 1 || version > 3)
    fail('this version of the array format is not known.', 'version 1, 2 or 3', `${version}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const headerStart = version === 1 ? 10 : 12
  const headerLength = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true)
  const dataOffset = headerStart + headerLength
  if (dataOffset > bytes.length)
    fail('the array ends within its header.', `${dataOffset} bytes of header`, `${bytes.length} bytes in all`)
  let header = ''
  for (let i = headerStart; i < dataOffset; i++) header += String.fromCharCode(bytes[i]!)
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1]
  if (order === undefined)
    fail('the header of this array names no order.', "`'fortran_order': True` or `False`", 'none')
  return {
    dtype: readType(header, where, code),
    fortranOrder: order === 'True',
    shape: readShape(header, where, code),
    dataOffset,
  }
}

function readElements(bytes: Uint8Array, dtype: NpyType, where: string, code: ErrorCode): Float32Array | Float64Array {
  // A copy, because an array may start at any byte of its archive and typed arrays must not.
  const buffer = bytes.slice().buffer
  switch (dtype) {
    case '<f4':
      return new Float32Array(buffer)
    case '<f8':
      return new Float64Array(buffer)
    case '<i4':
      return Float64Array.from(new Int32Array(buffer))
    case '<i8':
      return Float64Array.from(new BigInt64Array(buffer), (value) => {
        const number = Number(value)
        if (Number.isSafeInteger(number)) return number
        throw new LabError(code, 'an int64 is too large to be held exactly.', {
          where,
          expected: 'whole numbers within ±2^53',
          found: `${value}`,
          remedy: 'Rescale or renumber the values.',
        })
      })
    case '|u1':
      return Float32Array.from(new Uint8Array(buffer))
    case '|b1':
      return Float32Array.from(new Uint8Array(buffer), (value) => (value === 0 ? 0 : 1))
  }
}

/** Column-major elements in row-major order. */
function toRowMajor<Data extends Float32Array | Float64Array>(data: Data, shape: readonly number[]): Data {
  const rowMajor = data.slice() as Data
  const index = shape.map(() => 0)
  const strides: number[] = []
  let stride = 1
  for (const size of shape) {
    strides.push(stride)
    stride *= size
  }
  let source = 0
  for (let target = 0; target < data.length; target++) {
    rowMajor[target] = data[source]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      source += strides[axis]!
      if (index[axis]! < shape[axis]!) break
      source -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return rowMajor
}

/**
 * Reads one array, in C or Fortran order.
 * @param where the file and the array, for messages
 * @param code the family of the errors: `dataset` or `weights`
 * @returns row-major elements and their shape
 * @throws LabError `code` for other bytes, another element type, a missing or surplus tail
 */
export function readNpy(bytes: Uint8Array, where: string, code: ErrorCode = 'dataset'): NpyArray {
  const { dtype, fortranOrder, shape, dataOffset } = readHeader(bytes, where, code)
  const count = elementCount(shape)
  const expectedBytes = count * ELEMENT_BYTES[dtype]
  const foundBytes = bytes.length - dataOffset
  if (expectedBytes !== foundBytes)
    throw new LabError(code, 'the array does not fill its shape.', {
      where,
      expected: `${expectedBytes} bytes for [${shape.join(', ')}] of ${dtype}`,
      found: `${foundBytes}`,
      remedy: 'The file is cut off or damaged. ' + REMEDY,
    })
  const data = readElements(bytes.subarray(dataOffset), dtype, where, code)
  return { dtype, shape, data: fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data }
}

/** Writes one array, version 1, row-major, as <f4 or <f8 after the tensor's own precision. @returns the file's bytes */
export function writeNpy({ shape, data }: Tensor): Uint8Array {
  const dtype = data instanceof Float32Array ? '<f4' : '<f8'
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`
  // NumPy pads the header with spaces so that the data can be mapped into memory.
  const unpadded = 10 + text.length + 1
  const headerLength = Math.ceil(unpadded / DATA_ALIGNMENT) * DATA_ALIGNMENT - 10
  const bytes = new Uint8Array(10 + headerLength + data.byteLength)
  bytes.set(MAGIC)
  bytes[6] = 1
  new DataView(bytes.buffer).setUint16(8, headerLength, true)
  const padded = text.padEnd(headerLength - 1, ' ') + '\n'
  for (let i = 0; i < padded.length; i++) bytes[10 + i] = padded.charCodeAt(i)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength)
  return bytes
}
