/**
 * NumPy's array file: the bytes of one `.npy` enter and a dense row-major array leaves, of numbers or of labels, or the other way round. The
 * header is npy-header.ts's, element types npy-types.ts's, archives of several arrays npz.ts's; what an array means is the caller's.
 */
import { LabError } from '../errors/errors.ts'
import { elementCount, type Tensor } from './dims.ts'
import { NPY_MAGIC, NPY_REMEDY, readNpyHeader, type NpyHeader } from './npy-header.ts'
import {
  decodeLabels,
  decodeNumbers,
  nameOfNpyType,
  parseNpyType,
  type NpyElements,
  type NpyLabel,
  type NpyType,
} from './npy-types.ts'

export interface NpyLabels {
  readonly shape: readonly number[]
  readonly labels: ArrayLike<NpyLabel>
}

/** What an array of any type is. */
export interface NpyOutline {
  /** As NumPy writes it, `<f4`; null for records. */
  readonly type: string | null
  readonly shape: readonly number[]
  /** The first elements; none of a type that is not read. */
  readonly start: readonly NpyLabel[]
}

const DATA_ALIGNMENT = 64

/**
 * Reads an array of numbers, in C or Fortran order.
 * @param where the file and the array, for messages
 * @returns row-major elements and their shape
 * @throws LabError `dataset` for other bytes, another element type, a missing or surplus tail
 */
export function readNpy(bytes: Uint8Array, where: string): Tensor {
  const { header, type, data } = requireElements(bytes, where)
  return { shape: header.shape, data: inRowMajor(decodeNumbers(data, type, where), header) }
}

/** Reads an array of labels, as readNpy: whole numbers, truth values (0 and 1) or texts. */
export function readNpyLabels(bytes: Uint8Array, where: string): NpyLabels {
  const { header, type, data } = requireElements(bytes, where)
  return { shape: header.shape, labels: inRowMajor(decodeLabels(data, type, where), header) }
}

/** @param count elements at its start that are shown, at most. @throws LabError `dataset` for other bytes and a wrong tail */
export function outlineNpy(bytes: Uint8Array, where: string, count: number): NpyOutline {
  const header = readNpyHeader(bytes, where)
  if (parseNpyType(header.type) === null) return { type: header.type, shape: header.shape, start: [] }
  const { type, data } = requireElements(bytes, where)
  const isInOrder = !header.fortranOrder || header.shape.length < 2
  const shown = decodeLabels(isInOrder ? data.subarray(0, count * type.bytes) : data, type, where)
  return {
    type: header.type,
    shape: header.shape,
    start: Array.from<NpyLabel>(inRowMajor(shown, header)).slice(0, count),
  }
}

interface Elements {
  readonly header: NpyHeader
  readonly type: NpyType
  readonly data: Uint8Array
}

function requireElements(bytes: Uint8Array, where: string): Elements {
  const header = readNpyHeader(bytes, where)
  const type = parseNpyType(header.type)
  if (type === null)
    throw new LabError('dataset', 'the element type of this array is not read.', {
      where,
      expected: 'bool, int8 to uint64, float16, float32, float64 or text',
      found: header.type === null ? nameOfNpyType(null) : `${nameOfNpyType(header.type)} ('${header.type}')`,
      remedy: "Convert it before saving: `array.astype('<f4')`, or `array.astype(str)` for words.",
    })
  const expectedBytes = elementCount(header.shape) * type.bytes
  const data = bytes.subarray(header.dataOffset)
  if (expectedBytes !== data.length)
    throw new LabError('dataset', 'the array does not fill its shape.', {
      where,
      expected: `${expectedBytes} bytes for [${header.shape.join(', ')}] of ${type.text}`,
      found: `${data.length}`,
      remedy: 'The file is cut off or damaged. ' + NPY_REMEDY,
    })
  return { header, type, data }
}

function inRowMajor<Elements extends NpyElements>(data: Elements, { fortranOrder, shape }: NpyHeader): Elements {
  return fortranOrder && shape.length > 1 ? toRowMajor(data, shape) : data
}

/** Column-major elements in row-major order. */
function toRowMajor<Elements extends NpyElements>(data: Elements, shape: readonly number[]): Elements {
  const rowMajor = data.slice() as Elements
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

/** Writes one array, version 1, row-major, as <f4 or <f8 after the tensor's own precision. @returns the file's bytes */
export function writeNpy({ shape, data }: Tensor): Uint8Array {
  const dtype = data instanceof Float32Array ? '<f4' : '<f8'
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const text = `{'descr': '${dtype}', 'fortran_order': False, 'shape': (${sizes}), }`
  // NumPy pads the header with spaces so that the data can be mapped into memory.
  const unpadded = 10 + text.length + 1
  const headerLength = Math.ceil(unpadded / DATA_ALIGNMENT) * DATA_ALIGNMENT - 10
  const bytes = new Uint8Array(10 + headerLength + data.byteLength)
  bytes.set(NPY_MAGIC)
  bytes[6] = 1
  new DataView(bytes.buffer).setUint16(8, headerLength, true)
  const padded = text.padEnd(headerLength - 1, ' ') + '\n'
  for (let i = 0; i < padded.length; i++) bytes[10 + i] = padded.charCodeAt(i)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 10 + headerLength)
  return bytes
}
