/** Numbers that JSON cannot write: infinities and NaN, which become null, and -0, which loses its sign. */

export function isLostInJson(value: unknown): value is number {
  return typeof value === 'number' && (!Number.isFinite(value) || Object.is(value, -0))
}

/** As a text that `Number` reads back. */
export function textOfNumber(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
