/**
 * The work of one job, written before it starts: for every thread a list of calls of exported functions, with barriers that all
 * threads pass together. A thread reads its list in shared memory and needs no message.
 *
 * A record is [function, context words, twelve arguments, the context ...]; with a context, its address comes before the
 * arguments. A barrier and the end are single words.
 */
import { cuts, rowBlocks, type Lane, type RowBlock } from '../plan/row-blocks.ts'
import type { NamedBuffers } from './memory.ts'

/** A function of the engine's module: addresses, sizes and strides as integers. */
export type Kernel = (...args: number[]) => void

const BARRIER = -1
const END = -2
const ARGUMENT_WORDS = 12
const HEADER_WORDS = 2

/** Stands for every function where calls are left out. */
const NOTHING: readonly Kernel[] = new Proxy([], { get: () => () => undefined })

/** Puts work on a tape; yields where all of it must be done, on all threads, before what comes behind may start. */
export type TapeJob = (tape: Tape) => Iterable<void>

/** A job without barriers. */
export const oneStage =
  (put: (tape: Tape) => void): TapeJob =>
  (tape) => {
    put(tape)
    return []
  }

/** One thread's list; its array is kept from job to job. */
class WordList {
  words = new Int32Array(1024)
  length = 0

  /** Makes room for `count` words more. */
  reserve(count: number): void {
    if (this.length + count <= this.words.length) return
    const larger = new Int32Array(2 * (this.length + count))
    larger.set(this.words)
    this.words = larger
  }
}

export class Tape {
  readonly threads: number
  /** What the job's work is split by, a weight for each thread. */
  weights: readonly number[]
  /** Of sequences, that each thread has in this job. */
  readonly rows: number[]
  readonly #functions: ReadonlyMap<string, number>
  readonly #lists: readonly WordList[]

  /** @param functions the module's functions in the order of their indices */
  constructor(threads: number, functions: ReadonlyMap<string, number>) {
    this.threads = threads
    this.weights = Array.from({ length: threads }, () => 1)
    this.rows = Array.from({ length: threads }, () => 0)
    this.#functions = functions
    this.#lists = Array.from({ length: threads }, () => new WordList())
  }

  /** Empties the lists for another job. */
  clear(weights: readonly number[]): this {
    for (const list of this.#lists) list.length = 0
    this.weights = weights
    this.rows.fill(0)
    return this
  }

  /** Splits the rows of a sequence among a lane's threads. */
  takeRows(batch: number, lane: Lane): RowBlock[] {
    const blocks = rowBlocks(batch, lane, this.weights)
    for (const { thread, count } of blocks) this.rows[thread]! += count
    return blocks
  }

  call(thread: number, name: string, args: readonly number[], context: readonly number[] = []): void {
    const index = this.#functions.get(name)
    if (index === undefined || args.length > ARGUMENT_WORDS) throw new TypeError(`${name} cannot be put on a tape`)
    const list = this.#lists[thread]!
    list.reserve(HEADER_WORDS + ARGUMENT_WORDS + context.length)
    const { words } = list
    let at = list.length
    words[at++] = index
    words[at++] = context.length
    for (let i = 0; i < ARGUMENT_WORDS; i++) words[at++] = i < args.length ? args[i]! : 0
    for (let i = 0; i < context.length; i++) words[at++] = context[i]!
    list.length = at
  }

  /** What is before it on any thread's list is done before anything behind it starts. */
  barrier(): void {
    if (this.threads > 1) for (const list of this.#lists) this.#mark(list, BARRIER)
  }

  /** Writes the lists. @returns their addresses, one a thread */
  write(buffers: NamedBuffers, integers: () => Int32Array): number[] {
    for (const list of this.#lists) this.#mark(list, END)
    const addresses = this.#lists.map(({ length }, thread) => buffers.get(`tape:${thread}`, length * 4))
    const memory = integers()
    this.#lists.forEach(({ words, length }, thread) => memory.set(words.subarray(0, length), addresses[thread]! / 4))
    return addresses
  }

  #mark(list: WordList, word: number): void {
    list.reserve(1)
    list.words[list.length++] = word
  }
}

/** Puts independent jobs on one tape: they share their barriers. */
export function joinJobs(tape: Tape, jobs: readonly TapeJob[]): void {
  let open = jobs.map((job) => job(tape)[Symbol.iterator]())
  for (;;) {
    open = open.filter((job) => job.next().done !== true)
    if (open.length === 0) return
    tape.barrier()
  }
}

/** Splits `count` things among threads by their weights, as near as multiples of `unit` go. */
export function overShares(
  { weights }: Pick<Tape, 'weights'>,
  count: number,
  unit: number,
  give: (thread: number, from: number, count: number) => void,
): void {
  const ends = cuts(Math.ceil(count / unit), weights)
  for (let thread = 0; thread < weights.length; thread++) {
    const from = thread === 0 ? 0 : ends[thread - 1]! * unit
    const to = Math.min(count, ends[thread]! * unit)
    if (to > from) give(thread, from, to - from)
  }
}

/** Told of every call that a thread makes (the function's index), and of its waits for the others. */
export interface TapeTracer {
  begin(functionIndex: number): void
  end(functionIndex: number): void
  beginWait(): void
  endWait(): void
}

/** Walks one thread's list. */
export class TapePlayer {
  readonly #integers: Int32Array
  #at: number

  constructor(integers: Int32Array, address: number) {
    this.#integers = integers
    this.#at = address / 4
  }

  /** @param barrier blocks until all threads have come to it. A call that throws ends the walk; `passBarriers` goes on from there. */
  play(functions: readonly Kernel[], barrier: () => void, tracer: TapeTracer | null): void {
    const w = this.#integers
    for (;;) {
      const index = w[this.#at]
      if (index === END) return
      if (index === undefined) throw new RangeError('the tape has no end')
      if (index === BARRIER) {
        this.#at++
        tracer?.beginWait()
        barrier()
        tracer?.endWait()
        continue
      }
      const contextWords = w[this.#at + 1]!
      const a = this.#at + HEADER_WORDS
      this.#at = a + ARGUMENT_WORDS + contextWords
      const call = functions[index]!
      tracer?.begin(index)
      // WebAssembly leaves out arguments beyond a function's own; spelt out, so that no call makes an array.
      if (contextWords > 0) call((a + ARGUMENT_WORDS) * 4, w[a]!, w[a + 1]!, w[a + 2]!, w[a + 3]!)
      else
        // prettier-ignore
        call(w[a]!, w[a + 1]!, w[a + 2]!, w[a + 3]!, w[a + 4]!, w[a + 5]!, w[a + 6]!, w[a + 7]!, w[a + 8]!, w[a + 9]!, w[a + 10]!, w[a + 11]!)
      tracer?.end(index)
    }
  }

  /** Walks the rest without its calls, so that the other threads do not wait forever. */
  passBarriers(barrier: () => void): void {
    this.play(NOTHING, barrier, null)
  }
}
