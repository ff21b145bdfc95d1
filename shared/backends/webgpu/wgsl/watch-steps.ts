/**
 * What is looked at in the states of every step: whether they are those remembered, bit for bit, and how far each series has moved in the step. One
 * dispatch a state of a part; each adds to what the others have found.
 */
import { functionsText } from './functions.ts'
import { replicaKernel, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { declareFold, declareSum } from './workgroup-sum.ts'

/** Invocations of a row's workgroup. */
const ROW_SIZE = 64
/** Words of a step and series in `found`: whether states differ (u32), and the squared distance (f32). */
export const WATCH_WORDS = 2

/**
 * `states` [T + 1, B, H] of one state; `remembered` state rows [B, ..], of which its columns begin at `column`; `found` [T, B, 2]. A NaN differs from
 * all.
 * @param units H
 * @param stateSize floats of a state row
 */
export function watchSteps(
  units: number,
  stateSize: number,
): ReplicaKernel<'steps' | 'batch' | 'column', 'states' | 'remembered' | 'found'> {
  return replicaKernel({
    name: `watch-steps-${units}`,
    fields: { steps: 'u32', batch: 'u32', column: 'u32' },
    buffers: {
      states: { access: 'read', element: 'f32' },
      remembered: { access: 'read', element: 'f32' },
      found: { access: 'read-write', element: 'u32' },
    },
    workgroupSize: ROW_SIZE,
    declarations: [
      functionsText(['is_nan']),
      declareSum(ROW_SIZE),
      declareFold('workgroup_any', 'u32', ROW_SIZE, 'max(a, b)'),
    ].join('\n'),
    body: `\
for (var row = group.x; row < call.steps * call.batch; row += groups.x) {
  var differs = 0u;
  var squares = 0.0;
  for (var unit = lane; unit < ${units}u; unit += ${ROW_SIZE}u) {
    let before = states[states_base + row * ${units}u + unit];
    let after = states[states_base + (row + call.batch) * ${units}u + unit];
    let other = remembered[remembered_base + row % call.batch * ${stateSize}u + call.column + unit];
    if (bitcast<u32>(after) != bitcast<u32>(other) || is_nan(vec4f(after)).x) { differs = 1u; }
    squares += (after - before) * (after - before);
  }
  differs = workgroup_any(lane, differs);
  squares = workgroup_sum(lane, squares);
  if (lane == 0u) {
    let place = found_base + row * ${WATCH_WORDS}u;
    found[place] = max(found[place], differs);
    found[place + 1u] = bitcast<u32>(bitcast<f32>(found[place + 1u]) + squares);
  }
}`,
    workgroups: ({ steps, batch }) => [workgroupsOf(steps * batch), 1],
  })
}
