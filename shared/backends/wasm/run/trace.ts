/**
 * What every thread did when: each thread writes the begin and end of its kernels and waits into its own part of a shared buffer,
 * and stops when that is full. Written while threads play tapes, read by the leader afterwards.
 */
import { WAIT, type TraceSpan } from '../../trace.ts'
import type { TapeTracer } from './tape.ts'
import type { TeamClock } from './team-barrier.ts'

/** Numbers of a span: engine, function, start, end. */
const SPAN_NUMBERS = 4
const WAIT_INDEX = -1

export class TraceBuffer {
  readonly buffer: SharedArrayBuffer
  readonly #threads: number
  readonly #numbers: Float64Array
  readonly #numbersAThread: number

  constructor(threads: number, buffer: SharedArrayBuffer) {
    this.buffer = buffer
    this.#threads = threads
    this.#numbers = new Float64Array(buffer)
    this.#numbersAThread = this.#numbers.length / threads
  }

  static create(threads: number, spansAThread: number): TraceBuffer {
    return new TraceBuffer(threads, new SharedArrayBuffer(threads * (1 + spansAThread * SPAN_NUMBERS) * 8))
  }

  /** What a thread's player is given for a job of an engine. The first number of a thread's part counts its spans. */
  writer(thread: number, engine: number, now: TeamClock): TapeTracer {
    const numbers = this.#numbers
    const base = thread * this.#numbersAThread
    const capacity = Math.floor((this.#numbersAThread - 1) / SPAN_NUMBERS)
    let start = 0
    const end = (index: number): void => {
      const count = numbers[base]!
      if (count >= capacity) return
      const at = base + 1 + count * SPAN_NUMBERS
      numbers[at] = engine
      numbers[at + 1] = index
      numbers[at + 2] = start
      numbers[at + 3] = now()
      numbers[base] = count + 1
    }
    const begin = (): void => {
      start = now()
    }
    return { begin, end, beginWait: begin, endWait: () => end(WAIT_INDEX) }
  }

  /** @param kernelName of a function of an engine */
  spans(kernelName: (engine: number, index: number) => string): TraceSpan[] {
    const numbers = this.#numbers
    return Array.from({ length: this.#threads }, (_, thread) => {
      const base = thread * this.#numbersAThread
      return Array.from({ length: numbers[base]! }, (__, i): TraceSpan => {
        const at = base + 1 + i * SPAN_NUMBERS
        const index = numbers[at + 1]!
        const kernel = index === WAIT_INDEX ? WAIT : kernelName(numbers[at]!, index)
        return { thread, kernel, startMs: numbers[at + 2]!, endMs: numbers[at + 3]! }
      })
    }).flat()
  }
}
