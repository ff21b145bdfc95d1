/** How recurrences are cut up on an adapter where nobody has measured: series and units of a workgroup, and into how many slices sums are cut. */
import type { Part } from '../../networks/network.ts'
import type { AdapterFacts } from './device.ts'
import type { RecurrenceShape } from './wgsl/recurrence-plan.ts'

/** Series of a workgroup: on an H100, eight are slower at every size, and shorter texts compile faster everywhere. */
const ROWS = 4
/** Slices of a sum: of 1, 2 and 4, two are fastest on an H100 from 128 to 256 units. */
const SLICES = 2
/** Subgroups are of a multiple of this nearly everywhere. */
const WHOLE_INVOCATIONS = 32

/** As many invocations as give each unit its own worker, where the adapter has them. */
export function defaultShape(facts: AdapterFacts, part: Pick<Part, 'units' | 'inputSize'>): RecurrenceShape {
  const subgroups = facts.hasSubgroups && facts.subgroupSize >= SLICES
  const slices = subgroups && !facts.isSoftware ? SLICES : 1
  const whole = facts.isSoftware ? 4 : WHOLE_INVOCATIONS
  const wanted = Math.ceil((part.units * slices) / whole) * whole
  return {
    rows: ROWS,
    invocations: Math.min(wanted, facts.workgroupInvocations),
    slices,
    subgroups,
    memoryBytes: facts.workgroupBytes,
  }
}
