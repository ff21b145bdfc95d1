/**
 * What the replicas of an engine share on the device, and the work that is done for a group of them at once: kernels, parameters, blocks that their
 * programs hold, and the operations on rows that belong to no part.
 */
import type { Network } from '../../networks/network.ts'
import type { DeviceBounds } from '../adapter.ts'
import type { SequenceSize } from '../programs/program-engine.ts'
import type { ReadPart } from './command-queue.ts'
import type { ComputeDevice } from './device.ts'
import type { JobEntry } from './jobs.ts'
import { Launcher } from './launcher.ts'
import type { TimeCuts } from './layer-waves.ts'
import { planMemory, type DeviceMemoryPlan } from './memory-plan.ts'
import { NetworkKernels, type ShapeChoice } from './network-kernels.ts'
import { ParameterStore } from './parameter-store.ts'
import { PartLoops } from './part-loops.ts'
import type { RunContext } from './part-run.ts'
import { ReadoutWork } from './readout-work.ts'
import { byteOffset, HeldBlocks, takeBlock, uploadBlock, type ReplicaBlock } from './replica-blocks.ts'
import type { Sequence } from './sequence.ts'
import { VaaStarWork } from './vaa-star-work.ts'
import { add } from './wgsl/elementwise.ts'

/** What is chosen for a network on its device. */
export interface KernelChoice {
  readonly shapeOf: ShapeChoice
  /** See TimeCuts; layers go one after the other wherever memory is short. */
  readonly chunkSteps: number | null
}

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

/** Of every step and series: how many of its states differ from those remembered, and the square of how far they have moved; whatever was not asked for. */
export interface WatchedSteps {
  readonly differences: Uint32Array
  readonly squares: Float32Array
}

export class NetworkWork implements RunContext {
  readonly network: Network
  readonly launcher: Launcher
  readonly kernels: NetworkKernels
  readonly store: ParameterStore
  readonly loops: PartLoops
  readonly held: HeldBlocks
  readonly readout: ReadoutWork
  readonly vaaStar: VaaStarWork
  readonly #add = add()
  readonly #bounds: DeviceBounds
  readonly #replicas: number
  /** Of the chunks by which layers are apart, where there is room for that; null: nowhere. */
  readonly #chunkSteps: number | null
  /** By T and B. */
  readonly #plans = new Map<string, DeviceMemoryPlan>()

  constructor(
    device: ComputeDevice,
    network: Network,
    { shapeOf, chunkSteps }: KernelChoice,
    bounds: DeviceBounds,
    replicas: number,
  ) {
    this.network = network
    this.#bounds = bounds
    this.#replicas = replicas
    this.#chunkSteps = chunkSteps
    this.launcher = new Launcher(device)
    this.kernels = new NetworkKernels(network, shapeOf)
    this.store = new ParameterStore(this.launcher, this.kernels, replicas)
    this.loops = new PartLoops(this.launcher)
    this.held = new HeldBlocks(device)
    this.readout = new ReadoutWork(this)
    this.vaaStar = new VaaStarWork(this)
  }

  cuts(size: SequenceSize): TimeCuts {
    return this.planMemory(size)
  }

  planMemory({ steps, batch }: SequenceSize): DeviceMemoryPlan {
    const key = `${steps}x${batch}`
    const known =
      this.#plans.get(key) ??
      planMemory(this.kernels, { steps, batch, replicas: this.#replicas }, this.#bounds, this.#chunkSteps)
    this.#plans.set(key, known)
    return known
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
      resultRow: width,
      isListed: true,
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

  /**
   * Looks at every step of a sequence.
   * @param remembered state rows; null: nothing is compared with them
   */
  async watch(
    sequence: Sequence,
    remembered: ReplicaBlock | null,
    hasDistances: boolean,
    replicas: readonly number[],
  ): Promise<readonly WatchedSteps[]> {
    const { steps, batch } = sequence
    const rows = steps * batch
    const differences = takeBlock(this.device, replicas, rows)
    const distances = takeBlock(this.device, replicas, rows)
    for (const [index, part] of this.kernels.allParts.entries()) {
      const { states, stateStride } = sequence.historyOf(part)
      this.launcher.run(
        part.watch({ hasRemembered: remembered !== null, hasDistances }),
        { batch, first: 0, last: steps, stateStride, isFirst: Number(index === 0) },
        {
          states,
          ...(remembered && { remembered: { block: remembered } }),
          differences: { block: differences },
          distances: { block: distances },
        },
        replicas,
      )
    }
    const partOf = (block: ReplicaBlock, replica: number): ReadPart => ({
      buffer: block.buffer,
      offsetBytes: byteOffset(block, replica),
      bytes: rows * 4,
    })
    const copies = await this.device.queue.read(
      replicas.flatMap((replica) => [partOf(differences, replica), partOf(distances, replica)]),
    )
    for (const { buffer } of [differences, distances]) this.device.buffers.giveBack(buffer)
    return replicas.map((_, place) => ({
      differences: new Uint32Array(copies[2 * place]!),
      squares: new Float32Array(copies[2 * place + 1]!),
    }))
  }

  /** Gives back what the engine holds as long as it lives. */
  release(): void {
    this.store.release()
    this.vaaStar.release()
  }
}
