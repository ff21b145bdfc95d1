/** How the recurrence of a part is cut up on an adapter where nobody has measured. */
import type { Part } from '../../networks/network.ts'
import type { AdapterFacts } from '../adapter.ts'
import type { RecurrenceShape } from './wgsl/recurrence-shapes.ts'
import { recurrenceShapes } from './wgsl/recurrence-shapes.ts'

/** What may be tried, the likeliest first. */
export function shapesToTry(facts: AdapterFacts, { units }: Pick<Part, 'units'>): readonly RecurrenceShape[] {
  if (facts.isSoftware) return [softwareShape(facts, units)]
  return recurrenceShapes(units, {
    invocations: facts.workgroupInvocations,
    memoryBytes: facts.workgroupBytes,
    subgroupSize: facts.hasSubgroups ? facts.subgroupSize : null,
  })
}

/** The shortest text, and no invocation without work: a software adapter takes seconds to compile one, and runs one invocation after another. */
function softwareShape({ workgroupInvocations, workgroupBytes }: AdapterFacts, units: number): RecurrenceShape {
  return {
    rows: 4,
    slices: 1,
    invocations: Math.min(Math.ceil(units / 4) * 4, workgroupInvocations),
    subgroups: false,
    keptVectors: 0,
    memoryBytes: workgroupBytes,
  }
}
