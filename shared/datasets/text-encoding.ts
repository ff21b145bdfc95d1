/**
 * The bytes of a text file enter, its text leaves: UTF-8 with or without a byte order mark, and UTF-16 with one. What is neither is told with
 * its line rather than read as something that it may not be. What the text says is left to others.
 */
import { strFromU8 } from 'fflate'
import { LabError } from '../errors/errors.ts'

/** Text beyond this outgrows what a string holds. */
const LARGEST_TEXT_BYTES = 2 ** 28
/** Code units that are made text at once: a call takes so many arguments. */
const UTF16_CHUNK = 2 ** 13

/** @returns the text of the bytes after the mark */
function decodeUtf16(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const pieces: string[] = []
  for (let start = 2; start + 1 < bytes.length; start += 2 * UTF16_CHUNK) {
    const count = Math.min(UTF16_CHUNK, (bytes.length - start) >> 1)
    const units = Array.from({ length: count }, (_, i) => view.getUint16(start + 2 * i, isLittleEndian))
    pieces.push(String.fromCharCode(...units))
  }
  // Half a character at the end is as wrong as one in the middle.
  return pieces.join('') + (bytes.length % 2 === 0 ? '' : '\uFFFD')
}

/** Bytes of UTF-8 that such a text takes. */
function utf8Length(text: string): number {
  let length = 0
  for (const character of text) {
    const point = character.codePointAt(0)!
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return length
}

/**
 * @param where the file's name, for messages
 * @returns the text without its byte order mark, each line ended by a line feed
 * @throws LabError `dataset` for more than a text holds, for other bytes than text, and for other encodings
 */
export function decodeText(bytes: Uint8Array, where: string): string {
  if (bytes.length > LARGEST_TEXT_BYTES)
    throw new LabError('dataset', 'the file is too large for text.', {
      where,
      expected: `at most ${LARGEST_TEXT_BYTES} bytes`,
      found: `${bytes.length}`,
      remedy: 'Save it as NPZ, which is smaller and faster to read.',
    })
  const isLittleEndian = bytes[0] === 0xff && bytes[1] === 0xfe
  const isUtf16 = isLittleEndian || (bytes[0] === 0xfe && bytes[1] === 0xff)
  const text = isUtf16 ? decodeUtf16(bytes, isLittleEndian) : strFromU8(bytes)
  const wrong = text.search(/[\0\uFFFD\p{Surrogate}]/u)
  if (wrong >= 0) refuse(bytes, text, wrong, isUtf16, where)
  return (text.startsWith('\uFEFF') ? text.slice(1) : text).replace(/\r\n?/g, '\n')
}

/** @param wrong where the text is none */
function refuse(bytes: Uint8Array, text: string, wrong: number, isUtf16: boolean, where: string): never {
  const before = text.slice(0, wrong)
  const line = `on line ${before.split(/\r\n|\n|\r/).length}`
  const byte = isUtf16 ? undefined : bytes[utf8Length(before)]
  // Of these, Latin-1 and Windows-1252 are by far the most; nothing says which it is.
  const isOneByteText = byte !== undefined && byte >= 0x80
  const character = isOneByteText && byte >= 0xa0 ? `, \`${String.fromCharCode(byte)}\` in Latin-1` : ''
  throw new LabError('dataset', isOneByteText ? 'the file is not text in UTF-8.' : 'the file is not text.', {
    where,
    expected: 'UTF-8, or UTF-16 with its byte order mark',
    found: isOneByteText ? `byte 0x${byte.toString(16)} ${line}${character}` : `other bytes ${line}`,
    remedy: isOneByteText
      ? 'Save it in UTF-8: `iconv -f WINDOWS-1252 -t UTF-8`, or “CSV UTF-8” in a spreadsheet.'
      : 'Save it as text in UTF-8, or name an archive `.npz`.',
  })
}
