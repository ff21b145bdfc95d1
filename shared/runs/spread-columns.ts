/**
 * Spreads over time in bounded room: moments enter in order, columns leave. When there are too many, neighbours of one phase are added together,
 * so that every value that was counted still is.
 */
import { sliceKey, sumSpreads, type PartSpread, type SpreadMoment } from './spreads.ts'

/** What was measured at a few steps that follow each other. */
export interface SpreadColumn {
  readonly phase: SpreadMoment['phase']
  /** Of the phase, inclusive. */
  readonly fromStep: number
  readonly toStep: number
  readonly momentCount: number
  /** Sums over the moments. */
  readonly parts: readonly PartSpread[]
}

export class SpreadColumns {
  readonly #most: number
  /** Moments of a full column. */
  #stride = 1
  #columns: SpreadColumn[] = []

  /** @param most at least 4: each phase has one column, and one to go on with */
  constructor(most: number) {
    this.#most = most
  }

  get columns(): readonly SpreadColumn[] {
    return this.#columns
  }

  push({ phase, step, parts }: SpreadMoment): void {
    this.#add(this.#columns, { phase, fromStep: step, toStep: step, momentCount: 1, parts })
    while (this.#columns.length > this.#most) {
      this.#stride *= 2
      const merged: SpreadColumn[] = []
      for (const column of this.#columns) this.#add(merged, column)
      this.#columns = merged
    }
  }

  #add(columns: SpreadColumn[], column: SpreadColumn): void {
    const last = columns.at(-1)
    const isMerged = last?.phase === column.phase && last.momentCount + column.momentCount <= this.#stride
    if (isMerged) columns[columns.length - 1] = merge(last, column)
    else columns.push(column)
  }
}

function merge(a: SpreadColumn, b: SpreadColumn): SpreadColumn {
  const byPart = new Map<string, PartSpread[]>()
  for (const part of [...a.parts, ...b.parts]) {
    const known = byPart.get(sliceKey(part))
    if (known) known.push(part)
    else byPart.set(sliceKey(part), [part])
  }
  return {
    phase: a.phase,
    fromStep: a.fromStep,
    toStep: b.toStep,
    momentCount: a.momentCount + b.momentCount,
    parts: [...byPart.values()].map((same) => {
      const { layerIndex, partIndex } = same[0]!
      return { layerIndex, partIndex, ...sumSpreads(same) }
    }),
  }
}
