/** States that begin at learned vectors: every run begins there, and the vectors learn from what their states lead to. */
import { describe, expect, it } from 'vitest'
import type { Engine, TrainRequest } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import { elementCount, type Tensor } from '../../../shared/numerics/dims.ts'
import { ADAM, batch, network, part, weights } from './networks.ts'

const STEPS = 9
const SERIES = 5
const LEARNED = "h0 = h_init\nh' = tanh(W x + U h + b)"
/** Stays where it begins. */
const STILL = "h0 = h_init\nh' = h + 0 * (W x)"

const one = (text: string) => network([[part(text, 3)]], { inputs: 2, outputs: 2 })
const start = (values: ReadonlyMap<string, Tensor>, name = 'h_init'): number[] => [
  ...values.get(`layers.0.parts.0.${name}`)!.data,
]

/** A training request whose targets all stand at this step. */
function requestAt(step: number, truncateEvery: number | null): TrainRequest {
  const series = batch(one(LEARNED), STEPS, SERIES, 7)
  return {
    batch: {
      ...series,
      lengths: new Int32Array(SERIES).fill(STEPS),
      targetSteps: series.targetSteps.map(() => step),
    },
    truncateEvery,
    dropoutMasks: null,
    regulariser: null,
  }
}

describe.each([referenceBackend, wasmBackend])('on $name', (backend) => {
  const open = async (text: string): Promise<{ engine: Engine; values: Map<string, Tensor> }> => {
    const net = one(text)
    const engine = await backend.createEngine(net, 1)
    const values = new Map<string, Tensor>(weights(net, 3, 0.5))
    await engine.writeParameters(0, values)
    return { engine, values }
  }

  it('evaluation and the runs of VAA begin there, whatever the series’ lengths', async () => {
    const { engine, values } = await open(STILL)
    const series = batch(one(STILL), STEPS, SERIES, 7)
    const rows = Array.from({ length: SERIES }, () => start(values)).flat()
    const [evaluated] = await engine.evaluate([series])
    expect([...evaluated!.finalStates]).toEqual(rows)
    const [converged] = await engine.converge([
      {
        batch: series,
        truncations: series.lengths,
        perturbation: Float32Array.of(1, -1),
        convergenceSteps: 40,
        stopResidual: null,
      },
    ])
    expect([...converged!.tail[0]!]).toEqual(rows)
  })

  it('a step moves the start, unless it is fixed', async () => {
    for (const [text, moves] of [
      [LEARNED, true],
      [`${LEARNED}\nfixed h_init`, false],
    ] as const) {
      const { engine, values } = await open(text)
      const request = requestAt(0, null)
      const { gradients } = (await engine.trainGradients([request]))[0]!
      expect(gradients.has('layers.0.parts.0.h_init')).toBe(moves)
      if (moves) expect(start(gradients).every((value) => value !== 0)).toBe(true)
      await engine.trainStep([request], [ADAM])
      expect(start(await engine.readParameters(0)).every((value, i) => (value !== start(values)[i]) === moves)).toBe(
        true,
      )
    }
  })

  it('learns from the first segment alone where the way back is cut', async () => {
    const { engine } = await open(LEARNED)
    const gradientOf = async (step: number, truncateEvery: number | null): Promise<number[]> =>
      start((await engine.trainGradients([requestAt(step, truncateEvery)]))[0]!.gradients)
    expect(await gradientOf(3, 4)).toEqual(await gradientOf(3, null))
    expect((await gradientOf(3, 4)).every((value) => value !== 0)).toBe(true)
    expect(await gradientOf(4, 4)).toEqual([0, 0, 0])
    expect((await gradientOf(4, null)).every((value) => value !== 0)).toBe(true)
  })

  it('padding whose values are not finite adds nothing to it, nor to what is normalised over units', async () => {
    const { engine } = await open("h0 = h_init\nu  = W x\nh' = tanh(u / sqrt(mean(u^2)) + U h + b)")
    const series = batch(one(LEARNED), STEPS, SERIES, 7)
    const padded = series.inputs.map((value, i) => {
      const step = Math.floor(i / (SERIES * 2))
      return step < series.lengths[Math.floor(i / 2) % SERIES]! ? value : 0
    })
    const gradientsOf = async (inputs: Float32Array): Promise<unknown> => {
      const request = { batch: { ...series, inputs }, truncateEvery: null, dropoutMasks: null, regulariser: null }
      return (await engine.trainGradients([request]))[0]!.gradients
    }
    const gradients = await gradientsOf(padded)
    expect(gradients).toEqual(await gradientsOf(series.inputs))
    expect(
      start(gradients as ReadonlyMap<string, Tensor>).every((value) => Number.isFinite(value) && value !== 0),
    ).toBe(true)
  })

  it('a warm-up moves it too', async () => {
    const { engine } = await open(LEARNED)
    const [result] = await engine.warmupGradients([
      {
        batch: batch(one(LEARNED), STEPS, SERIES, 7),
        draw: {
          truncations: Int32Array.from({ length: SERIES }, (_, b) => 1 + (b % 3)),
          perturbations: [Float32Array.of(0.3, -0.2)],
          convergenceSteps: 4,
        },
        target: 0.95,
        epsilon: 1e-4,
        masked: true,
      },
    ])
    expect(start(result!.gradients).every((value) => value !== 0)).toBe(true)
  })
})

it('its gradients of training and warm-up match central differences', async () => {
  const net = network([[part(LEARNED, 4), part("c0 = b\nc' = sin(W x + b + U c)", 3, false)]], {
    inputs: 2,
    outputs: 1,
  })
  const engine = await referenceBackend.createEngine(net, 1)
  const values = weights(net, 3, 0.7)
  const series = batch(net, STEPS, SERIES, 7)
  const draw = {
    truncations: Int32Array.from({ length: SERIES }, (_, b) => 1 + (b % 3)),
    perturbations: [Float32Array.of(0.3, -0.2)],
    convergenceSteps: 4,
  }
  const request: TrainRequest = {
    batch: series,
    truncateEvery: null,
    dropoutMasks: null,
    regulariser: { weight: 0, draw, target: 0.95, epsilon: 1e-4 },
  }
  const warmup = { batch: series, draw, target: 0.95, epsilon: 1e-4, masked: false }
  const losses = async (): Promise<[number, number]> => [
    (await engine.trainGradients([request]))[0]!.loss,
    (await engine.warmupGradients([warmup]))[0]!.loss,
  ]
  await engine.writeParameters(0, values)
  const gradients = [
    (await engine.trainGradients([request]))[0]!.gradients,
    (await engine.warmupGradients([warmup]))[0]!.gradients,
  ]
  const step = 1e-5
  for (const name of ['layers.0.parts.0.h_init', 'layers.0.parts.1.b']) {
    const { shape, data } = values.get(name)!
    for (let index = 0; index < elementCount(shape); index++) {
      const at = async (by: number): Promise<[number, number]> => {
        const moved = Float64Array.from(data)
        moved[index]! += by
        await engine.writeParameters(0, new Map<string, Tensor>([...values, [name, { shape, data: moved }]]))
        return losses()
      }
      const [above, below] = [await at(step), await at(-step)]
      gradients.forEach((gradient, i) =>
        expect(gradient.get(name)!.data[index]).toBeCloseTo((above[i]! - below[i]!) / (2 * step), 6),
      )
    }
  }
})
