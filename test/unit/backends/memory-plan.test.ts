/** The memory plan against what an engine really takes, and the way back that keeps no values. */
import { describe, expect, it } from 'vitest'
import type { Engine, OptimizerSettings } from '../../../shared/backends/backend.ts'
import { requireRoom } from '../../../shared/backends/memory-plan.ts'
import { layNetwork } from '../../../shared/backends/wasm/plan/network-layout.ts'
import { planMemory } from '../../../shared/backends/wasm/plan/memory-plan.ts'
import {
  createWasmBackend,
  DEFAULT_MEMORY_BYTES,
  PAIRED_VECTORS_TILE,
} from '../../../shared/backends/wasm/wasm-backend.ts'
import type { Network } from '../../../shared/networks/network.ts'
import { batch, network, part, weights, WHOLE_LAYER_CELL } from './networks.ts'

const SGD: OptimizerSettings = {
  kind: 'sgd',
  learningRate: 0.01,
  beta1: 0,
  beta2: 0,
  epsilon: 0,
  momentum: 0,
  weightDecay: 0,
  clipNorm: 1,
}

const NETWORKS: Readonly<Record<string, Network>> = {
  'two layers of one part': network([[part('gru', 40)], [part('gru', 40)]], { inputs: 2, outputs: 1 }),
  'double layers of two cells': network(
    [
      [part('lstm', 24), part('mgu', 17, false)],
      [part('gru', 30), part('brc', 12, false)],
    ],
    { inputs: 3, outputs: 2 },
  ),
  'layers that hand on two states': network([[part(WHOLE_LAYER_CELL, 40)], [part(WHOLE_LAYER_CELL, 31)]], {
    inputs: 2,
    outputs: 1,
  }),
}

/** Steps and takes the engine with it; T is no multiple of a segment, and some series end early. */
async function trainOnce(net: Network, steps: number, series: number, memoryBytes?: number): Promise<Engine> {
  const backend = createWasmBackend({ tile: PAIRED_VECTORS_TILE, ...(memoryBytes !== undefined && { memoryBytes }) })
  const engine = await backend.createEngine(net, 1)
  await engine.writeParameters(0, weights(net, 1, 0.2))
  const request = { batch: batch(net, steps, series, 2), truncateEvery: null, dropoutMasks: null, regulariser: null }
  await engine.trainStep([request], [SGD])
  return engine
}

describe.each(Object.entries(NETWORKS))('%s', (_, net) => {
  const request = { steps: 331, batch: 19, replicas: 1, threads: 1 }

  it('takes what the plan says', async () => {
    const plan = planMemory(net, layNetwork(net, PAIRED_VECTORS_TILE), request, DEFAULT_MEMORY_BYTES)
    const engine = await trainOnce(net, request.steps, request.batch)
    const found = (await engine.memoryBytes())!
    expect(plan.keepsValues).toBe(true)
    // Job lists, small buffers and whole pages are not planned.
    expect(found).toBeGreaterThanOrEqual(plan.totalBytes)
    expect(found - plan.totalBytes).toBeLessThan(0.05 * plan.totalBytes + 2 ** 20)
  })

  it('computes values twice when they would not fit, with the same bits', async () => {
    const kept = await trainOnce(net, request.steps, request.batch)
    const bound = (await kept.memoryBytes())! / 2
    const plan = planMemory(net, layNetwork(net, PAIRED_VECTORS_TILE), request, bound)
    expect(plan.keepsValues).toBe(false)
    const again = await trainOnce(net, request.steps, request.batch, bound)
    expect((await again.memoryBytes())!).toBeLessThan(0.8 * (await kept.memoryBytes())!)
    expect(await again.readParameters(0)).toEqual(await kept.readParameters(0))
  })
})

it('refuses what does not fit in any way, with the largest items', () => {
  const net = NETWORKS['two layers of one part']!
  const request = { steps: 1_000_000, batch: 32, replicas: 1 }
  const plan = planMemory(net, layNetwork(net, PAIRED_VECTORS_TILE), { ...request, threads: 2 }, DEFAULT_MEMORY_BYTES)
  expect(() => requireRoom(plan, request)).toThrow(
    /1000000 steps of 32 series.*at most 1536 MiB.*states of every step/s,
  )
})

it.each(['gru', 'lstm'])('trains 10,000 steps of 32 series on 128 units of %s within 2 GB', async (cell) => {
  const net = network([[part(cell, 128)]], { inputs: 1, outputs: 1 })
  const engine = await trainOnce(net, 10_000, 32)
  expect((await engine.memoryBytes())!).toBeGreaterThan(1e8)
  expect((await engine.memoryBytes())!).toBeLessThan(DEFAULT_MEMORY_BYTES)
  await engine.dispose()
})
