/**
 * The index of a home as the lab asks it: questions go to the thread that owns it, answers come back; what changes in the folders, whoever
 * changed them, is told to one listener.
 */
import { LabError } from '../../../shared/protocol/errors.ts'
import type { IndexState } from '../../../shared/protocol/run-query.ts'
import type { RunSummary } from '../../../shared/protocol/views.ts'
import { fromWireError, toWireError } from '../../../shared/protocol/wire-error.ts'
import { AskedThread } from '../../engine/asked-thread.ts'
import type { IndexQuestions, IndexTask, IndexTold } from './index-protocol.ts'

export interface IndexListener {
  /** @param isPartial more has changed than is told */
  changed(changed: readonly RunSummary[], removed: readonly string[], isPartial: boolean): void
  state(state: IndexState): void
  notice(error: LabError): void
}

export class RunIndex {
  readonly #thread: AskedThread<IndexQuestions, IndexTold>
  readonly #listener: IndexListener

  constructor(home: string, listener: IndexListener) {
    this.#listener = listener
    const task: IndexTask = { home }
    this.#thread = new AskedThread({
      name: 'index-thread',
      task,
      told: (told) => this.#hear(told),
      explainEnd,
      ended: (error) => listener.notice(error),
    })
    this.#thread.start()
  }

  /** @throws LabError `run-index` when the thread has ended, `run-folder` */
  ask<Question extends keyof IndexQuestions>(
    question: Question,
    ask: IndexQuestions[Question]['ask'],
  ): Promise<IndexQuestions[Question]['answer']> {
    return this.#thread.ask(question, ask)
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
  return new LabError('run-index', 'the index of the runs cannot be used.', {
    where: 'the thread of the index',
    found: typeof cause === 'string' ? cause : toWireError(cause).message,
    remedy:
      'Start the lab again; if that does not help, install its packages again with `npm ci`. The runs themselves are not touched.',
    cause,
  })
}
