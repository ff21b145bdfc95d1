/**
 * Where the cells of a text begin and end, and whether their quotes do: a text and what separates its cells enter, places leave. It is asked
 * before a text is split, as the work of Papa Parse at misplaced quotes grows with the square of what stands between them.
 */

/** What lines that are no rows begin with. */
export const COMMENT = '#'

export interface CellPlace {
  readonly start: number
  /** Of the separator or line end after it. */
  readonly end: number
  /** `open`: its quote has no end; `followed`: text stands between its second quote and its end. */
  readonly quotes: 'right' | 'open' | 'followed'
  readonly endsRow: boolean
}

/** After the quote that ends a quoted cell; -1: there is none. @param start its opening quote */
export function endOfQuoted(text: string, start: number): number {
  let at = start + 1
  for (;;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) return -1
    if (text[quote + 1] !== '"') return quote + 1
    at = quote + 2
  }
}

/** Every cell of every row but those of comments; an empty line has one empty cell. */
export function* placesOfCells(text: string, separator: string): Generator<CellPlace> {
  const plain = new RegExp(`[^${separator}\\n]*`, 'y')
  let at = 0
  let startsRow = true
  while (at < text.length) {
    if (startsRow && text.startsWith(COMMENT, at)) {
      const lineEnd = text.indexOf('\n', at)
      at = lineEnd < 0 ? text.length : lineEnd + 1
      continue
    }
    const start = at
    const quotedEnd = text[at] === '"' ? endOfQuoted(text, at) : at
    plain.lastIndex = quotedEnd < 0 ? text.length : quotedEnd
    const rest = plain.exec(text)![0]
    at = plain.lastIndex
    startsRow = text[at] !== separator
    const isFollowed = quotedEnd > start && rest.trim() !== ''
    yield { start, end: at, quotes: quotedEnd < 0 ? 'open' : isFollowed ? 'followed' : 'right', endsRow: startsRow }
    at++
  }
}
