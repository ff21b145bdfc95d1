/**
 * What a run under constant input is watched for: a part's states after each step enter; for each step and series whether they differ from
 * remembered ones in any bit, and the square of their distance from the step before, leave. Parts add to each other's.
 */
import type { RecurrencePlan } from './recurrence-plan.ts'
import { replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

const INVOCATIONS = 64

export interface WatchVariant {
  /** `differences` counts states that are not those of `remembered`. */
  readonly hasRemembered: boolean
  /** `distances` has squares of distances. */
  readonly hasDistances: boolean
}

export type WatchField = 'batch' | 'first' | 'last' | 'stateStride' | 'isFirst'
export type WatchBuffer = 'states' | 'remembered' | 'differences' | 'distances'

/**
 * Steps `first` to `last - 1` of `states` (as in recurrence-forward.ts, with history) against `remembered` (state rows [B, plan.stateRows.width]): `differences`
 * (u32) and `distances` are [T, B], set where `isFirst` is 1 and added to elsewhere. 0 and -0 are the same, and a NaN differs from all. Sums are in a
 * fixed order.
 */
export function watchSteps(
  { sizes, stateRows }: RecurrencePlan,
  { hasRemembered, hasDistances }: WatchVariant,
  name: string,
): ReplicaKernel<WatchField, WatchBuffer> {
  const compare = stateRows.columns.map((column, state) =>
    [
      `for (var j = lane; j < ${sizes.H}u; j += ${INVOCATIONS}u) {`,
      `  let at = states_base + ${state}u * call.stateStride + row * ${sizes.H}u + j;`,
      `  let after = states[at + call.batch * ${sizes.H}u];`,
      ...(hasDistances ? ['  let way = after - states[at];', '  distance = fma(way, way, distance);'] : []),
      ...(hasRemembered
        ? [
            `  different += u32(differ(after, remembered[remembered_base + series * ${stateRows.width}u + ${column}u + j]));`,
          ]
        : []),
      '}',
    ].join('\n'),
  )
  const totals = [
    ...(hasRemembered ? [{ name: 'different', buffer: 'differences', type: 'u32' }] : []),
    ...(hasDistances ? [{ name: 'distance', buffer: 'distances', type: 'f32' }] : []),
  ]
  const addAll = totals.map(
    (total) => `\
${total.name}_of[lane] = ${total.name};
for (var half = ${INVOCATIONS / 2}u; half > 0u; half /= 2u) {
  workgroupBarrier();
  if (lane < half) { ${total.name}_of[lane] += ${total.name}_of[lane + half]; }
}
if (lane == 0u) {
  let place = ${total.buffer}_base + row;
  if (call.isFirst == 1u) { ${total.buffer}[place] = ${total.name}_of[0]; } else { ${total.buffer}[place] += ${total.name}_of[0]; }
}`,
  )
  return replicaKernel<WatchField, WatchBuffer>({
    name,
    fields: { batch: 'u32', first: 'u32', last: 'u32', stateStride: 'u32', isFirst: 'u32' },
    buffers: {
      states: { access: 'read', element: 'f32' },
      ...(hasRemembered && {
        remembered: { access: 'read', element: 'f32' },
        differences: { access: 'read-write', element: 'u32' },
      }),
      ...(hasDistances && { distances: { access: 'read-write', element: 'f32' } }),
    },
    workgroupSize: INVOCATIONS,
    declarations: [
      ...totals.map((total) => `var<workgroup> ${total.name}_of: array<${total.type}, ${INVOCATIONS}>;`),
      `fn differ(a: f32, b: f32) -> bool {
  let bits = vec2u(bitcast<u32>(a), bitcast<u32>(b));
  let sizes = bits & vec2u(0x7fffffffu);
  return (bits.x != bits.y && any(sizes != vec2u())) || any(sizes > vec2u(0x7f800000u));
}`,
    ].join('\n'),
    body: `\
let series = group.x;
let row = (call.first + group.y) * call.batch + series;
${totals.map((total) => `var ${total.name} = ${total.type}();`).join('\n')}
${compare.join('\n')}
${addAll.join('\n')}`,
    workgroups: ({ batch, first, last }) => [batch, last - first],
  })
}
