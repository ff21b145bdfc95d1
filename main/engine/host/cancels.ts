/** Work that can be cancelled by an id of the asker's: a signal goes in with it, and whoever knows the id ends it. */
export class Cancels {
  /** By the ids of work that runs or waits. */
  readonly #controllers = new Map<string, AbortController>()

  async run<Result>(id: string, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
    const controller = new AbortController()
    this.#controllers.set(id, controller)
    try {
      return await work(controller.signal)
    } finally {
      // Another may have been begun under the same id since.
      if (this.#controllers.get(id) === controller) this.#controllers.delete(id)
    }
  }

  /** @param id null: all of it */
  cancel(id: string | null): void {
    for (const [known, controller] of this.#controllers) if (id === null || known === id) controller.abort()
  }
}
