/** Long sequences that are only looked at are run in pieces: the same bits as in one piece, and memory that does not grow with them. */
import { describe, expect, it } from 'vitest'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { batch, network, part, weights, WHOLE_LAYER_CELL } from './networks.ts'

/** 1400 steps of 25 series are three pieces. */
const [STEPS, SERIES] = [1400, 25]

const net = network(
  [
    [part('gru', 5), part('lstm', 3, false)],
    [part(WHOLE_LAYER_CELL, 4), part('brc', 3, false)],
  ],
  { inputs: 2, outputs: 2 },
)

describe.each([referenceBackend, wasmBackend])('on $name', (backend) => {
  it('evaluation has the loss of a training step, and VAA* that of a warm-up step', async () => {
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, weights(net, 1, 0.3))
    const series = batch(net, STEPS, SERIES, 3)
    const [trained] = await engine.trainGradients([
      { batch: series, truncateEvery: null, dropoutMasks: null, regulariser: null },
    ])
    const [evaluated] = await engine.evaluate([series])
    expect(evaluated!.lossSum / evaluated!.lossCount).toBe(trained!.loss)
    const random = new RandomStream(5, 'preview')
    const draw = {
      truncations: series.lengths,
      perturbations: net.wiredLayers.map(({ inputSize }) =>
        Float32Array.from({ length: inputSize }, () => random.normal()),
      ),
      convergenceSteps: 3,
    }
    const [warmed] = await engine.warmupGradients([{ batch: series, draw, target: 0.95, epsilon: 1e-4, masked: true }])
    const [measured] = await engine.vaaStar([{ batch: series, draw, epsilon: 1e-4 }])
    expect(measured).toEqual(warmed!.vaaStar)
    await engine.dispose()
  })
})

it('256 series of 5,000 steps are evaluated within 100 MB', async () => {
  const long = network([[part('gru', 32)]], { inputs: 1, outputs: 1 })
  const engine = await wasmBackend.createEngine(long, 1)
  await engine.writeParameters(0, weights(long, 1, 0.1))
  await engine.evaluate([batch(long, 5000, 256, 1)])
  expect((await engine.memoryBytes())!).toBeLessThan(1e8)
  await engine.dispose()
})
