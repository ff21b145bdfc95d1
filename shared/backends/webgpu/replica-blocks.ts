/**
 * Memory that replicas share: blocks of the device's buffers in which each replica of a group has a piece of the same size, and the list of those
 * that are held until their program ends.
 */
import type { ComputeDevice } from './device.ts'
import type { DeviceBuffer } from './buffer-pool.ts'
import type { ReplicaPlace } from './wgsl/replica-kernel.ts'

/** A piece a replica, of 4-byte words, for the replicas from `first` on. */
export interface ReplicaBlock {
  readonly buffer: DeviceBuffer
  /** Words of a replica. */
  readonly words: number
  readonly first: number
}

const WORD_BYTES = 4
/** Words of a replica are a multiple of this: kernels may read them by fours. */
const ALIGNED_WORDS = 4

/** What all replicas read alike. */
export const sharedBlock = (buffer: DeviceBuffer): ReplicaBlock => ({ buffer, words: 0, first: 0 })

/** @param replicas in rising order */
export function takeBlock(device: ComputeDevice, replicas: readonly number[], words: number): ReplicaBlock {
  const first = replicas[0]!
  const aligned = Math.max(1, Math.ceil(words / ALIGNED_WORDS)) * ALIGNED_WORDS
  return {
    buffer: device.buffers.take((replicas.at(-1)! - first + 1) * aligned * WORD_BYTES),
    words: aligned,
    first,
  }
}

/**
 * Where replicas find their pieces.
 * @param start words into each piece
 * @param elementWords of what the kernel counts in: 4 for vectors of four
 */
export const placeOf = ({ words, first }: ReplicaBlock, start = 0, elementWords = 1): ReplicaPlace => ({
  offset: ((start - first * words) / elementWords) >>> 0, // kernels reckon modulo 2^32
  stride: words / elementWords,
})

/** Bytes at which a replica's piece begins. */
export const byteOffset = ({ words, first }: ReplicaBlock, replica: number): number =>
  (replica - first) * words * WORD_BYTES

/** A block with an array of each entry's replica, all of one length. */
export function uploadBlock<Entry extends { readonly replica: number }>(
  device: ComputeDevice,
  entries: readonly Entry[],
  arrayOf: (entry: Entry) => Float32Array | Int32Array | Uint32Array,
): ReplicaBlock {
  const arrays = entries.map(arrayOf)
  const replicas = entries.map(({ replica }) => replica)
  const block = takeBlock(device, replicas, arrays[0]!.length)
  replicas.forEach((replica, place) => device.queue.write(block.buffer, byteOffset(block, replica), arrays[place]!))
  return block
}

/** Blocks that several replicas hold: given back when the last one lets go. */
export class HeldBlocks {
  readonly #device: ComputeDevice
  /** By replica. */
  readonly #held = new Map<number, Set<ReplicaBlock>>()
  readonly #holders = new Map<ReplicaBlock, number>()

  constructor(device: ComputeDevice) {
    this.#device = device
  }

  hold(block: ReplicaBlock, replicas: readonly number[]): void {
    this.#holders.set(block, (this.#holders.get(block) ?? 0) + replicas.length)
    for (const replica of replicas) {
      const known = this.#held.get(replica)
      if (known) known.add(block)
      else this.#held.set(replica, new Set([block]))
    }
  }

  /** The replica needs nothing more of what it holds. */
  release(replica: number): void {
    for (const block of [...(this.#held.get(replica) ?? [])]) this.letGo(block, replica)
  }

  /** Before its program has ended. */
  letGo(block: ReplicaBlock, replica: number): void {
    if (!this.#held.get(replica)?.delete(block)) return
    const holders = this.#holders.get(block)! - 1
    if (holders > 0) this.#holders.set(block, holders)
    else {
      this.#holders.delete(block)
      this.#device.buffers.giveBack(block.buffer)
    }
  }
}
