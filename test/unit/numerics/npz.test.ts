/** NumPy's files: read as NumPy wrote them, written as NumPy reads them. */
import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { readNpy, writeNpy } from '../../../shared/numerics/npy.ts'
import { NpzArchive, writeNpz } from '../../../shared/numerics/npz.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import { crc32 } from '../../../shared/numerics/zip-checksums.ts'
import { labErrorOf, range, tensor, text } from '../datasets/helpers.ts'
import { fromBase64, numpyFiles } from '../datasets/numpy-files.ts'

/** Every array of an archive, as numbers. */
function numbersOf(bytes: Uint8Array, where: string): Map<string, Tensor> {
  const archive = new NpzArchive(bytes, where)
  return new Map(archive.names.map((name) => [name, archive.numbers(name)]))
}

/** A version-1 file with this header and these bytes. */
function npyOf(header: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length & 255, header.length >> 8])
  return new Uint8Array([...bytes, ...text(header), ...data])
}

const halves = Float32Array.from(range(6), (value) => value * 0.5)

describe('an archive that NumPy compressed', () => {
  const archive = new NpzArchive(fromBase64(numpyFiles.compressed), 'arrays.npz')
  const arrays = numbersOf(fromBase64(numpyFiles.compressed), 'arrays.npz')

  it.each<[string, string, number[], ArrayLike<number>]>([
    ['f4', '<f4', [2, 3], halves],
    ['f8', '<f8', [2, 3], range(6).map((value) => value / 3)],
    ['i4', '<i4', [2, 3], range(6, -3)],
    ['i8', '<i8', [2, 3], range(6).map((value) => value * 1e12)],
    ['u1', '|u1', [2, 3], range(6, 250)],
    ['b1', '|b1', [2, 3], [1, 0, 1, 0, 1, 0]],
    ['fortran', '<f8', [2, 3, 4], range(24)],
    ['scalar', '<f4', [], [1.5]],
    ['row', '<f4', [3], [0, 1, 2]],
    ['empty', '<f4', [0, 4], []],
  ])('holds `%s` of %s', (name, dtype, shape, values) => {
    const array = arrays.get(name)!
    expect(archive.outline(name, 1).type).toBe(dtype)
    expect(array.shape).toEqual(shape)
    expect([...array.data]).toEqual(Array.from(values))
  })

  it('keeps its names in order and float32 as float32', () => {
    expect([...arrays.keys()]).toEqual(['f4', 'f8', 'i4', 'i8', 'u1', 'b1', 'fortran', 'scalar', 'row', 'empty'])
    expect(arrays.get('f4')!.data).toBeInstanceOf(Float32Array)
    expect(arrays.get('f8')!.data).toBeInstanceOf(Float64Array)
  })
})

describe('arrays of NumPy', () => {
  it('are read from an archive that is only stored', () => {
    expect(numbersOf(fromBase64(numpyFiles.stored), 'a.npz').get('f4')!.data).toEqual(halves)
  })

  it.each(['version2', 'version3'] as const)('are read from format %s', (version) => {
    expect(readNpy(fromBase64(numpyFiles[version]), 'a.npy').data).toEqual(halves)
  })
})

describe('the writer', () => {
  const tensors = new Map([
    ['weights/w', { shape: [2, 3], data: halves }],
    ['bias', tensor([3], [0.1, -0.2, 1e-300])],
    ['scalar', tensor([], [4])],
  ])

  it('gives tensors back bit by bit', () => {
    const read = numbersOf(writeNpz(tensors), 'a.npz')
    expect([...read.keys()]).toEqual([...tensors.keys()])
    for (const [name, { shape, data }] of tensors) {
      expect(read.get(name)!.shape).toEqual(shape)
      expect(read.get(name)!.data).toEqual(data)
    }
  })

  it('tells what is to be known of them in the comment of the archive, as far as it fits', () => {
    const commentOf = (metadata: Readonly<Record<string, string>>): string => {
      const bytes = writeNpz(tensors, metadata)
      expect(numbersOf(bytes, 'a.npz').size).toBe(tensors.size)
      const end = Buffer.from(bytes).lastIndexOf('PK\x05\x06', undefined, 'latin1')
      expect(bytes.length - end - 22).toBe(Buffer.from(bytes).readUInt16LE(end + 20))
      return Buffer.from(bytes.subarray(end + 22)).toString()
    }
    expect(JSON.parse(commentOf({ run: 'r', classes: '["déjà"]' }))).toEqual({ run: 'r', classes: '["déjà"]' })
    expect(JSON.parse(commentOf({ run: 'r', classes: 'x'.repeat(70_000) }))).toEqual({ run: 'r' })
    expect(commentOf({})).toBe('')
  })

  it('makes the same bytes for the same tensors', () => {
    expect(writeNpz(tensors)).toEqual(writeNpz(tensors))
  })

  it('writes one array exactly as NumPy does', () => {
    const stored = fromBase64(numpyFiles.stored)
    const written = writeNpy({ shape: [2, 3], data: halves })
    const start = Buffer.from(stored).indexOf(Buffer.from([0x93, 0x4e, 0x55, 0x4d]))
    expect(written).toEqual(stored.subarray(start, start + written.length))
  })

  it('aligns the data to 64 bytes', () => {
    for (const shape of [[], [1], [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]])
      expect((writeNpy(tensor(shape, [1])).length - 8) % 64).toBe(0)
  })

  it('writes a view of a larger buffer, not the buffer', () => {
    expect(readNpy(writeNpy({ shape: [2], data: halves.subarray(2, 4) }), 'a').data).toEqual(halves.slice(2, 4))
  })

  it('refuses a tensor that does not fill its shape', () => {
    expect(labErrorOf(() => writeNpz([['w', tensor([2], [1])]])).code).toBe('internal')
  })
})

describe('CRC-32', () => {
  it('is that of the standard check string', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926)
  })
})

const good = writeNpz([['x', { shape: [6], data: halves }]])
const float4 = "{'descr': '<f4', 'fortran_order': False, 'shape': (6,), }"
const sixFloats = new Uint8Array(halves.buffer)
const archive = (bytes: Uint8Array) => zipSync({ 'x.npy': bytes })

describe('malformed archives are refused, saying where and what was found', () => {
  it.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'is empty'],
    ['text', text('series,step\n'), 'starts with PK'],
    ['half an archive', good.subarray(0, good.length >> 1), 'cannot be unpacked'],
    ['an archive without its last byte', good.subarray(0, good.length - 1), 'cannot be unpacked'],
    ['a flipped bit', good.map((byte, i) => (i === 180 ? byte ^ 1 : byte)), '`x.npy` of the archive is damaged'],
    ['two bytes', good.subarray(0, 2), 'cannot be unpacked'],
    ['no NumPy array', archive(text('hello, this is text')), '\\x93NUMPY'],
    ['an array of nine bytes', archive(new Uint8Array(9)), '9 bytes'],
    ['format 4', archive(npyOf(float4, sixFloats).map((byte, i) => (i === 6 ? 4 : byte))), 'found 4'],
    ['a header beyond the end', archive(npyOf(float4, sixFloats).subarray(0, 30)), 'ends within its header'],
    ['complex numbers', archive(npyOf(float4.replace('<f4', '<c8'), sixFloats)), "complex64 ('<c8')"],
    [
      'half precision that does not fill its shape',
      archive(npyOf(float4.replace('<f4', '<f2'), sixFloats)),
      '12 bytes',
    ],
    ['extended precision', archive(npyOf(float4.replace('<f4', '<f16'), sixFloats)), "float128 ('<f16')"],
    ['times', archive(npyOf(float4.replace('<f4', '<M8[ns]'), sixFloats)), "datetime64 ('<M8[ns]')"],
    ['text', archive(npyOf(float4.replace('<f4', '<U1'), sixFloats)), 'text where numbers are needed'],
    ['no type', archive(npyOf(float4.replace("'descr'", "'dtype'"), sixFloats)), 'names no type'],
    ['no dictionary', archive(npyOf(float4.slice(1), sixFloats)), 'cannot be read'],
    ['a dictionary that does not end', archive(npyOf(float4.slice(0, -1), sixFloats)), 'cannot be read'],
    ['a thousand brackets', archive(npyOf('['.repeat(1000), sixFloats)), 'cannot be read'],
    ['Python objects', archive(npyOf(float4.replace('<f4', '|O'), sixFloats)), "Python objects ('|O')"],
    ['records', archive(npyOf(float4.replace("'<f4'", "[('a', '<f4')]"), sixFloats)), 'found records'],
    ['no order', archive(npyOf(float4.replace('fortran_', ''), sixFloats)), 'names no order'],
    ['an order that is neither', archive(npyOf(float4.replace('False', '2'), sixFloats)), 'names no order'],
    ['a word that Python has not', archive(npyOf(float4.replace('False', 'Maybe'), sixFloats)), 'cannot be read'],
    ['no shape', archive(npyOf(float4.replace('(6,)', '6'), sixFloats)), 'names no shape'],
    [
      '20,000 dimensions',
      archive(npyOf(float4.replace('6', '1,'.repeat(20_000) + '6'), sixFloats)),
      'at most 64 whole sizes',
    ],
    ['a negative size', archive(npyOf(float4.replace('6', '-6'), sixFloats)), 'at most 64 whole sizes'],
    ['two sizes in one', archive(npyOf(float4.replace('6', '6 6'), sixFloats)), 'cannot be read'],
    ['too few elements', archive(npyOf(float4, sixFloats.subarray(0, 20))), '24 bytes for [6] of <f4, found 20'],
    ['too many elements', archive(npyOf(float4.replace('6', '5'), sixFloats)), '20 bytes for [5] of <f4, found 24'],
    [
      'whole numbers beyond 2^53',
      archive(npyOf(float4.replace('<f4', '<i8').replace('6', '1'), new Uint8Array(8).fill(127))),
      'found 9187201950435737471',
    ],
  ])('%s', (_, bytes, content) => {
    const error = labErrorOf(() => numbersOf(bytes, 'given.npz'))
    expect(error.code).toBe('dataset')
    expect(error.message).toContain('given.npz')
    expect(error.message).toContain(content)
    expect(error.detail.remedy).toBeTruthy()
  })
})
