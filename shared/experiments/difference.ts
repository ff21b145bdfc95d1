/** Where two configurations first differ: both enter, or a part of both, the field with both values leaves, short enough for a message. */

export interface Difference {
  readonly field: string
  readonly before: string
  readonly after: string
}

/**
 * Both are whole, so they have the same fields; a list may have another length.
 * @param field where they stand
 * @returns null where they are equal, in whatever order their fields are
 */
export function firstDifference(before: unknown, after: unknown, field: string): Difference | null {
  const isBranch = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
  if (isBranch(before) && isBranch(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = Object.keys(before)
    if (keys.length === Object.keys(after).length && keys.every((key) => Object.hasOwn(after, key))) {
      for (const key of keys) {
        const difference = firstDifference(before[key], after[key], `${field}.${key}`)
        if (difference !== null) return difference
      }
      return null
    }
  }
  if (Object.is(before, after)) return null
  return { field, before: describe(before), after: describe(after) }
}

const LONGEST_VALUE = 60

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`
}
