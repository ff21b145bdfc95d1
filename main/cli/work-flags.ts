/**
 * What the thread that hears the signals and the one that works tell each other, in memory that both share: it is seen at once, however long the
 * other's event loop does not turn.
 */

const SAVES = 0
const SAVE_ASKED = 1
const COLUMNS = 2
const FLAG_COUNT = 3

export class WorkFlags {
  /** Goes to the other thread, which makes its own view of it. */
  readonly buffer: SharedArrayBuffer
  readonly #flags: Int32Array

  constructor(buffer = new SharedArrayBuffer(FLAG_COUNT * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#flags = new Int32Array(buffer)
  }

  /** Whether the work saves itself when it is asked to; else it is given up at once. */
  get saves(): boolean {
    return Atomics.load(this.#flags, SAVES) === 1
  }

  set saves(saves: boolean) {
    Atomics.store(this.#flags, SAVES, saves ? 1 : 0)
  }

  get isSaveAsked(): boolean {
    return Atomics.load(this.#flags, SAVE_ASKED) === 1
  }

  askToSave(): void {
    Atomics.store(this.#flags, SAVE_ASKED, 1)
  }

  /** How wide the terminal is; 0 where there is none. */
  get columns(): number {
    return Atomics.load(this.#flags, COLUMNS)
  }

  set columns(columns: number) {
    Atomics.store(this.#flags, COLUMNS, columns)
  }
}
