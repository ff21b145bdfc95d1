/**
 * How the rows of a step (the series of a batch) are shared among threads. A block of rows runs the whole sequence on one thread; its
 * tiles are full only with enough rows, so where threads are many and rows few, several replicas run side by side, each on threads of its own.
 */

/** Fewer rows than this leave most of a tile's work to loading weights. */
const LEAST_ROWS = 4
/** Rows that keep a thread's tiles full: replicas run side by side rather than leave blocks smaller than this. */
const FULL_ROWS = 16

/** Rows of every step that one thread works on. */
export interface RowBlock {
  readonly thread: number
  readonly start: number
  readonly count: number
}

/** The threads that a replica's sequences run on. */
export interface Lane {
  readonly firstThread: number
  readonly threads: number
}

/** How many replicas run side by side at best: memory may allow for fewer. */
export function lanesWanted(threads: number, batch: number, replicas: number): number {
  return Math.max(1, Math.min(replicas, threads, Math.floor((threads * FULL_ROWS) / batch)))
}

/** The lane at `place` of `count`: each has at least one thread while there are as many threads as lanes. */
export function laneAt(place: number, count: number, threads: number): Lane {
  const firstThread = Math.floor((place * threads) / count)
  return { firstThread, threads: Math.floor(((place + 1) * threads) / count) - firstThread }
}

/** Splits the rows of a step among a lane's threads, as evenly as they go; a block has at least LEAST_ROWS. */
export function rowBlocks(batch: number, { firstThread, threads }: Lane): RowBlock[] {
  const count = Math.max(1, Math.min(threads, Math.floor(batch / LEAST_ROWS)))
  return Array.from({ length: count }, (_, block) => {
    const start = Math.floor((block * batch) / count)
    return { thread: firstThread + block, start, count: Math.floor(((block + 1) * batch) / count) - start }
  })
}
