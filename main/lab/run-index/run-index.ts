/**
 * The index of a home as the lab asks it: questions go to the thread that owns it, answers come back; what changes in the folders, whoever
 * changed them, is told to one listener. A thread that dies is started again, which reads what it has missed.
 */
import { LabError } from '../../../shared/errors/errors.ts'
import type { IndexState } from '../../../shared/protocol/run-query.ts'
import type { RunSummary } from '../../../shared/protocol/run-views.ts'
import { fromWireError, toWireError } from '../../../shared/errors/wire-error.ts'
import { AskedThread } from '../../engine/asked-thread.ts'
import type { IndexQuestions, IndexTask, IndexTold } from './index-protocol.ts'

export interface IndexListener {
  /** @param isPartial more has changed than is told */
  changed(changed: readonly RunSummary[], removed: readonly string[], isPartial: boolean): void
  state(state: IndexState): void
  notice(error: LabError): void
}

/** Of a lab: more deaths are none of chance. */
const MOST_RESTARTS = 5

export class RunIndex {
  readonly #thread: AskedThread<IndexQuestions, IndexTold>
  readonly #listener: IndexListener
  #restarts = 0

  constructor(home: string, listener: IndexListener) {
    this.#listener = listener
    const task: IndexTask = { home }
    this.#thread = new AskedThread({
      name: 'index-thread',
      task,
      told: (told) => this.#hear(told),
      explainEnd,
      ended: (error, hasWorked) => {
        listener.notice(error)
        // Without a bound, one that can only end would begin for ever; questions go on trying.
        if (hasWorked && this.#restarts++ < MOST_RESTARTS) this.#thread.start()
      },
    })
    this.#thread.start()
  }

  /**
   * Asked once more where the thread has ended meanwhile: every question reads, and may be asked twice.
   * @throws LabError `run-index` when the thread ends again, `run-folder`
   */
  async ask<Question extends keyof IndexQuestions>(
    question: Question,
    ask: IndexQuestions[Question]['ask'],
  ): Promise<IndexQuestions[Question]['answer']> {
    try {
      return await this.#thread.ask(question, ask)
    } catch (error) {
      if (!(error instanceof LabError) || error.code !== 'run-index') throw error
      return this.#thread.ask(question, ask)
    }
  }

  /** Ends the thread as a crash would; for tests of what follows. */
  kill(): Promise<void> {
    return this.#thread.kill()
  }

  close(): Promise<void> {
    return this.#thread.close('close')
  }

  #hear(told: IndexTold): void {
    switch (told.kind) {
      case 'changes':
        this.#listener.changed(told.changed, told.removed, told.isPartial)
        break
      case 'state':
        this.#listener.state(told.state)
        break
      case 'notice':
        this.#listener.notice(fromWireError(told.error))
        break
    }
  }
}

function explainEnd(cause: unknown): LabError {
  return new LabError('run-index', 'the index of the runs has ended.', {
    where: 'the thread of the index',
    found: typeof cause === 'string' ? cause : toWireError(cause).message,
    remedy:
      'It is started again. If that does not help, start the lab again; install its packages again with `npm ci`. The runs themselves are not touched.',
    cause,
  })
}
