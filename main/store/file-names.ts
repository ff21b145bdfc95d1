/**
 * Names of files made of what a user has typed: any text enters, a name leaves that every platform's disk takes, in which the text can still be
 * read. Names are limited in bytes, not in characters; what tells two of them apart (a digest, a time) is the caller's, and stands in the ending.
 */

/** Of ext4 and most others. Those that count characters take as many of them. */
const MOST_BYTES = 255
/** What durable-file.ts puts around the name of a file that is being written. */
const TEMPORARY_BYTES = 15
/** Longer ones are no easier to tell apart. */
const MOST_SLUG_LETTERS = 40
/** Names of devices on Windows, whatever ending follows. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** The beginning of a text that takes so many bytes in UTF-8, cut between two characters as they are seen. */
export function cutToBytes(text: string, mostBytes: number): string {
  if (Buffer.byteLength(text) <= mostBytes) return text
  let end = 0
  let bytes = 0
  for (const { segment, index } of graphemes.segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > mostBytes) break
    end = index + segment.length
  }
  return text.slice(0, end)
}

/** @param ending is left whole: at least a digest and an extension, so that the name never ends in what Windows forbids there */
export function readableFileName(text: string, ending: string): string {
  const allowed = text.normalize('NFC').replace(/[\p{Cc}\p{Cs}<>:"/\\|?*]/gu, '-')
  const shown = /^[. ]/.test(allowed) || DEVICE.test(allowed) ? `_${allowed}` : allowed
  return cutToBytes(shown, MOST_BYTES - TEMPORARY_BYTES - Buffer.byteLength(ending)) + ending
}

/** Beside a file while it is written. @param suffix tells it from others; begins with a dot */
export function temporaryName(fileName: string, suffix: string): string {
  return `.${cutToBytes(fileName, MOST_BYTES - TEMPORARY_BYTES)}${suffix}`
}

/** Lower-case letters, digits and `-` of a name, for an id that is typed in a terminal. @param fallback where none are left */
export function slugOf(name: string, fallback: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MOST_SLUG_LETTERS)
    .replace(/^-+|-+$/g, '')
  return slug || fallback
}
