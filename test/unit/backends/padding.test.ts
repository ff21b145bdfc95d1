/** Steps that nothing is read from lead to nothing, also in cells whose values or derivatives are infinite where all is zero. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Backend, Engine, TrainRequest } from '../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend, PAIRED_VECTORS_TILE } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { SeriesBatch } from '../../../shared/datasets/dataset.ts'
import type { Network } from '../../../shared/networks/network.ts'
import type { TensorMap } from '../../../shared/numerics/dims.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { ADAM, network, part, relativeError, weights } from './networks.ts'

/** Each is infinite or no number somewhere at x = 0, on the way back or already on the way there. */
const CELLS: Readonly<Record<string, string>> = {
  'a root': "g = sqrt(abs(W x))\nh' = 0.5 * h + 0.5 * tanh(g + U h + b)",
  'a logarithm': "h' = tanh(0.1 * log(abs(W x)) + U h + b)",
  'a product of a logarithm': "h' = 0.5 * h + 0.5 * tanh(U (0.1 * log(abs(W x))) + V h + b)",
  'a quotient': "g = (W x) / (abs(V x) + abs(W x))\nh' = 0.5 * h + tanh(U (g * h) + g + b)",
}

/** Float32 sums of some dozens of terms, in another order. */
const FLOAT32_TOLERANCE = 2e-4
/** The reference's sums in another order. */
const FLOAT64_TOLERANCE = 1e-9

const BACKENDS: readonly (readonly [Backend, number])[] = [
  [referenceBackend, FLOAT64_TOLERANCE],
  [createWasmBackend({ tile: PAIRED_VECTORS_TILE }), FLOAT32_TOLERANCE],
]

const twoLayers = (cell: string, dropout = 0): Network =>
  network([[part(cell, 5)], [part(cell, 6), part('gru', 3, false)]], { inputs: 3, outputs: 2, dropout })

/** Zeros behind each series' length. @param targets steps of [K, B]; -1 for none */
function paddedBatch(net: Network, lengths: readonly number[], targets: readonly number[], seed: number): SeriesBatch {
  const random = new RandomStream(seed, 'preview')
  const [steps, series] = [Math.max(...lengths), lengths.length]
  const inputs = new Float32Array(steps * series * net.inputSize)
  lengths.forEach((length, b) => {
    for (let t = 0; t < length; t++)
      for (let i = 0; i < net.inputSize; i++) inputs[(t * series + b) * net.inputSize + i] = 0.2 + random.uniform()
  })
  return {
    steps,
    batch: series,
    inputs,
    lengths: Int32Array.from(lengths),
    targetSteps: Int32Array.from(targets),
    targets: Float32Array.from({ length: targets.length * net.outputSize }, () => random.normal()),
  }
}

/** Series b of a batch, without its padding. */
function seriesAlone(net: Network, batch: SeriesBatch, b: number): SeriesBatch {
  const length = batch.lengths[b]!
  const slots = [...batch.targetSteps.keys()].filter((slot) => slot % batch.batch === b)
  const rows = (values: Float32Array, size: number, from: readonly number[]): Float32Array =>
    Float32Array.from(from.flatMap((row) => [...values.subarray(row * size, (row + 1) * size)]))
  return {
    steps: length,
    batch: 1,
    inputs: rows(
      batch.inputs,
      net.inputSize,
      Array.from({ length }, (_, t) => t * batch.batch + b),
    ),
    lengths: Int32Array.of(length),
    targetSteps: Int32Array.from(slots, (slot) => batch.targetSteps[slot]!),
    targets: rows(batch.targets, net.outputSize, slots),
  }
}

const request = (batch: SeriesBatch, more: Partial<TrainRequest> = {}): TrainRequest => ({
  batch,
  truncateEvery: null,
  dropoutMasks: null,
  regulariser: null,
  ...more,
})

const usedSlots = ({ targetSteps }: SeriesBatch): number => targetSteps.filter((step) => step >= 0).length

async function gradientsOf(engine: Engine, asked: TrainRequest): Promise<TensorMap> {
  const [result] = await engine.trainGradients([asked])
  expect(result!.gradientNorm, 'the norm of the gradient').toSatisfy(Number.isFinite)
  return result!.gradients
}

const flat = (tensors: TensorMap): number[] => [...tensors.values()].flatMap(({ data }) => [...data])

/** Lengths of up to 9 steps, and two slots of targets, of which one is sometimes unused. */
const ragged = fc
  .array(
    fc.record({
      length: fc.integer({ min: 1, max: 9 }),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      used: fc.boolean(),
    }),
    { minLength: 1, maxLength: 7 },
  )
  .map((series) => ({
    lengths: series.map(({ length }) => length),
    targets: [
      ...series.map(({ length }) => length - 1),
      ...series.map(({ length, at, used }) => (used ? Math.floor(at * length) : -1)),
    ],
  }))

describe.each(BACKENDS.map(([backend, tolerance]) => ({ backend, tolerance, name: backend.name })))(
  'on $name',
  ({ backend, tolerance }) => {
    async function engineOf(net: Network): Promise<Engine> {
      const engine = await backend.createEngine(net, 1)
      await engine.writeParameters(0, weights(net, 1, 0.4))
      return engine
    }

    it.each(Object.entries(CELLS))(
      'with %s, the gradient of a padded batch is that of its series alone',
      async (_, cell) => {
        const net = twoLayers(cell)
        const engine = await engineOf(net)
        await fc.assert(
          fc.asyncProperty(ragged, fc.constantFrom(null, 3), async ({ lengths, targets }, truncateEvery) => {
            const batch = paddedBatch(net, lengths, targets, 3)
            const together = flat(await gradientsOf(engine, request(batch, { truncateEvery })))
            const sum = together.map(() => 0)
            for (const b of lengths.keys()) {
              const alone = seriesAlone(net, batch, b)
              const share = usedSlots(alone) / usedSlots(batch)
              flat(await gradientsOf(engine, request(alone, { truncateEvery }))).forEach(
                (value, i) => (sum[i]! += share * value),
              )
            }
            expect(relativeError(together, sum)).toBeLessThan(tolerance)
          }),
          { numRuns: 12, seed: 20261128 },
        )
        await engine.dispose()
      },
    )

    it('what stands behind the last step that is read changes no bit', async () => {
      const net = twoLayers(CELLS['a root']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [8, 8, 8], [2, 7, 4], 5)
      const gradients = flat(await gradientsOf(engine, request(batch)))
      for (const [t, b] of [
        [3, 0],
        [7, 0],
        [5, 2],
      ] as const)
        batch.inputs.fill(0, (t * 3 + b) * net.inputSize, (t * 3 + b + 1) * net.inputSize)
      expect(flat(await gradientsOf(engine, request(batch)))).toEqual(gradients)
      await engine.dispose()
    })

    it('a series without targets leads to nothing', async () => {
      const net = twoLayers(CELLS['a quotient']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [6, 4, 2], [5, -1, 1], 7)
      const gradients = flat(await gradientsOf(engine, request(batch)))
      batch.inputs.forEach((_, i) => {
        if (Math.floor(i / net.inputSize) % 3 === 1) batch.inputs[i] = 0
      })
      expect(flat(await gradientsOf(engine, request(batch)))).toEqual(gradients)
      await engine.dispose()
    })

    it('steps before a cut that nothing behind is read from lead to nothing', async () => {
      const net = twoLayers(CELLS['a root']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [9, 7], [8, 6], 9)
      // Step 8 of series 0 is alone behind the cut at 8.
      batch.inputs.fill(0, 7 * 2 * net.inputSize, 7 * 2 * net.inputSize + net.inputSize)
      expect(flat(await gradientsOf(engine, request(batch, { truncateEvery: 4 }))).some((value) => value !== 0)).toBe(
        true,
      )
      await engine.dispose()
    })

    it('dropout between the layers keeps padding out', async () => {
      const net = twoLayers(CELLS['a quotient']!, 0.5)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [7, 3, 5], [6, 2, 4], 11)
      const dropoutMasks = [Float32Array.from({ length: 7 * 3 * 5 }, (_, i) => (i % 3 === 0 ? 0 : 2))]
      expect(flat(await gradientsOf(engine, request(batch, { dropoutMasks }))).some((value) => value !== 0)).toBe(true)
      await engine.dispose()
    })

    it('a warm-up step reads no step behind a truncation, with the regulariser neither', async () => {
      const net = network([[part(CELLS['a root']!, 5)], [part('gru', 4)]], { inputs: 3, outputs: 2 })
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [8, 8, 3], [7, 7, 2], 13)
      const draw = {
        truncations: Int32Array.of(2, 6, 3),
        perturbations: net.wiredLayers.map(({ inputSize }) => new Float32Array(inputSize).fill(0.7)),
        convergenceSteps: 4,
      }
      const warm = { batch, draw, target: 0.95, epsilon: 1e-4, masked: false }
      const [before] = await engine.warmupGradients([warm])
      expect(before!.gradientNorm).toSatisfy((norm: number) => Number.isFinite(norm) && norm > 0)
      batch.inputs.fill(0, 3 * 3 * net.inputSize, 3 * 3 * net.inputSize + net.inputSize) // step 3 of series 0
      const [after] = await engine.warmupGradients([warm])
      expect(flat(after!.gradients)).toEqual(flat(before!.gradients))

      const ragged = paddedBatch(net, [8, 5, 3], [7, 4, 2], 13)
      const regulariser = { weight: 0.5, draw, target: 0.95, epsilon: 1e-4 }
      await gradientsOf(
        engine,
        request(ragged, { regulariser: { ...regulariser, draw: { ...draw, truncations: Int32Array.of(8, 2, 1) } } }),
      )
      await engine.dispose()
    })

    it('the gradient that reaches back is measured beside shorter series', async () => {
      const net = twoLayers(CELLS['a quotient']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [6, 3, 6], [5, 2, 5], 15)
      const [found] = await engine.gradientByLag([{ batch, lags: [1, 5] }])
      expect(found!.norms.flat().every((norm) => Number.isFinite(norm) && norm > 0)).toBe(true)
      await engine.dispose()
    })

    it('an infinite derivative of a step that is read is told', async () => {
      const net = twoLayers(CELLS['a root']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [6, 4], [5, 3], 17)
      batch.inputs.fill(0, 0, net.inputSize) // step 0 of series 0
      const [result] = await engine.trainGradients([request(batch)])
      expect(result!.loss).toSatisfy(Number.isFinite)
      expect(result!.gradientNorm).toBeNaN()
      await engine.dispose()
    })

    it('a batch with padding trains', async () => {
      const net = twoLayers(CELLS['a quotient']!)
      const engine = await engineOf(net)
      const batch = paddedBatch(net, [9, 1, 4, 6, 2], [8, 0, 3, 5, 1], 19)
      const losses: number[] = []
      for (let step = 0; step < 20; step++) losses.push((await engine.trainStep([request(batch)], [ADAM]))[0]!.loss)
      expect(losses.at(-1)).toBeLessThan(losses[0]!)
      await engine.dispose()
    })
  },
)

it('over many segments of the way back, wasm agrees with the reference', async () => {
  const net = twoLayers(CELLS['a quotient']!)
  const lengths = Array.from({ length: 19 }, (_, b) => 1 + ((b * 7) % 60))
  const batch = paddedBatch(
    net,
    lengths,
    lengths.map((length) => length - 1),
    21,
  )
  const gradients = await Promise.all(
    BACKENDS.map(async ([backend]) => {
      const engine = await backend.createEngine(net, 1)
      await engine.writeParameters(0, weights(net, 1, 0.4))
      return flat(await gradientsOf(engine, request(batch)))
    }),
  )
  expect(relativeError(gradients[1]!, gradients[0]!)).toBeLessThan(FLOAT32_TOLERANCE)
})
