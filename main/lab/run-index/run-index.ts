/**
 * The index of a home as the lab asks it: questions go to the thread that owns it, answers come back; what changes in the folders, whoever
 * changed them, is told to one listener.
 */
import type { Worker } from 'node:worker_threads'
import { LabError } from '../../../shared/protocol/errors.ts'
import type { IndexState } from '../../../shared/protocol/run-query.ts'
import type { RunSummary } from '../../../shared/protocol/views.ts'
import { fromWireError, toWireError } from '../../../shared/protocol/wire-error.ts'
import { startThread } from '../../engine/start-thread.ts'
import type { FromIndex, IndexQuestion, IndexQuestions, IndexTask, ToIndex } from './index-protocol.ts'

export interface IndexListener {
  /** @param isPartial more has changed than is told */
  changed(changed: readonly RunSummary[], removed: readonly string[], isPartial: boolean): void
  state(state: IndexState): void
  notice(error: LabError): void
}

interface Waiting {
  readonly resolve: (answer: unknown) => void
  readonly reject: (error: LabError) => void
}

export class RunIndex {
  readonly #worker: Worker
  readonly #listener: IndexListener
  readonly #waiting = new Map<number, Waiting>()
  #nextId = 1
  #failure: LabError | null = null
  #isClosing = false

  constructor(home: string, listener: IndexListener) {
    this.#listener = listener
    const task: IndexTask = { home }
    this.#worker = startThread('index-thread', task)
    this.#worker.unref()
    let cause: unknown = null
    this.#worker.on('message', (message: FromIndex) => this.#hear(message))
    this.#worker.on('error', (error) => (cause = error))
    this.#worker.on('exit', (code) => this.#end(cause ?? `exit code ${code}`))
  }

  /** @throws LabError `run-index` when the thread has ended, `run-folder` */
  ask<Question extends IndexQuestion>(
    question: Question,
    ask: IndexQuestions[Question]['ask'],
  ): Promise<IndexQuestions[Question]['answer']> {
    if (this.#failure) return Promise.reject(this.#failure)
    const id = this.#nextId++
    const message: ToIndex = { id, question, ask }
    return new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.ref() // as long as somebody waits, the process does not end
      this.#worker.postMessage(message)
    }) as Promise<IndexQuestions[Question]['answer']>
  }

  async close(): Promise<void> {
    this.#isClosing = true
    if (this.#failure) return
    const ended = new Promise((resolve) => this.#worker.once('exit', resolve))
    this.ask('close', null).catch(() => undefined) // its end is what is waited for
    await ended
  }

  #hear(message: FromIndex): void {
    switch (message.kind) {
      case 'answer':
        this.#take(message.id)?.resolve(message.answer)
        break
      case 'error':
        this.#take(message.id)?.reject(fromWireError(message.error))
        break
      case 'changes':
        this.#listener.changed(message.changed, message.removed, message.isPartial)
        break
      case 'state':
        this.#listener.state(message.state)
        break
      case 'notice':
        this.#listener.notice(fromWireError(message.error))
        break
    }
  }

  #take(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
    return waiting
  }

  #end(cause: unknown): void {
    this.#failure = new LabError('run-index', 'the index of the runs cannot be used.', {
      where: 'the thread of the index',
      found: typeof cause === 'string' ? cause : toWireError(cause).message,
      remedy:
        'Start the lab again; if that does not help, install its packages again with `npm ci`. The runs themselves are not touched.',
      cause,
    })
    for (const { reject } of this.#waiting.values()) reject(this.#failure)
    this.#waiting.clear()
    if (!this.#isClosing) this.#listener.notice(this.#failure)
  }
}
