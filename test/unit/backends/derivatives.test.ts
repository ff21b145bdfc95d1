/** Derivatives checked three ways beside the golden cases: central differences, reference against wasm, and TensorFlow.js's own tape. */
import * as tf from '@tensorflow/tfjs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Engine, TrainRequest, WarmupRequest } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import {
  createWasmBackend,
  PAIRED_VECTORS_TILE,
  SINGLE_VECTORS_TILES,
} from '../../../shared/backends/wasm/wasm-backend.ts'
import type { Network } from '../../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../../shared/numerics/dims.ts'
import { NOTATION_CELLS } from './conformance/cells.ts'
import { batch, network, part, relativeError, weights } from './networks.ts'
import { randomCell } from './random-cells.ts'

const PLAIN_TILE = SINGLE_VECTORS_TILES[0]!

/** Step of the central differences: their error is h² f''' / 6 + 1e-16 f / h, both about 1e-10 here. */
const DIFFERENCE_STEP = 1e-5
/** Differences of a gradient's entry relative to the largest of all, for those errors and third derivatives of some hundreds. */
const CENTRAL_TOLERANCE = 1e-6
/** Float32 sums over some thousands of terms: as the golden cases' bound for gradients. */
const FLOAT32_TOLERANCE = 1e-4

const TWO_OUTPUTS = `
i  = sigmoid(W_i x + U_i h + b_i)
c' = (1 - i) * c + i * tanh(W_c x + U_c h + b_c)
h' = tanh(c') + 0.5 * k
k' = sin(h')
output h, c`

const STARTS = `
c0 = c_init
h0 = h_init
k0 = h_init
c' = 0.9 * c + tanh(W_c x + U_c h + h_init)
k' = sin(k)
h' = tanh(c' + k)`

const train = (net: Network, steps: number, series: number, more: Partial<TrainRequest> = {}): TrainRequest => ({
  batch: batch(net, steps, series, 7),
  truncateEvery: null,
  dropoutMasks: null,
  regulariser: null,
  ...more,
})

const draw = (net: Network, series: number, convergenceSteps: number): WarmupRequest['draw'] => ({
  truncations: Int32Array.from({ length: series }, (_, i) => 1 + (i % 5)),
  perturbations: net.wiredLayers.map(({ inputSize }) =>
    Float32Array.from({ length: inputSize }, (_, i) => Math.fround(Math.sin(i + 1))),
  ),
  convergenceSteps,
})

describe('the derivative of a random cell matches central differences', () => {
  it('for fifty cells', async () => {
    await fc.assert(
      fc.asyncProperty(randomCell, async (text) => {
        const net = network([[part(text, 3)]], { inputs: 2, outputs: 1 })
        const engine = await referenceBackend.createEngine(net, 1)
        const values = weights(net, 3, 0.7)
        const request = train(net, 4, 2)
        const loss = async (): Promise<number> => (await engine.trainGradients([request]))[0]!.loss
        await engine.writeParameters(0, values)
        const { gradients } = (await engine.trainGradients([request]))[0]!
        const largest = Math.max(...[...gradients.values()].map(({ data }) => Math.max(...data.map(Math.abs))))
        for (const [name, { shape, data }] of values)
          for (const index of [0, data.length - 1]) {
            const moved = Float64Array.from(data)
            const at = async (by: number): Promise<number> => {
              moved[index] = data[index]! + by
              await engine.writeParameters(0, new Map<string, Tensor>([...values, [name, { shape, data: moved }]]))
              return loss()
            }
            const difference = ((await at(DIFFERENCE_STEP)) - (await at(-DIFFERENCE_STEP))) / (2 * DIFFERENCE_STEP)
            expect(
              Math.abs(gradients.get(name)!.data[index]! - difference),
              `${name}[${index}] of\n${text}`,
            ).toBeLessThan(CENTRAL_TOLERANCE * Math.max(largest, 1e-3))
          }
      }),
      { numRuns: 50, seed: 20261124 },
    )
  })
})

async function compare(net: Network, spread: number, request: TrainRequest, tile = PLAIN_TILE): Promise<void> {
  const values = weights(net, 11, spread)
  const results = await Promise.all(
    [referenceBackend, createWasmBackend({ tile })].map(async (backend) => {
      const engine: Engine = await backend.createEngine(net, 1)
      await engine.writeParameters(0, values)
      const [trained] = await engine.trainGradients([request])
      const [evaluated] = await engine.evaluate([request.batch])
      await engine.dispose()
      return { trained: trained!, evaluated: evaluated! }
    }),
  )
  const [expected, found] = results as [(typeof results)[0], (typeof results)[0]]
  expect(relativeError([found.trained.loss], [expected.trained.loss])).toBeLessThan(FLOAT32_TOLERANCE)
  expect(relativeError(found.evaluated.finalStates, expected.evaluated.finalStates)).toBeLessThan(FLOAT32_TOLERANCE)
  expect(found.evaluated.correctCount).toBe(expected.evaluated.correctCount)
  expectSameGradients(found.trained.gradients, expected.trained.gradients)
}

function expectSameGradients(found: TensorMap, expected: TensorMap): void {
  const largest = Math.max(...[...expected.values()].map(({ data }) => Math.max(...data.map(Math.abs))))
  expect(largest).toBeGreaterThan(0)
  for (const [name, { data }] of expected) {
    const error = relativeError(found.get(name)!.data, data) * Math.max(...data.map(Math.abs))
    expect(error / largest, name).toBeLessThan(FLOAT32_TOLERANCE)
  }
}

describe('wasm agrees with the reference', () => {
  it.each(['gru', 'lstm', 'mgu', 'brc', 'nbrc'])(
    '%s, odd widths and batches, unequal lengths, cross-entropy',
    async (cell) => {
      const net = network([[part(cell, 7)], [part(cell, 13)]], { inputs: 3, outputs: 5, loss: 'cross-entropy' })
      await compare(net, 0.4, train(net, 19, 11))
    },
  )
  it.each([PLAIN_TILE, PAIRED_VECTORS_TILE])(
    'a double layer of two cells, truncated back-propagation, dropout, tile %o',
    async (tile) => {
      const net = network(
        [
          [part('gru', 6), part('lstm', 9, false)],
          [part('mgu', 5), part('nbrc', 10, false)],
        ],
        { inputs: 2, outputs: 2, dropout: 0.5 },
      )
      const masks = [Float32Array.from({ length: 23 * 5 * 15 }, (_, i) => (i % 3 === 0 ? 0 : 2))]
      await compare(net, 0.4, train(net, 23, 5, { truncateEvery: 6, dropoutMasks: masks }), tile)
    },
  )
  it('VAA* as a regulariser', async () => {
    const net = network([[part('gru', 6), part('gru', 5, false)]], { inputs: 2, outputs: 1 })
    await compare(
      net,
      1.2,
      train(net, 12, 6, { regulariser: { weight: 0.5, draw: draw(net, 6, 9), target: 0.95, epsilon: 1e-4 } }),
    )
  })
  it('two layers of 256 over 200 steps', { timeout: 240_000 }, async () => {
    const net = network([[part('gru', 256)], [part('gru', 256)]], { inputs: 2, outputs: 1 })
    await compare(net, 0.05, train(net, 200, 2), PAIRED_VECTORS_TILE)
  })
  it('forty random cells', async () => {
    await fc.assert(
      fc.asyncProperty(randomCell, async (text) => {
        const net = network([[part(text, 5)], [part(text, 6)]], { inputs: 3, outputs: 2 })
        await compare(net, 0.5, train(net, 9, 5))
      }),
      { numRuns: 40, seed: 42 },
    )
  })
  it.each(SINGLE_VECTORS_TILES)('matrices used as they are and transposed, of every shape, tile %o', async (tile) => {
    const text = "a = tanh((W - W^T) h + V x)\nh' = tanh(T (V (V^T h)) + Q^T (R^T a) + (S + T^T - W^T) a)\nR: H x I"
    const net = network([[part(text, 7)], [part(text, 13)]], { inputs: 3, outputs: 2 })
    await compare(net, 0.4, train(net, 9, 11), tile)
  })
  it.each([PLAIN_TILE, PAIRED_VECTORS_TILE])('layers that hand on several states, dropout, tile %o', async (tile) => {
    const net = network(
      [
        [part(TWO_OUTPUTS, 6), part('gru', 5, false)],
        [part('mgu', 4), part(TWO_OUTPUTS, 7)],
      ],
      { inputs: 2, outputs: 3, loss: 'cross-entropy', dropout: 0.5 },
    )
    expect(net.wiredLayers.map(({ outputSize }) => outputSize)).toEqual([17, 18])
    const masks = [Float32Array.from({ length: 23 * 5 * 17 }, (_, i) => (i % 3 === 0 ? 0 : 2))]
    await compare(net, 0.4, train(net, 23, 5, { truncateEvery: 6, dropoutMasks: masks }), tile)
    const plain = network([[part(TWO_OUTPUTS, 4)], [part('gru', 8)]], { inputs: 2, outputs: 1 })
    await compare(plain, 0.4, train(plain, 9, 5), tile)
  })
  it.each([null, 4])('states that begin at learned vectors, the way back cut every %s steps', async (truncateEvery) => {
    const net = network([[part(STARTS, 7), part(STARTS, 4, false)], [part(STARTS, 13)]], { inputs: 3, outputs: 2 })
    await compare(net, 0.4, train(net, 9, 11, { truncateEvery }))
    const regulariser = { weight: 0.5, draw: draw(net, 11, 9), target: 0.95, epsilon: 1e-4 }
    await compare(net, 0.9, train(net, 9, 11, { truncateEvery, regulariser }))
  })
  it.each(NOTATION_CELLS)('%s, two layers of odd widths', async (_, text) => {
    const net = network([[part(text, 7), part(text, 1)], [part(text, 13)]], { inputs: 3, outputs: 2 })
    await compare(net, 0.4, train(net, 9, 11, { truncateEvery: 4 }))
  })
})

it('a replica’s bits do not depend on how many run beside it', async () => {
  const net = network([[part('gru', 9), part('lstm', 6, false)]], { inputs: 2, outputs: 1 })
  const optimizer = {
    kind: 'adam',
    learningRate: 1e-2,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    momentum: 0,
    weightDecay: 0,
    clipNorm: 1,
  } as const
  const results: Float32Array[] = []
  for (const replicas of [1, 3]) {
    const engine = await createWasmBackend().createEngine(net, replicas)
    for (let r = 0; r < replicas; r++) await engine.writeParameters(r, weights(net, r, 0.5))
    for (let step = 0; step < 5; step++)
      await engine.trainStep(
        Array.from({ length: replicas }, (_, r) => train(net, 6 + r, 4 + r)),
        Array.from({ length: replicas }, () => optimizer),
      )
    results.push(Float32Array.from([...(await engine.readParameters(0)).values()].flatMap(({ data }) => [...data])))
  }
  expect(results[1]).toEqual(results[0])
})

describe('TensorFlow.js’s tape gives the same gradients', () => {
  it.each(['mse', 'cross-entropy'] as const)('GRU with %s', async (loss) => {
    const net = network([[part('gru', 6)]], { inputs: 3, outputs: 4, loss })
    const values = weights(net, 5, 0.6)
    const request = train(net, 7, 5)
    const engine = await createWasmBackend().createEngine(net, 1)
    await engine.writeParameters(0, values)
    const [found] = await engine.trainGradients([request])
    const names = [...values.keys()]
    const { targetSteps, targets, inputs, batch: B, steps } = request.batch
    const used = [...targetSteps.keys()].filter((slot) => targetSteps[slot]! >= 0)
    const forward = (...parameters: tf.Tensor[]): tf.Scalar => {
      const p = (symbol: string): tf.Tensor => parameters[names.findIndex((name) => name.endsWith(`.${symbol}`))]!
      const product = (matrix: string, vector: tf.Tensor): tf.Tensor =>
        tf.matMul(vector as tf.Tensor2D, p(matrix) as tf.Tensor2D, false, true)
      let h: tf.Tensor = tf.zeros([B, 6])
      const outputs: tf.Tensor[] = []
      for (let t = 0; t < steps; t++) {
        const x = tf.tensor2d(inputs.slice(t * B * 3, (t + 1) * B * 3), [B, 3])
        const gate = (g: string): tf.Tensor =>
          tf.sigmoid(
            product(`W_${g}`, x)
              .add(p(`b_${g}`))
              .add(product(`U_${g}`, h))
              .add(p(`c_${g}`)),
          )
        const n: tf.Tensor = tf.tanh(
          product('W_n', x)
            .add(p('b_n'))
            .add(gate('r').mul(product('U_n', h).add(p('c_n')))),
        )
        const z = gate('z')
        h = tf.scalar(1).sub(z).mul(n).add(z.mul(h))
        outputs.push(product('weight', h).add(p('bias')))
      }
      const rows = tf.stack(
        used.map((slot) => tf.slice(outputs[targetSteps[slot]!]!, [slot % B, 0], [1, 4]).reshape([4])),
      )
      if (loss === 'mse')
        return rows
          .sub(
            tf.tensor2d(
              used.flatMap((slot) => [...targets.slice(slot * 4, slot * 4 + 4)]),
              [used.length, 4],
            ),
          )
          .square()
          .mean()
      return tf.losses.softmaxCrossEntropy(
        tf.oneHot(
          tf.tensor1d(
            used.map((slot) => targets[slot]!),
            'int32',
          ),
          4,
        ),
        rows,
      ) as tf.Scalar
    }
    const { value, grads } = tf.valueAndGrads(forward)(
      names.map((name) => tf.tensor(values.get(name)!.data, [...values.get(name)!.shape])),
    )
    expect(relativeError([found!.loss], await value.data())).toBeLessThan(FLOAT32_TOLERANCE)
    const expected = new Map(
      await Promise.all(
        grads.map(
          async (grad, index) =>
            [names[index]!, { shape: grad.shape, data: Float32Array.from(await grad.data()) }] as const,
        ),
      ),
    )
    expectSameGradients(found!.gradients, expected)
  })
})
