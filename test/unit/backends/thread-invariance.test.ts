/** What a step computes depends on no number of threads and on no tile: the same bits on one, two, three and eight, cores or no cores. */
import { afterAll, describe, expect, it } from 'vitest'
import { loadBackend } from '../../../main/engine/load-backend.ts'
import { startTeam } from '../../../main/engine/start-team.ts'
import type { Backend, TrainRequest } from '../../../shared/backends/backend.ts'
import { ThreadSpeeds } from '../../../shared/backends/wasm/run/thread-speeds.ts'
import {
  createWasmBackend,
  PAIRED_VECTORS_TILE,
  PAIRED_VECTORS_TILES,
  SINGLE_VECTORS_TILES,
} from '../../../shared/backends/wasm/wasm-backend.ts'
import { gru } from '../../../shared/cells/gru.ts'
import { lstm } from '../../../shared/cells/lstm.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network } from '../../../shared/networks/network.ts'
import { elementCount } from '../../../shared/numerics/dims.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { ADAM, WHOLE_LAYER_CELL } from './networks.ts'

interface Case {
  readonly layers: readonly (readonly { readonly text: string; readonly units: number }[])[]
  readonly steps: number
  readonly batch: number
  readonly truncateEvery: number | null
}

const plain = [{ text: gru, units: 16 }]
const odd = [
  { text: gru, units: 17 },
  { text: lstm, units: 23 },
]
const whole = [
  { text: WHOLE_LAYER_CELL, units: 17 },
  { text: gru, units: 10 },
]
// Batches that split unevenly, several segments of the way back, and fewer rows than threads.
const cases: Record<string, Case> = {
  'one part': { layers: [plain], steps: 100, batch: 32, truncateEvery: null },
  'two odd parts under another layer': { layers: [odd, plain], steps: 77, batch: 37, truncateEvery: null },
  'a truncated way back': { layers: [odd], steps: 50, batch: 19, truncateEvery: 7 },
  'sums over units under another layer': { layers: [whole, plain], steps: 77, batch: 37, truncateEvery: 10 },
  'hardly any rows': { layers: [plain, plain], steps: 40, batch: 5, truncateEvery: null },
}

function networkOf({ layers }: Case): Network {
  return createNetwork({
    inputSize: 2,
    outputSize: 1,
    layers: layers.map((parts) =>
      parts.map(({ text, units }) => ({
        cell: compileCell(text, 'test'),
        units,
        warm: true,
        initialValues: CELL_INITIAL_VALUES,
      })),
    ),
    loss: 'mse',
    dropout: 0,
  })
}

/** Losses and gradient norms of three steps, and the bytes of all parameters after them. */
async function train(testCase: Case, backend: Backend, trained = 3) {
  const { steps, batch, truncateEvery } = testCase
  const network = networkOf(testCase)
  const engine = await backend.createEngine(network, 1)
  const random = new RandomStream(1, 'preview')
  const normal = (count: number, scale = 1): Float32Array =>
    Float32Array.from({ length: count }, () => scale * random.normal())
  await engine.writeParameters(
    0,
    new Map(network.parameters.map(({ name, shape }) => [name, { shape, data: normal(elementCount(shape), 0.3) }])),
  )
  const request: TrainRequest = {
    batch: {
      steps,
      batch,
      inputs: normal(steps * batch * 2),
      lengths: new Int32Array(batch).fill(steps),
      targetSteps: new Int32Array(batch).fill(steps - 1),
      targets: normal(batch),
    },
    truncateEvery,
    dropoutMasks: null,
    regulariser: null,
  }
  const results = []
  for (let step = 0; step < trained; step++) results.push((await engine.trainStep([request], [ADAM]))[0]!)
  const parameters = [...(await engine.readParameters(0)).values()].map(({ data }) =>
    Buffer.from(Float32Array.from(data).buffer),
  )
  await engine.dispose()
  return {
    steps: results.map(({ loss, gradientNorm }) => ({ loss, gradientNorm })),
    parameters: Buffer.concat(parameters).toString('hex'),
  }
}

/** Splits every job another way, now by far the most to one thread, now to another. */
class ExtremeSpeeds extends ThreadSpeeds {
  #jobs = 0

  override get weights(): readonly number[] {
    const favoured = this.#jobs++
    return super.weights.map((_, thread, { length }) => (thread === favoured % length ? 1 : 0.01))
  }
}

describe.each(Object.entries(cases))('%s', (_, testCase) => {
  const single = loadBackend('wasm', { threads: 1 }).then((backend) => train(testCase, backend))
  afterAll(async () => void (await single))

  it.each([2, 3, 8])('on %d threads has the bits of one', async (threads) => {
    expect(await train(testCase, await loadBackend('wasm', { threads }))).toEqual(await single)
  })

  it.each([
    ['two', 2, undefined],
    ['three', 3, undefined],
    ['two, which compute what they do not keep,', 2, 1],
  ])('on %s threads of very different shares has the bits of one', async (_, threads, memoryBytes) => {
    const team = startTeam(threads, new ExtremeSpeeds(threads))
    const backend = createWasmBackend({
      team,
      tile: PAIRED_VECTORS_TILE,
      ...(memoryBytes !== undefined && { memoryBytes }),
    })
    expect(await train(testCase, backend)).toEqual(await single)
    team.close()
  })

  it.each([...SINGLE_VECTORS_TILES, ...PAIRED_VECTORS_TILES])(
    'has the same bits with tiles of $rows x $columns',
    async (tile) => {
      expect(await train(testCase, createWasmBackend({ tile }))).toEqual(await single)
    },
  )

  it('has the loss and the gradient of the reference', async () => {
    const [exact] = (await train(testCase, await loadBackend('reference'), 1)).steps
    const [mine] = (await single).steps
    expect(Math.abs(mine!.loss / exact!.loss - 1)).toBeLessThan(1e-5)
    expect(Math.abs(mine!.gradientNorm / exact!.gradientNorm - 1)).toBeLessThan(1e-5)
  })
})
