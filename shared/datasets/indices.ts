/** Series are asked for by index: this checks one. What an index means is each dataset's. */
import type { Split } from './dataset.ts'

/** Checks the index of a series; a wrong one is a defect of the caller. @throws RangeError */
export function requireIndex(split: Split, index: number, count: number): number {
  if (Number.isInteger(index) && index >= 0 && index < count) return index
  throw new RangeError(`series ${index} of the ${split} split: expected a whole number of 0 or more, under ${count}`)
}
