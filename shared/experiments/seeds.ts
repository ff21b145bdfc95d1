/**
 * Seeds as people write them: text enters, the list of seeds leaves, or why it is none. One reading for fields, flags, sweeps and
 * configuration files; whether seeds stand twice is left to the configuration's own check.
 */

/** Seeds are numbers of 32 bits. */
export const SEED_LIMIT = 2 ** 32
export const MOST_SEEDS = 64

export type ReadSeeds =
  | { readonly ok: true; readonly seeds: number[] }
  /** `piece` is what cannot be read, as it was written; for `tooMany` the whole text. */
  | {
      readonly ok: false
      readonly fault: 'seedsEmpty' | 'seedsUnread' | 'seedsReversed' | 'seedsTooMany'
      readonly piece: string
    }

/** One seed, or a range with both ends in it: `0-4`, `0..4`, `0 – 4`. */
const PIECE = /^(\d+)(?:\s*(?:\.\.\.?|-|–|—|:)\s*(\d+))?$/

/**
 * Reads `0, 1, 2`, `0 1 2`, `0-4`, `0..4` and mixtures; both ends of a range are in it.
 * @returns each seed from 0 to 2^32 - 1, in the order written, at most 64
 */
export function readSeeds(text: string): ReadSeeds {
  // A range may have spaces around its dash; everywhere else a space parts two seeds as a comma does.
  const pieces = text
    .trim()
    .replace(/\s*(\.\.\.?|[-–—:])\s*/g, '$1')
    .split(/[\s,;]+/)
    .filter((piece) => piece !== '')
  if (pieces.length === 0) return { ok: false, fault: 'seedsEmpty', piece: '' }
  const seeds: number[] = []
  for (const piece of pieces) {
    const [, first, last = first] = PIECE.exec(piece) ?? []
    if (first === undefined || Number(first) >= SEED_LIMIT || Number(last) >= SEED_LIMIT)
      return { ok: false, fault: 'seedsUnread', piece }
    const [low, high] = [Number(first), Number(last)]
    if (low > high) return { ok: false, fault: 'seedsReversed', piece }
    if (seeds.length + high - low + 1 > MOST_SEEDS) return { ok: false, fault: 'seedsTooMany', piece: text.trim() }
    for (let seed = low; seed <= high; seed++) seeds.push(seed)
  }
  return { ok: true, seeds }
}

/** What a message says of a text that holds no seeds. */
export const SEEDS_EXPECTED = `whole numbers from 0 to ${SEED_LIMIT - 1}, at most ${MOST_SEEDS}, such as \`0, 1, 2\` or \`0-4\``
