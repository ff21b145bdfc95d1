/**
 * How fast the threads of a team are beside each other, so that one that shares its core with other programs, or has a slower core, is given
 * less: what each had of a job's rows and how long it worked on them enter, weights to split by leave. No result depends on the split.
 */

/** Shorter jobs tell how fast a thread wakes up, not how fast it works. */
const LEAST_JOB_MS = 2
/** Of the distance to what a job has shown: a thread that falls behind holds up all at once; one that seems to have recovered may only have had less to do. */
const FALL = 0.25
const RISE = 0.05
/** Speeds no further apart than this are called equal: an even split has the fullest tiles. */
const ALIKE = 0.8
/** Nobody is taken to be slower than this beside the fastest. */
const LEAST_SPEED = 0.25

export class ThreadSpeeds {
  readonly #even: readonly number[]
  /** Of the fastest in a job: in 0 .. 1. */
  readonly #estimates: number[]

  constructor(threads: number) {
    this.#even = Array.from({ length: threads }, () => 1)
    this.#estimates = [...this.#even]
  }

  /** A weight for each thread; all 1 where they are alike. */
  get weights(): readonly number[] {
    const fastest = Math.max(...this.#estimates)
    const relative = this.#estimates.map((speed) => Math.max(LEAST_SPEED, speed / fastest))
    return Math.min(...relative) < ALIKE ? relative : this.#even
  }

  /**
   * @param rows of the job's sequences that each thread had; the job teaches nothing where one had none
   * @param busyMs each thread's work without its waits
   */
  learn(rows: readonly number[], busyMs: readonly number[]): void {
    if (rows.includes(0) || Math.min(...busyMs) <= 0 || Math.max(...busyMs) < LEAST_JOB_MS) return
    const rates = rows.map((count, thread) => count / busyMs[thread]!)
    const fastest = Math.max(...rates)
    rates.forEach((rate, thread) => {
      const change = rate / fastest - this.#estimates[thread]!
      this.#estimates[thread]! += (change < 0 ? FALL : RISE) * change
    })
  }
}
