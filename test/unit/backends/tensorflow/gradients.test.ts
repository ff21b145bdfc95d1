/** The graphs' own way back: against TensorFlow.js's tape, which knows nothing of our derivatives, and where values are infinite beside the series. */
import { expect, it } from 'vitest'
import { loadTensorflow } from '../../../../main/engine/tensorflow/load.ts'
import { tapeLoss } from '../../../tape-loss.ts'
import { TENSORFLOW_LACK } from '../../../tensorflow.ts'
import { close, closeTensors, isTooFar, onBoth, withEngine } from '../conformance/check.ts'
import { batch, network, part, WHOLE_LAYER_CELL, weights } from '../networks.ts'
import { libraryBackend } from './library-backend.ts'
import { describeUnless } from '../../../needs.ts'

/** Float32 sums of some thousand terms, in another order. */
const TOLERANCE = 1e-4

const UPDATE_GATE = "g = sigmoid(W_g x + U_g h + b_g)\nh' = g * h + (1 - g) * tanh(W_c x + U_c h + b_c)"

describeUnless(TENSORFLOW_LACK)('gradients of graphs', () => {
  it.each([
    ['gru', 'mse'],
    ['nbrc', 'mse'],
    ['lstm', 'cross-entropy'],
    [UPDATE_GATE, 'cross-entropy'],
    [WHOLE_LAYER_CELL, 'mse'],
  ] as const)('of %s with %s are those of the tape', async (cell, loss) => {
    const net = network([[part(cell, 6), part('mgu', 3, false)], [part(cell, 5)]], { inputs: 3, outputs: 4, loss })
    const { tf } = await loadTensorflow() // two copies of TensorFlow.js in a process would mix their tensors
    const values = weights(net, 0, 0.5)
    const request = { batch: batch(net, 9, 5, 7), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const [found] = await withEngine(await libraryBackend({ isCompiled: false }), net, {}, (engine) =>
      engine.trainGradients([request]),
    )
    const { value, grads } = tf.valueAndGrads(tapeLoss(tf, net, request.batch))(
      [...values.values()].map(({ data, shape }) => tf.tensor(data, [...shape])),
    )
    const expected = new Map(
      [...values].map(([name, { shape }], i) => [name, { shape, data: grads[i]!.dataSync() as Float32Array }]),
    )
    const differences = [
      close('loss', [found!.loss], value.dataSync(), TOLERANCE),
      ...closeTensors('gradients', found!.gradients, expected, TOLERANCE),
    ]
    expect(differences.filter(isTooFar)).toEqual([])
  })

  it('leave out steps that nothing is read from, whatever the cell makes of zeros', async () => {
    const infinite = "h' = 0.5 * h + 0.5 * tanh(U (0.1 * log(abs(W x))) + sqrt(abs(V x)) + R h + b)"
    const net = network([[part(infinite, 5)], [part(infinite, 6)]], { inputs: 3, outputs: 2 })
    const padded = batch(net, 9, 5, 7)
    const { steps, batch: series, lengths, inputs } = padded
    for (let t = 0; t < steps; t++)
      for (let b = 0; b < series; b++)
        if (t >= lengths[b]!) inputs.fill(0, (t * series + b) * 3, (t * series + b + 1) * 3)
    const { found, expected } = await onBoth(await libraryBackend({ isCompiled: false }), net, {}, async (engine) => {
      const request = { batch: padded, truncateEvery: 4, dropoutMasks: null, regulariser: null }
      const [trained] = await engine.trainGradients([request])
      return trained!
    })
    expect(lengths.some((length) => length < steps)).toBe(true)
    expect(closeTensors('gradients', found.gradients, expected.gradients, TOLERANCE).filter(isTooFar)).toEqual([])
  })
})
