/**
 * Buffers of a device, taken and given back: one that has been given back serves again where its size fits, and is destroyed when memory is
 * short. What stands in a buffer that is taken is undefined.
 */
import { LabError } from '../../errors/errors.ts'
import { mebibytes } from '../memory-plan.ts'
import type { DeviceBounds } from '../adapter.ts'
import type { FaultWatch } from './faults.ts'
import { BufferUsage } from './usage.ts'

/** A buffer that kernels read and write. */
export interface DeviceBuffer {
  readonly gpu: GPUBuffer
  readonly bytes: number
  /** Tells buffers apart, in keys. */
  readonly id: number
}

/** Sizes are multiples of this, so that nearly equal ones serve for each other. */
const GRANULE_BYTES = 1024
/** A buffer serves for requests of at least this share of its size. */
const LEAST_USE = 0.75

export class BufferPool {
  readonly #device: GPUDevice
  readonly #faults: FaultWatch
  readonly #bounds: DeviceBounds
  /** The one that was given back last stands last. */
  #free: DeviceBuffer[] = []
  #totalBytes = 0
  #count = 0
  readonly #onDestroy: ((buffer: DeviceBuffer) => void)[] = []

  constructor(device: GPUDevice, faults: FaultWatch, bounds: DeviceBounds) {
    this.#device = device
    this.#faults = faults
    this.#bounds = bounds
  }

  /** Of all buffers, those given back included. */
  get totalBytes(): number {
    return this.#totalBytes
  }

  /** @throws LabError `device-memory` when it is more than a kernel may see */
  take(bytes: number): DeviceBuffer {
    const rounded = Math.max(1, Math.ceil(bytes / GRANULE_BYTES)) * GRANULE_BYTES
    if (rounded > this.#bounds.blockBytes) throw tooLarge(rounded, this.#bounds.blockBytes)
    let best = -1
    this.#free.forEach((buffer, index) => {
      const fits = buffer.bytes >= rounded && buffer.bytes * LEAST_USE <= rounded
      if (fits && (best < 0 || buffer.bytes < this.#free[best]!.bytes)) best = index
    })
    if (best >= 0) return this.#free.splice(best, 1)[0]!
    this.#makeRoom(rounded)
    this.#faults.watch()
    this.#totalBytes += rounded
    const usage = BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST
    return { gpu: this.#device.createBuffer({ size: rounded, usage }), bytes: rounded, id: this.#count++ }
  }

  giveBack(buffer: DeviceBuffer): void {
    this.#free.push(buffer)
  }

  /** @param tell is told of every buffer before it is destroyed */
  onDestroy(tell: (buffer: DeviceBuffer) => void): void {
    this.#onDestroy.push(tell)
  }

  /** Destroys what is free, longest unused first, as far as it takes for so much more. Beyond the bound, the device itself says when it is too much. */
  #makeRoom(bytes: number): void {
    while (this.#totalBytes + bytes > this.#bounds.memoryBytes) {
      const oldest = this.#free.shift()
      if (oldest === undefined) return
      this.#totalBytes -= oldest.bytes
      for (const tell of this.#onDestroy) tell(oldest)
      oldest.gpu.destroy()
    }
  }
}

function tooLarge(found: number, most: number): LabError {
  return new LabError('device-memory', 'The engine needs a larger buffer than the graphics processor has.', {
    where: 'webgpu',
    expected: `at most ${mebibytes(most)} MiB`,
    found: `${mebibytes(found)} MiB`,
    remedy: 'Use a smaller batch or shorter series.',
  })
}
