/**
 * What a run under a constant input is watched by: after each step, whether all states equal those remembered, bit for bit, and how far they
 * are from the step before. Two kernels: one for each state of each part, which adds to what the ones before it found, and one that looks at
 * all series of a step.
 */
import { replicaKernel, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { declareFold, declareSum } from './workgroup-sum.ts'

/** Invocations of a workgroup, which has a series after a step, or a step. */
const SIZE = 64
/** Words of a step in `watched`: 1 where its states are those remembered; the bits of the largest distance. */
export const WATCHED_WORDS = 2
/** Words of a series after a step in `found`: how many states differ; the bits of the squared distance. */
export const FOUND_WORDS = 2

const overRows = (rows: string, body: string): string =>
  `for (var row = group.x; row < ${rows}; row += groups.x) {\n${body.replace(/^(?=.)/gm, '  ')}\n}`

export interface WatchedState {
  /** H: `history` is [T + 1, B, columns]. */
  readonly columns: number
  /** Floats from one row of `remembered` to the next, and the state's first column there. */
  readonly rememberedRow: number
  readonly rememberedColumn: number
  /** The first of the states that are looked at: nothing has been found yet. */
  readonly isFirst: boolean
}

/** `found` [T, B, 2] of the states after step 1, 2, ... A NaN differs from everything. */
export function watchState(state: WatchedState): ReplicaKernel<'steps' | 'batch', 'history' | 'remembered' | 'found'> {
  const { columns, rememberedRow, rememberedColumn, isFirst } = state
  return replicaKernel({
    name: 'watch-state',
    fields: { steps: 'u32', batch: 'u32' },
    buffers: {
      history: { access: 'read', element: 'f32' },
      remembered: { access: 'read', element: 'f32' },
      found: { access: 'read-write', element: 'u32' },
    },
    workgroupSize: SIZE,
    declarations: [declareSum(SIZE), declareFold('workgroup_count', 'u32', SIZE, 'a + b')].join('\n'),
    body: overRows(
      'call.steps * call.batch',
      `\
let before = history_base + row * ${columns}u;
let after = before + call.batch * ${columns}u;
let reference = remembered_base + row % call.batch * ${rememberedRow}u + ${rememberedColumn}u;
var share = 0.0;
var differing = 0u;
for (var column = lane; column < ${columns}u; column += ${SIZE}u) {
  let value = history[after + column];
  let bits = bitcast<u32>(value);
  let is_same = bits == bitcast<u32>(remembered[reference + column]) && (bits & 0x7fffffffu) <= 0x7f800000u;
  differing += select(1u, 0u, is_same);
  let apart = value - history[before + column];
  share += apart * apart;
}
let squares = workgroup_sum(lane, share);
let count = workgroup_count(lane, differing);
if (lane == 0u) {
  let place = found_base + ${FOUND_WORDS}u * row;
  found[place] = count${isFirst ? '' : ' + found[place]'};
  found[place + 1u] = bitcast<u32>(squares${isFirst ? '' : ' + bitcast<f32>(found[place + 1u])'});
}`,
    ),
    workgroups: ({ steps, batch }) => [workgroupsOf(steps * batch), 1],
  })
}

/** `watched` [T, 2] of all that was found. A distance that is a NaN is the largest. */
export function watchedSteps(): ReplicaKernel<'steps' | 'batch', 'found' | 'watched'> {
  return replicaKernel({
    name: 'watched-steps',
    fields: { steps: 'u32', batch: 'u32' },
    buffers: { found: { access: 'read', element: 'u32' }, watched: { access: 'read-write', element: 'u32' } },
    workgroupSize: SIZE,
    declarations: [
      declareFold('workgroup_count', 'u32', SIZE, 'a + b'),
      declareFold('workgroup_max', 'u32', SIZE, 'max(a, b)'),
    ].join('\n'),
    body: overRows(
      'call.steps',
      `\
var differing = 0u;
// The bits of positive numbers are ordered as they are, infinity and NaN above them.
var largest = 0u;
for (var b = lane; b < call.batch; b += ${SIZE}u) {
  let place = found_base + ${FOUND_WORDS}u * (row * call.batch + b);
  differing += found[place];
  largest = max(largest, found[place + 1u] & 0x7fffffffu);
}
differing = workgroup_count(lane, differing);
largest = workgroup_max(lane, largest);
if (lane == 0u) {
  let place = watched_base + ${WATCHED_WORDS}u * row;
  watched[place] = select(0u, 1u, differing == 0u);
  watched[place + 1u] = select(bitcast<u32>(sqrt(bitcast<f32>(largest))), largest, largest >= 0x7f800000u);
}`,
    ),
    workgroups: ({ steps }) => [workgroupsOf(steps), 1],
  })
}
