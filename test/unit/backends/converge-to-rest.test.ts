/** The run of VAA at rest on an engine: series leave it when they are at rest, and no bit of one depends on when the others do. */
import { describe, expect, it } from 'vitest'
import { loadBackend } from '../../../main/engine/load-backend.ts'
import { vaaAtRest } from '../../../shared/attractors/vaa.ts'
import type { RestedStates } from '../../../shared/backends/backend.ts'
import { convergeToRest } from '../../../shared/backends/programs/converge-to-rest.ts'
import { ReferenceRecurrence } from '../../../shared/backends/reference/reference-recurrence.ts'
import { parameterRanges } from '../../../shared/backends/programs/parameter-ranges.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { SeriesBatch } from '../../../shared/datasets/dataset.ts'
import type { Network } from '../../../shared/networks/network.ts'
import { batch, network, part, weights } from './networks.ts'

const EPSILON = 1e-4
const SERIES = 8
const STEPS = 12
const whole = ({ stateSize }: Network) => ({ width: stateSize, offset: 0, size: stateSize })
const requestOf = (net: Network, series: SeriesBatch, maxConvergenceSteps: number) => ({
  batch: series,
  truncations: Int32Array.from(series.lengths, (length) => 1 + Math.floor(length / 2)),
  perturbation: Float32Array.from({ length: net.inputSize }, (_, k) => (k === 0 ? 0.4 : -0.3)),
  maxConvergenceSteps,
  epsilon: EPSILON,
  slices: [whole(net)],
})

/** One series of a batch as a batch of its own. */
function only({ steps, batch: count, inputs, lengths }: SeriesBatch, b: number, inputSize: number): SeriesBatch {
  return {
    steps,
    batch: 1,
    inputs: Float32Array.from({ length: steps * inputSize }, (_, i) => {
      const [t, k] = [Math.floor(i / inputSize), i % inputSize]
      return inputs[(t * count + b) * inputSize + k]!
    }),
    lengths: lengths.slice(b, b + 1),
    targetSteps: Int32Array.of(0),
    targets: Float32Array.of(0),
  }
}

/** Some of its series settle soon, some late, and some not at all. */
const mixed = network([[part("h' = h + 0.1 * (tanh(U h + W x) - h)", 5)], [part('gru', 4)]], { inputs: 2, outputs: 1 })
const [SEED, SPREAD] = [3, 2]

describe.each([referenceBackend, wasmBackend])('on $name', (backend) => {
  const run = async (net: Network, seed: number, spread: number, maxConvergenceSteps: number) => {
    const engine = await backend.createEngine(net, 1)
    await engine.writeParameters(0, weights(net, seed, spread))
    const request = requestOf(net, batch(net, STEPS, SERIES, 2), maxConvergenceSteps)
    const [states] = await engine.convergeToRest([request])
    return { engine, request, states: states! }
  }
  const measure = (net: Network, { tail, isAtRest }: RestedStates) =>
    vaaAtRest(tail, SERIES, whole(net), EPSILON, isAtRest[0]!)

  it('each series ends as it does alone, whoever left before it', async () => {
    const { engine, request, states } = await run(mixed, SEED, SPREAD, 1500)
    expect(new Set(states.steps).size).toBeGreaterThan(2)
    for (let b = 0; b < SERIES; b++) {
      const alone = {
        ...request,
        batch: only(request.batch, b, mixed.inputSize),
        truncations: request.truncations.slice(b, b + 1),
      }
      const [rested] = await engine.convergeToRest([alone])
      expect(rested!.steps[0]).toBe(states.steps[b])
      expect(rested!.isAtRest[0]![0]).toBe(states.isAtRest[0]![b])
      const [fixed] = await engine.converge([{ ...alone, convergenceSteps: states.steps[b]!, stopResidual: null }])
      const row = (state: ArrayLike<number>, place: number): number[] =>
        Array.from({ length: mixed.stateSize }, (_, k) => state[place * mixed.stateSize + k]!)
      states.tail.forEach((state, back) => {
        expect(row(state, b)).toEqual(row(rested!.tail[back]!, 0))
        expect(row(state, b)).toEqual(row(fixed!.tail[back]!, 0))
      })
    }
    await engine.dispose()
  })

  it('a leak of 1e-5 a step is told as unconverged, and VAA as an interval', async () => {
    const leak = network([[part("h' = h - 1e-5 * (h - tanh(W x))", 3)]], { inputs: 2, outputs: 1 })
    const { engine, states } = await run(leak, 4, 1, 2000)
    expect(measure(leak, states)).toMatchObject({ low: 1 / SERIES, high: 1, unconvergedCount: SERIES })
    expect([...states.steps]).toEqual(Array.from({ length: SERIES }, () => 2000))
    await engine.dispose()
  })

  it('a state that stays where it is is at rest after one block', async () => {
    const still = network([[part("h' = h + 0 * (W x)", 3)]], { inputs: 2, outputs: 1 })
    const { engine, states } = await run(still, 4, 1, 640)
    expect(measure(still, states)).toMatchObject({ low: 1 / SERIES, high: 1 / SERIES, fixedCount: SERIES })
    expect([...states.steps]).toEqual(Array.from({ length: SERIES }, () => 64))
    await engine.dispose()
  })

  it('a sign that changes at every step is a cycle, and both its phases one attractor', async () => {
    const net = network([[part("h' = b - h + 0 * (W x)", 2)]], { inputs: 2, outputs: 1 })
    const { engine, states } = await run(net, 4, 1, 1000)
    expect(measure(net, states)).toMatchObject({ low: 1 / SERIES, high: 1 / SERIES, periodicCount: SERIES })
    await engine.dispose()
  })

  it.each([64, 100, 127])('the bound of %i steps is kept to the step', async (most) => {
    const { engine, request, states } = await run(mixed, SEED, SPREAD, most)
    const [fixed] = await engine.converge([{ ...request, convergenceSteps: most, stopResidual: null }])
    expect([...states.steps]).toEqual(Array.from({ length: SERIES }, () => most))
    expect(states.tail).toEqual(fixed!.tail)
    await engine.dispose()
  })
})

it('what is at rest is computed no more', () => {
  class Counting extends ReferenceRecurrence {
    rows = 0
    override forward(input: Parameters<ReferenceRecurrence['forward']>[0]): ReturnType<ReferenceRecurrence['forward']> {
      if (input.isConstant) this.rows += input.steps * input.batch
      return super.forward(input)
    }
  }
  const recurrence = new Counting(mixed)
  const ranges = parameterRanges(mixed)
  const values = weights(mixed, SEED, SPREAD)
  const flat = new Float64Array(ranges.at(-1)!.end)
  for (const { name, start } of ranges) flat.set(values.get(name)!.data, start)
  recurrence.writeParameters(flat).next()
  const replica = {
    network: mixed,
    recurrence,
    learned: ranges,
    allParameters: [],
    warmParameters: [],
  }
  const { value } = convergeToRest(replica, requestOf(mixed, batch(mixed, STEPS, SERIES, 2), 1500)).next()
  const { steps } = value as unknown as RestedStates
  expect(recurrence.rows).toBe(steps.reduce((sum, count) => sum + count, 0))
  expect(recurrence.rows).toBeLessThan(1500 * SERIES)
})

it('on several threads, and beside other seeds, a series has the bits that it has on one', async () => {
  const seeds = [1, 2, 3]
  const request = requestOf(mixed, batch(mixed, STEPS, SERIES, 2), 1500)
  const open = async (threads: number, count: number) =>
    (await loadBackend('wasm', { threads })).createEngine(mixed, count)
  const together = await open(3, seeds.length)
  for (const [replica, seed] of seeds.entries()) await together.writeParameters(replica, weights(mixed, seed, SPREAD))
  const all = await together.convergeToRest(seeds.map(() => request))
  for (const [replica, seed] of seeds.entries()) {
    const alone = await open(1, 1)
    await alone.writeParameters(0, weights(mixed, seed, SPREAD))
    expect((await alone.convergeToRest([request], () => Promise.resolve()))[0]).toEqual(all[replica])
    await alone.dispose()
  }
  await together.dispose()
})
