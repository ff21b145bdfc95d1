/**
 * Buffers in the linear memory of one engine, shared by its threads, in sizes that are given back and used again. Addresses
 * never move; views are made anew after the memory has grown.
 */
import { LabError } from '../../../errors/errors.ts'
import { CONSTANT_BYTES, MAX_PAGES } from '../emit/module-builder.ts'

const PAGE_BYTES = 65536
/** Reads past the end of a row (panels of outer products) stay inside this. */
const SLACK_BYTES = 256

/** Sizes of buffers: four to an octave, so that at most a fifth of a buffer is unused, and multiples of 64 bytes. */
function sizeClass(bytes: number): number {
  const octave = 2 ** Math.floor(Math.log2(Math.max(bytes, 1024)))
  return octave + Math.ceil((Math.max(bytes, 1024) - octave) / (octave / 4)) * (octave / 4)
}

/** What a buffer of so many bytes takes. */
export const roundedBytes = (bytes: number): number => sizeClass(bytes + SLACK_BYTES)

export class LinearMemory {
  readonly memory = new WebAssembly.Memory({ initial: 1, maximum: MAX_PAGES, shared: true })
  #top = CONSTANT_BYTES
  readonly #free = new Map<number, number[]>()
  readonly #sizes = new Map<number, number>()
  #floats = new Float32Array(this.memory.buffer)
  #integers = new Int32Array(this.memory.buffer)

  /** All of the memory as floats; ask again after any `allocate`: an older view ends where the memory ended then. */
  get floats(): Float32Array {
    return this.#floats
  }

  get integers(): Int32Array {
    return this.#integers
  }

  /** Bytes that have been asked of the system. */
  get byteLength(): number {
    return this.memory.buffer.byteLength
  }

  /** @returns the address of at least `bytes` bytes, 64-byte aligned; the content is arbitrary. */
  allocate(bytes: number): number {
    const size = roundedBytes(bytes)
    const reused = this.#free.get(size)?.pop()
    if (reused !== undefined) return reused
    const address = this.#top
    this.#top += size
    const missing = this.#top - this.memory.buffer.byteLength
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE_BYTES))
      } catch (cause) {
        this.#top = address
        throw new LabError('backend', 'The wasm engine has no memory left for this batch.', {
          expected: `room for ${Math.ceil(bytes / 2 ** 20)} MiB more`,
          found: `${Math.round(this.memory.buffer.byteLength / 2 ** 20)} MiB in use of 4096`,
          remedy: 'Use a smaller batch, shorter series or fewer units.',
          cause,
        })
      }
      this.#floats = new Float32Array(this.memory.buffer)
      this.#integers = new Int32Array(this.memory.buffer)
    }
    this.#sizes.set(address, size)
    return address
  }

  release(address: number): void {
    const size = this.#sizes.get(address)
    if (size === undefined) return
    const list = this.#free.get(size) ?? []
    list.push(address)
    this.#free.set(size, list)
  }

  /** Bytes behind an address that may be used. */
  capacity(address: number): number {
    return (this.#sizes.get(address) ?? 0) - SLACK_BYTES
  }
}

/** Buffers by name that grow to the largest size asked for. A job that is being put together may hold addresses that a buffer has outgrown. */
export class NamedBuffers {
  readonly #memory: LinearMemory
  readonly #addresses = new Map<string, number>()
  readonly #outgrown: number[] = []

  constructor(memory: LinearMemory) {
    this.#memory = memory
  }

  get(name: string, bytes: number): number {
    const known = this.#addresses.get(name)
    if (known !== undefined && this.#memory.capacity(known) >= bytes) return known
    // A buffer that has grown once will grow again (the curriculum's M, truncations): by half at least.
    const grown = known === undefined ? 0 : 1.5 * this.#memory.capacity(known)
    if (known !== undefined) this.#outgrown.push(known)
    const address = this.#memory.allocate(Math.max(bytes, grown))
    this.#addresses.set(name, address)
    return address
  }

  /** Gives outgrown buffers back: call it when no job holds their addresses any more. */
  releaseOutgrown(): void {
    for (const address of this.#outgrown.splice(0)) this.#memory.release(address)
  }
}
