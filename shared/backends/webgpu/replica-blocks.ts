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

/** What stands in a block from some word of each replica's piece on: a kernel's buffer. */
export interface Piece {
  readonly block: ReplicaBlock
  /** Words into each replica's piece. */
  readonly start?: number
  /** Of what the kernel counts in: 4 for vectors of four. */
  readonly elementWords?: number
}

/** The same, so many words further. */
export const advance = ({ start = 0, ...piece }: Piece, words: number): Piece => ({ ...piece, start: start + words })

const WORD_BYTES = 4
/** Words of a replica are a multiple of this: kernels may read them by fours. */
const ALIGNED_WORDS = 4

/** What all replicas read alike. */
export const sharedBlock = (buffer: DeviceBuffer): ReplicaBlock => ({ buffer, words: 0, first: 0 })

/** @param replicas in rising order */
export function takeBlock(device: ComputeDevice, replicas: readonly number[], words: number): ReplicaBlock {
  return {
    buffer: device.buffers.take(blockBytes(replicas, words)),
    words: alignWords(words),
    first: replicas[0]!,
  }
}

const alignWords = (words: number): number => Math.max(1, Math.ceil(words / ALIGNED_WORDS)) * ALIGNED_WORDS

const blockBytes = (replicas: readonly number[], words: number): number =>
  (replicas.at(-1)! - replicas[0]! + 1) * alignWords(words) * WORD_BYTES

/**
 * Several pieces: of one block where a buffer may be so large, since a kernel binds few buffers; else each of a block of its own.
 * @param words of each
 */
export function takePieces(device: ComputeDevice, replicas: readonly number[], words: readonly number[]): Piece[] {
  if (words.length === 0) return []
  const ends: number[] = []
  for (const count of words) ends.push((ends.at(-1) ?? 0) + alignWords(count))
  const all = ends.at(-1)!
  if (blockBytes(replicas, all) > device.bounds.blockBytes)
    return words.map((count) => ({ block: takeBlock(device, replicas, count), start: 0 }))
  const block = takeBlock(device, replicas, all)
  return words.map((_, index) => ({ block, start: ends[index - 1] ?? 0 }))
}

/** Each block once. */
export function giveBackPieces(device: ComputeDevice, pieces: readonly Piece[]): void {
  for (const buffer of new Set(pieces.map(({ block }) => block.buffer))) device.buffers.giveBack(buffer)
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
