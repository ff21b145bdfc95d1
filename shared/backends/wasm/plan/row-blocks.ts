/**
 * How the rows of a step (the series of a batch) are shared among threads, by the threads' weights. A block of rows runs the whole
 * sequence on one thread; its tiles are full only with enough rows, so where threads are many and rows few, several replicas run side
 * by side, each on threads of its own.
 */

/** Fewer rows than this leave most of a tile's work to loading weights. */
const LEAST_ROWS = 4
/** Rows that keep a thread's tiles full: replicas run side by side rather than leave blocks smaller than this. */
const FULL_ROWS = 16
/** Times an even share that the fastest thread has at most: buffers of blocks are planned for it. */
const MOST_EVEN_SHARES = 2

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

/** Blocks that a lane's rows are split into: fewer than its threads where rows are few. */
export const blockCount = (batch: number, { threads }: Lane): number =>
  Math.max(1, Math.min(threads, Math.floor(batch / LEAST_ROWS)))

/** Rows of a block at most, whatever the weights. */
export const mostRows = (batch: number, lane: Lane): number =>
  Math.min(batch, MOST_EVEN_SHARES * Math.ceil(batch / blockCount(batch, lane)))

/** Where the shares of `count` things end that are in proportion to weights: an even split where these are equal. */
export function cuts(count: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  let before = 0
  return weights.map((weight, share) => {
    before += weight
    return share === weights.length - 1 ? count : Math.floor((before * count) / total)
  })
}

/**
 * Splits the rows of a step among a lane's threads; a block has at least LEAST_ROWS, and at most `mostRows`.
 * @param weights of all threads
 */
export function rowBlocks(batch: number, lane: Lane, weights: readonly number[]): RowBlock[] {
  const count = blockCount(batch, lane)
  const most = mostRows(batch, lane)
  let end = 0
  return cuts(batch, weights.slice(lane.firstThread, lane.firstThread + count)).map((cut, block) => {
    const start = end
    const behind = count - 1 - block
    // As many as the blocks behind can take and no fewer than they need.
    end = Math.min(Math.max(cut, start + LEAST_ROWS, batch - behind * most), start + most, batch - behind * LEAST_ROWS)
    return { thread: lane.firstThread + block, start, count: end - start }
  })
}
