/** When each dispatch ran, by the device's own clock where it has one: what a trace shows as the spans of one more thread. */
import type { TraceSpan, Tracing } from '../trace.ts'
import { BufferUsage, MAP_READ } from './usage.ts'

/** Ms on the host's clock. */
export type Clock = () => number

/** Timestamps of one set, two a dispatch. */
const SET_TIMESTAMPS = 512
const TIMESTAMP_BYTES = 8

/** Dispatches of a submission that wait to be read. */
interface Resolved {
  readonly kernels: readonly string[]
  readonly buffer: GPUBuffer
  readonly submittedMs: number
}

export class DispatchTrace implements Tracing {
  readonly #device: GPUDevice
  readonly #isOffered: boolean
  readonly #now: Clock
  #mostSpans = 0
  #set: GPUQuerySet | null = null
  #kernels: string[] = []
  #resolved: Resolved[] = []
  #spans: TraceSpan[] = []
  /** A moment on the host's clock, and the device's timestamp then. */
  #origin: { readonly ms: number; readonly timestamp: bigint } | null = null

  constructor(device: GPUDevice, isOffered: boolean, now: Clock) {
    this.#device = device
    this.#isOffered = isOffered
    this.#now = now
  }

  get isOn(): boolean {
    return this.#isOffered && this.#mostSpans > 0
  }

  async start(spansAThread: number): Promise<void> {
    this.#mostSpans = spansAThread
    this.#spans = []
    this.#origin = null
  }

  async stop(): Promise<TraceSpan[]> {
    this.#mostSpans = 0
    return this.#spans
  }

  passOf(kernel: string): GPUComputePassDescriptor | undefined {
    const index = 2 * this.#kernels.length
    if (!this.isOn || index >= SET_TIMESTAMPS) return undefined
    this.#set ??= this.#device.createQuerySet({ type: 'timestamp', count: SET_TIMESTAMPS })
    this.#kernels.push(kernel)
    const querySet = this.#set
    return { timestampWrites: { querySet, beginningOfPassWriteIndex: index, endOfPassWriteIndex: index + 1 } }
  }

  /** At the end of a submission's commands. */
  resolve(encoder: GPUCommandEncoder): void {
    if (this.#kernels.length === 0 || this.#set === null) return
    const count = 2 * this.#kernels.length
    const size = count * TIMESTAMP_BYTES
    const source = this.#device.createBuffer({ size, usage: BufferUsage.QUERY_RESOLVE | BufferUsage.COPY_SRC })
    const buffer = this.#device.createBuffer({ size, usage: BufferUsage.MAP_READ | BufferUsage.COPY_DST })
    encoder.resolveQuerySet(this.#set, 0, count, source, 0)
    encoder.copyBufferToBuffer(source, 0, buffer, 0, size)
    this.#resolved.push({ kernels: this.#kernels, buffer, submittedMs: this.#now() })
    this.#kernels = []
  }

  /** Reads what submissions that are done have left. */
  async collect(): Promise<void> {
    const resolved = this.#resolved
    this.#resolved = []
    for (const { kernels, buffer, submittedMs } of resolved) {
      await buffer.mapAsync(MAP_READ)
      const timestamps = new BigUint64Array(buffer.getMappedRange().slice(0))
      buffer.destroy()
      this.#origin ??= { ms: submittedMs, timestamp: timestamps[0]! }
      const { ms, timestamp } = this.#origin
      const toMs = (at: bigint): number => ms + Number(at - timestamp) / 1e6
      kernels.forEach((kernel, i) => {
        if (this.#spans.length < this.#mostSpans)
          this.#spans.push({
            thread: 0,
            kernel,
            startMs: toMs(timestamps[2 * i]!),
            endMs: toMs(timestamps[2 * i + 1]!),
          })
      })
    }
  }
}
