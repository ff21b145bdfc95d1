/**
 * Layers that go through time beside each other, a chunk apart: they share dispatches, and no bit of anything is another one than where they go one
 * after the other, whatever the stack, the sequence and the chunks are like.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Engine } from '../../shared/backends/backend.ts'
import type { Dispatch } from '../../shared/backends/webgpu/command-queue.ts'
import { ComputeDevice } from '../../shared/backends/webgpu/device.ts'
import { shapesToTry } from '../../shared/backends/webgpu/shapes.ts'
import { createWebGpuEngine } from '../../shared/backends/webgpu/webgpu-engine.ts'
import type { Network } from '../../shared/networks/network.ts'
import { convergeRequest, dropoutMasks, trainRequest, warmupRequest } from '../unit/backends/conformance/requests.ts'
import { ADAM, batch, network, part, weights } from '../unit/backends/networks.ts'
import { chainSteps } from '../bench/webgpu-costs.ts'
import { openTestGpu } from './adapter.ts'
import { WHOLE_SUITE } from './whole.ts'

/** The second one reads its input within the step, begins at a learned state, and hands on two. */
const CELLS = [
  "h' = tanh(W x + U h + b)",
  "h0 = h_init\nc' = sigmoid(W x) * c + h\nh' = tanh(U c + V (x * x) + mean(x))\noutput h, c",
]
/** Every kernel takes its time to compile. */
const [STACKS, MOST_LAYERS] = process.env[WHOLE_SUITE] === '1' ? [20, 3] : [2, 2]
/** So that nothing depends on chance. */
const SEED = 20261128
/** Loops over time are timed in their first pieces, and cut for it; on a clock that stands still they are fast. */
const WARM_STEPS = 12
/** Spreads the states, so that VAA* has a gradient. */
const SPREAD = 1.2

let device: ComputeDevice

beforeAll(async () => {
  device = await ComputeDevice.open(await openTestGpu('swiftshader'), { now: () => 0 })
})
afterAll(() => device.destroy())

async function withEngine<Result>(
  net: Network,
  replicas: number,
  chunkSteps: number | null,
  use: (engine: Engine) => Promise<Result>,
): Promise<Result> {
  const shapeOf = (one: Parameters<typeof shapesToTry>[1]): ReturnType<typeof shapesToTry>[number] =>
    shapesToTry(device.facts, one)[0]!
  const engine = createWebGpuEngine(device, net, replicas, { shapeOf, chunkSteps })
  for (let replica = 0; replica < replicas; replica++)
    await engine.writeParameters(replica, weights(net, replica, SPREAD))
  try {
    return await use(engine)
  } finally {
    await engine.dispose()
  }
}

const stack = fc.record({
  layers: fc.array(
    fc.array(fc.record({ cell: fc.constantFrom(...CELLS), units: fc.integer({ min: 3, max: 6 }) }), {
      minLength: 1,
      maxLength: 2,
    }),
    { minLength: 2, maxLength: MOST_LAYERS },
  ),
  chunkSteps: fc.integer({ min: 1, max: 8 }),
  truncateEvery: fc.constantFrom(null, 1, 4),
  hasDropout: fc.boolean(),
  replicas: fc.integer({ min: 1, max: 2 }),
})

/** What programs of every kind tell of an engine: sequences saved and not, of drawn and of constant inputs, adjoints of outputs and of states. */
async function tell(engine: Engine, truncateEvery: number | null): Promise<unknown> {
  const { network: net, replicas } = engine
  const of = <Request>(request: (seed: number) => Request): Request[] =>
    Array.from({ length: replicas }, (_, replica) => request(7 + replica))
  const masks = net.dropout > 0 ? dropoutMasks(net) : null
  return {
    trained: await engine.trainGradients(of((seed) => trainRequest(net, seed, { truncateEvery, dropoutMasks: masks }))),
    evaluated: await engine.evaluate(of((seed) => trainRequest(net, seed).batch)),
    warmed: await engine.warmupGradients(of((seed) => warmupRequest(net, seed, { masked: true }))),
    converged: await engine.converge(of((seed) => convergeRequest(net, 5, seed))),
  }
}

describe('no bit depends on whether layers are apart by', () => {
  it.each(fc.sample(stack, { seed: SEED, numRuns: STACKS }).map((one) => [JSON.stringify(one), one] as const))(
    '%s',
    async (_, { layers, chunkSteps, truncateEvery, hasDropout, replicas }) => {
      const net = network(
        layers.map((parts) => parts.map(({ cell, units }, place) => part(cell, units, place === 0))),
        { inputs: 3, outputs: 2, dropout: hasDropout ? 0.5 : 0 },
      )
      const inTurn = await withEngine(net, replicas, null, (engine) => tell(engine, truncateEvery))
      const apart = await withEngine(net, replicas, chunkSteps, (engine) => tell(engine, truncateEvery))
      expect(apart).toEqual(inTurn)
    },
  )
})

const LAYER = [part("h' = tanh(W x + U h + b)", 4)]
const THREE_LAYERS = network([LAYER, LAYER, LAYER], { inputs: 4, outputs: 2 })
const STEPS = 8

interface StepLoops {
  /** The layers whose loops each dispatch does, in their order. */
  readonly loops: readonly string[]
  /** Of each dispatch. */
  readonly steps: readonly number[]
  readonly readBacks: number
}

/** Of a training step, once the loops' speeds are known. */
async function loopsOfStep(chunkSteps: number | null): Promise<StepLoops> {
  const series = batch(THREE_LAYERS, STEPS, 3, 3)
  const request = { batch: series, truncateEvery: null, dropoutMasks: null, regulariser: null }
  return withEngine(THREE_LAYERS, 1, chunkSteps, async (engine) => {
    for (let i = 0; i < WARM_STEPS; i++) await engine.trainStep([request], [ADAM])
    const spy = vi.spyOn(device.queue, 'dispatch')
    const { readBacks } = device.queue.counts
    await engine.trainStep([request], [ADAM])
    const dispatches = spy.mock.calls.flatMap(([one]) => (/^(for|back)ward of/.test(one.kernel.name) ? [one] : []))
    spy.mockRestore()
    return {
      loops: dispatches.map(({ kernel }) => kernel.name.replaceAll(/ward of layer (\d) part 0 own/g, ' $1')),
      steps: dispatches.map(stepsOf),
      readBacks: device.queue.counts.readBacks - readBacks,
    }
  })
}

/** The most that one of a dispatch's members does. */
function stepsOf({ kernel, uniform }: Dispatch): number {
  const names = Object.keys(kernel.fields)
  const values = new DataView(uniform.buffer, uniform.byteOffset)
  const valueOf = (name: string): number => values.getUint32(4 * names.indexOf(name), true)
  const firsts = names.filter((name) => /^first(_\d)?$/.test(name))
  return Math.max(...firsts.map((first) => valueOf(first.replace('first', 'last')) - valueOf(first)))
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

it('layers a chunk apart share dispatches, and a step is one read-back', async () => {
  const { loops, steps, readBacks } = await loopsOfStep(4)
  expect(loops).toEqual([
    ...['for 0', 'for 0 beside for 1', 'for 1 beside for 2', 'for 2'],
    ...['back 2', 'back 2 beside back 1', 'back 1 beside back 0', 'back 0'],
  ])
  expect(sum(steps)).toBe(chainSteps(THREE_LAYERS, STEPS, 4))
  expect(readBacks).toBe(1)
})

it('layers that are not to be apart go through time in turn, which is a longer chain', async () => {
  const { loops, steps } = await loopsOfStep(null)
  expect(loops).toEqual(['for 0', 'for 1', 'for 2', 'back 2', 'back 1', 'back 0'])
  expect(sum(steps)).toBe(chainSteps(THREE_LAYERS, STEPS, null))
  expect(chainSteps(THREE_LAYERS, STEPS, null)).toBeGreaterThan(chainSteps(THREE_LAYERS, STEPS, 4))
})
