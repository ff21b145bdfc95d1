/**
 * What separates the cells of a text: its first lines enter, the separator leaves that gives them as many cells each as the first has.
 * Splitting the whole text is left to csv.ts.
 */
import { COMMENT, placesOfCells } from './csv-quotes.ts'

export interface Separator {
  readonly character: string
  /** Any number of them count as one. */
  readonly isRun: boolean
  /** In words, many. */
  readonly name: string
}

const COMMA: Separator = { character: ',', isRun: false, name: 'commas' }
const SPACES: Separator = { character: ' ', isRun: true, name: 'spaces' }
/** Where several fit as well, the first is it: `1,5;2,5` has decimal commas, and a space often stands within a cell. */
const SEPARATORS: readonly Separator[] = [
  { character: '\t', isRun: false, name: 'tabs' },
  { character: ';', isRun: false, name: 'semicolons' },
  COMMA,
  { character: '|', isRun: false, name: 'bars' },
  { character: ' ', isRun: false, name: 'spaces' },
  SPACES,
]

/** Lines that are looked at, and what they may hold: at least the first two. */
const SAMPLE_LINES = 50
const SAMPLE_CHARACTERS = 2 ** 18
/** Of the lines; a separator of fewer is none while a space gives all of them as many cells. */
const LIKELY_SHARE = 0.8

function takeSample(text: string): string {
  let end = 0
  for (let lines = 0; lines < SAMPLE_LINES && end < text.length;) {
    const next = text.indexOf('\n', end)
    const lineEnd = next < 0 ? text.length : next + 1
    if (lines >= 2 && lineEnd > SAMPLE_CHARACTERS) break
    if (!text.startsWith(COMMENT, end) && text.slice(end, lineEnd).trim() !== '') lines++
    end = lineEnd
  }
  return text.slice(0, end)
}

/** Of the sampled rows, those with as many cells as the first; 0 where it has one cell only. */
function shareOf({ character, isRun }: Separator, sample: string): number {
  const counts: number[] = []
  let namedCount = 0
  let [all, filled] = [0, 0]
  for (const { start, end, endsRow } of placesOfCells(sample, character)) {
    const isFilled = sample.slice(start, end).trim() !== ''
    all++
    if (isFilled) filled++
    if (!endsRow) continue
    if (counts.length === 0) namedCount = filled
    // Some programs end each row by a separator, though not the first.
    if (!isFilled && all - 1 === counts[0]) all--
    if (filled > 0) counts.push(isRun ? filled : all)
    all = filled = 0
  }
  // A space at each place where cells are aligned by several gives the first row cells without a name.
  const isSplit = namedCount >= 2 && (isRun || character !== ' ' || namedCount === counts[0])
  return isSplit ? counts.filter((count) => count === counts[0]).length / counts.length : 0
}

/**
 * @param named the separator that the text itself names, one of them
 * @returns the likeliest; commas where none is
 */
export function findSeparator(text: string, named?: string): Separator {
  if (named !== undefined) return SEPARATORS.find(({ character }) => character === named)!
  const sample = takeSample(text)
  const shares = SEPARATORS.map((separator) => ({ separator, share: shareOf(separator, sample) }))
  const likely = shares.filter(({ separator, share }) => separator.character !== ' ' && share >= LIKELY_SHARE)
  const best = (likely.length > 0 ? likely : shares).reduce((first, other) =>
    other.share > first.share ? other : first,
  )
  return best.share > 0 ? best.separator : COMMA
}
