/**
 * Where a picture comes from, written into the picture itself, so that a figure in a paper leads back to its runs: a title and a source
 * enter, the same SVG, PNG or the entries of a PDF with them leave. What is drawn stays as it was.
 */
import { strToU8 } from 'fflate'
import { joinBytes } from '../../shared/numerics/join-bytes.ts'
import { crc32 } from '../../shared/numerics/zip-checksums.ts'

export interface PictureOrigin {
  readonly title: string
  /** The runs or the sweep that it shows, by their ids. */
  readonly source: string
  /** `Warmup Lab 0.1.0`. */
  readonly software: string
  readonly savedAt: Date
}

const sentence = ({ source, software, savedAt }: PictureOrigin): string =>
  `${source}. ${software}, ${savedAt.toISOString()}`

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** `title` and `desc` as first children, where every viewer and editor looks for them. */
export function svgWithOrigin(svg: string, origin: PictureOrigin): string {
  const end = /^[^<]*<svg[^>]*>/.exec(svg)?.[0].length
  if (end === undefined) throw new Error('The drawing does not begin as an SVG.')
  const words = `<title>${escapeXml(origin.title)}</title><desc>${escapeXml(sentence(origin))}</desc>`
  return `${svg.slice(0, end)}${words}${svg.slice(end)}`
}

const PNG_SIGNATURE_BYTES = 8
/** Length, type, and checksum of a chunk. */
const CHUNK_FRAME_BYTES = 12

/** `iTXt` chunks behind the header (PNG 1.2, 11.3.4.5). @param png as a canvas gives it */
export function pngWithOrigin(png: Uint8Array, origin: PictureOrigin): Uint8Array {
  const view = new DataView(png.buffer, png.byteOffset, png.byteLength)
  const headerEnd = PNG_SIGNATURE_BYTES + CHUNK_FRAME_BYTES + view.getUint32(PNG_SIGNATURE_BYTES)
  const chunks = Object.entries({
    Title: origin.title,
    Source: origin.source,
    Software: origin.software,
    'Creation Time': origin.savedAt.toISOString(),
  }).map(([keyword, text]) => pngText(keyword, text))
  return joinBytes([png.subarray(0, headerEnd), ...chunks, png.subarray(headerEnd)])
}

function pngText(keyword: string, text: string): Uint8Array {
  // Not compressed, of no language, under no other keyword.
  const data = strToU8(`iTXt${keyword}\0\0\0\0\0${text}`)
  const chunk = new Uint8Array(data.length + 8)
  const view = new DataView(chunk.buffer)
  view.setUint32(0, data.length - 4)
  chunk.set(data, 4)
  view.setUint32(4 + data.length, crc32(data))
  return chunk
}

/** The document information of a PDF (PDF 32000-1, 14.3.3). */
export function pdfInformation({ title, source, software, savedAt }: PictureOrigin): string {
  const stamp = savedAt.toISOString().replace(/[-:T]/g, '').slice(0, 'YYYYMMDDhhmmss'.length)
  const entries = { Title: title, Subject: source, Creator: software }
  const words = Object.entries(entries).map(([key, text]) => `/${key} <${utf16Hex(text)}>`)
  return `<< ${words.join(' ')} /CreationDate (D:${stamp}Z) >>`
}

/** UTF-16 with its mark, which every reader of PDF knows. */
function utf16Hex(text: string): string {
  const units = Array.from({ length: text.length }, (_, index) => text.charCodeAt(index))
  return [0xfeff, ...units].map((unit) => unit.toString(16).padStart(4, '0')).join('')
}
