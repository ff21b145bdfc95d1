/**
 * Whole numbers of a file that float32 does not hold, such as seconds since 1970 or numbers of customers: numbers as they are read enter, how many
 * were rounded and the first of them leave. Labels of classes are names, and never rounded.
 */
import { isWholeAndRounded } from '../numerics/float32.ts'

export interface RoundedNumbers {
  readonly count: number
  /** The first of them, as it stands in the file. */
  readonly first: number
}

export class RoundingCounter {
  #count = 0
  #first = 0

  /** @returns the number as it is used */
  round(value: number): number {
    if (isWholeAndRounded(value)) {
      if (this.#count === 0) this.#first = value
      this.#count++
    }
    return Math.fround(value)
  }

  /** @returns null where none was rounded */
  found(): RoundedNumbers | null {
    return this.#count === 0 ? null : { count: this.#count, first: this.#first }
  }
}

/** Those of a second file beside those of a first. */
export function joinRounded(one: RoundedNumbers | null, other: RoundedNumbers | null): RoundedNumbers | null {
  return one && other ? { count: one.count + other.count, first: one.first } : (one ?? other)
}

export function describeRounded({ count, first }: RoundedNumbers): string {
  const used = Math.fround(first)
  return count === 1
    ? `1 whole number is rounded, since float32 does not hold it: ${first} is used as ${used}.`
    : `${count} whole numbers are rounded, since float32 does not hold them: the first is ${first}, used as ${used}.`
}
