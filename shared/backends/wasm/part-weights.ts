/** A part's parameters as the kernels want them: matrices packed in panels (and their transpose for the way back), vectors padded, and sums of gradients. */
import type { FlatParameters } from './flat-parameters.ts'
import type { LinearMemory } from './memory.ts'
import { padTo, rowFloats, type Packing, type PartPlan, type ProjectPlan } from './part-plan.ts'
import type { Tile } from './products.ts'
import { overShares, type Tape } from './tape.ts'

/** Where a symbol's values begin in the flat parameters. */
export type SymbolStart = (symbol: string) => number

export interface PackedProject {
  readonly plan: ProjectPlan
  /** Addresses of the panels for each way. */
  readonly forward: number
  readonly backward: number
  /** Sums of gradients [gates * gateStride, panels * columns], rows gradientRowBytes apart. */
  readonly gradient: number
  readonly gradientRowBytes: number
  /** Panels of the tile's columns in a row. */
  readonly gradientPanels: number
  readonly gradientRows: number
}

const packedFloats = ({ panels, depth }: Packing, tile: Tile): number => panels * depth * tile.columns

/** Bytes from one row of a project's gradient to the next: whole panels. */
const gradientRowBytes = ({ inSize }: ProjectPlan, tile: Tile): number =>
  rowFloats(Math.ceil(inSize / tile.columns) * tile.columns) * 4

const gradientRows = ({ matrices, gateStride }: ProjectPlan): number => matrices.length * gateStride

/** Sizes of the large buffers of a part's weights. */
export function weightBytes({ projects }: PartPlan, tile: Tile): number[] {
  return projects.flatMap((project) => [
    4 * packedFloats(project.packing.forward, tile),
    4 * packedFloats(project.packing.backward, tile),
    gradientRows(project) * gradientRowBytes(project, tile),
  ])
}

export class PartWeights {
  readonly projects: ReadonlyMap<number, PackedProject>
  /** Addresses of vectors by their keys, and of their gradients' sums. */
  readonly vectors: ReadonlyMap<string, number>
  readonly vectorSums: ReadonlyMap<string, number>
  readonly #plan: PartPlan
  readonly #flat: FlatParameters
  readonly #startOf: SymbolStart
  readonly #tile: Tile

  constructor(memory: LinearMemory, plan: PartPlan, flat: FlatParameters, startOf: SymbolStart, tile: Tile) {
    this.#plan = plan
    this.#flat = flat
    this.#startOf = startOf
    this.#tile = tile
    const zeros = (floats: number): number => {
      const address = memory.allocate(floats * 4)
      memory.floats.fill(0, address / 4, address / 4 + floats)
      return address
    }
    this.projects = new Map(
      plan.projects.map((project): [number, PackedProject] => {
        const packed: PackedProject = {
          plan: project,
          forward: zeros(packedFloats(project.packing.forward, tile)),
          backward: zeros(packedFloats(project.packing.backward, tile)),
          gradient: memory.allocate(gradientRows(project) * gradientRowBytes(project, tile)),
          gradientRowBytes: gradientRowBytes(project, tile),
          gradientPanels: Math.ceil(project.inSize / tile.columns),
          gradientRows: gradientRows(project),
        }
        return [project.project, packed]
      }),
    )
    this.vectors = new Map(plan.vectors.map(({ key, size }) => [key, zeros(padTo(size, 4))]))
    this.vectorSums = new Map(
      plan.vectorSums.map(({ vector: { key, size } }) => [key, memory.allocate(padTo(size, 4) * 4)]),
    )
  }

  /** Packs all matrices and vectors; once per optimiser step. Their padding was cleared when they were allocated. */
  pack(tape: Tape): void {
    const { columns } = this.#tile
    for (const { plan, forward, backward } of this.projects.values()) {
      const { depth: forwardDepth } = plan.packing.forward
      const { depth: backwardDepth } = plan.packing.backward
      const sourceRowBytes = plan.inSize * 4
      plan.matrices.forEach((symbol, gate) => {
        const source = this.#parametersOf(symbol)
        const firstRow = gate * plan.gateStride
        // Panels of rows: columns of the transposed matrix. A gate may begin or end inside one.
        overShares(tape.threads, plan.outSize, columns, (thread, from, count) => {
          let row = from
          while (row < from + count) {
            const packedRow = firstRow + row
            const rows = Math.min(from + count - row, columns - (packedRow % columns))
            const panel = Math.floor(packedRow / columns)
            tape.call(thread, 'copyTransposed', [
              forward + 4 * (panel * columns * forwardDepth + (packedRow % columns)),
              columns * 4,
              source + row * sourceRowBytes,
              sourceRowBytes,
              rows,
              plan.inSize,
            ])
            row += rows
          }
        })
        // Panels of columns: their rows as they stand.
        overShares(tape.threads, plan.inSize, columns, (thread, from, count) => {
          for (let column = from; column < from + count; column += columns)
            tape.call(thread, 'copyRows', [
              backward + 4 * ((column / columns) * backwardDepth + firstRow) * columns,
              columns * 4,
              0,
              source + 4 * column,
              sourceRowBytes,
              0,
              1,
              plan.outSize,
              Math.min(columns, from + count - column),
            ])
        })
      })
    }
    for (const { key, symbol, size, isNumber } of this.#plan.vectors) {
      const [address, source] = [this.vectors.get(key)!, this.#parametersOf(symbol)]
      // A number is copied to a column of `size` rows of one float.
      const [rowBytes, rows, columns] = isNumber ? [4, size, 1] : [0, 1, size]
      tape.call(0, 'copyRows', [address, rowBytes, 0, source, 0, 0, 1, rows, columns])
    }
  }

  /** Sets the sums of gradients to zero. */
  clearGradients(tape: Tape): void {
    for (const { gradient, gradientRows, gradientRowBytes } of this.projects.values())
      overShares(tape.threads, gradientRows, 1, (thread, from, rows) =>
        tape.call(thread, 'clear', [gradient + from * gradientRowBytes, (rows * gradientRowBytes) / 16]),
      )
    for (const { vector } of this.#plan.vectorSums)
      tape.call(0, 'clear', [this.vectorSums.get(vector.key)!, Math.ceil(vector.size / 4)])
  }

  /** Adds the sums to the flat gradients. */
  addGradients(tape: Tape): void {
    for (const { plan, gradient, gradientRowBytes } of this.projects.values()) {
      if (plan.isFrozen) continue
      plan.matrices.forEach((symbol, gate) => {
        const source = gradient + gate * plan.gateStride * gradientRowBytes
        const rowBytes = plan.inSize * 4
        overShares(tape.threads, plan.outSize, 1, (thread, from, rows) =>
          tape.call(thread, 'addRows', [
            this.#gradientsOf(symbol) + from * rowBytes,
            rowBytes,
            source + from * gradientRowBytes,
            gradientRowBytes,
            rows,
            plan.inSize,
          ]),
        )
      })
    }
    for (const { vector } of this.#plan.vectorSums) {
      const [target, source] = [this.#gradientsOf(vector.symbol), this.vectorSums.get(vector.key)!]
      // The entries of a number's sums are added up as rows of one float.
      if (vector.isNumber) tape.call(0, 'addRows', [target, 0, source, 4, vector.size, 1])
      else tape.call(0, 'addRow', [target, source, vector.size])
    }
  }

  #parametersOf(symbol: string): number {
    return this.#flat.parameters.byteOffset + 4 * this.#startOf(symbol)
  }

  #gradientsOf(symbol: string): number {
    return this.#flat.gradients.byteOffset + 4 * this.#startOf(symbol)
  }
}
