/**
 * VAA* of Algorithm 2 and its gradient in four kernels: states squashed, similarities, the mean, the gradient (vaa-star.ts of
 * shared/attractors has the equations). Differences of tanh are worked out without subtracting them, tanh a - tanh b = tanh(a - b) (1 - tanh a tanh b),
 * so that pairs that lie close together keep their digits in float32.
 */
import { DISTANCE_OFFSET } from '../../../attractors/vaa-star.ts'
import { functionsText } from './functions.ts'
import {
  elementWorkgroups,
  overElements,
  replicaKernel,
  WORKGROUP_SIZE,
  workgroupsOf,
  type ReplicaKernel,
} from './replica-kernel.ts'
import { declareSum } from './workgroup-sum.ts'

/** Beyond it tanh is 1 in double precision, too; differences of larger ones are then zero as they are there. */
const LARGEST_STATE = 40
/** Invocations of a row's workgroup. */
const ROW_SIZE = 64

/** Floats of a compared state in `squashed`: itself, and e^(-2|x|). */
export const SQUASHED_FLOATS = 2

const SQUASHED = `\
struct Squashed { x: f32, tail: f32 }
fn squashed_at(place: u32) -> Squashed { return Squashed(squashed[place], squashed[place + 1u]); }
// tanh a - tanh b. 1 - tanh a tanh b is a quotient of sums of what is positive.
fn difference(a: Squashed, b: Squashed) -> f32 {
  let same = a.tail + b.tail;
  let opposite = 1.0 + a.tail * b.tail;
  let rest = 2.0 * select(opposite, same, (a.x < 0.0) == (b.x < 0.0)) / ((1.0 + a.tail) * (1.0 + b.tail));
  return hyperbolic_tangent(vec4f(a.x - b.x)).x * rest;
}`

/** `squashed` [B, columns, 2] of the states' listed columns (u32). A NaN stays one. @param stateSize floats of a row of states */
export function squashStates(stateSize: number): ReplicaKernel<'rows' | 'columns', 'states' | 'listed' | 'squashed'> {
  return replicaKernel({
    name: 'squash-states',
    fields: { rows: 'u32', columns: 'u32' },
    buffers: {
      states: { access: 'read', element: 'f32' },
      listed: { access: 'read', element: 'u32' },
      squashed: { access: 'read-write', element: 'f32' },
    },
    declarations: functionsText(['exponential', 'is_nan']),
    body: overElements(
      'call.rows * call.columns',
      `\
let state = states[states_base + e / call.columns * ${stateSize}u + listed[listed_base + e % call.columns]];
let x = select(clamp(state, -${LARGEST_STATE}.0, ${LARGEST_STATE}.0), state, is_nan(vec4f(state)).x);
squashed[squashed_base + 2u * e] = x;
squashed[squashed_base + 2u * e + 1u] = exponential(vec4f(-2.0 * abs(x))).x;`,
    ),
    workgroups: ({ rows, columns }) => elementWorkgroups(rows * columns),
  })
}

/** `distances` [B, B] and v_i, `sums` [B]; a workgroup a state. */
export function similarities(): ReplicaKernel<'rows' | 'columns' | 'epsilon', 'squashed' | 'distances' | 'sums'> {
  return replicaKernel({
    name: 'similarities',
    fields: { rows: 'u32', columns: 'u32', epsilon: 'f32' },
    buffers: {
      squashed: { access: 'read', element: 'f32' },
      distances: { access: 'read-write', element: 'f32' },
      sums: { access: 'read-write', element: 'f32' },
    },
    workgroupSize: ROW_SIZE,
    declarations: [
      functionsText(['hyperbolic_tangent', 'not_a_number', 'is_nan']),
      SQUASHED,
      declareSum(ROW_SIZE),
    ].join('\n'),
    body: `\
for (var i = group.x; i < call.rows; i += groups.x) {
  var share = 0.0;
  for (var j = lane; j < call.rows; j += ${ROW_SIZE}u) {
    let own = squashed_base + 2u * i * call.columns;
    let other = squashed_base + 2u * j * call.columns;
    var squares = 0.0;
    for (var k = 0u; k < call.columns; k++) {
      let apart = difference(squashed_at(own + 2u * k), squashed_at(other + 2u * k));
      squares += apart * apart;
    }
    let d = sqrt(squares);
    distances[distances_base + i * call.rows + j] = d;
    let similarity = select(1.0 - (d - call.epsilon) / (d + ${DISTANCE_OFFSET}), 1.0, d <= call.epsilon);
    // A NaN stays one: a network that diverged is not measured as converged.
    share += select(similarity, not_a_number().x, is_nan(vec4f(squares)).x);
  }
  let v = workgroup_sum(lane, share);
  if (lane == 0u) { sums[sums_base + i] = v; }
}`,
    workgroups: ({ rows }) => [workgroupsOf(rows), 1],
  })
}

/** VAA* itself, `value[0]`: a workgroup a replica. */
export function meanInverse(): ReplicaKernel<'rows', 'sums' | 'value'> {
  return replicaKernel({
    name: 'mean-inverse',
    fields: { rows: 'u32' },
    buffers: { sums: { access: 'read', element: 'f32' }, value: { access: 'read-write', element: 'f32' } },
    declarations: declareSum(WORKGROUP_SIZE),
    body: `\
var share = 0.0;
for (var i = lane; i < call.rows; i += ${WORKGROUP_SIZE}u) { share += 1.0 / sums[sums_base + i]; }
let sum = workgroup_sum(lane, share);
if (lane == 0u) { value[value_base] = sum / f32(call.rows); }`,
    workgroups: () => [1, 1],
  })
}

/**
 * `adjoint[i, listed[k]]` = factor times (VAA* - goal) times the slope of VAA* by that state; other columns are left as they are.
 * @param stateSize floats of a row of `adjoint`
 */
export function vaaStarGradient(
  stateSize: number,
): ReplicaKernel<
  'rows' | 'columns' | 'epsilon' | 'goal' | 'factor',
  'squashed' | 'distances' | 'sums' | 'value' | 'listed' | 'adjoint'
> {
  return replicaKernel({
    name: 'vaa-star-gradient',
    fields: { rows: 'u32', columns: 'u32', epsilon: 'f32', goal: 'f32', factor: 'f32' },
    buffers: {
      squashed: { access: 'read', element: 'f32' },
      distances: { access: 'read', element: 'f32' },
      sums: { access: 'read', element: 'f32' },
      value: { access: 'read', element: 'f32' },
      listed: { access: 'read', element: 'u32' },
      adjoint: { access: 'read-write', element: 'f32' },
    },
    declarations: [functionsText(['hyperbolic_tangent']), SQUASHED].join('\n'),
    body: overElements(
      'call.rows * call.columns',
      `\
let i = e / call.columns;
let k = e % call.columns;
let own = squashed_at(squashed_base + 2u * e);
let inverse_i = 1.0 / sums[sums_base + i];
var sum = 0.0;
for (var j = 0u; j < call.rows; j++) {
  let d = distances[distances_base + i * call.rows + j];
  if (d > call.epsilon) {
    let inverse_j = 1.0 / sums[sums_base + j];
    let divisor = d + ${DISTANCE_OFFSET};
    let scale = (inverse_i * inverse_i + inverse_j * inverse_j) * (${DISTANCE_OFFSET} + call.epsilon) / (divisor * divisor) / d;
    sum += scale * difference(own, squashed_at(squashed_base + 2u * (j * call.columns + k)));
  }
}
let slope = 4.0 * own.tail / ((1.0 + own.tail) * (1.0 + own.tail));
adjoint[adjoint_base + i * ${stateSize}u + listed[listed_base + k]] =
  call.factor * (value[value_base] - call.goal) * sum * slope / f32(call.rows);`,
    ),
    workgroups: ({ rows, columns }) => elementWorkgroups(rows * columns),
  })
}
