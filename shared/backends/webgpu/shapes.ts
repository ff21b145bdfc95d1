/**
 * How recurrences are cut up on an adapter where nobody has measured: what may be tried of a part, and of a stack of layers.
 *
 * Not among it: workgroups that share the units of one row slice and stay resident, so that each keeps its weights and passes states through memory. On an
 * H100 that layout, with 16 or 32 workgroups a slice, took about 2 ms for 200 steps of 256 GRU units forward against 2.5 ms of the streaming one here
 * (layers beside each other gain more), and it needs a promise of WebGPU's that there is not, that all workgroups run at once.
 */
import type { Network, Part } from '../../networks/network.ts'
import type { AdapterFacts } from '../adapter.ts'
import type { RecurrenceShape } from './wgsl/recurrence-plan.ts'
import { recurrenceShapes } from './wgsl/recurrence-shapes.ts'

/** Shapes, the likeliest first. */
export function shapesToTry(facts: AdapterFacts, { units }: Pick<Part, 'units'>): readonly RecurrenceShape[] {
  if (facts.isSoftware) return [softwareShape(facts, units)]
  return recurrenceShapes(units, {
    invocations: facts.workgroupInvocations,
    memoryBytes: facts.workgroupBytes,
    subgroupSize: facts.hasSubgroups ? facts.subgroupSize : null,
  })
}

/** Chunks by which the layers of a network may be apart, the likeliest first; null: they go one after the other. A processor that imitates a graphics processor runs workgroups in turn. */
export function chunksToTry(
  { isSoftware }: Pick<AdapterFacts, 'isSoftware'>,
  { wiredLayers }: Pick<Network, 'wiredLayers'>,
): readonly (number | null)[] {
  return isSoftware || wiredLayers.length === 1 ? [null] : [null, 32, 64, 16]
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
