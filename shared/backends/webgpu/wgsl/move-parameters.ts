/**
 * One optimiser step over the parameters that move (optimizer.ts): what all elements share enters as numbers of each replica, the norm as it
 * stands on the device. Where that is not finite nothing moves, parameters and moments keep their bits.
 */
import type { OptimizerSettings } from '../../backend.ts'
import { stepScalars } from '../../optimizer.ts'
import { elementWorkgroups, overElements, replicaKernel, type ReplicaKernel } from './replica-kernel.ts'

/** Of a replica's `settings`, in this order. */
const SETTINGS = [
  'coupledDecay',
  'kept',
  'beta1',
  'oneMinusBeta1',
  'beta2',
  'oneMinusBeta2',
  'stepSize',
  'secondScale',
  'epsilon',
  'momentum',
  'clipNorm',
] as const
type Setting = (typeof SETTINGS)[number]

/** Floats of a replica's settings. */
export const SETTINGS_FLOATS = SETTINGS.length

/** @param step 1-based @returns what the kernel reads of them, worked out in double precision */
export function moveSettings(settings: OptimizerSettings, step: number): Float32Array<ArrayBuffer> {
  const { beta1, beta2, clipNorm } = settings
  const values: Record<Setting, number> = {
    ...stepScalars(settings, step, 0), // clipped on the device, where the norm is
    oneMinusBeta1: 1 - beta1,
    oneMinusBeta2: 1 - beta2,
    clipNorm: clipNorm ?? Infinity,
  }
  return Float32Array.from(SETTINGS, (name) => values[name])
}

/** `moving` (u32, [count]) as in gradient-norm.ts; moments are flat like the parameters. Adam and AdamW differ in their settings alone. */
export function moveParameters(
  kind: 'adam' | 'sgd',
): ReplicaKernel<'count', 'parameters' | 'gradients' | 'first' | 'second' | 'moving' | 'settings' | 'norm'> {
  const setting = (name: Setting): string => `settings[settings_base + ${SETTINGS.indexOf(name)}u]`
  const move = {
    adam: `\
let m = ${setting('beta1')} * first[first_base + e] + ${setting('oneMinusBeta1')} * gradient;
let v = ${setting('beta2')} * second[second_base + e] + ${setting('oneMinusBeta2')} * gradient * gradient;
first[first_base + e] = m;
second[second_base + e] = v;
let divisor = sqrt(v) * ${setting('secondScale')} + ${setting('epsilon')};
parameters[parameters_base + e] = parameter * ${setting('kept')} - ${setting('stepSize')} * m / divisor;`,
    sgd: `\
let momentum = ${setting('momentum')};
let velocity = momentum * first[first_base + e] + gradient;
if (momentum != 0.0) { first[first_base + e] = velocity; }
parameters[parameters_base + e] = parameter - ${setting('stepSize')} * velocity;`,
  }[kind]
  return replicaKernel<'count', 'parameters' | 'gradients' | 'first' | 'second' | 'moving' | 'settings' | 'norm'>({
    name: `move-${kind}`,
    fields: { count: 'u32' },
    buffers: {
      parameters: { access: 'read-write', element: 'f32' },
      gradients: { access: 'read', element: 'f32' },
      first: { access: 'read-write', element: 'f32' },
      ...(kind === 'adam' && { second: { access: 'read-write', element: 'f32' } }),
      moving: { access: 'read', element: 'u32' },
      settings: { access: 'read', element: 'f32' },
      norm: { access: 'read', element: 'f32' },
    },
    body: `\
let total = norm[norm_base];
let is_finite = (bitcast<u32>(total) & 0x7fffffffu) < 0x7f800000u;
let clip = select(1.0, ${setting('clipNorm')} / total, total > ${setting('clipNorm')});
${overElements(
  'select(0u, call.count, is_finite)',
  `\
if (moving[moving_base + e] != 0u) {
  let parameter = parameters[parameters_base + e];
  let gradient = gradients[gradients_base + e] * clip + ${setting('coupledDecay')} * parameter;
${move.replace(/^/gm, '  ')}
}`,
)}`,
    workgroups: ({ count }) => elementWorkgroups(count),
  })
}
