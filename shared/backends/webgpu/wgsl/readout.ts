/**
 * The linear readout at the slots that are used, its loss and the adjoints of both: a workgroup a slot, whose invocations share the sums over
 * columns and outputs. Hidden rows [K, B, width] and targets enter; the gradients of weight and bias are products of what leaves
 * (outer-product.ts, column-sums.ts).
 */
import { functionsText } from './functions.ts'
import { replicaKernel, workgroupsOf, type ReplicaKernel } from './replica-kernel.ts'
import { declareFold, declareSum } from './workgroup-sum.ts'

export interface ReadoutSize {
  /** Columns of a hidden row. */
  readonly width: number
  /** O */
  readonly outputSize: number
  readonly loss: 'mse' | 'cross-entropy'
}

/** Invocations of a slot's workgroup. */
const SLOT_SIZE = 64
/** Floats of a slot in `losses`: its loss, and 1 where its class is right. */
export const SLOT_LOSS_FLOATS = 2

const overOutputs = (outputSize: number, body: string): string =>
  `for (var o = lane; o < ${outputSize}u; o += ${SLOT_SIZE}u) { ${body} }`
const overSlots = (body: string): string =>
  `for (var slot = group.x; slot < call.slots; slot += groups.x) {\n${body.replace(/^(?=.)/gm, '  ')}\n}`
const targetFloats = ({ outputSize, loss }: ReadoutSize): number => (loss === 'mse' ? outputSize : 1)

/** Of a slot's outputs: the largest, and the sum of e^(output - largest); NaN where one is not a number. */
const softmaxOf = (outputSize: number): string => `\
var largest = -infinity().x;
var has_nan = 0u;
${overOutputs(outputSize, `let z = outputs[outputs_slot + o]; largest = max(largest, z); has_nan = max(has_nan, u32(is_nan(vec4f(z)).x));`)}
largest = workgroup_max(lane, largest);
has_nan = workgroup_any(lane, has_nan);
var share = 0.0;
${overOutputs(outputSize, `share += exponential(vec4f(outputs[outputs_slot + o] - largest)).x;`)}
// An infinite output has no share that is a number: infinity less infinity.
let is_lost = has_nan != 0u || abs(largest) == infinity().x;
let total = select(workgroup_sum(lane, share), not_a_number().x, is_lost);`

const SOFTMAX_FUNCTIONS = [
  functionsText(['exponential', 'logarithm', 'infinity', 'not_a_number', 'is_nan']),
  declareFold('workgroup_max', 'f32', SLOT_SIZE, 'max(a, b)'),
  declareFold('workgroup_any', 'u32', SLOT_SIZE, 'max(a, b)'),
].join('\n')

/**
 * `outputs` [slots, O] (zeros where a slot is not used) and `losses` [slots, 2]. `steps` (i32, [slots]) are -1 where a slot is not used;
 * `readout` is where the readout's weight begins in the flat parameters, its bias right after it.
 */
export function readOut(
  size: ReadoutSize,
): ReplicaKernel<'slots', 'hidden' | 'readout' | 'steps' | 'targets' | 'outputs' | 'losses'> {
  const { width, outputSize, loss } = size
  const slotLoss = {
    mse: `\
var share = 0.0;
${overOutputs(outputSize, `let miss = outputs[outputs_slot + o] - targets[targets_slot + o]; share += miss * miss;`)}
let slot_loss = workgroup_sum(lane, share);
let is_correct = 0.0;`,
    'cross-entropy': `\
${softmaxOf(outputSize)}
let label = u32(targets[targets_slot]);
let slot_loss = largest - outputs[outputs_slot + label] + logarithm(vec4f(total)).x;
// The first of the largest, as a search from the left finds it.
var first = ${outputSize}u;
${overOutputs(outputSize, `if (outputs[outputs_slot + o] == largest) { first = min(first, o); }`)}
let is_correct = select(0.0, 1.0, workgroup_first(lane, first) == label);`,
  }[loss]
  return replicaKernel<'slots', 'hidden' | 'readout' | 'steps' | 'targets' | 'outputs' | 'losses'>({
    name: `read-out-${loss}`,
    fields: { slots: 'u32' },
    buffers: {
      hidden: { access: 'read', element: 'f32' },
      readout: { access: 'read', element: 'f32' },
      steps: { access: 'read', element: 'i32' },
      targets: { access: 'read', element: 'f32' },
      outputs: { access: 'read-write', element: 'f32' },
      losses: { access: 'read-write', element: 'f32' },
    },
    workgroupSize: SLOT_SIZE,
    declarations: [
      declareSum(SLOT_SIZE),
      ...(loss === 'cross-entropy'
        ? [SOFTMAX_FUNCTIONS, declareFold('workgroup_first', 'u32', SLOT_SIZE, 'min(a, b)')]
        : []),
    ].join('\n'),
    body: overSlots(`\
let outputs_slot = outputs_base + slot * ${outputSize}u;
let targets_slot = targets_base + slot * ${targetFloats(size)}u;
let losses_slot = losses_base + slot * ${SLOT_LOSS_FLOATS}u;
if (steps[steps_base + slot] >= 0) {
  for (var o = 0u; o < ${outputSize}u; o++) {
    var share = 0.0;
    for (var i = lane; i < ${width}u; i += ${SLOT_SIZE}u) {
      share += readout[readout_base + o * ${width}u + i] * hidden[hidden_base + slot * ${width}u + i];
    }
    let sum = workgroup_sum(lane, share);
    if (lane == 0u) { outputs[outputs_slot + o] = sum + readout[readout_base + ${outputSize * width}u + o]; }
  }
  storageBarrier();
${slotLoss.replace(/^(?=.)/gm, '  ')}
  if (lane == 0u) {
    losses[losses_slot] = slot_loss;
    losses[losses_slot + 1u] = is_correct;
  }
} else {
  ${overOutputs(outputSize, 'outputs[outputs_slot + o] = 0.0;')}
  if (lane == 0u) {
    losses[losses_slot] = 0.0;
    losses[losses_slot + 1u] = 0.0;
  }
}`),
    workgroups: ({ slots }) => [workgroupsOf(slots), 1],
  })
}

/**
 * Adjoints of the mean loss: `outputAdjoints` [slots, O] and `hiddenAdjoints` [slots, width], zeros where a slot is not used. `scale` is a
 * replica's 1 / (terms of its loss).
 */
export function readOutBackward(
  size: ReadoutSize,
): ReplicaKernel<'slots', 'readout' | 'steps' | 'targets' | 'outputs' | 'scale' | 'outputAdjoints' | 'hiddenAdjoints'> {
  const { width, outputSize, loss } = size
  const adjoints = {
    mse: overOutputs(
      outputSize,
      `outputAdjoints[adjoints_slot + o] = 2.0 * (outputs[outputs_slot + o] - targets[targets_slot + o]) * scale[scale_base];`,
    ),
    'cross-entropy': `\
${softmaxOf(outputSize)}
let label = u32(targets[targets_slot]);
${overOutputs(
  outputSize,
  `let probability = exponential(vec4f(outputs[outputs_slot + o] - largest)).x / total;
  outputAdjoints[adjoints_slot + o] = (probability - select(0.0, 1.0, o == label)) * scale[scale_base];`,
)}`,
  }[loss]
  return replicaKernel<
    'slots',
    'readout' | 'steps' | 'targets' | 'outputs' | 'scale' | 'outputAdjoints' | 'hiddenAdjoints'
  >({
    name: `read-out-backward-${loss}`,
    fields: { slots: 'u32' },
    buffers: {
      readout: { access: 'read', element: 'f32' },
      steps: { access: 'read', element: 'i32' },
      targets: { access: 'read', element: 'f32' },
      outputs: { access: 'read', element: 'f32' },
      scale: { access: 'read', element: 'f32' },
      outputAdjoints: { access: 'read-write', element: 'f32' },
      hiddenAdjoints: { access: 'read-write', element: 'f32' },
    },
    workgroupSize: SLOT_SIZE,
    ...(loss === 'cross-entropy' && { declarations: [declareSum(SLOT_SIZE), SOFTMAX_FUNCTIONS].join('\n') }),
    body: overSlots(`\
let outputs_slot = outputs_base + slot * ${outputSize}u;
let targets_slot = targets_base + slot * ${targetFloats(size)}u;
let adjoints_slot = outputAdjoints_base + slot * ${outputSize}u;
let hidden_slot = hiddenAdjoints_base + slot * ${width}u;
if (steps[steps_base + slot] >= 0) {
${adjoints.replace(/^(?=.)/gm, '  ')}
  storageBarrier();
  for (var i = lane; i < ${width}u; i += ${SLOT_SIZE}u) {
    var sum = 0.0;
    for (var o = 0u; o < ${outputSize}u; o++) {
      sum += outputAdjoints[adjoints_slot + o] * readout[readout_base + o * ${width}u + i];
    }
    hiddenAdjoints[hidden_slot + i] = sum;
  }
} else {
  ${overOutputs(outputSize, 'outputAdjoints[adjoints_slot + o] = 0.0;')}
  for (var i = lane; i < ${width}u; i += ${SLOT_SIZE}u) { hiddenAdjoints[hidden_slot + i] = 0.0; }
}`),
    workgroups: ({ slots }) => [workgroupsOf(slots), 1],
  })
}
