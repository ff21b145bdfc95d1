/** Designs as the lab asks for them: questions go to a thread of their own, which is started anew where the last one has ended. */
import { LabError } from '../../../shared/protocol/errors.ts'
import { toWireError } from '../../../shared/protocol/wire-error.ts'
import { AskedThread } from '../../engine/asked-thread.ts'
import type { DesignQuestions, DesignTask } from './design-protocol.ts'

export class DesignDesk {
  readonly #task: DesignTask
  #thread: AskedThread<DesignQuestions>

  /** @param home where relative paths of own series start, and its runs */
  constructor(home: string) {
    this.#task = { home }
    this.#thread = this.#newThread()
  }

  /** Begins to load the thread, which the first question needs. */
  start(): void {
    this.#thread.start()
  }

  /** @throws LabError of what is wrong with the design; `worker` when its thread has died over it */
  ask<Question extends keyof DesignQuestions>(
    question: Question,
    ask: DesignQuestions[Question]['ask'],
  ): Promise<DesignQuestions[Question]['answer']> {
    if (this.#thread.failure) this.#thread = this.#newThread()
    return this.#thread.ask(question, ask)
  }

  close(): Promise<void> {
    return this.#thread.terminate()
  }

  #newThread(): AskedThread<DesignQuestions> {
    return new AskedThread({ name: 'design-thread', task: this.#task, explainEnd })
  }
}

function explainEnd(cause: unknown): LabError {
  return new LabError('worker', 'the design could not be read to its end.', {
    where: 'the thread of the designs',
    found: typeof cause === 'string' ? cause : toWireError(cause).message,
    remedy: 'Try again. If the design has a large file, save it as NPZ, which takes less memory.',
    cause,
  })
}
