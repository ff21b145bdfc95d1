/** Safetensors: what is written is read back bit for bit, and every malformed file is refused with its reason. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, encodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import { LabError } from '../../../shared/errors/errors.ts'

function bitsOf({ data }: Tensor): number[] {
  return [...new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
}

const tensors = fc
  .tuple(fc.array(fc.nat(4), { maxLength: 3 }), fc.boolean(), fc.array(fc.double(), { minLength: 64, maxLength: 64 }))
  .map(([shape, single, values]): Tensor => {
    const numbers = Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => values[index]!)
    return { shape, data: single ? new Float32Array(numbers) : new Float64Array(numbers) }
  })
const names = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('0', '1', '__proto__', 'constructor', 'ü'))
  // Names that JSON escapes are left out: JSON.parse of Node 24.21 confuses escaped keys when it has seen others before.
  .filter((name) => name !== '__metadata__' && JSON.stringify(name) === `"${name}"`)

/** A file with this header, as bytes or text, and this many bytes of data. */
function fileOf(header: unknown, dataBytes = 0, claimedLength?: bigint): Uint8Array {
  const json =
    header instanceof Uint8Array
      ? header
      : new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + json.length + dataBytes)
  new DataView(bytes.buffer).setBigUint64(0, claimedLength ?? BigInt(json.length), true)
  bytes.set(json, 8)
  return bytes
}

const entry = (shape: unknown, begin: unknown, end: unknown, dtype: unknown = 'F32') => ({
  dtype,
  shape,
  data_offsets: [begin, end],
})

describe('safetensors', () => {
  it('come back bit for bit, whatever their names, types and shapes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(names, tensors), { maxLength: 6 }),
        fc.dictionary(fc.string(), fc.string()),
        (list, metadata) => {
          const map = new Map(list)
          const file = decodeSafetensors(encodeSafetensors(map, metadata), 'a file')
          expect(file.tensors.size).toBe(map.size)
          for (const [name, tensor] of map) {
            const found = file.tensors.get(name)!
            expect(found.shape).toEqual(tensor.shape)
            expect(found.data.constructor).toBe(tensor.data.constructor)
            expect(bitsOf(found)).toEqual(bitsOf(tensor))
          }
          expect(JSON.stringify(file.metadata)).toBe(JSON.stringify(metadata))
        },
      ),
    )
  })

  it('hold metadata of 10 MB, which the reference reads too, and refuse it for what is wrong with it', () => {
    const long = 'x'.repeat(10_000_000)
    const bytes = encodeSafetensors(new Map([['a', { shape: [1], data: new Float32Array([1]) }]]), { long })
    expect(decodeSafetensors(bytes, 'a file').metadata.long).toBe(long)
    bytes[bytes.length - 12] = 0x7b // a brace in the place of the header's last
    expect(() => decodeSafetensors(bytes, 'a file')).toThrow(LabError)
  })

  it('hold the largest size that 64 bits hold beside a size of 0, as the reference reads it', () => {
    const file = fileOf(`{"a":{"dtype":"F32","shape":[0,${2n ** 64n - 1n}],"data_offsets":[0,0]}}`)
    expect(decodeSafetensors(file, 'a file').tensors.get('a')!.shape).toEqual([0, 2 ** 64])
  })

  it('keep their order', () => {
    const map = new Map(['b', '10', 'a', '2'].map((name) => [name, { shape: [1], data: new Float32Array(1) }]))
    expect([...decodeSafetensors(encodeSafetensors(map), 'a file').tensors.keys()]).toEqual(['b', '10', 'a', '2'])
  })

  it('start their data at a multiple of 8 bytes, float64 aligned after any float32', () => {
    const bytes = encodeSafetensors(
      new Map<string, Tensor>([
        ['three', { shape: [3], data: new Float32Array(3) }],
        ['wide', { shape: [1], data: new Float64Array([Math.PI]) }],
      ]),
    )
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true))
    expect(headerBytes % 8).toBe(0)
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerBytes))) as Record<
      string,
      { data_offsets: number[] }
    >
    expect(header.wide!.data_offsets).toEqual([0, 8])
    expect(header.three!.data_offsets).toEqual([8, 20])
  })

  it('are read at any byte of a larger buffer', () => {
    const bytes = encodeSafetensors(new Map([['a', { shape: [2], data: new Float64Array([1, 2]) }]]))
    const moved = new Uint8Array(bytes.length + 3)
    moved.set(bytes, 3)
    expect(decodeSafetensors(moved.subarray(3), 'a file').tensors.get('a')!.data).toEqual(new Float64Array([1, 2]))
  })

  const malformed: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ['an empty file', new Uint8Array(0), /too short.*at least 8 bytes, found 0/],
    ['seven bytes', new Uint8Array(7), /too short/],
    ['a header of nothing', fileOf(''), /not JSON.*found nothing/],
    ['a length over the limit', fileOf('{}', 0, 100_000_001n), /too long.*100000000 bytes, found 100000001/],
    ['the largest length', fileOf('{}', 0, 2n ** 64n - 1n), /too long.*18446744073709551615/],
    ['a cut-off header', fileOf('{}', 0, 40n), /header is cut off.*40 bytes of header, found 2/],
    ['a header with space before it', fileOf(' {}'), /`\{` as its first byte, found byte 32/],
    ['a header that is a list', fileOf('[]'), /first byte/],
    ['a header that is no UTF-8', fileOf(new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])), /UTF-8/],
    ['half a JSON text', fileOf('{"a":'), /not JSON/],
    ['text after the JSON', fileOf('{} x'), /not JSON/],
    ['a name twice', fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{}}'), /`a` twice/],
    ['a name twice, once escaped', fileOf('{"a":{},"\\u0061":{}}'), /`a` twice/],
    ['a field twice', fileOf('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'), /`dtype` twice/],
    ['metadata that are a list', fileOf({ __metadata__: [] }), /metadata are not an object/],
    ['metadata that are null', fileOf({ __metadata__: null }), /metadata are not an object/],
    ['a number in the metadata', fileOf({ __metadata__: { n: 1 } }), /`n` are no string.*found 1/],
    ['an entry that is a number', fileOf({ a: 1 }), /entry of `a` is no object/],
    ['a missing type', fileOf({ a: { shape: [0], data_offsets: [0, 0] } }), /type of `a`.*found nothing/],
    ['a type that is not read', fileOf({ a: entry([1], 0, 2, 'BF16') }, 2), /F32 or F64, found "BF16"/],
    ['a type from a prototype', fileOf({ a: entry([1], 0, 4, 'constructor') }, 4), /type of `a`/],
    ['a missing shape', fileOf({ a: { dtype: 'F32', data_offsets: [0, 0] } }), /shape of `a`/],
    ['a negative size', fileOf({ a: entry([-1], 0, 4) }, 4), /shape of `a`.*\[-1\]/],
    ['half a size', fileOf({ a: entry([0.5], 0, 2) }, 2), /shape of `a`/],
    ['a size of text', fileOf({ a: entry(['1'], 0, 4) }, 4), /shape of `a`/],
    ['sizes beyond counting', fileOf({ a: entry([2 ** 40, 2 ** 40], 0, 4) }, 4), /wrong length/],
    [
      'a size with a fraction of nothing',
      fileOf('{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}', 4),
      /shape of `a`.*\[1\.0\]/,
    ],
    ['a size with an exponent', fileOf('{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}', 4), /shape of `a`/],
    ['a size of minus zero', fileOf('{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}'), /shape of `a`.*\[-0\]/],
    [
      'an offset with a fraction',
      fileOf('{"a":{"dtype":"F32","shape":[1],"data_offsets":[0.0,4]}}', 4),
      /place of `a`/,
    ],
    [
      'a size beyond 64 bits',
      fileOf(`{"a":{"dtype":"F32","shape":[0,${2n ** 64n}],"data_offsets":[0,0]}}`),
      /shape of `a`/,
    ],
    [
      'sizes whose product is 0 in 64 bits',
      fileOf(`{"a":{"dtype":"F32","shape":[${2n ** 32n},${2n ** 32n}],"data_offsets":[0,0]}}`),
      /64 bits/,
    ],
    [
      'bytes whose number is 0 in 64 bits',
      fileOf(`{"a":{"dtype":"F32","shape":[${2n ** 62n}],"data_offsets":[0,0]}}`),
      /64 bits/,
    ],
    [
      'a number that no float64 holds',
      fileOf('{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1e400}}'),
      /not JSON.*float64/,
    ],
    [
      'half a surrogate pair in a name',
      fileOf('{"\\ud800":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}}'),
      /not JSON.*whole characters/,
    ],
    ['half a surrogate pair in the metadata', fileOf('{"__metadata__":{"a":"\\udc00"}}'), /not JSON.*whole characters/],
    ['lists 10,000 deep', fileOf(`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`), /nested too deeply.*at most 127/],
    ['one offset', fileOf({ a: { dtype: 'F32', shape: [1], data_offsets: [0] } }, 4), /two offsets/],
    ['an offset below 0', fileOf({ a: entry([1], -4, 0) }, 4), /place of `a`/],
    ['an end before the start', fileOf({ a: entry([1], 4, 0) }, 4), /wrong length.*4 bytes.*found -4/],
    ['too few bytes for a shape', fileOf({ a: entry([2], 0, 4) }, 4), /wrong length.*8 bytes for F32 \[2\], found 4/],
    ['a hole at the start', fileOf({ a: entry([1], 4, 8) }, 8), /leave a hole/],
    ['a hole in the middle', fileOf({ a: entry([1], 0, 4), b: entry([1], 8, 12) }, 12), /`b` leave a hole/],
    ['an overlap', fileOf({ a: entry([2], 0, 8), b: entry([1], 4, 8) }, 8), /`b` overlap/],
    ['two tensors in one place', fileOf({ a: entry([1], 0, 4), b: entry([1], 0, 4) }, 4), /overlap/],
    ['cut-off data', fileOf({ a: entry([2], 0, 8) }, 7), /cut off.*8 bytes of data, found 7/],
    ['bytes after the data', fileOf({ a: entry([2], 0, 8) }, 9), /bytes follow/],
    ['data without a tensor', fileOf({}, 4), /bytes follow/],
  ]
  for (const code of ['weights', 'checkpoint'] as const)
    it.each(malformed)(`refuses %s (${code})`, (_, bytes, message) => {
      try {
        decodeSafetensors(bytes, 'folder/some.safetensors', code)
        expect.unreachable()
      } catch (error) {
        expect(error).toBeInstanceOf(LabError)
        expect(error).toMatchObject({ code, message: expect.stringMatching(/^folder\/some\.safetensors: /) as unknown })
        expect((error as LabError).message).toMatch(message)
      }
    })

  it('are refused or read, never anything else, when any byte is changed', () => {
    const bytes = encodeSafetensors(new Map([['a', { shape: [2, 1], data: new Float32Array([1, 2]) }]]), { k: 'v' })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(bytes.length), (position, value, length) => {
        const changed = bytes.slice(0, length)
        if (position < length) changed[position] = value
        try {
          decodeSafetensors(changed, 'a file')
        } catch (error) {
          expect(error).toBeInstanceOf(LabError)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('are not written from a tensor that does not fill its shape', () => {
    expect(() => encodeSafetensors(new Map([['a', { shape: [3], data: new Float32Array(2) }]]))).toThrow(/3 elements/)
  })
})
