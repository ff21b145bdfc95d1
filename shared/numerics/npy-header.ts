/**
 * The header of a NumPy array file: bytes enter; the element type, the order and the shape leave, whatever the type is. Format of
 * numpy.lib.format, versions 1 to 3. Reading the elements is npy.ts's, which types can be read npy-types.ts's.
 */
import { strFromU8 } from 'fflate'
import { LabError, quoteStart } from '../errors/errors.ts'
import { parsePythonLiteral, type PythonLiteral } from './python-literal.ts'

export interface NpyHeader {
  /** As NumPy writes it, `<f4`; null for records. */
  readonly type: string | null
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  readonly dataOffset: number
}

export const NPY_MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] // \x93NUMPY
/** NumPy's own bound. Walking an array in column-major order takes as many steps an element as it has dimensions. */
const MOST_DIMENSIONS = 64
/** A hundred times what NumPy itself takes by default. */
const MOST_HEADER_BYTES = 1_000_000
export const NPY_REMEDY = 'Save the array again with `numpy.save` or `numpy.savez`.'

/** @param where the file and the array, for messages. @throws LabError `dataset` for other bytes */
export function readNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const fail = (message: string, expected: string, found: string): never => {
    throw new LabError('dataset', message, { where, expected, found, remedy: NPY_REMEDY })
  }
  if (bytes.length < 10 || NPY_MAGIC.some((byte, index) => bytes[index] !== byte))
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
  const headerBytes = version === 1 ? view.getUint16(8, true) : bytes.length < 12 ? 0 : view.getUint32(8, true)
  const dataOffset = headerStart + headerBytes
  if (dataOffset > bytes.length)
    fail('the array ends within its header.', `${dataOffset} bytes of header`, `${bytes.length} bytes in all`)
  if (headerBytes > MOST_HEADER_BYTES)
    fail('the header of this array is too long.', `at most ${MOST_HEADER_BYTES} bytes`, `${headerBytes}`)
  const text = strFromU8(bytes.subarray(headerStart, dataOffset), version < 3)
  const literal = parsePythonLiteral(text)
  if (typeof literal !== 'object' || literal === null || !('fields' in literal))
    return fail(
      'the header of this array cannot be read.',
      "`{'descr': …, 'fortran_order': …, 'shape': …}`",
      quoteStart(text.trim()),
    )
  const { fields } = literal
  const fortranOrder = fields.get('fortran_order')
  if (typeof fortranOrder !== 'boolean')
    return fail('the header of this array names no order.', "`'fortran_order': True` or `False`", 'none')
  const shape = fields.get('shape')
  if (!Array.isArray(shape))
    return fail('the header of this array names no shape.', "`'shape': (…)`", quoteStart(text.trim()))
  if (shape.length > MOST_DIMENSIONS || !shape.every(isSize))
    return fail(
      'the shape of this array is none that NumPy has.',
      `at most ${MOST_DIMENSIONS} whole sizes`,
      `${shape.length}: ${quoteStart(shape.join(', '))}`,
    )
  const type = fields.get('descr')
  if (type === undefined)
    return fail('the header of this array names no type.', "`'descr': …`", quoteStart(text.trim()))
  return { type: typeof type === 'string' ? type : null, fortranOrder, shape, dataOffset }
}

function isSize(value: PythonLiteral): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
