/**
 * Text in the fonts that every PDF reader has: Helvetica for letters, Symbol for Greek and mathematics. Text enters, runs of one font with
 * their bytes and widths leave. Widths are those of Adobe's font metrics (Core 14 AFM), in thousandths of the size.
 */

export type PdfFont = 'Helvetica' | 'Helvetica-Bold' | 'Symbol'

export interface TextRun {
  readonly font: PdfFont
  /** Codes of the font's encoding: Windows-1252 for Helvetica. */
  readonly codes: readonly number[]
  /** At size 1. */
  readonly width: number
}

/** From the space to the tilde. */
const HELVETICA_WIDTHS = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556,
  556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334,
  260, 334, 584,
]
const BOLD_WIDTHS = [
  278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556,
  556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833,
  722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611,
  556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389,
  280, 389, 584,
]
const FIRST_CODE = 0x20

/** Windows-1252 where it is not Latin-1, with Helvetica's widths. */
const WINDOWS: Readonly<Record<string, readonly [code: number, width: number]>> = {
  '–': [0x96, 556],
  '—': [0x97, 1000],
  '‘': [0x91, 222],
  '’': [0x92, 222],
  '“': [0x93, 333],
  '”': [0x94, 333],
  '•': [0x95, 350],
  '…': [0x85, 1000],
  '€': [0x80, 556],
}
/** Widths in Latin-1 that are no letter's; accented letters have those of the plain ones. */
const LATIN_WIDTHS: Readonly<Record<string, number>> = {
  ' ': 278,
  '°': 400,
  '±': 584,
  '²': 333,
  '³': 333,
  '¹': 333,
  '·': 278,
  '×': 584,
  '÷': 584,
  '«': 556,
  '»': 556,
  µ: 556,
}

/** Greek and mathematics in Adobe's Symbol encoding. */
const SYMBOL: Readonly<Record<string, readonly [code: number, width: number]>> = {
  α: [0x61, 631],
  β: [0x62, 549],
  γ: [0x67, 411],
  δ: [0x64, 494],
  ε: [0x65, 439],
  ζ: [0x7a, 494],
  η: [0x68, 603],
  θ: [0x71, 521],
  λ: [0x6c, 549],
  μ: [0x6d, 576],
  ν: [0x6e, 521],
  ξ: [0x78, 493],
  π: [0x70, 549],
  ρ: [0x72, 549],
  σ: [0x73, 603],
  τ: [0x74, 439],
  φ: [0x66, 521],
  χ: [0x63, 549],
  ψ: [0x79, 686],
  ω: [0x77, 686],
  Δ: [0x44, 612],
  Σ: [0x53, 592],
  Ω: [0x57, 768],
  '∞': [0xa5, 713],
  '≤': [0xa3, 549],
  '≥': [0xb3, 549],
  '≠': [0xb9, 549],
  '≈': [0xbb, 549],
  '−': [0x2d, 549],
  '√': [0xd6, 549],
  '∂': [0xb6, 494],
  '∇': [0xd1, 713],
  '∈': [0xce, 713],
  '→': [0xae, 987],
}
/** What neither font has, in what it has. */
const PLAIN: Readonly<Record<string, string>> = { '‖': '||', '\u00a0': ' ', '\u202f': ' ', '\u2009': ' ' }
const SUBSCRIPT_ZERO = 0x2080
const UNKNOWN = '?'

/** @returns runs in order; what no font has is written as it can be, or as a question mark */
export function textRuns(text: string, isBold: boolean): TextRun[] {
  const plain = [...text].map(plainOf).join('')
  const runs: { font: PdfFont; codes: number[]; width: number }[] = []
  for (const character of plain) {
    const glyph = glyphOf(character, isBold)
    const last = runs.at(-1)
    if (last?.font === glyph.font) {
      last.codes.push(glyph.code)
      last.width += glyph.width / 1000
    } else runs.push({ font: glyph.font, codes: [glyph.code], width: glyph.width / 1000 })
  }
  return runs
}

function plainOf(character: string): string {
  const code = character.codePointAt(0)!
  if (code >= SUBSCRIPT_ZERO && code <= SUBSCRIPT_ZERO + 9) return String(code - SUBSCRIPT_ZERO)
  return PLAIN[character] ?? character
}

function glyphOf(character: string, isBold: boolean): { font: PdfFont; code: number; width: number } {
  const font = isBold ? 'Helvetica-Bold' : 'Helvetica'
  const widths = isBold ? BOLD_WIDTHS : HELVETICA_WIDTHS
  const symbol = SYMBOL[character]
  if (symbol) return { font: 'Symbol', code: symbol[0], width: symbol[1] }
  const windows = WINDOWS[character]
  if (windows) return { font, code: windows[0], width: windows[1] }
  const code = character.codePointAt(0)!
  const width = widths[code - FIRST_CODE]
  if (width !== undefined) return { font, code, width }
  if (code < 0xa0 || code > 0xff) return glyphOf(UNKNOWN, isBold)
  const base = character.normalize('NFD').codePointAt(0)!
  return { font, code, width: LATIN_WIDTHS[character] ?? widths[base - FIRST_CODE] ?? 556 }
}
