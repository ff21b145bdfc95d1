/** The side of a thread that is asked: questions enter with whoever answers them, answers and errors leave. See asked-thread.ts. */
import { parentPort, type MessagePort } from 'node:worker_threads'
import { toWireError } from '../../shared/errors/wire-error.ts'
import type { FromAnswering, Questions, ToAnswering } from './asked-thread.ts'

export type Answers<Asked extends Questions> = {
  readonly [Question in keyof Asked]: (
    ask: Asked[Question]['ask'],
  ) => Asked[Question]['answer'] | Promise<Asked[Question]['answer']>
}

export interface AnsweringPort<Told> {
  /** Tells whoever asks something that was not asked for. */
  tell(told: Told): void
  /** Stops listening, so that the thread can end. */
  close(): void
}

const send = (port: MessagePort, message: FromAnswering): void => port.postMessage(message)

export function answeringPort<Told>(): AnsweringPort<Told> {
  const port = parentPort!
  return { tell: (told) => send(port, { kind: 'told', told }), close: () => port.close() }
}

export function answerQuestions<Asked extends Questions>(answers: Answers<Asked>): void {
  const port = parentPort!
  port.on('message', ({ id, question, ask }: ToAnswering) => {
    send(port, { kind: 'begun', id })
    Promise.resolve()
      .then(() => answers[question]!(ask))
      .then(
        (answer) => send(port, { kind: 'answer', id, answer }),
        (error: unknown) => send(port, { kind: 'error', id, error: toWireError(error) }),
      )
  })
}
