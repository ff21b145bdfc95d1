/**
 * When a picture that changes all the time is drawn anew: at once if it was cheap, seldom if it was dear, so that drawing takes a small share
 * of the page's time on any machine and fewer than one frame in twenty is late. Requests enter, calls of `draw` leave.
 */

/** After a drawing, so many times as long is left to everything else. */
const REST = 20
const SHORTEST_REST_MS = 30
/** Even a slow machine shows that something moves. */
const LONGEST_REST_MS = 2000
/** What a drawing may take without being noticed: a frame. */
const FREE_MS = 17

export interface PaceClock {
  now(): number
  nextFrame(callback: () => void): number
  cancelFrame(frame: number): void
  later(callback: () => void, ms: number): number
  cancelLater(timer: number): void
}

const PAGE_CLOCK: PaceClock = {
  now: () => performance.now(),
  nextFrame: (callback) => requestAnimationFrame(callback),
  cancelFrame: (frame) => cancelAnimationFrame(frame),
  later: (callback, ms) => window.setTimeout(callback, ms),
  cancelLater: (timer) => window.clearTimeout(timer),
}

/** @param costMs of a drawing, up to the moment when the page was free again */
export function restAfter(costMs: number): number {
  return Math.min(LONGEST_REST_MS, Math.max(SHORTEST_REST_MS, REST * Math.max(0, costMs - FREE_MS)))
}

export class DrawingPace {
  readonly #draw: () => void
  readonly #clock: PaceClock
  #state: 'idle' | 'drawing' | 'resting' = 'idle'
  #isWanted = false
  #frame = 0
  #timer = 0

  constructor(draw: () => void, clock: PaceClock = PAGE_CLOCK) {
    this.#draw = draw
    this.#clock = clock
  }

  /** Something has changed. */
  request(): void {
    this.#isWanted = true
    if (this.#state === 'idle') this.#begin()
  }

  /** Draws what waits without resting first: nothing will come after it. */
  flush(): void {
    if (!this.#isWanted) return
    this.stop()
    this.#draw()
  }

  stop(): void {
    this.#clock.cancelFrame(this.#frame)
    this.#clock.cancelLater(this.#timer)
    this.#isWanted = false
    this.#state = 'idle'
  }

  #begin(): void {
    this.#state = 'drawing'
    this.#frame = this.#clock.nextFrame(() => {
      const beginMs = this.#clock.now()
      this.#isWanted = false
      this.#draw()
      // Charts draw in the frame after they were told; then the page is free when the next task runs.
      this.#frame = this.#clock.nextFrame(() => {
        this.#timer = this.#clock.later(() => this.#rest(this.#clock.now() - beginMs), 0)
      })
    })
  }

  #rest(costMs: number): void {
    this.#state = 'resting'
    this.#timer = this.#clock.later(() => {
      this.#state = 'idle'
      if (this.#isWanted) this.#begin()
    }, restAfter(costMs))
  }
}
