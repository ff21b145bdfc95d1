/**
 * A few threads for one kind of questions: a question waits for a thread that is free, its answer or what went wrong leaves. None holds up
 * the others: each has its time, after which its thread is ended and another one takes its place; those that take long leave a thread to
 * those that do not; and a line that is full says so.
 */
import os from 'node:os'
import { LabError } from '../../shared/errors/errors.ts'
import { toWireError } from '../../shared/errors/wire-error.ts'
import { AskedThread, type AskedThreadOptions, type Questions } from './asked-thread.ts'

export interface AskedPoolOptions<Asked extends Questions> extends Pick<AskedThreadOptions<never>, 'name' | 'task'> {
  /** As a place in messages: `the thread of the designs`. */
  readonly where: string
  /** What to do where a question took too long, or its thread has ended. */
  readonly remedy: string
  readonly mostThreads: number
  /** Threads that stay when nobody asks: they have loaded their code, and what they remember. */
  readonly mostIdle: number
  /** How long a thread may work at a question. */
  limitMs<Question extends keyof Asked & string>(question: Question, ask: Asked[Question]['ask']): number
  /** Questions with a longer limit never have all of the threads. */
  readonly shortMs?: number
  /** What a thread may keep in its heap before it ends; V8's own share for one thread, if left out. */
  readonly mostHeapMib?: number
}

/** More than the forms of some windows ask at once: whoever asks more is told to wait. */
const MOST_WAITING = 64
/** A quarter of all memory, or as much as V8 gives a thread by itself. */
const MOST_HEAP_MIB = Math.floor(Math.min(4096, os.totalmem() / 2 ** 20 / 4))

interface Job {
  readonly question: string
  readonly ask: unknown
  readonly limitMs: number
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: unknown) => void
}

interface Seat<Asked extends Questions> {
  readonly thread: AskedThread<Asked>
  /** Null: it is free. */
  job: Job | null
}

export class AskedPool<Asked extends Questions> {
  readonly #options: AskedPoolOptions<Asked>
  readonly #seats: Seat<Asked>[] = []
  #line: Job[] = []
  #isClosed = false

  constructor(options: AskedPoolOptions<Asked>) {
    this.#options = options
  }

  /** Questions that a thread works at now. */
  get runningCount(): number {
    return this.#seats.filter(({ job }) => job !== null).length
  }

  /** Begins to load a thread, which the first question needs. */
  start(): void {
    if (this.#seats.length === 0) this.#addSeat().thread.start()
  }

  /**
   * @param signal ends the question, and with it the thread that works at it
   * @throws LabError what the thread throws; `worker` when it has ended, was at it for too long, or too many wait; `interrupted` by the signal
   */
  ask<Question extends keyof Asked & string>(
    question: Question,
    ask: Asked[Question]['ask'],
    signal?: AbortSignal,
  ): Promise<Asked[Question]['answer']> {
    if (this.#isClosed) return Promise.reject(this.#explainEnd('it was closed'))
    if (this.#line.length >= MOST_WAITING) return Promise.reject(this.#explainFullLine())
    return new Promise<unknown>((resolve, reject) => {
      const job: Job = { question, ask, limitMs: this.#options.limitMs(question, ask), resolve, reject }
      signal?.addEventListener('abort', () => this.#cancel(job))
      this.#line.push(job)
      this.#advance()
    })
  }

  /** Ends all threads at once; whoever waits is told. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const { reject } of this.#line.splice(0)) reject(this.#explainEnd('it was closed'))
    await Promise.all(this.#seats.map(({ thread }) => thread.terminate()))
  }

  /** Ends the threads as a crash would; for tests of what follows. */
  async kill(): Promise<void> {
    await Promise.all(this.#seats.map(({ thread }) => thread.kill()))
  }

  #advance(): void {
    for (const job of [...this.#line]) {
      if (this.#isLong(job) && this.#longCount() >= Math.max(1, this.#options.mostThreads - 1)) continue
      const seat = this.#freeSeat()
      if (seat === null) return
      this.#line = this.#line.filter((waiting) => waiting !== job)
      seat.job = job
      void this.#answer(seat, job)
    }
  }

  async #answer(seat: Seat<Asked>, { question, ask, limitMs, resolve, reject }: Job): Promise<void> {
    const explainOverdue = (): LabError => this.#explainOverdue(limitMs)
    await seat.thread.ask(question, ask, { limitMs, explainOverdue }).then(resolve, reject)
    if (this.#isClosed) return
    const idleCount = this.#seats.filter(({ job }) => job === null).length
    if (idleCount >= this.#options.mostIdle) {
      // Its cores and memory are the next one's.
      await seat.thread.terminate()
      this.#seats.splice(this.#seats.indexOf(seat), 1)
    }
    seat.job = null
    this.#advance()
  }

  /** The first: it has seen most of what is asked. */
  #freeSeat(): Seat<Asked> | null {
    const free = this.#seats.find(({ job }) => job === null)
    if (free) return free
    return this.#seats.length < this.#options.mostThreads ? this.#addSeat() : null
  }

  #addSeat(): Seat<Asked> {
    const { name, task, mostHeapMib = MOST_HEAP_MIB } = this.#options
    const thread = new AskedThread<Asked>({
      name,
      task,
      resourceLimits: { maxOldGenerationSizeMb: mostHeapMib },
      explainEnd: (cause) => this.#explainEnd(cause),
    })
    const seat = { thread, job: null }
    this.#seats.push(seat)
    return seat
  }

  #cancel(job: Job): void {
    const { where } = this.#options
    job.reject(new LabError('interrupted', 'this was cancelled.', { where, remedy: 'Ask for it again.' }))
    this.#line = this.#line.filter((waiting) => waiting !== job)
    void this.#seats.find((seat) => seat.job === job)?.thread.kill()
  }

  #isLong({ limitMs }: Job): boolean {
    return limitMs > (this.#options.shortMs ?? Infinity)
  }

  #longCount(): number {
    return this.#seats.filter(({ job }) => job !== null && this.#isLong(job)).length
  }

  #explainOverdue(limitMs: number): LabError {
    const { where, remedy } = this.#options
    const seconds = `${limitMs / 1000} s`
    return new LabError('worker', `this took longer than ${seconds}, and was ended.`, {
      where,
      expected: `an answer within ${seconds}`,
      found: 'none',
      remedy,
    })
  }

  #explainEnd(cause: unknown): LabError {
    const { where, remedy } = this.#options
    return new LabError('worker', 'a thread has ended without an answer.', {
      where,
      found: typeof cause === 'string' ? cause : toWireError(cause).message,
      remedy,
      cause,
    })
  }

  #explainFullLine(): LabError {
    return new LabError('worker', 'too many questions wait for an answer.', {
      where: this.#options.where,
      expected: `at most ${MOST_WAITING}`,
      found: 'one more',
      remedy: 'Ask again when those before it are answered.',
    })
  }
}
