/**
 * The Euclidean norm of the gradients that move, in two kernels: of blocks, then of all. What is not finite is found by its
 * bits, and makes the norm a NaN or an infinity, as it would in double precision.
 */
import { replicaKernel, WORKGROUP_SIZE, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { declareFold, declareSum } from './workgroup-sum.ts'

/** Numbers of a block: what an invocation holds in its registers, times the invocations. */
const HELD = 8
const BLOCK = HELD * WORKGROUP_SIZE

/**
 * For the largest size of some numbers (their bits without the sign): the power of two that brings it near 1, so that no square overflows or
 * vanishes where the norm itself does not, the way back, and the norm from the sum of the scaled squares.
 */
const SCALES = `\
fn scale_down(size: u32) -> f32 { return bitcast<f32>((254u - clamp(size >> 23u, 1u, 253u)) << 23u); }
fn scale_up(size: u32) -> f32 { return bitcast<f32>(clamp(size >> 23u, 1u, 253u) << 23u); }
fn norm_of(squares: f32, size: u32) -> f32 {
  return select(sqrt(squares) * scale_up(size), bitcast<f32>(size), size >= 0x7f800000u);
}`

/** How many blocks there are: `blocks` has two words for each, the largest size's bits and the scaled sum of squares. */
export const normBlocks = (parameterCount: number): number => Math.ceil(parameterCount / BLOCK)

/** `moving` (u32, [count]): 1 for a parameter that may move, 0 for one that rests. */
export function blockNorms(): ReplicaKernel<'count', 'gradients' | 'moving' | 'blocks'> {
  return replicaKernel({
    name: 'block-norms',
    fields: { count: 'u32' },
    buffers: {
      gradients: { access: 'read', element: 'f32' },
      moving: { access: 'read', element: 'u32' },
      blocks: { access: 'read-write', element: 'u32' },
    },
    declarations: [
      declareSum(WORKGROUP_SIZE),
      declareFold('workgroup_max', 'u32', WORKGROUP_SIZE, 'max(a, b)'),
      SCALES,
    ].join('\n'),
    body: `\
for (var block = group.x; block < (call.count + ${BLOCK - 1}u) / ${BLOCK}u; block += groups.x) {
  var held: array<f32, ${HELD}>;
  var size = 0u;
  for (var i = 0u; i < ${HELD}u; i++) {
    let e = block * ${BLOCK}u + i * ${WORKGROUP_SIZE}u + lane;
    held[i] = 0.0;
    if (e < call.count) {
      if (moving[moving_base + e] != 0u) {
        held[i] = gradients[gradients_base + e];
        size = max(size, bitcast<u32>(held[i]) & 0x7fffffffu);
      }
    }
  }
  size = workgroup_max(lane, size);
  var sum = 0.0;
  for (var i = 0u; i < ${HELD}u; i++) {
    let scaled = held[i] * scale_down(size);
    sum += scaled * scaled;
  }
  sum = workgroup_sum(lane, sum);
  if (lane == 0u) {
    blocks[blocks_base + 2u * block] = size;
    blocks[blocks_base + 2u * block + 1u] = bitcast<u32>(sum);
  }
}`,
    workgroups: ({ count }) => [workgroupsOf(normBlocks(count)), 1],
  })
}

/** One workgroup a replica: `norm[0]` of all blocks of `count` numbers. */
export function totalNorm(): ReplicaKernel<'count', 'blocks' | 'norm'> {
  return replicaKernel({
    name: 'total-norm',
    fields: { count: 'u32' },
    buffers: { blocks: { access: 'read', element: 'u32' }, norm: { access: 'read-write', element: 'f32' } },
    declarations: [
      declareSum(WORKGROUP_SIZE),
      declareFold('workgroup_max', 'u32', WORKGROUP_SIZE, 'max(a, b)'),
      SCALES,
    ].join('\n'),
    body: `\
let count = (call.count + ${BLOCK - 1}u) / ${BLOCK}u;
var size = 0u;
for (var block = lane; block < count; block += ${WORKGROUP_SIZE}u) {
  size = max(size, blocks[blocks_base + 2u * block]);
}
size = workgroup_max(lane, size);
var sum = 0.0;
for (var block = lane; block < count; block += ${WORKGROUP_SIZE}u) {
  let scale = scale_up(blocks[blocks_base + 2u * block]) * scale_down(size);
  sum += bitcast<f32>(blocks[blocks_base + 2u * block + 1u]) * scale * scale;
}
sum = workgroup_sum(lane, sum);
if (lane == 0u) { norm[norm_base] = norm_of(sum, size); }`,
    workgroups: () => [1, 1],
  })
}
