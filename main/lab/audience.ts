/**
 * Who hears the lab: its windows, and what else of a door follows it. Events enter and reach all of them; notices that come while there is no
 * window (the lab is opened before the first one) wait for the next.
 */
import type { LabEvent } from '../../shared/protocol/events.ts'

type Listener = (event: LabEvent) => void

/** As many as a window keeps. */
const MOST_WAITING = 20

export class Audience {
  readonly #listeners = new Set<Listener>()
  #windowCount = 0
  #waiting: LabEvent[] = []

  get isEmpty(): boolean {
    return this.#listeners.size === 0
  }

  tell(event: LabEvent): void {
    if (event.type === 'notice' && this.#windowCount === 0)
      this.#waiting = [...this.#waiting, event].slice(-MOST_WAITING)
    for (const listener of this.#listeners) listener(event)
  }

  /** Every event from now on. @returns ends it */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The same for a window: first of all it hears the notices that no window has heard. */
  listenAsWindow(listener: Listener): () => void {
    this.#windowCount++
    for (const notice of this.#waiting) listener(notice)
    this.#waiting = []
    const end = this.listen(listener)
    return () => {
      end()
      this.#windowCount--
    }
  }

  close(): void {
    this.#listeners.clear()
  }
}
