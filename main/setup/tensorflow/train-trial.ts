/** A few steps of a tiny network with TensorFlow, against the same steps of arithmetic in JavaScript: that it loads does not say that it computes. */
import { LabError } from '../../../shared/protocol/errors.ts'
import type { Tensorflow } from '../../engine/tensorflow/load.ts'

const STEPS = 3
const LEARNING_RATE = 0.1
const INPUTS = [
  [0.5, -1],
  [1, 0.25],
  [-0.75, 0.5],
] as const
const TARGETS = [1, -0.5, 0.25] as const
const INITIAL_WEIGHTS = [0.1, -0.2] as const
/** Of float32 over a few steps, with room; a library that computes wrong is off by more. */
const TOLERANCE = 1e-5

/** y = tanh(x · w), descended on the mean squared error. @throws LabError `backend` when the weights are not those that they have to be */
export function trainTrial(tf: Tensorflow): void {
  const weights = tf.variable(tf.tensor2d([...INITIAL_WEIGHTS], [INITIAL_WEIGHTS.length, 1]))
  const inputs = tf.tensor2d(INPUTS.map((row) => [...row]))
  const targets = tf.tensor2d([...TARGETS], [TARGETS.length, 1])
  const optimizer = tf.train.sgd(LEARNING_RATE)
  for (let step = 0; step < STEPS; step++)
    optimizer.minimize(() => inputs.matMul(weights).tanh().sub(targets).square().mean().asScalar())
  const found = [...weights.dataSync()]
  const expected = expectedWeights()
  if (found.every((value, index) => Math.abs(value - expected[index]!) <= TOLERANCE)) return
  throw new LabError('backend', 'TensorFlow loads, and computes wrong numbers on this machine.', {
    where: 'tensorflow',
    expected: `weights ${expected.map((value) => value.toFixed(6)).join(', ')} after ${STEPS} steps`,
    found: found.join(', '),
    remedy: 'It is not used. Try the other flavour, `lab setup tensorflow cpu`.',
  })
}

function expectedWeights(): number[] {
  const weights: number[] = [...INITIAL_WEIGHTS]
  for (let step = 0; step < STEPS; step++) {
    const gradient = weights.map(() => 0)
    for (const [b, row] of INPUTS.entries()) {
      const output = Math.tanh(row.reduce((sum, value, index) => sum + value * weights[index]!, 0))
      const slope = (2 / INPUTS.length) * (output - TARGETS[b]!) * (1 - output * output)
      for (const [index, value] of row.entries()) gradient[index]! += slope * value
    }
    for (const [index, value] of gradient.entries()) weights[index]! -= LEARNING_RATE * value
  }
  return weights
}
