/**
 * How a backend has fitted a network to its device: what was measured there, or was given, by what it holds for. The bits of a run may depend on it,
 * so a run's record has it, and whoever goes on with the run hands it in again. The values are the backend's own, as JSON: it alone reads them,
 * and takes what it cannot use for not given.
 */
export type Tuning = Readonly<Record<string, unknown>>

/** What of a tuning is not in another, or otherwise there. */
export function tuningBeside(tuning: Tuning, known: Tuning): Tuning {
  return Object.fromEntries(Object.entries(tuning).filter(([key, value]) => !isSameChoice(value, known[key])))
}

export function isSameTuning(a: Tuning = {}, b: Tuning = {}): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.keys(tuningBeside(a, b)).length === 0
}

/** Entries of an object count in any order. */
export function isSameChoice(a: unknown, b: unknown): boolean {
  return JSON.stringify(inOrder(a)) === JSON.stringify(inOrder(b))
}

function inOrder(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(inOrder)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, entry]) => [key, inOrder(entry)]))
}
