/**
 * A worker thread that answers questions: a question enters, its answer or what went wrong leaves, and whatever the thread tells by itself.
 * The thread's own side is answer-questions.ts. It is started with the first question or `start`, anew with the next one where it has
 * ended, and does not keep the process alive unless somebody waits for an answer. Several threads for one kind of question are
 * asked-pool.ts's.
 */
import type { ResourceLimits, Worker } from 'node:worker_threads'
import type { LabError } from '../../shared/errors/errors.ts'
import { fromWireError, type WireError } from '../../shared/errors/wire-error.ts'
import { startThread, type ThreadName } from './start-thread.ts'

/** Every question by its name, with its answer. */
export type Questions = Readonly<Record<string, { readonly ask: unknown; readonly answer: unknown }>>

export interface ToAnswering {
  readonly id: number
  readonly question: string
  readonly ask: unknown
}

export type FromAnswering =
  /** It works at a question now: its time begins, without that in which the thread was loaded. */
  | { readonly kind: 'begun'; readonly id: number }
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'told'; readonly told: unknown }

export interface AskedThreadOptions<Told> {
  readonly name: ThreadName | URL
  /** What the thread starts with. */
  readonly task: unknown
  /** Beyond them the thread ends, and not the process. */
  readonly resourceLimits?: ResourceLimits
  readonly told?: (told: Told) => void
  /** The error of every question that waits when the thread has ended by itself. */
  readonly explainEnd: (cause: unknown) => LabError
  /** @param hasWorked it had said something before */
  readonly ended?: (error: LabError, hasWorked: boolean) => void
}

/** How long the thread may work at a question before it is ended, and the error of that question then. */
export interface TimeLimit {
  readonly limitMs: number
  readonly explainOverdue: () => LabError
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: LabError) => void
  readonly limit: TimeLimit | null
  timer: NodeJS.Timeout | null
}

/** A worker with what it was asked. */
interface Running {
  readonly worker: Worker
  readonly waiting: Map<number, Waiting>
  /** It has said something. */
  hasWorked: boolean
}

export class AskedThread<Asked extends Questions, Told = never> {
  readonly #options: AskedThreadOptions<Told>
  #running: Running | null = null
  /** Of a worker that is being ended, while the next one may have begun. */
  #ending: Promise<unknown> = Promise.resolve()
  #nextId = 1
  #isClosing = false

  constructor(options: AskedThreadOptions<Told>) {
    this.#options = options
  }

  start(): void {
    this.#run()
  }

  /** @throws LabError what the thread throws; that of `explainEnd` when it has ended, of `limit` when it was ended for this question */
  ask<Question extends keyof Asked & string>(
    question: Question,
    ask: Asked[Question]['ask'],
    limit: TimeLimit | null = null,
  ): Promise<Asked[Question]['answer']> {
    if (this.#isClosing) return Promise.reject(this.#options.explainEnd('it was closed'))
    return this.#post(question, ask, limit)
  }

  /** Ends the thread at once and for good. Questions that wait are answered with the error of its end. */
  async terminate(): Promise<void> {
    this.#isClosing = true
    await this.kill()
  }

  /** Ends the thread at once, as a crash would: the next question has another one. */
  async kill(): Promise<void> {
    await Promise.all([this.#running?.worker.terminate(), this.#ending])
  }

  /** Resolves when the thread has ended by itself after a question that asks it to. */
  async close(question: keyof Asked & string): Promise<void> {
    this.#isClosing = true
    const worker = this.#running?.worker
    if (worker === undefined) return
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    this.#post(question, null, null).catch(() => undefined) // its end is what is waited for
    await ended
  }

  #post(question: string, ask: unknown, limit: TimeLimit | null): Promise<unknown> {
    const { worker, waiting } = this.#run()
    const message: ToAnswering = { id: this.#nextId++, question, ask }
    return new Promise<unknown>((resolve, reject) => {
      worker.postMessage(message) // throws for what cannot be sent, for which nobody then waits
      waiting.set(message.id, { resolve, reject, limit, timer: null })
      worker.ref() // as long as somebody waits, the process does not end
    })
  }

  #run(): Running {
    if (this.#running) return this.#running
    const { name, task, resourceLimits } = this.#options
    const running: Running = {
      worker: startThread(name, task, resourceLimits),
      waiting: new Map(),
      hasWorked: false,
    }
    const { worker } = running
    worker.unref()
    let cause: unknown = null
    worker.on('message', (message: FromAnswering) => this.#hear(running, message))
    worker.on('error', (error) => (cause = error))
    worker.on('exit', (code) => this.#end(running, cause ?? `exit code ${code}`))
    this.#running = running
    return running
  }

  #hear(running: Running, message: FromAnswering): void {
    running.hasWorked = true
    switch (message.kind) {
      case 'begun':
        this.#startTime(running, message.id)
        break
      case 'answer':
        take(running, message.id)?.resolve(message.answer)
        break
      case 'error':
        take(running, message.id)?.reject(fromWireError(message.error))
        break
      case 'told':
        this.#options.told?.(message.told as Told)
        break
    }
  }

  #startTime(running: Running, id: number): void {
    const waiting = running.waiting.get(id)
    if (!waiting?.limit) return
    const { limitMs, explainOverdue } = waiting.limit
    waiting.timer = setTimeout(() => {
      if (this.#running === running) this.#running = null
      take(running, id)?.reject(explainOverdue())
      this.#ending = running.worker.terminate() // the last: it keeps the process alive until it has ended
    }, limitMs)
  }

  #end(running: Running, cause: unknown): void {
    const isLast = this.#running === running
    if (isLast) this.#running = null
    const failure = this.#options.explainEnd(cause)
    for (const id of [...running.waiting.keys()]) take(running, id)?.reject(failure)
    if (isLast && !this.#isClosing) this.#options.ended?.(failure, running.hasWorked)
  }
}

function take({ worker, waiting }: Running, id: number): Waiting | undefined {
  const taken = waiting.get(id)
  if (taken?.timer) clearTimeout(taken.timer)
  waiting.delete(id)
  if (waiting.size === 0) worker.unref()
  return taken
}
