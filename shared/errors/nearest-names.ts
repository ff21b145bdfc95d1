/** What a mistyped name may have meant: a name and those that exist enter, the nearest leave. */

/** A name that differs in more than this share of its letters is no mistyping. */
const FARTHEST_SHARE = 0.4
/** Nobody mistypes a longer one, and comparing takes the product of both lengths. */
const LONGEST_NAME = 200

/** @returns at most `count` names, nearest first, by insertions, deletions and replacements */
export function nearestNames(name: string, candidates: readonly string[], count = 2): string[] {
  if (name.length > LONGEST_NAME) return []
  return [...new Set(candidates)]
    .filter(({ length }) => length <= LONGEST_NAME)
    .map((candidate) => ({ candidate, distance: editDistance(name, candidate) }))
    .filter(({ candidate, distance }) => distance <= FARTHEST_SHARE * Math.max(name.length, candidate.length))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** Levenshtein's distance, one row of the table at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
