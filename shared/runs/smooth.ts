/**
 * Smoothing of a curve for the eye, over its steps: values with their positions enter in order, smoothed values leave, and the state from
 * which whoever has the next values goes on. Of a whole series, so that a value is the same whatever part of it is looked at; the curve
 * itself is always drawn beside it. Which series may be smoothed stands in series.ts.
 */

/** How far a curve is smoothed: enough to go on with its next value. */
export interface SmoothingState {
  /** Σ w^(p_n - p_i) x_i over the values so far. */
  readonly sum: number
  /** Σ w^(p_n - p_i), the same without the values. */
  readonly total: number
  /** p_n, of the last value. */
  readonly position: number
}

const NOTHING_YET: SmoothingState = { sum: 0, total: 0, position: 0 }

/**
 * The exponential moving average without its bias towards the start (Kingma & Ba 2015, section 3), where a value of k steps ago has the
 * weight w^k, however many values lie between: s_n = Σ w^(p_n - p_i) x_i / Σ w^(p_n - p_i).
 */
export class StepSmoother {
  readonly #weight: number
  #sum: number
  #total: number
  #position: number

  /** @param weight of the past a step, in [0, 1) @param state what came before */
  constructor(weight: number, { sum, total, position }: SmoothingState = NOTHING_YET) {
    this.#weight = weight
    this.#sum = sum
    this.#total = total
    this.#position = position
  }

  get state(): SmoothingState {
    return { sum: this.#sum, total: this.#total, position: this.#position }
  }

  /** @returns the smoothed value there. @param position not before the last one */
  push(position: number, value: number): number {
    const steps = position - this.#position
    // Most values follow each other step by step, and the power is what would take the time.
    const kept = steps === 1 ? this.#weight : this.#weight ** steps
    this.#sum = kept * this.#sum + value
    this.#total = kept * this.#total + 1
    this.#position = position
    return this.#sum / this.#total
  }
}

/**
 * A whole column at once, by the same arithmetic as StepSmoother but without an object's fields in the loop: a drag of the smoothing asks for
 * millions of values again and again.
 * @param values NaN where there is none
 * @param wanted indices in order; the last one ends the column and is not wanted itself
 * @returns the smoothed values there, null where there is no value, and the state before the last index
 */
export function smoothColumn(
  positions: Float64Array,
  values: Float64Array,
  wanted: readonly number[],
  weight: number,
): { readonly smoothed: (number | null)[]; readonly state: SmoothingState } {
  const smoothed: (number | null)[] = []
  let { sum, total, position } = NOTHING_YET
  let index = 0
  for (const [place, next] of wanted.entries()) {
    const isWanted = place < wanted.length - 1
    for (const end = isWanted ? next + 1 : next; index < end; index++) {
      const value = values[index]!
      if (Number.isNaN(value)) continue
      const steps = positions[index]! - position
      const kept = steps === 1 ? weight : weight ** steps
      sum = kept * sum + value
      total = kept * total + 1
      position = positions[index]!
    }
    if (isWanted) smoothed.push(Number.isNaN(values[next]!) ? null : sum / total)
  }
  return { smoothed, state: { sum, total, position } }
}
