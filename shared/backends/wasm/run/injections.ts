/** Rows of adjoints that enter a part's way back at given steps, as its sweep wants them told (see sweep.ts). */
import { OPENING } from '../emit/sweep.ts'
import type { RowBlock } from '../plan/row-blocks.ts'

/** A row of adjoints that enters at a state after step `step`. */
export interface Injection {
  readonly step: number
  readonly row: number
  readonly state: number
  /** Address of `units` floats. */
  readonly source: number
}

/** A row whose adjoints begin after step `step` on the way back: what the steps behind it have left there is none. */
export interface Opening {
  readonly step: number
  readonly row: number
}

/** A block's openings and injections, the last step first; of a step, the openings first. */
export class InjectionList {
  readonly #sorted: readonly Injection[]
  readonly #block: RowBlock
  readonly #stateRowBytes: number
  #taken = 0

  constructor(openings: readonly Opening[], injections: readonly Injection[], block: RowBlock, stateRowBytes: number) {
    this.#sorted = [...openings.map((opening) => ({ ...opening, state: 0, source: OPENING })), ...injections]
      .filter(({ row }) => row >= block.start && row < block.start + block.count)
      .sort((a, b) => b.step - a.step)
    this.#block = block
    this.#stateRowBytes = stateRowBytes
  }

  /** The words of those at step `cut` and later that have not been taken; steps are counted from `cut`. */
  takeFrom(cut: number): number[] {
    const words: number[] = []
    for (; this.#taken < this.#sorted.length && this.#sorted[this.#taken]!.step >= cut; this.#taken++) {
      const { step, row, state, source } = this.#sorted[this.#taken]!
      words.push(step - cut, state, (row - this.#block.start) * this.#stateRowBytes, source)
    }
    return words
  }
}
