/**
 * Messages to one page, numbered, and which of them it has not worked through yet. Electron does not tell how much waits in its pipe; a page
 * that answers each message tells it, and also when it is too busy to answer.
 */

/** So many batches behind, a window is slow: a quarter of a second at 30 a second. */
export const MOST_UNANSWERED = 8

/** Counts for all pages together, so that a late answer of an earlier page of the same window is no answer to its next one. */
let lastNumber = 0

export class Outbox<Message> {
  readonly #transmit: (number: number, message: Message) => void
  #unanswered: number[] = []

  constructor(transmit: (number: number, message: Message) => void) {
    this.#transmit = transmit
  }

  send(message: Message): void {
    const number = ++lastNumber
    this.#unanswered.push(number)
    this.#transmit(number, message)
  }

  /** The page has worked through this message and those before it. */
  received(number: number): void {
    this.#unanswered = this.#unanswered.filter((sent) => sent > number)
  }

  get isCongested(): boolean {
    return this.#unanswered.length >= MOST_UNANSWERED
  }
}
