/** VAA* of replicas that run side by side: state rows enter, the value and the adjoint that it sends back leave. */
import type { VaaStarPull } from '../recurrence.ts'
import type { RunContext } from './part-run.ts'
import { sharedBlock, takeBlock, type ReplicaBlock } from './replica-blocks.ts'
import { meanInverse, similarities, SQUASHED_FLOATS, squashStates, vaaStarGradient } from './wgsl/vaa-star.ts'

export interface VaaStarRequest {
  /** [B, stateSize] */
  readonly states: ReplicaBlock
  readonly batch: number
  readonly columns: readonly number[]
  readonly epsilon: number
  /** null: no adjoint. */
  readonly pull: VaaStarPull | null
}

export interface VaaStarBlocks {
  /** One number a replica. */
  readonly value: ReplicaBlock
  /** [B, stateSize], zeros in other columns. */
  readonly adjoint: ReplicaBlock | null
}

export class VaaStarWork {
  readonly #context: RunContext
  readonly #stateSize: number
  readonly #kernels
  readonly #lists = new Map<string, ReplicaBlock>()

  constructor(context: RunContext) {
    this.#context = context
    this.#stateSize = context.kernels.network.stateSize
    this.#kernels = {
      squash: squashStates(this.#stateSize),
      similarities: similarities(),
      mean: meanInverse(),
      gradient: vaaStarGradient(this.#stateSize),
    }
  }

  run(request: VaaStarRequest, replicas: readonly number[]): VaaStarBlocks {
    const { launcher } = this.#context
    const { device } = launcher
    const { states, batch: rows, epsilon, pull } = request
    const columns = request.columns.length
    const listed = { block: this.#listOf(request.columns) }
    const squashed = takeBlock(device, replicas, rows * columns * SQUASHED_FLOATS)
    const distances = takeBlock(device, replicas, rows * rows)
    const sums = takeBlock(device, replicas, rows)
    const value = takeBlock(device, replicas, 1)
    const pieces = {
      listed,
      squashed: { block: squashed },
      distances: { block: distances },
      sums: { block: sums },
      value: { block: value },
    }
    launcher.run(this.#kernels.squash, { rows, columns }, { ...pieces, states: { block: states } }, replicas)
    launcher.run(this.#kernels.similarities, { rows, columns, epsilon }, pieces, replicas)
    launcher.run(this.#kernels.mean, { rows }, pieces, replicas)
    let adjoint: ReplicaBlock | null = null
    if (pull !== null) {
      adjoint = takeBlock(device, replicas, rows * this.#stateSize)
      device.queue.clear(adjoint.buffer)
      launcher.run(
        this.#kernels.gradient,
        { rows, columns, epsilon, goal: pull.target, factor: pull.weight / pull.count },
        { ...pieces, adjoint: { block: adjoint } },
        replicas,
      )
    }
    for (const { buffer } of [squashed, distances, sums]) device.buffers.giveBack(buffer)
    return { value, adjoint }
  }

  /** Gives its memory back. */
  release(): void {
    for (const { buffer } of this.#lists.values()) this.#context.launcher.device.buffers.giveBack(buffer)
  }

  #listOf(columns: readonly number[]): ReplicaBlock {
    const key = columns.join()
    const known = this.#lists.get(key) ?? sharedBlock(this.#context.launcher.device.upload(Uint32Array.from(columns)))
    this.#lists.set(key, known)
    return known
  }
}
