/** Gathers what comes often into few messages: items enter one by one, at most one batch an interval leaves, in order. */

/** 30 batches a second. */
export const BATCH_INTERVAL_MS = 1000 / 30

export class EventBatcher<Item> {
  readonly #send: (items: Item[]) => void
  readonly #intervalMs: number
  #items: Item[] = []
  #lastSentMs = -Infinity
  #timer: NodeJS.Timeout | null = null

  constructor(send: (items: Item[]) => void, intervalMs = BATCH_INTERVAL_MS) {
    this.#send = send
    this.#intervalMs = intervalMs
  }

  /** Sends at once if the last batch is long enough ago; a thread that computes would come late to its timer. */
  push(item: Item): void {
    this.#items.push(item)
    const waitMs = this.#lastSentMs + this.#intervalMs - performance.now()
    if (waitMs <= 0) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), waitMs)
  }

  flush(): void {
    if (this.#timer) clearTimeout(this.#timer)
    this.#timer = null
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#lastSentMs = performance.now()
    this.#send(items)
  }
}
