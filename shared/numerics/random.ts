/**
 * Random draws by name. Every draw of a run is addressed by (seed, purpose, index) and made by the counter-based
 * generator Philox4x32-10 (Salmon et al. 2011), so a run's random state is nothing but its own step counters and
 * a seed's draws do not depend on how many seeds run beside it.
 */
import { LabError } from '../errors/errors.ts'

/** What a stream of draws is for; part of its address. */
export type DrawPurpose =
  | 'series-train'
  | 'series-validation'
  | 'series-test'
  | 'split'
  | 'permutation'
  | 'initial-values'
  | 'order'
  | 'warm-up-order'
  | 'warm-up'
  | 'warm-up-check'
  | 'vaa'
  | 'regulariser'
  | 'dropout'
  | 'preview'
  | 'sweep'

const MULTIPLIER_0 = 0xd2511f53
const MULTIPLIER_1 = 0xcd9e8d57
const WEYL_0 = 0x9e3779b9
const WEYL_1 = 0xbb67ae85
const ROUNDS = 10
const WORD_VALUES = 2 ** 32
/** Above it, not every whole number is a number. */
export const MOST_INTEGERS = 2 ** 53

/** High 32 bits of the product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff
  const aHigh = a >>> 16
  const bLow = b & 0xffff
  const bHigh = b >>> 16
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16)
  const middleLow = (middle % 0x10000) + aLow * bHigh
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(middleLow / 0x10000)) >>> 0
}

/**
 * One block of Philox4x32-10.
 * @param counter four unsigned 32-bit words
 * @param key two unsigned 32-bit words
 * @param out receives four unsigned 32-bit words
 */
export function philox4x32(counter: Uint32Array, key: readonly [number, number], out: Uint32Array): void {
  let c0 = counter[0]!
  let c1 = counter[1]!
  let c2 = counter[2]!
  let c3 = counter[3]!
  let [k0, k1] = key
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0)
    const low0 = Math.imul(MULTIPLIER_0, c0) >>> 0
    const high1 = multiplyHigh(MULTIPLIER_1, c2)
    const low1 = Math.imul(MULTIPLIER_1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + WEYL_0) >>> 0
    k1 = (k1 + WEYL_1) >>> 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** FNV-1a, 32 bits: names a purpose in the key. */
function hashPurpose(purpose: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < purpose.length; i++) hash = Math.imul(hash ^ purpose.charCodeAt(i), 0x01000193)
  return hash >>> 0
}

/** A sequence of draws at one address; it starts at the same number each time it is made. */
export class RandomStream {
  readonly #key: readonly [number, number]
  readonly #counter: Uint32Array
  readonly #block = new Uint32Array(4)
  #used = 4
  #spareNormal: number | null = null

  /**
   * @param seed integer in [0, 2^32)
   * @param purpose what the draws are for
   * @param index which of the purpose's streams: a series, an epoch, a step; integer in [0, 2^53)
   */
  constructor(seed: number, purpose: DrawPurpose, index = 0) {
    this.#key = [seed >>> 0, hashPurpose(purpose)]
    this.#counter = new Uint32Array([0, 0, index >>> 0, Math.floor(index / 0x100000000)])
  }

  /** An unsigned 32-bit integer. */
  uint32(): number {
    if (this.#used === 4) {
      philox4x32(this.#counter, this.#key, this.#block)
      this.#counter[0]!++
      if (this.#counter[0] === 0) this.#counter[1]!++
      this.#used = 0
    }
    return this.#block[this.#used++]!
  }

  /** Of two words, the first one high. */
  #uint53(): number {
    return (this.uint32() >>> 11) * WORD_VALUES + this.uint32()
  }

  /** A number in (0, 1), uniform, never 0 or 1. */
  uniform(): number {
    return (this.uint32() + 0.5) / 0x100000000
  }

  /**
   * An integer of {0 .. count - 1}, uniform without bias: draws from the incomplete last round of remainders are passed over, which are
   * fewer than half of all.
   * @param count a whole number, 1 to 2^53
   * @throws LabError `internal` for any other: there is nothing to draw from, and no draw would ever do
   */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > MOST_INTEGERS)
      throw new LabError('internal', 'there is no integer to draw.', {
        where: 'the number of integers to draw from',
        expected: 'a whole number, 1 to 2^53',
        found: String(count),
      })
    const isOneWord = count <= WORD_VALUES
    const valueCount = isOneWord ? WORD_VALUES : MOST_INTEGERS
    const limit = valueCount - (valueCount % count)
    for (;;) {
      const draw = isOneWord ? this.uint32() : this.#uint53()
      if (draw < limit) return draw % count
    }
  }

  /** A standard normal number (Box-Muller). */
  normal(): number {
    if (this.#spareNormal !== null) {
      const spare = this.#spareNormal
      this.#spareNormal = null
      return spare
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()))
    const angle = 2 * Math.PI * this.uniform()
    this.#spareNormal = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }

  /** A random order of 0 .. count - 1 (Fisher-Yates). */
  permutation(count: number): Int32Array {
    const order = Int32Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = order[i]!
      order[i] = order[j]!
      order[j] = held
    }
    return order
  }
}
