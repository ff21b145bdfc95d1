/**
 * Where the threads of a team wait for each other, and what each of them works between: the time from the opening of one barrier to its
 * arrival at the next, with all that the system took from it meanwhile. A thread waits by spinning briefly, then sleeping.
 */

/** Words of the shared buffer. */
const ARRIVED = 0 // threads at the barrier
const ROUND = 1 // counts barriers
/** Doubles behind them: when the last barrier opened, and each thread's work in this job; ms. */
const TIMES_BYTES = 8
const OPENED = 0
const BUSY = 1

/** Looks before a thread goes to sleep: some ten microseconds, longer than threads are usually apart. */
const SPINS = 4000

/** Ms; the same on all threads of a host. */
export type TeamClock = () => number

/** Blocks until the word is no longer `old`. */
export function awaitChange(words: Int32Array, word: number, old: number): void {
  for (let spin = 0; spin < SPINS; spin++) if (Atomics.load(words, word) !== old) return
  while (Atomics.load(words, word) === old) Atomics.wait(words, word, old)
}

export class TeamBarrier {
  readonly buffer: SharedArrayBuffer
  readonly #threads: number
  readonly #words: Int32Array
  readonly #times: Float64Array
  readonly #now: TeamClock

  /** @param buffer another thread's, of the same team */
  constructor(threads: number, now: TeamClock, buffer = new SharedArrayBuffer(TIMES_BYTES + 8 * (BUSY + threads))) {
    this.buffer = buffer
    this.#threads = threads
    this.#now = now
    this.#words = new Int32Array(buffer)
    this.#times = new Float64Array(buffer, TIMES_BYTES)
  }

  /** Counts a job's work from now on: before any thread starts it. */
  beginJob(): void {
    this.#times.fill(0)
    this.#times[OPENED] = this.#now()
  }

  /** Blocks until all threads have come here. */
  pass(thread: number): void {
    const words = this.#words
    const times = this.#times
    const round = Atomics.load(words, ROUND)
    const arrival = this.#now()
    times[BUSY + thread]! += arrival - times[OPENED]!
    if (Atomics.add(words, ARRIVED, 1) + 1 < this.#threads) return awaitChange(words, ROUND, round)
    times[OPENED] = arrival
    Atomics.store(words, ARRIVED, 0)
    Atomics.add(words, ROUND, 1)
    Atomics.notify(words, ROUND)
  }

  /** What each thread has worked in the job, ms: once all have passed its last barrier. */
  busyMs(): number[] {
    return Array.from(this.#times.subarray(BUSY))
  }
}
