/** The losses and counts of slots as one number each: `result[c] = sum_slot source[slot, c]`, a workgroup a column, in a fixed order. */
import { replicaKernel, WORKGROUP_SIZE, type ReplicaKernel } from './replica-kernel.ts'
import { declareSum } from './workgroup-sum.ts'

/** Numbers that are added one after another before they join the others: long sums of equal terms lose little. */
const RUN = 16

/** @param columns of a row of the source */
export function sumSlots(columns: number): ReplicaKernel<'slots', 'source' | 'result'> {
  return replicaKernel({
    name: 'sum-slots',
    fields: { slots: 'u32' },
    buffers: { source: { access: 'read', element: 'f32' }, result: { access: 'read-write', element: 'f32' } },
    declarations: declareSum(WORKGROUP_SIZE),
    body: `\
var sum = 0.0;
for (var first = lane * ${RUN}u; first < call.slots; first += ${RUN * WORKGROUP_SIZE}u) {
  var run = 0.0;
  for (var slot = first; slot < min(call.slots, first + ${RUN}u); slot++) {
    run += source[source_base + slot * ${columns}u + group.x];
  }
  sum += run;
}
let total = workgroup_sum(lane, sum);
if (lane == 0u) { result[result_base + group.x] = total; }`,
    workgroups: () => [columns, 1],
  })
}
