/**
 * Keeps the line on the disk as it changes, so that it survives the lab: the jobs are asked for and written, changes of one moment once, one
 * write at a time. A write that fails is told and tried again; training never waits for it. What is kept is queue-store.ts's.
 */
import type { KeptJob } from '../store/queue-file.ts'
import type { QueueStore } from '../store/queue-store.ts'

const RETRY_MS = 30_000

export class QueueKeeper {
  readonly #store: QueueStore
  readonly #jobs: () => readonly KeptJob[]
  readonly #notice: (error: unknown) => void
  /** The line as it was when it was frozen. */
  #frozen: readonly KeptJob[] | null = null
  #isChanged = false
  #writing: Promise<void> | null = null
  /** As JSON; null where it is not known what stands there. */
  #written: string | null = null
  /** Whether the user knows that it fails. */
  #isToldOf = false
  #retryTimer: NodeJS.Timeout | null = null
  #closing: Promise<void> | null = null

  /** @param jobs the line as it is, in its order */
  constructor(store: QueueStore, jobs: () => readonly KeptJob[], notice: (error: unknown) => void) {
    this.#store = store
    this.#jobs = jobs
    this.#notice = notice
  }

  /** The line may be another. */
  note(): void {
    if (this.#frozen === null) this.#writeSoon()
  }

  /** Keeps the line as it is now, whatever becomes of it. */
  freeze(): void {
    this.#frozen ??= this.#jobs()
  }

  /** Resolves when the line is on the disk, for the next lab to take; whatever could not be written was told. */
  close(): Promise<void> {
    this.#closing ??= this.#writeAndClose()
    return this.#closing
  }

  async #writeAndClose(): Promise<void> {
    this.freeze()
    this.#writeSoon()
    await this.#writing
    if (this.#retryTimer !== null) clearTimeout(this.#retryTimer)
    await this.#store.close()
  }

  #writeSoon(): void {
    this.#isChanged = true
    this.#writing ??= this.#writeAll()
  }

  async #writeAll(): Promise<void> {
    while (this.#isChanged) {
      await new Promise((resolve) => setImmediate(resolve)) // more may change at this moment
      this.#isChanged = false
      await this.#write(this.#frozen ?? this.#jobs())
    }
    this.#writing = null
  }

  async #write(jobs: readonly KeptJob[]): Promise<void> {
    const text = JSON.stringify(jobs)
    if (text === this.#written) return
    try {
      await this.#store.save(jobs)
      this.#written = text
      this.#isToldOf = false
    } catch (error) {
      this.#written = null // it may be half written
      if (!this.#isToldOf) this.#notice(error)
      this.#isToldOf = true
      this.#retryTimer ??= setTimeout(() => {
        this.#retryTimer = null
        this.note()
      }, RETRY_MS).unref()
    }
  }
}
