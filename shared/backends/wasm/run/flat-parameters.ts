/**
 * A replica's parameters, gradients and moments in the engine's memory, each flat in the order of `network.parameters`, and what is
 * done to all of them at once, split among the threads. Sums are made over fixed blocks, so that no bit depends on the split.
 */
import type { OptimizerSettings } from '../../backend.ts'
import { stepScalars } from '../../optimizer.ts'
import type { FlatRange, Moments } from '../../recurrence.ts'
import { ADAM, SCALAR_BYTES, scalarValues, SGD, SGD_MOMENTUM, SUM_SQUARES } from '../emit/optimizer-kernels.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'
import { overShares, type Tape } from './tape.ts'

/** Floats whose squares are summed to one number: enough to hide a call, few enough to share out. */
const NORM_BLOCK = 4096
/** Doubles that a block's sum is left in. */
const SUM_LANES = 2
/** Threads take multiples of this many floats: whole lines of the cache. */
const SHARE_FLOATS = 16

export class FlatParameters {
  readonly parameters: Float32Array
  readonly gradients: Float32Array
  readonly moments: Moments & { readonly first: Float32Array; readonly second: Float32Array }
  readonly #memory: LinearMemory
  readonly #scalars: number

  /** @param count of the network's parameters */
  constructor(memory: LinearMemory, count: number) {
    this.#memory = memory
    const addresses = [0, 1, 2, 3].map(() => memory.allocate(count * 4))
    this.#scalars = memory.allocate(SCALAR_BYTES)
    // Shared memory grows in place: a view of what it was stays good.
    const [parameters, gradients, first, second] = addresses.map((address) =>
      new Float32Array(memory.memory.buffer, address, count).fill(0),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array]
    this.parameters = parameters
    this.gradients = gradients
    this.moments = { step: 0, first, second }
  }

  /** Sets all gradients to zero. */
  clearGradients(tape: Tape): void {
    const { byteOffset, length } = this.gradients
    overShares(tape, Math.ceil(length / 4) * 4, SHARE_FLOATS, (thread, from, count) =>
      tape.call(thread, 'clear', [byteOffset + 4 * from, count / 4]),
    )
  }

  /** Sums the squares of the gradients in `moving`. @returns reads the sum when the tape has been played */
  sumSquares(tape: Tape, buffers: NamedBuffers, moving: readonly FlatRange[]): () => number {
    const blocks = moving.flatMap(({ start, end }) =>
      Array.from({ length: Math.ceil((end - start) / NORM_BLOCK) }, (_, i) => {
        const from = start + i * NORM_BLOCK
        return { from, count: Math.min(NORM_BLOCK, end - from) }
      }),
    )
    const sums = buffers.get('norm', blocks.length * SUM_LANES * 8)
    overShares(tape, blocks.length, 1, (thread, first, count) => {
      for (let i = first; i < first + count; i++)
        tape.call(thread, SUM_SQUARES, [
          sums + i * SUM_LANES * 8,
          this.gradients.byteOffset + 4 * blocks[i]!.from,
          blocks[i]!.count,
        ])
    })
    return () =>
      new Float64Array(this.#memory.memory.buffer, sums, blocks.length * SUM_LANES).reduce((sum, part) => sum + part, 0)
  }

  /** One optimiser step of the parameters in `moving`. @param norm of their gradients, for clipping */
  move(tape: Tape, settings: OptimizerSettings, moving: readonly FlatRange[], norm: number): void {
    const { parameters, gradients, moments } = this
    moments.step++
    const scalars = scalarValues(stepScalars(settings, moments.step, norm))
    new Float64Array(this.#memory.memory.buffer, this.#scalars, scalars.length).set(scalars)
    const [kernel, arrays] =
      settings.kind !== 'sgd'
        ? [ADAM, [parameters, gradients, moments.first, moments.second]]
        : settings.momentum !== 0
          ? [SGD_MOMENTUM, [parameters, gradients, moments.first]]
          : [SGD, [parameters, gradients]]
    for (const { start, end } of moving)
      overShares(tape, end - start, SHARE_FLOATS, (thread, from, count) =>
        tape.call(thread, kernel, [
          ...arrays.map(({ byteOffset }) => byteOffset + 4 * (start + from)),
          count,
          this.#scalars,
        ]),
      )
  }
}
