/**
 * The rows that adjoints come to (adjoint-reach.ts) as a part's way back wants them: which rows begin at which step, which the sums over a
 * segment's rows are made of, and which series no adjoint comes to at all. Made where some rows are left out; the same for all parts.
 */
import { isCut } from '../../adjoint-reach.ts'
import { segmentSteps } from '../plan/part-buffers.ts'
import type { Opening } from './injections.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'

/** Rows of a segment, counted from its first: their numbers stand at `address`. */
export interface RowList {
  readonly address: number
  readonly count: number
}

export class ReachedRows {
  readonly openings: readonly Opening[]
  /** Series whose initial states nothing depends on. */
  readonly unreached: readonly number[]
  /** One a segment. */
  readonly #lists: readonly RowList[]

  /** @param reached [T, B] */
  constructor(
    reached: Uint8Array,
    { steps, batch, truncateEvery }: { steps: number; batch: number; truncateEvery: number | null },
    memory: LinearMemory,
    buffers: NamedBuffers,
  ) {
    const openings: Opening[] = []
    // Where a sweep begins, all adjoints are clear.
    for (let t = 0; t < steps - 1; t++)
      if (!isCut(t + 1, truncateEvery))
        for (let row = 0; row < batch; row++)
          if (reached[t * batch + row] === 1 && reached[(t + 1) * batch + row] === 0) openings.push({ step: t, row })
    this.openings = openings
    this.unreached = Array.from({ length: batch }, (_, row) => row).filter((row) => reached[row] === 0)
    const address = buffers.get('reached', reachedBytes(steps, batch))
    const rowsOfSegment = segmentSteps({ steps, batch }) * batch
    const lists: RowList[] = []
    const { integers } = memory
    let entry = address / 4
    for (let first = 0; first < reached.length; first += rowsOfSegment) {
      const start = entry
      for (let row = first; row < Math.min(first + rowsOfSegment, reached.length); row++)
        if (reached[row] === 1) integers[entry++] = row - first
      lists.push({ address: start * 4, count: entry - start })
    }
    this.#lists = lists
  }

  ofSegment(segment: number): RowList {
    return this.#lists[segment]!
  }
}

/** Bytes of the lists at most. */
export const reachedBytes = (steps: number, batch: number): number => 4 * steps * batch
