/**
 * Shapes that a part's recurrence can have on an adapter, the likeliest first: what tuning tries, and what is taken where nothing was measured.
 * Likely is what an H100 showed for 256 units: one unit a worker, two slices, few rows.
 */

/** What tuning chooses, and what the adapter allows. */
export interface RecurrenceShape {
  /** Series of a workgroup: a multiple of 4. */
  readonly rows: number
  /** Invocations of a workgroup: a multiple of `slices`. */
  readonly invocations: number
  /** A power of two; at most the adapter's smallest subgroup where `subgroups` is set. */
  readonly slices: number
  /** Slices are added by subgroup shuffles instead of in workgroup memory. */
  readonly subgroups: boolean
  /** Weights that each invocation keeps in registers over all steps, in vectors of four: they need not come from memory again. */
  readonly keptVectors: number
  /** Of a workgroup, in bytes. */
  readonly memoryBytes: number
}

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

/** Registers of a processor, and the most that an invocation can have: the same for several vendors. Some are left for other things. */
const REGISTERS = 65_536
const [MOST_REGISTERS, OTHER_REGISTERS] = [255, 32]

const CANDIDATES = [
  { rows: 4, slices: 2, keeps: false },
  { rows: 4, slices: 4, keeps: true },
  { rows: 4, slices: 2, keeps: true },
  { rows: 4, slices: 4, keeps: false },
  { rows: 4, slices: 1, keeps: false },
  { rows: 4, slices: 8, keeps: true },
  { rows: 8, slices: 2, keeps: false },
  { rows: 8, slices: 1, keeps: false },
] as const

/**
 * @param units of the part
 * @returns at least one; `planRecurrence` may still refuse one for want of memory
 */
export function recurrenceShapes(units: number, limits: ShapeLimits): RecurrenceShape[] {
  const { memoryBytes, subgroupSize } = limits
  const shapes = CANDIDATES.map(({ rows, slices, keeps }): RecurrenceShape => {
    const wanted = Math.ceil((units * slices) / WIDEST_SUBGROUP) * WIDEST_SUBGROUP
    const most = Math.floor(limits.invocations / WIDEST_SUBGROUP) * WIDEST_SUBGROUP
    const invocations = Math.min(wanted, most)
    const registers = Math.min(MOST_REGISTERS, REGISTERS / invocations) - OTHER_REGISTERS
    return {
      rows,
      slices,
      invocations,
      subgroups: subgroupSize !== null && subgroupSize >= slices && slices > 1,
      keptVectors: keeps ? Math.floor(registers / 4) : 0,
      memoryBytes,
    }
  })
  // Where a worker has several units besides, slices cost registers and gain nothing: those come last.
  const unitsPerWorker = ({ invocations, slices }: RecurrenceShape): number => Math.ceil((units * slices) / invocations)
  return [...shapes].sort((a, b) => unitsPerWorker(a) - unitsPerWorker(b))
}
