/** Replicas side by side on many threads: whatever runs beside a replica, its results have the bits of it alone on one thread. */
import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { loadBackend } from '../../../main/engine/load-backend.ts'
import type { ConvergenceDraw, Engine, PerReplica } from '../../../shared/backends/backend.ts'
import { layNetwork } from '../../../shared/backends/wasm/plan/network-layout.ts'
import { planMemory } from '../../../shared/backends/wasm/plan/memory-plan.ts'
import { laneAt, lanesWanted, rowBlocks } from '../../../shared/backends/wasm/plan/row-blocks.ts'
import { PAIRED_VECTORS_TILE } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { SeriesBatch } from '../../../shared/datasets/dataset.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { ADAM, batch, network, part, weights, WHOLE_LAYER_CELL } from './networks.ts'

const net = network(
  [
    [part('gru', 17), part('brc', 9, false)],
    [part('lstm', 12), part(WHOLE_LAYER_CELL, 8, false)],
  ],
  { inputs: 2, outputs: 2 },
)
const STEPS = 61
const SERIES = 14
/** Replicas that take part in a call: a seed that has ended is left out. */
const CALLS = [
  [0, 1, 2],
  [0, 2],
] as const

interface Draws {
  readonly batch: SeriesBatch
  readonly draw: ConvergenceDraw
  readonly perturbation: Float32Array
}

function drawsOf(seed: number): Draws {
  const series = batch(net, STEPS, SERIES, seed)
  const random = new RandomStream(seed, 'preview', 1)
  const normal = (count: number): Float32Array => Float32Array.from({ length: count }, () => random.normal())
  const draw: ConvergenceDraw = {
    truncations: series.lengths.map((length) => 1 + random.integer(length)),
    perturbations: net.wiredLayers.map(({ inputSize }) => normal(inputSize)),
    convergenceSteps: 5 + seed,
  }
  return { batch: series, draw, perturbation: normal(net.inputSize) }
}

/** Every program of an engine, on these seeds: what it tells and leaves behind. `null` for a replica that takes no part. */
async function runPrograms(engine: Engine, seeds: PerReplica<number>): Promise<unknown[]> {
  const ask = <Request>(request: (draws: Draws) => Request): PerReplica<Request> =>
    seeds.map((seed) => (seed === null ? null : request(drawsOf(seed))))
  const adam = seeds.map(() => ADAM)
  const warmup = ask(({ batch, draw }) => ({ batch, draw, target: 0.95, epsilon: 1e-4, masked: true }))
  const training = ask(({ batch, draw }) => ({
    batch,
    truncateEvery: null,
    dropoutMasks: null,
    regulariser: { weight: 0.1, draw, target: 0.95, epsilon: 1e-4 },
  }))
  const told: unknown[] = [
    await engine.warmupStep(warmup, adam),
    await engine.trainStep(training, adam),
    await engine.trainStep(training, adam),
    await engine.evaluate(ask(({ batch }) => batch)),
    await engine.vaaStar(ask(({ batch, draw }) => ({ batch, draw, epsilon: 1e-4 }))),
    await engine.converge(
      ask(({ batch, draw, perturbation }) => ({
        batch,
        truncations: draw.truncations,
        perturbation,
        convergenceSteps: 70,
        stopResidual: null,
      })),
    ),
  ]
  const left = await Promise.all(
    seeds.map(async (_, replica) => [await engine.readParameters(replica), await engine.readOptimizer(replica)]),
  )
  return seeds.flatMap((seed, replica) =>
    seed === null ? [] : [[...told.map((results) => (results as unknown[])[replica]), left[replica]]],
  )
}

async function openEngine(threads: number, seeds: readonly number[]): Promise<Engine> {
  const engine = await (await loadBackend('wasm', { threads })).createEngine(net, seeds.length)
  for (const [replica, seed] of seeds.entries()) await engine.writeParameters(replica, weights(net, seed, 0.3))
  return engine
}

describe('replicas side by side', () => {
  it.each([2, 3, 8])('on %d threads have the bits of each alone on one', async (threads) => {
    for (const members of CALLS) {
      const engine = await openEngine(threads, [0, 1, 2])
      const seeds = [0, 1, 2].map((seed) => ((members as readonly number[]).includes(seed) ? seed : null))
      const together = await runPrograms(engine, seeds)
      await engine.dispose()
      for (const [index, seed] of members.entries()) {
        const alone = await openEngine(1, [seed])
        expect(together[index]).toEqual((await runPrograms(alone, [seed]))[0])
        await alone.dispose()
      }
    }
  })

  // On one thread they use the same buffers in turn, on several they run beside one another.
  it.each([1, 3])('on %d threads lose no bit to one whose weights are no numbers', async (threads) => {
    const engine = await openEngine(threads, [0, 1, 2])
    const broken = [...weights(net, 1, 0.3)].map(
      ([name, { shape, data }]) => [name, { shape, data: data.map((_, i) => (i % 2 === 0 ? NaN : Infinity)) }] as const,
    )
    await engine.writeParameters(1, new Map(broken))
    const together = await runPrograms(engine, [0, 1, 2])
    await engine.dispose()
    for (const seed of [0, 2]) {
      const alone = await openEngine(1, [seed])
      expect(together[seed]).toEqual((await runPrograms(alone, [seed]))[0])
      await alone.dispose()
    }
  })

  it('take buffers of their own, where the memory bound allows it', () => {
    const request = { steps: STEPS, batch: SERIES, replicas: 3, threads: 8 }
    const plan = layNetwork(net, PAIRED_VECTORS_TILE)
    const side = planMemory(net, plan, request, 1e9)
    expect(side).toMatchObject({ sideBySide: 3, keepsValues: true })
    const bounded = planMemory(net, plan, request, side.totalBytes - 1)
    expect(bounded).toMatchObject({ sideBySide: 1, keepsValues: true })
    expect(bounded.totalBytes).toBeLessThan(side.totalBytes)
  })

  it('share the threads without overlap, and every row is somebody’s', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 512 }),
        fc.integer({ min: 1, max: 64 }),
        (threads, series, replicas) => {
          const lanes = lanesWanted(threads, series, replicas)
          expect(lanes).toBeGreaterThanOrEqual(1)
          expect(lanes).toBeLessThanOrEqual(Math.min(replicas, threads))
          const evenly = Array.from({ length: threads }, () => 1)
          const used = new Set<number>()
          for (let place = 0; place < lanes; place++) {
            const blocks = rowBlocks(series, laneAt(place, lanes, threads), evenly)
            expect(blocks.reduce((sum, { count }) => sum + count, 0)).toBe(series)
            let next = 0
            for (const { thread, start, count } of blocks) {
              expect(start).toBe(next)
              next += count
              expect(thread).toBeLessThan(threads)
              expect(used.has(thread)).toBe(false)
              used.add(thread)
            }
          }
        },
      ),
    )
  })
})
