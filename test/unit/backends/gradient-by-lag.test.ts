/** The gradient that reaches back: against what a linear cell has in closed form, central differences, and between backends. */
import { describe, expect, it } from 'vitest'
import type { Backend, GradientByLag } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { Network } from '../../../shared/networks/network.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import { batch, network, part, relativeError, weights, WHOLE_LAYER_CELL } from './networks.ts'

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ['reference', referenceBackend],
  ['wasm', createWasmBackend()],
]
const LINEAR = "h' = W x + U h"
/** Float32 sums; the reference's own errors are far smaller. */
const TOLERANCE = 1e-4

async function measure(
  backend: Backend,
  net: Network,
  values: ReadonlyMap<string, Tensor>,
  lags: readonly number[],
  steps: number,
): Promise<GradientByLag> {
  const engine = await backend.createEngine(net, 1)
  try {
    await engine.writeParameters(0, new Map(values))
    return (await engine.gradientByLag([{ batch: batch(net, steps, 5, 3), lags }]))[0]!
  } finally {
    await engine.dispose()
  }
}

describe.each(BACKENDS)('the gradient by lag on %s', (_name, backend) => {
  it('falls by |u| a step in a linear cell of one unit, as it does in closed form', async () => {
    const net = network([[part(LINEAR, 1)]], { inputs: 1, outputs: 1 })
    const values = weights(net, 5, 1)
    const factor = 0.8
    for (const [name, { shape }] of values)
      if (name.endsWith('.U')) values.set(name, { shape, data: Float32Array.of(-factor) })
    const steps = 12
    const lags = [1, 2, 3, 6, 11]
    const series = batch(net, steps, 1, 3)
    series.targetSteps.fill(steps - 1) // read out at the end alone
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, values)
    const [{ norms }] = (await engine.gradientByLag([{ batch: series, lags }])) as [GradientByLag]
    await engine.dispose()
    expect(norms[0]![0]).toBeGreaterThan(0)
    lags.forEach((lag, i) => expect(norms[i]![0]! / norms[0]![0]! / factor ** (lag - 1)).toBeCloseTo(1, 4))
  })

  it('is that of the reference in two double layers with readouts on the way', async () => {
    const net = network([[part('gru', 5), part(WHOLE_LAYER_CELL, 3, false)], [part('mgu', 4)]], {
      inputs: 2,
      outputs: 2,
    })
    const values = weights(net, 9, 0.5)
    const lags = [1, 4, 9]
    const { norms } = await measure(backend, net, values, lags, 10)
    const expected = await measure(referenceBackend, net, values, lags, 10)
    expect(norms.map((layers) => layers.length)).toEqual([2, 2, 2])
    expect(relativeError(norms.flat(), expected.norms.flat())).toBeLessThan(TOLERANCE)
  })

  it('leaves no gradient behind', async () => {
    const net = network([[part('gru', 4)]], { inputs: 1, outputs: 1 })
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, weights(net, 2, 0.5))
    const request = { batch: batch(net, 6, 3, 4), truncateEvery: null, dropoutMasks: null, regulariser: null }
    const [before] = await engine.trainGradients([request])
    await engine.gradientByLag([{ batch: request.batch, lags: [1, 3] }])
    const [after] = await engine.trainGradients([request])
    expect(after).toEqual(before)
    await engine.dispose()
  })
})

it('is the derivative of the loss by the state, as a change of the first input shows', async () => {
  // h_1 = W x_1 + U 0: moving x_1 moves h_1 by W, so that dL/dx_1 = W' dL/dh_1.
  const net = network([[part(LINEAR, 1)]], { inputs: 1, outputs: 1 })
  const values = weights(net, 6, 0.9)
  const steps = 5
  const series = batch(net, steps, 1, 3)
  series.targetSteps.fill(steps - 1)
  const engine = await referenceBackend.createEngine(net, 1)
  await engine.writeParameters(0, values)
  const [{ norms }] = (await engine.gradientByLag([{ batch: series, lags: [steps - 1] }])) as [GradientByLag]
  const lossAt = async (by: number): Promise<number> => {
    const inputs = series.inputs.slice()
    inputs[0]! += by
    const [result] = await engine.evaluate([{ ...series, inputs }])
    return result!.lossSum / result!.lossCount
  }
  const step = 2 ** -10 // exact in float32
  const slope = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step)
  const w = [...values].find(([name]) => name.endsWith('.W'))![1].data[0]!
  expect(norms[0]![0]! * Math.abs(w)).toBeCloseTo(Math.abs(slope), 5)
})
