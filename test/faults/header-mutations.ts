/**
 * Damaged safetensors files, each by its number: a whole file is drawn, then its header, the length before it or the data behind it are changed
 * in one or two ways that parsers disagree about. What a reader says to them is left to the callers.
 */
import { RandomStream } from '../../shared/numerics/random.ts'

type Draw = <Item>(items: readonly Item[]) => Item
type Change = (header: string, draw: Draw, stream: RandomStream) => string

const entry = (shape: string, begin: number, end: number, dtype = 'F32', more = ''): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]${more}}`

/** Headers of whole files, and how many bytes of data each describes. */
const WHOLE: readonly (readonly [string, number])[] = [
  ['{}', 0],
  ['{"__metadata__":{}}   ', 0],
  [`{"a":${entry('[1]', 0, 4)}}`, 4],
  [`{"a":${entry('[]', 0, 8, 'F64')},"b":${entry('[2,3]', 8, 32)}}`, 32],
  [`{"__metadata__":{"format":"pt","k":"v \\u00fc"},"w":${entry('[2, 2]', 0, 16)}}`, 16],
  [`{"zero":${entry('[0]', 0, 0)},"two":${entry('[4,0,7]', 0, 0, 'F64')},"one":${entry('[1,1,1]', 0, 4)}}`, 4],
  [`{ "b" : ${entry('[2]', 4, 12)} , "a" : ${entry('[1]', 0, 4)} , "__metadata__" : { "x" : "" } }`, 12],
  [`{"a":${entry('[1]', 0, 4, 'F32', ',"more":{"deep":[[1.5e3,null,true]],"text":"\\ud83d\\ude00"}')}}`, 4],
  [`{"größe":${entry('[3]', 0, 12)},"\\u0061":${entry('[1]', 12, 20, 'F64')}}`, 20],
  [`{"a":${entry('[2]', 0, 1, 'F4')},"b":${entry('[3]', 1, 7, 'BF16')},"c":${entry('[1]', 7, 11)}}`, 11],
]

const NUMBERS = [
  ...[
    '0',
    '1',
    '2',
    '4',
    '8',
    '12',
    '-0',
    '-1',
    '1.0',
    '4.0',
    '0.0',
    '1e0',
    '4E0',
    '0e5',
    '00',
    '04',
    '+1',
    '0x1',
    '.5',
    '1.',
  ],
  ...['9007199254740992', '9007199254740993', '9223372036854775808', '18446744073709551615', '18446744073709551616'],
  ...[
    '4611686018427387904',
    '2305843009213693952',
    '4294967296',
    '1e308',
    '1e309',
    '1e400',
    '-1e400',
    '1e-400',
    'NaN',
    'Infinity',
  ],
  ...['null', 'true', '"1"', '[1]', '{}', '""', '1,1', '0,0', '2,9223372036854775808', '0,18446744073709551615', ''],
]
const TEXTS = [
  ...[
    '"a"',
    '"b"',
    '""',
    '"__metadata__"',
    '"dtype"',
    '"shape"',
    '"data_offsets"',
    '"F32"',
    '"F64"',
    '"BF16"',
    '"F4"',
    '"f32"',
  ],
  ...[
    '"\\u00463\\u0032"',
    '"\\ud800"',
    '"\\udc00"',
    '"x\\ud83d"',
    '"\\ud83d\\ude00"',
    '"\\ud83d\\u0041"',
    '"\\uD83D\\uDE0"',
    '"\\u0000"',
  ],
  ...[
    '"\\x41"',
    '"\\/"',
    '"\\u00e9"',
    '"\u0001"',
    '"\t"',
    '"\u007f"',
    '"\u2028"',
    '"\uffff"',
    "'a'",
    '"a',
    'a"',
    'null',
    '3',
    '{"F32":null}',
  ],
]
const PIECES = [
  ...[
    ' ',
    '\n',
    '\t',
    '\r',
    '\f',
    '\u00a0',
    '\ufeff',
    '\0',
    ',',
    ':',
    '{',
    '}',
    '[',
    ']',
    '"',
    '\\',
    '-',
    '.',
    'e',
    '0',
    '9',
    '/',
    '#',
  ],
  ...['null', 'true', 'false', '//', '/**/', '{}', '[]', '""', '"":0,', '"a":0,', '"x":1e999,', '"x":-0,', '"x":1.5,'],
]
const LEVELS = [1, 2, 60, 100, 123, 124, 125, 126, 127, 128, 129, 400]

const at = (text: string, position: number, removed: number, added: string): string =>
  text.slice(0, position) + added + text.slice(position + removed)

/** Puts another text in the place of one of those that the pattern finds. */
function replaceOne(header: string, pattern: RegExp, stream: RandomStream, change: (found: string) => string): string {
  const places = [...header.matchAll(pattern)]
  if (places.length === 0) return header
  const place = places[stream.integer(places.length)]!
  return at(header, place.index, place[0].length, change(place[0]))
}

const CHANGES: readonly Change[] = [
  (header, draw, stream) => replaceOne(header, /-?\d+/g, stream, () => draw(NUMBERS)),
  (header, draw, stream) => replaceOne(header, /-?\d+/g, stream, () => draw(NUMBERS)),
  (header, draw, stream) => replaceOne(header, /"(?:[^"\\]|\\.)*"/g, stream, () => draw(TEXTS)),
  (header, draw, stream) => at(header, stream.integer(header.length + 1), 0, draw(PIECES)),
  (header, draw, stream) => at(header, stream.integer(header.length + 1), 1, draw(PIECES)),
  (header, _, stream) => at(header, stream.integer(header.length + 1), 1 + stream.integer(3), ''),
  (header, _, stream) => replaceOne(header, /"[^"]*":(?:\[[^\]]*\]|"[^"]*")/g, stream, (found) => `${found},${found}`),
  (header, _, stream) => replaceOne(header, /,?"[^"]*":(?:\[[^\]]*\]|"[^"]*")/g, stream, () => ''),
  (header, _, stream) => replaceOne(header, /\{"dtype[^}]*\}/g, stream, () => drawnEntry(stream)),
  (header, draw, stream) =>
    replaceOne(header, /\}/g, stream, () => {
      const levels = draw(LEVELS)
      return `,"x":${'['.repeat(levels)}${']'.repeat(levels)}}`
    }),
]

/** An entry as a list, which one parser takes for an object; or another object. */
const drawnEntry = (stream: RandomStream): string =>
  ['["F32",[1],[0,4]]', 'null', '[]', '{}', '"F32"', entry('[1]', 0, 4)][stream.integer(6)]!

/** @returns a file that may be whole or damaged in any way; the same for the same numbers */
export function mutatedFile(seed: number, index: number): Uint8Array {
  const stream = new RandomStream(seed, 'split', index)
  const draw: Draw = (items) => items[stream.integer(items.length)]!
  const [whole, wholeDataBytes] = draw(WHOLE)
  let header: string = whole
  for (let left = stream.integer(4); left >= 0; left -= 2) header = draw(CHANGES)(header, draw, stream)
  let bytes = new TextEncoder().encode(header)
  // A changed byte may be no text.
  if (stream.integer(16) === 0 && bytes.length > 0)
    bytes = bytes.with(stream.integer(bytes.length), stream.integer(256))
  const dataBytes = stream.integer(20) === 0 ? stream.integer(40) : wholeDataBytes
  const claimed = BigInt(bytes.length) + (stream.integer(30) === 0 ? draw([-1n, 1n, 8n, 2n ** 32n, 2n ** 63n]) : 0n)
  const file = new Uint8Array(8 + bytes.length + dataBytes)
  new DataView(file.buffer).setBigUint64(0, BigInt.asUintN(64, claimed), true)
  file.set(bytes, 8)
  return stream.integer(40) === 0 ? file.slice(0, stream.integer(file.length)) : file
}
