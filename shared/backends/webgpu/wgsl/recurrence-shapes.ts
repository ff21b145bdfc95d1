/**
 * Shapes that a part's recurrence can have on an adapter, the likeliest first: what tuning tries, and what is taken where nothing was measured.
 * Likely is what an H100 showed for 256 units: one unit a worker, two slices, few rows.
 */
import type { RecurrenceShape } from './recurrence-plan.ts'

/** What an adapter allows. */
export interface ShapeLimits {
  /** maxComputeInvocationsPerWorkgroup */
  readonly invocations: number
  /** maxComputeWorkgroupStorageSize, bytes */
  readonly memoryBytes: number
  /** The smallest subgroup; null where there are none. */
  readonly subgroupSize: number | null
}

/** Workgroups are whole numbers of these: no subgroup of any vendor is larger. */
const WIDEST_SUBGROUP = 64

const CANDIDATES = [
  { rows: 4, slices: 2 },
  { rows: 4, slices: 4 },
  { rows: 4, slices: 1 },
  { rows: 8, slices: 2 },
  { rows: 8, slices: 1 },
  { rows: 4, slices: 8 },
] as const

/**
 * @param units of the part
 * @returns at least one; `planRecurrence` may still refuse one for want of memory
 */
export function recurrenceShapes(units: number, limits: ShapeLimits): RecurrenceShape[] {
  const { memoryBytes, subgroupSize } = limits
  const shapes = CANDIDATES.map(({ rows, slices }): RecurrenceShape => {
    const wanted = Math.ceil((units * slices) / WIDEST_SUBGROUP) * WIDEST_SUBGROUP
    const most = Math.floor(limits.invocations / WIDEST_SUBGROUP) * WIDEST_SUBGROUP
    return {
      rows,
      slices,
      invocations: Math.min(wanted, most),
      subgroups: subgroupSize !== null && subgroupSize >= slices && slices > 1,
      memoryBytes,
    }
  })
  // Where a worker has several units besides, slices cost registers and gain nothing: those come last.
  const unitsPerWorker = ({ invocations, slices }: RecurrenceShape): number =>
    Math.ceil((units * slices) / invocations)
  return [...shapes].sort((a, b) => unitsPerWorker(a) - unitsPerWorker(b))
}
