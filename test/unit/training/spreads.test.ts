/** Histograms on the way: they are those of the weights and of the probe's gradient, change no bit of a training, and come again after a pause. */
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { TensorMap } from '../../../shared/numerics/dims.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import { measureSpreads } from '../../../shared/runs/spreads.ts'
import { probeBatch } from '../../../shared/training/spreads.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { network, part } from '../backends/networks.ts'
import { memoryRun, memoryWriter, toyConfig, toyDataset, type MemoryRun } from './toy.ts'

const BACKENDS: readonly (readonly [string, Backend])[] = [
  ['reference', referenceBackend],
  ['wasm', createWasmBackend()],
]
const SEEDS = [0, 7]
/** Two layers, the first of two parts; dropout and the regulariser draw, too. */
const NETWORK = network([[part('gru', 3), part('lstm', 2, false)], [part('mgu', 4)]], {
  inputs: 1,
  outputs: 1,
  dropout: 0.25,
})

async function finished(backend: Backend, histograms: boolean, pauseAt = Infinity): Promise<MemoryRun> {
  const config = toyConfig(SEEDS)
  const run = memoryRun({ ...config, measures: { ...config.measures, histograms } }, 'double')
  let asked = 0
  for (;;) {
    const result = await trainRun({
      record: run.record,
      network: NETWORK,
      datasets: SEEDS.map(toyDataset),
      backend,
      writer: memoryWriter(run),
      clock: { now: () => 0 },
      control: { requested: () => (++asked === pauseAt ? 'pause' : null) },
    })
    if (result !== 'paused') return run
  }
}

const isSpreads = (event: RunEvent): event is Extract<RunEvent, { type: 'spreads' }> => event.type === 'spreads'
const bitsOf = ({ weights }: MemoryRun): string[] =>
  [...weights!].map(([name, { data }]) => `${name} ${Buffer.from(new Uint8Array(data.buffer)).toString('hex')}`)

describe.each(BACKENDS)('histograms on %s', (_name, backend) => {
  it('change no bit of the weights and no other event', async () => {
    const [without, withThem] = [await finished(backend, false), await finished(backend, true)]
    expect(bitsOf(withThem)).toEqual(bitsOf(without))
    expect(without.events.some(isSpreads)).toBe(false)
    expect(JSON.stringify(withThem.events.filter((event) => !isSpreads(event)))).toBe(JSON.stringify(without.events))
  })

  it('are taken whenever VAA is, and told with it', async () => {
    const { events } = await finished(backend, true)
    const told = events.flatMap((event, index) =>
      event.type === 'measure' ? [{ event, next: events[index + 1]! }] : [],
    )
    expect(told.length).toBeGreaterThan(4)
    for (const { event, next } of told)
      expect(next).toMatchObject({ type: 'spreads', phase: event.phase, step: event.step })
    expect(events.filter(isSpreads)).toHaveLength(told.length)
  })

  it('are those of the last weights and of the gradient of the first training series', async () => {
    const run = await finished(backend, true)
    const last = run.events.findLast(isSpreads)!
    const engine = await backend.createEngine(NETWORK, 1)
    for (const [r, seed] of SEEDS.entries()) {
      const weights: TensorMap = new Map(
        [...run.weights!]
          .filter(([name]) => name.startsWith(`seed${seed}/last/`))
          .map(([name, tensor]) => [name.slice(`seed${seed}/last/`.length), tensor]),
      )
      await engine.writeParameters(0, weights)
      const batch = probeBatch(toyDataset(seed), run.record.config.training.batch)
      const [result] = await engine.trainGradients([
        { batch, truncateEvery: null, dropoutMasks: null, regulariser: null },
      ])
      const expected = measureSpreads(weights, result!.gradients)
      expect(last.seeds[r]).toEqual(expected)
      expect(expected.map(({ layerIndex, partIndex }) => [layerIndex, partIndex])).toEqual([
        [0, 0],
        [0, 1],
        [1, 0],
        [null, null],
      ])
    }
    await engine.dispose()
  })

  it('come out the same when the run was paused on the way', async () => {
    const whole = await finished(backend, true)
    for (const pauseAt of [1, 3, 4, 5, 20, 40, 60]) {
      const paused = await finished(backend, true, pauseAt)
      expect(JSON.stringify(paused.events)).toBe(JSON.stringify(whole.events))
      expect(bitsOf(paused)).toEqual(bitsOf(whole))
    }
  })
})
