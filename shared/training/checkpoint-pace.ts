/**
 * How often a run saves itself on its way: when checkpoints were written enters, whether the next one is due leaves. Epochs may have three
 * steps, and a checkpoint may take longer than all of them. Only what a kill loses depends on it, no bit of a result.
 */

/** A checkpoint takes at most this share of the time. */
const MOST_SHARE = 0.01
/** After so long it is due whatever it costs: a kill is not to lose more. */
const LONGEST_WAIT_MS = 60_000

export class CheckpointPace {
  #savedMs: number
  #costMs = 0

  /** @param beginMs times are milliseconds of any one clock */
  constructor(beginMs: number) {
    this.#savedMs = beginMs
  }

  /** One was written. */
  note(begunMs: number, savedMs: number): void {
    this.#costMs = savedMs - begunMs
    this.#savedMs = savedMs
  }

  isDue(nowMs: number): boolean {
    const passedMs = Math.abs(nowMs - this.#savedMs) // a clock may be set back
    return passedMs >= Math.min(LONGEST_WAIT_MS, this.#costMs / MOST_SHARE)
  }
}
