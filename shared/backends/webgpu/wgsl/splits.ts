/**
 * Into how many pieces sums over rows are cut: enough to keep a large card busy, few enough that adding them costs little. Made from sizes
 * alone, never from the device or the replicas: the bits of a sum depend on it.
 */

/** Workgroups that keep a large card busy: several for each of its 132 processors. */
const WANTED_WORKGROUPS = 512
/** Fewer rows than this are not worth a workgroup. */
const LEAST_SPLIT_ROWS = 64
const MOST_SPLITS = 64

export interface RowSplit {
  readonly count: number
  /** Rows of a split but the last, which has what is left. */
  readonly rows: number
}

/**
 * @param rows summed over, >= 1
 * @param workgroups that one split has
 */
export function splitRows(rows: number, workgroups: number): RowSplit {
  const wanted = Math.min(Math.ceil(WANTED_WORKGROUPS / workgroups), Math.ceil(rows / LEAST_SPLIT_ROWS), MOST_SPLITS)
  const perSplit = Math.ceil(rows / wanted)
  return { count: Math.ceil(rows / perSplit), rows: perSplit }
}
