/**
 * Parameters, gradients and moments of all replicas on the device, and what is done to them: written, read, packed for kernels, cleared, measured
 * and moved.
 */
import type { OptimizerSettings } from '../backend.ts'
import type { FlatRange, Moments } from '../recurrence.ts'
import type { ReadPart } from './command-queue.ts'
import type { Launcher } from './launcher.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { PartKernels } from './part-kernels.ts'
import {
  byteOffset,
  giveBackPieces,
  sharedBlock,
  takeBlock,
  takePieces,
  type Piece,
  type ReplicaBlock,
} from './replica-blocks.ts'
import { blockNorms, normBlocks, totalNorm } from './wgsl/gradient-norm.ts'
import { moveParameters, moveSettings, SETTINGS_FLOATS } from './wgsl/move-parameters.ts'
import { packWeights } from './wgsl/pack-weights.ts'

/** A part's packed weights, and the list that they are packed by. */
interface PackedPart {
  readonly weights: Piece
  readonly sources: ReplicaBlock
  readonly count: number
}

type Held = 'parameters' | 'gradients' | 'first' | 'second'

export class ParameterStore {
  readonly blocks: Readonly<Record<Held, ReplicaBlock>>
  /** As wide as any state, the same for all replicas. */
  readonly zeros: ReplicaBlock
  readonly #launcher: Launcher
  readonly #count: number
  readonly #packed = new Map<PartKernels, PackedPart>()
  readonly #moving = new Map<string, ReplicaBlock>()
  readonly #kernels = {
    pack: packWeights(),
    blockNorms: blockNorms(),
    totalNorm: totalNorm(),
    adam: moveParameters('adam'),
    sgd: moveParameters('sgd'),
  }
  /** Optimiser steps taken, by replica. */
  readonly steps: number[]

  constructor(launcher: Launcher, kernels: NetworkKernels, replicas: number) {
    this.#launcher = launcher
    this.#count = kernels.parameterCount
    const { device } = launcher
    const all = Array.from({ length: replicas }, (_, replica) => replica)
    const zeros = (words: number): ReplicaBlock => {
      const block = takeBlock(device, all, words)
      device.queue.clear(block.buffer)
      return block
    }
    this.blocks = {
      parameters: zeros(this.#count),
      gradients: zeros(this.#count),
      first: zeros(this.#count),
      second: zeros(this.#count),
    }
    this.zeros = sharedBlock(device.upload(new Float32Array(kernels.network.stateSize)))
    this.steps = all.map(() => 0)
    const weights = takePieces(
      device,
      all,
      kernels.allParts.map((part) => part.weights.sources.length),
    )
    for (const { block } of weights) device.queue.clear(block.buffer)
    kernels.allParts.forEach((part, index) => {
      const { sources } = part.weights
      this.#packed.set(part, {
        weights: weights[index]!,
        sources: sharedBlock(device.upload(sources)),
        count: sources.length,
      })
    })
  }

  weightsOf(part: PartKernels): Piece {
    return this.#packed.get(part)!.weights
  }

  write(held: Held, replica: number, values: Float32Array): void {
    const block = this.blocks[held]
    this.#launcher.device.queue.write(block.buffer, byteOffset(block, replica), values)
  }

  /** Where a replica's values are read. */
  readPart(held: Held, replica: number): ReadPart {
    const block = this.blocks[held]
    return { buffer: block.buffer, offsetBytes: byteOffset(block, replica), bytes: this.#count * 4 }
  }

  writeMoments(replica: number, { step, first, second }: Moments): void {
    this.steps[replica] = step
    this.write('first', replica, Float32Array.from(first))
    this.write('second', replica, Float32Array.from(second))
  }

  /** After parameters have changed. */
  pack(replicas: readonly number[]): void {
    const parameters = { block: this.blocks.parameters }
    for (const { weights, sources, count } of this.#packed.values())
      this.#launcher.run(
        this.#kernels.pack,
        { count },
        { parameters, sources: { block: sources }, packed: weights },
        replicas,
      )
  }

  /** @param ranges null for all */
  clearGradients(replica: number, ranges: readonly FlatRange[] | null): void {
    const { gradients } = this.blocks
    for (const { start, end } of ranges ?? [{ start: 0, end: this.#count }])
      this.#launcher.device.queue.clear(gradients.buffer, byteOffset(gradients, replica) + start * 4, (end - start) * 4)
  }

  /** @param norm a float a replica, which the norm is put into */
  measure(moving: readonly FlatRange[], norm: ReplicaBlock, replicas: readonly number[]): void {
    const { device } = this.#launcher
    const count = { count: this.#count }
    const blocks = takeBlock(device, replicas, 2 * normBlocks(this.#count))
    this.#launcher.run(
      this.#kernels.blockNorms,
      count,
      {
        gradients: { block: this.blocks.gradients },
        moving: { block: this.#flags(moving) },
        blocks: { block: blocks },
      },
      replicas,
    )
    this.#launcher.run(this.#kernels.totalNorm, count, { blocks: { block: blocks }, norm: { block: norm } }, replicas)
    device.buffers.giveBack(blocks.buffer)
  }

  /**
   * One step of each replica's optimiser, but where its norm is not finite; `steps` counts it all the same, until that is known.
   * @param settings one a replica, all of one kind
   */
  move(
    settings: readonly OptimizerSettings[],
    moving: readonly FlatRange[],
    norm: ReplicaBlock,
    replicas: readonly number[],
  ): void {
    const { device } = this.#launcher
    const values = takeBlock(device, replicas, SETTINGS_FLOATS)
    replicas.forEach((replica, place) => {
      const step = (this.steps[replica]! += 1)
      device.queue.write(values.buffer, byteOffset(values, replica), moveSettings(settings[place]!, step))
    })
    const { parameters, gradients, first, second } = this.blocks
    this.#launcher.run(
      settings[0]!.kind === 'sgd' ? this.#kernels.sgd : this.#kernels.adam,
      { count: this.#count },
      {
        parameters: { block: parameters },
        gradients: { block: gradients },
        first: { block: first },
        second: { block: second },
        moving: { block: this.#flags(moving) },
        settings: { block: values },
        norm: { block: norm },
      },
      replicas,
    )
    device.buffers.giveBack(values.buffer)
    this.pack(replicas)
  }

  /** Gives the memory back. */
  release(): void {
    const { device } = this.#launcher
    const packed = [...this.#packed.values()]
    const lists = packed.map(({ sources }) => sources)
    for (const { buffer } of [...Object.values(this.blocks), ...lists, ...this.#moving.values(), this.zeros])
      device.buffers.giveBack(buffer)
    giveBackPieces(
      device,
      packed.map(({ weights }) => weights),
    )
  }

  /** 1 for each parameter that may move. */
  #flags(moving: readonly FlatRange[]): ReplicaBlock {
    const key = moving.map(({ start, end }) => `${start}-${end}`).join()
    const known = this.#moving.get(key)
    if (known) return known
    const flags = new Uint32Array(this.#count)
    for (const { start, end } of moving) flags.fill(1, start, end)
    const block = sharedBlock(this.#launcher.device.upload(flags))
    this.#moving.set(key, block)
    return block
  }
}
