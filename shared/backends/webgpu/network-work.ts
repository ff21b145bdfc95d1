/**
 * What the replicas of an engine share on the device, and the work that is done for a group of them at once: kernels, parameters, blocks that their
 * programs hold, and the operations on rows that belong to no part.
 */
import type { Network } from '../../networks/network.ts'
import type { ReadPart } from './command-queue.ts'
import type { ComputeDevice } from './device.ts'
import type { JobEntry } from './jobs.ts'
import { Launcher } from './launcher.ts'
import { NetworkKernels, type ShapeChoice } from './network-kernels.ts'
import { ParameterStore } from './parameter-store.ts'
import type { RunContext } from './part-run.ts'
import { ReadoutWork } from './readout-work.ts'
import { byteOffset, HeldBlocks, takeBlock, uploadBlock, type ReplicaBlock } from './replica-blocks.ts'
import type { Sequence } from './sequence.ts'
import { VaaStarWork } from './vaa-star-work.ts'
import { add } from './wgsl/elementwise.ts'
import { WATCH_WORDS, watchSteps } from './wgsl/watch-steps.ts'

/** Rows of one replica in a block of its group. */
export interface DeviceRows {
  readonly block: ReplicaBlock
  readonly count: number
  readonly width: number
}

/** A word of a replica's piece of a block. */
export interface DeviceScalar {
  readonly block: ReplicaBlock
  readonly word: number
}

/** Of a step and series: whether its states differ from those remembered, and how far they have moved. */
export interface WatchedSteps {
  readonly differs: Uint32Array
  readonly squares: Float32Array
}

export class NetworkWork implements RunContext {
  readonly network: Network
  readonly launcher: Launcher
  readonly kernels: NetworkKernels
  readonly store: ParameterStore
  readonly held: HeldBlocks
  readonly readout: ReadoutWork
  readonly vaaStar: VaaStarWork
  readonly #add = add()
  readonly #watches = new Map<number, ReturnType<typeof watchSteps>>()

  constructor(device: ComputeDevice, network: Network, shapeOf: ShapeChoice, replicas: number) {
    this.network = network
    this.launcher = new Launcher(device)
    this.kernels = new NetworkKernels(network, shapeOf)
    this.store = new ParameterStore(this.launcher, this.kernels, replicas)
    this.held = new HeldBlocks(device)
    this.readout = new ReadoutWork(this)
    this.vaaStar = new VaaStarWork(this)
  }

  get device(): ComputeDevice {
    return this.launcher.device
  }

  /** Holds a block until the programs of these replicas have ended. */
  hold(block: ReplicaBlock, replicas: readonly number[]): ReplicaBlock {
    this.held.hold(block, replicas)
    return block
  }

  zeroRows(count: number, width: number, replicas: readonly number[]): DeviceRows {
    const block = this.hold(takeBlock(this.device, replicas, count * width), replicas)
    this.device.queue.clear(block.buffer)
    return { block, count, width }
  }

  /** @param entries the places of each replica, as many for all */
  selectRows({ block, width }: DeviceRows, entries: readonly JobEntry<Int32Array>[]): DeviceRows {
    const replicas = entries.map(({ replica }) => replica)
    const count = entries[0]!.request.length
    const places = uploadBlock(this.device, entries, ({ request }) => request)
    const result = this.hold(takeBlock(this.device, replicas, count * width), replicas)
    const gather = this.kernels.gather({
      columns: width,
      sourceRow: width,
      sourceColumn: 0,
      resultRow: width,
      resultColumn: 0,
      isListed: true,
      isMasked: false,
      accumulates: false,
    })
    const pieces = { source: { block }, result: { block: result }, places: { block: places } }
    this.launcher.run(gather, { rows: count }, pieces, replicas)
    this.device.buffers.giveBack(places.buffer)
    return { block: result, count, width }
  }

  addRows(target: DeviceRows, rows: DeviceRows, replicas: readonly number[]): void {
    const count = target.count * target.width
    this.launcher.run(
      this.#add,
      { count },
      { source: { block: rows.block }, result: { block: target.block } },
      replicas,
    )
  }

  rowsPart({ block, count, width }: DeviceRows, replica: number): ReadPart {
    return { buffer: block.buffer, offsetBytes: byteOffset(block, replica), bytes: count * width * 4 }
  }

  scalarPart({ block, word }: DeviceScalar, replica: number): ReadPart {
    return { buffer: block.buffer, offsetBytes: byteOffset(block, replica) + word * 4, bytes: 4 }
  }

  /** Looks at every step of a sequence. @param remembered state rows; null: nothing is compared with them */
  async watch(
    sequence: Sequence,
    remembered: ReplicaBlock | null,
    replicas: readonly number[],
  ): Promise<readonly WatchedSteps[]> {
    const { steps, batch } = sequence
    const words = steps * batch * WATCH_WORDS
    const found = takeBlock(this.device, replicas, words)
    this.device.queue.clear(found.buffer)
    const others = remembered ?? this.zeroRows(batch, this.network.stateSize, replicas).block
    for (const slice of this.network.stateSlices) {
      const kernel = this.#watches.get(slice.size) ?? watchSteps(slice.size, this.network.stateSize)
      this.#watches.set(slice.size, kernel)
      this.launcher.run(
        kernel,
        { steps, batch, column: slice.offset },
        {
          states: sequence.statePiece(slice),
          remembered: { block: others },
          found: { block: found },
        },
        replicas,
      )
    }
    const copies = await this.device.queue.read(
      replicas.map((replica) => ({
        buffer: found.buffer,
        offsetBytes: byteOffset(found, replica),
        bytes: words * 4,
      })),
    )
    this.device.buffers.giveBack(found.buffer)
    return copies.map((copy) => {
      const all = new Uint32Array(copy)
      const floats = new Float32Array(copy)
      const rows = steps * batch
      return {
        differs: Uint32Array.from({ length: rows }, (_, row) => all[row * WATCH_WORDS]!),
        squares: Float32Array.from({ length: rows }, (_, row) => floats[row * WATCH_WORDS + 1]!),
      }
    })
  }

  /** Gives back what the engine holds as long as it lives. */
  release(): void {
    this.store.release()
  }
}
