/**
 * Commands to a device, in their order: writes, clears, copies, dispatches, and one read-back. They are gathered and submitted in pieces that keep
 * the device busy for less than a blink, since whatever else draws on it waits for them; loops over time are cut where they would be longer, by
 * what their steps were measured to take.
 */
import type { DeviceBuffer } from './buffer-pool.ts'
import type { Clock, DispatchTrace } from './dispatch-trace.ts'
import type { FaultWatch } from './faults.ts'
import type { CompiledKernel, Pipelines } from './pipelines.ts'
import { BufferUsage, MAP_READ } from './usage.ts'
import type { Kernel } from './wgsl/kernel.ts'

export interface Dispatch {
  readonly kernel: Kernel
  readonly uniform: Uint8Array
  /** In the order of the kernel's storage bindings. */
  readonly buffers: readonly DeviceBuffer[]
  readonly workgroups: readonly [x: number, y: number, z: number]
}

/** A piece of a buffer to be read. */
export interface ReadPart {
  readonly buffer: DeviceBuffer
  readonly offsetBytes: number
  readonly bytes: number
}

/** Steps first .. last - 1 of a loop over time. */
export interface StepRange {
  readonly first: number
  readonly last: number
}

/** What a submission may take. */
const SUBMISSION_MS = 40
/** Of dispatches that nobody has timed, in a submission. */
const MOST_DISPATCHES = 256
/** Steps that a loop of unknown speed begins with. */
const FIRST_STEPS = 4
/** Pieces of a loop that are timed; the fastest counts, since the first ones hold the driver's preparations. */
const TIMED_PIECES = 4
const UNIFORM_ALIGNMENT = 256
const UNIFORM_BYTES = 256 * 1024

export class CommandQueue {
  readonly #device: GPUDevice
  readonly #pipelines: Pipelines
  readonly #trace: DispatchTrace
  readonly #faults: FaultWatch
  readonly #now: Clock
  readonly #uniforms: GPUBuffer
  readonly #uniformBytes = new Uint8Array(UNIFORM_BYTES)
  #uniformEnd = 0
  #encoder: GPUCommandEncoder | null = null
  #pass: GPUComputePassEncoder | null = null
  /** What commands that are not submitted read or write. */
  readonly #touched = new Set<DeviceBuffer>()
  #dispatchCount = 0
  #readBack: GPUBuffer | null = null
  /** Since the beginning: what a step costs is counted in tests and shown by the bench. */
  readonly counts = { dispatches: 0, submissions: 0, readBacks: 0, bytesWritten: 0, bytesRead: 0 }

  constructor(device: GPUDevice, pipelines: Pipelines, trace: DispatchTrace, faults: FaultWatch, now: Clock) {
    this.#device = device
    this.#pipelines = pipelines
    this.#trace = trace
    this.#faults = faults
    this.#now = now
    const usage = BufferUsage.UNIFORM | BufferUsage.COPY_DST
    this.#uniforms = device.createBuffer({ label: 'uniforms', size: UNIFORM_BYTES, usage })
  }

  /** @param offsetBytes a multiple of 4 */
  write(buffer: DeviceBuffer, offsetBytes: number, data: Float32Array | Int32Array | Uint32Array): void {
    if (data.byteLength === 0) return
    if (this.#touched.has(buffer)) this.submit() // a write takes its place after what was submitted
    this.#watch()
    this.counts.bytesWritten += data.byteLength
    // Views of shared memory are taken, their bare buffers are not.
    this.#device.queue.writeBuffer(buffer.gpu, offsetBytes, data as Float32Array<ArrayBuffer>)
  }

  clear(buffer: DeviceBuffer, offsetBytes = 0, bytes = buffer.bytes - offsetBytes): void {
    if (bytes === 0) return
    this.#outsidePass().clearBuffer(buffer.gpu, offsetBytes, bytes)
    this.#touched.add(buffer)
  }

  copy(from: DeviceBuffer, fromBytes: number, to: DeviceBuffer, toBytes: number, bytes: number): void {
    if (bytes === 0) return
    this.#outsidePass().copyBufferToBuffer(from.gpu, fromBytes, to.gpu, toBytes, bytes)
    this.#touched.add(from).add(to)
  }

  dispatch({ kernel, uniform, buffers, workgroups }: Dispatch): void {
    if (this.#uniformEnd + uniform.byteLength > UNIFORM_BYTES || this.#dispatchCount >= MOST_DISPATCHES) this.submit()
    this.#watch()
    const compiled = this.#pipelines.get(kernel)
    const group = this.#pipelines.bind(compiled, { buffer: this.#uniforms, size: uniform.byteLength }, buffers)
    const pass = this.#insidePass(compiled)
    pass.setPipeline(compiled.pipeline)
    pass.setBindGroup(0, group, [this.#uniformEnd])
    pass.dispatchWorkgroups(...workgroups)
    if (this.#trace.isOn) this.#endPass()
    this.#uniformBytes.set(uniform, this.#uniformEnd)
    this.#uniformEnd = Math.ceil((this.#uniformEnd + uniform.byteLength) / UNIFORM_ALIGNMENT) * UNIFORM_ALIGNMENT
    for (const buffer of buffers) this.#touched.add(buffer)
    this.#dispatchCount++
    this.counts.dispatches++
  }

  /**
   * A kernel's loop over time in as many dispatches as it needs.
   * @param size of loops whose steps take equally long
   * @param isBackward from the last step to the first
   * @param dispatchOf steps of one dispatch
   */
  async loop(
    kernel: Kernel,
    size: string,
    steps: number,
    isBackward: boolean,
    dispatchOf: (range: StepRange) => Dispatch,
  ): Promise<void> {
    const { stepRates } = this.#pipelines.get(kernel)
    const rate = stepRates.get(size) ?? { msPerStep: Infinity, timedPieces: 0 }
    stepRates.set(size, rate)
    for (let done = 0; done < steps;) {
      const most = rate.timedPieces === 0 ? FIRST_STEPS : Math.max(1, Math.floor(SUBMISSION_MS / rate.msPerStep))
      const count = Math.min(steps - done, most)
      const first = isBackward ? steps - done - count : done
      const isTimed = rate.timedPieces < TIMED_PIECES
      if (isTimed) await this.finish()
      const begin = this.#now()
      this.dispatch(dispatchOf({ first, last: first + count }))
      if (isTimed) {
        await this.finish()
        rate.msPerStep = Math.min(rate.msPerStep, (this.#now() - begin) / count)
        rate.timedPieces++
      } else if (count === most) this.submit()
      done += count
    }
  }

  /** Before a buffer is destroyed: a submission that names one that is gone is refused whole. */
  submitUsesOf(buffer: DeviceBuffer): void {
    if (this.#touched.has(buffer)) this.submit()
  }

  submit(): void {
    if (this.#encoder === null) return
    this.#endPass()
    const encoder = this.#encoder
    this.#encoder = null
    if (this.#uniformEnd > 0) this.#device.queue.writeBuffer(this.#uniforms, 0, this.#uniformBytes, 0, this.#uniformEnd)
    this.#uniformEnd = 0
    this.#trace.resolve(encoder)
    this.#device.queue.submit([encoder.finish()])
    this.#faults.endWatch()
    this.#touched.clear()
    this.#dispatchCount = 0
    this.counts.submissions++
  }

  /** Waits until the device has done all. @throws LabError as `FaultWatch.wait` */
  async finish(): Promise<void> {
    this.submit()
    this.#faults.endWatch()
    await this.#faults.wait(this.#device.queue.onSubmittedWorkDone())
  }

  /**
   * Reads pieces of buffers once all commands before are done.
   * @returns a copy of each
   * @throws LabError as `FaultWatch.wait`
   */
  async read(parts: readonly ReadPart[]): Promise<ArrayBuffer[]> {
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0)
    const readBack = this.#readBackOf(bytes)
    const encoder = this.#outsidePass()
    let offset = 0
    for (const part of parts) {
      if (part.bytes > 0) encoder.copyBufferToBuffer(part.buffer.gpu, part.offsetBytes, readBack, offset, part.bytes)
      offset += part.bytes
    }
    this.submit()
    try {
      await this.#faults.wait(readBack.mapAsync(MAP_READ, 0, bytes))
    } catch (error) {
      readBack.destroy() // it may be mapped all the same, and would then be refused the next time
      this.#readBack = null
      throw error
    }
    const mapped = readBack.getMappedRange(0, bytes)
    offset = 0
    const copies = parts.map((part) => mapped.slice(offset, (offset += part.bytes)))
    readBack.unmap()
    await this.#trace.collect()
    this.counts.readBacks++
    this.counts.bytesRead += bytes
    return copies
  }

  #readBackOf(bytes: number): GPUBuffer {
    if (this.#readBack !== null && this.#readBack.size >= bytes) return this.#readBack
    this.#readBack?.destroy()
    const size = 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096)))
    const usage = BufferUsage.MAP_READ | BufferUsage.COPY_DST
    return (this.#readBack = this.#device.createBuffer({ label: 'read-back', size, usage }))
  }

  #watch(): GPUCommandEncoder {
    this.#faults.watch()
    return (this.#encoder ??= this.#device.createCommandEncoder())
  }

  #outsidePass(): GPUCommandEncoder {
    const encoder = this.#watch()
    this.#endPass()
    return encoder
  }

  /** One pass for many dispatches; one for each while they are timed. */
  #insidePass({ kernel }: CompiledKernel): GPUComputePassEncoder {
    return (this.#pass ??= this.#watch().beginComputePass(this.#trace.passOf(kernel.name)))
  }

  #endPass(): void {
    this.#pass?.end()
    this.#pass = null
  }
}
