/**
 * Runs that windows have on their screens, as far as the index can tell: ids enter as they are asked for, the last ones leave. A window that
 * asks for nothing any more is closed, or nobody changes anything under it.
 */
/** More than a few windows show. */
export const MOST_SHOWN = 512
const SHOWN_MS = 10 * 60_000

export class ShownRuns {
  /** The last asked for last. */
  readonly #ids = new Set<string>()
  #askedMs = -Infinity

  note(ids: readonly string[]): void {
    for (const id of ids) {
      this.#ids.delete(id)
      this.#ids.add(id)
    }
    this.#askedMs = performance.now()
    for (const oldest of this.#ids) {
      if (this.#ids.size <= MOST_SHOWN) break
      this.#ids.delete(oldest)
    }
  }

  ids(): readonly string[] {
    return performance.now() - this.#askedMs > SHOWN_MS ? [] : [...this.#ids]
  }
}
