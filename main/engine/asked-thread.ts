/**
 * A worker thread that answers questions: a question enters, its answer or what went wrong leaves, and whatever the thread tells by itself.
 * The thread's own side is answer-questions.ts. It is started with the first question or `start`, and does not keep the process alive
 * unless somebody waits for an answer.
 */
import type { Worker } from 'node:worker_threads'
import type { LabError } from '../../shared/protocol/errors.ts'
import { fromWireError, type WireError } from '../../shared/protocol/wire-error.ts'
import { startThread, type ThreadName } from './start-thread.ts'

/** Every question by its name, with its answer. */
export type Questions = Readonly<Record<string, { readonly ask: unknown; readonly answer: unknown }>>

export interface ToAnswering {
  readonly id: number
  readonly question: string
  readonly ask: unknown
}

export type FromAnswering =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: WireError }
  | { readonly kind: 'told'; readonly told: unknown }

export interface AskedThreadOptions<Told> {
  readonly name: ThreadName
  /** What the thread starts with. */
  readonly task: unknown
  readonly told?: (told: Told) => void
  /** The error of a thread that has ended by itself: of every question that waits, and of those that come. */
  readonly explainEnd: (cause: unknown) => LabError
  readonly ended?: (error: LabError) => void
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: LabError) => void
}

export class AskedThread<Asked extends Questions, Told = never> {
  readonly #options: AskedThreadOptions<Told>
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #nextId = 1
  #failure: LabError | null = null
  #isClosing = false

  constructor(options: AskedThreadOptions<Told>) {
    this.#options = options
  }

  /** Why it answers no more; null while it does. */
  get failure(): LabError | null {
    return this.#failure
  }

  start(): void {
    this.#running()
  }

  /** @throws LabError what the thread throws; that of `explainEnd` when it has ended */
  ask<Question extends keyof Asked & string>(
    question: Question,
    ask: Asked[Question]['ask'],
  ): Promise<Asked[Question]['answer']> {
    if (this.#failure) return Promise.reject(this.#failure)
    const worker = this.#running()
    const message: ToAnswering = { id: this.#nextId++, question, ask }
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(message.id, { resolve, reject })
      worker.ref() // as long as somebody waits, the process does not end
      worker.postMessage(message)
    })
  }

  /** Ends the thread at once. Questions that wait are answered with the error of its end. */
  async terminate(): Promise<void> {
    this.#isClosing = true
    await this.#worker?.terminate()
  }

  /** Resolves when the thread has ended by itself after a question that asks it to. */
  async close(question: keyof Asked & string): Promise<void> {
    this.#isClosing = true
    if (this.#failure || this.#worker === null) return
    const ended = new Promise((resolve) => this.#worker!.once('exit', resolve))
    this.ask(question, null).catch(() => undefined) // its end is what is waited for
    await ended
  }

  #running(): Worker {
    if (this.#worker) return this.#worker
    const worker = startThread(this.#options.name, this.#options.task)
    worker.unref()
    let cause: unknown = null
    worker.on('message', (message: FromAnswering) => this.#hear(message))
    worker.on('error', (error) => (cause = error))
    worker.on('exit', (code) => this.#end(cause ?? `exit code ${code}`))
    this.#worker = worker
    return worker
  }

  #hear(message: FromAnswering): void {
    switch (message.kind) {
      case 'answer':
        this.#take(message.id)?.resolve(message.answer)
        break
      case 'error':
        this.#take(message.id)?.reject(fromWireError(message.error))
        break
      case 'told':
        this.#options.told?.(message.told as Told)
        break
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker?.unref()
    return waiting
  }

  #end(cause: unknown): void {
    const failure = this.#options.explainEnd(cause)
    this.#failure = failure
    for (const { reject } of this.#waiting.values()) reject(failure)
    this.#waiting.clear()
    if (!this.#isClosing) this.#options.ended?.(failure)
  }
}
