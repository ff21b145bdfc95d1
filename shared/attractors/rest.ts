/**
 * Whether one state has come to rest: the blocks of steps that it goes through under a constant input enter, a verdict a block leaves. A small
 * residual says nothing: a leak of 1e-5 a step, or a drift of 1e-7, has far to go. What counts is the way still to go, r ρ/(1 − ρ), with r the
 * state's speed and ρ its decay per step. Both are judged by how far it has come in 64 to 1024 steps, where rounding does not add up and a drift does; and ρ is never taken
 * from a decay that was seen, since a slow one may lie under a fast one.
 */
import { LONGEST_PERIOD } from './convergence.ts'
import { squaredDistance, type Slice } from './distances.ts'

/** Steps of a block: the longest period, so that a cycle of any period up to it is seen within one. */
export const REST_BLOCK_STEPS = LONGEST_PERIOD

/**
 * The slowest decay that is looked for, per step: any state might hide a leak of this kind, so its way to go is taken with it. A state at rest would
 * not go ε/4 at its speed in all the steps that a measurement may take.
 */
const SLOWEST_DECAY = 1e-5
/** So many steps a measurement may take at most. */
export const MOST_STEPS_TO_REST = 100_000

/** Over so many samples the state's way is measured. */
const LAGS = [1, 2, 4, 8, 16] as const
const LONGEST_LAG = 16

/** A state that hovers by rounding comes no farther in twice the time; one that drifts twice as far, and by chance √2. */
const HOVER_GROWTH = 1.25

/** Blocks between two looks for a period that does not divide that of the samples. */
const PERIOD_LOOK_BLOCKS = 8
/** So much nearer than after a stride must a state come back after another period for its samples to be taken with that one. */
const NEARER = 1 / 4

type Samples = readonly (Float32Array | Float64Array)[]

/** `lost`: not finite any more, and never again. */
export type RestVerdict = 'moving' | 'at-rest' | 'lost'

/**
 * Whether samples of a state, a stride of steps apart, show it at rest.
 * @param samples [width] each, the newest last; at most LONGEST_LAG + 1 count
 * @param stride steps between two samples: a multiple of the period, if the state is to be found on a cycle
 * @param slice the columns judged
 * @param epsilon ε of the comparison; a state is at rest with less than ε/4 to go
 */
export function isAtRest(samples: Samples, stride: number, slice: Slice, epsilon: number): boolean {
  const limit = epsilon / 4
  const newest = samples.length - 1
  /** How far the state came in `lag` samples, up to `end` samples ago. */
  const moved = (lag: number, end = 0): number =>
    Math.sqrt(squaredDistance(samples[newest - end]!, 0, samples[newest - end - lag]!, 0, slice))

  // r ρ/(1 − ρ) with the speed over the last 64 to 1024 steps, whatever is decaying faster: nothing to go where the bits have come back.
  let farthest = 0
  for (const lag of LAGS) {
    if (lag > newest) break
    farthest = Math.max(farthest, moved(lag))
    if (farthest < lag * stride * SLOWEST_DECAY * limit) return true
  }
  if (newest < LONGEST_LAG) return false

  // Rounding keeps it on the move, but has led it nowhere: all the while it was not farther off than it comes in the newer half.
  let reach = moved(LONGEST_LAG / 2)
  for (let end = 0; end < LONGEST_LAG / 2; end++) reach = Math.max(reach, moved(1, end))
  const whole = moved(LONGEST_LAG)
  return whole < limit && reach < limit && whole <= HOVER_GROWTH * reach
}

/** Follows one series. */
export class RestWatch {
  readonly #slice: Slice
  readonly #epsilon: number
  readonly #samples: (Float32Array | Float64Array)[] = []
  #stride = REST_BLOCK_STEPS
  #nextSample = 0
  #step = 0
  #blockCount = 0

  /** @param width of the whole state, all of which must be at rest */
  constructor(width: number, epsilon: number) {
    this.#slice = { width, offset: 0, size: width }
    this.#epsilon = epsilon
  }

  /**
   * @param steps of the block; fewer than REST_BLOCK_STEPS only in the first
   * @param stateAfter the state [width] after 0 .. steps steps of the block
   */
  look(steps: number, stateAfter: (step: number) => Float32Array | Float64Array): RestVerdict {
    const last = stateAfter(steps)
    if (!last.every(Number.isFinite)) return 'lost'
    const begin = this.#step
    this.#step += steps
    if (steps < REST_BLOCK_STEPS) this.#nextSample = this.#step
    this.#blockCount++
    let verdict: RestVerdict = 'moving'
    for (; this.#nextSample <= this.#step; this.#nextSample += this.#stride) {
      this.#samples.push(stateAfter(this.#nextSample - begin).slice())
      if (this.#samples.length > LONGEST_LAG + 1) this.#samples.shift()
      if (this.#samples.length > 1 && this.isAtRest(this.#slice)) verdict = 'at-rest'
    }
    if (verdict === 'moving' && steps === REST_BLOCK_STEPS && this.#blockCount % PERIOD_LOOK_BLOCKS === 0)
      this.#lookForPeriod(stateAfter)
    return verdict
  }

  /** Of some of the columns, as far as the state was followed. */
  isAtRest(slice: Slice): boolean {
    return this.#samples.length > 1 && isAtRest(this.#samples, this.#stride, slice, this.#epsilon)
  }

  /** On a cycle whose period does not divide the stride samples lie apart: then they are taken anew, with a stride that it divides. */
  #lookForPeriod(stateAfter: (step: number) => Float32Array | Float64Array): void {
    const last = stateAfter(REST_BLOCK_STEPS)
    const back = (period: number): number =>
      squaredDistance(last, 0, stateAfter(REST_BLOCK_STEPS - period), 0, this.#slice)
    const now = back(this.#stride)
    if (now < (this.#epsilon / 4) ** 2) return
    let nearest = now * NEARER ** 2
    let found: number | null = null
    for (let period = 1; period <= LONGEST_PERIOD; period++) {
      const distance = back(period)
      if (!(distance < nearest) || this.#stride % period === 0) continue
      nearest = distance
      found = period
    }
    if (found === null) return
    this.#stride = found * Math.floor(REST_BLOCK_STEPS / found)
    this.#samples.length = 0
    this.#samples.push(last.slice())
    this.#nextSample = this.#step + this.#stride
  }
}
