/** A part's parameters as the kernels want them: matrices packed in panels (and their transpose for the way back), vectors padded, and sums of gradients. */
import type { MatrixUse } from '../../../compiler/ir.ts'
import type { Tile } from '../emit/products.ts'
import { NUMBER_FLOATS, padTo, rowFloats } from '../plan/padding.ts'
import type { Packing, PartLayout, ProjectLayout } from '../plan/part-layout.ts'
import type { FlatParameters } from './flat-parameters.ts'
import type { LinearMemory } from './memory.ts'
import { overShares, type Tape } from './tape.ts'

/** Where a symbol's values begin in the flat parameters. */
export type SymbolStart = (symbol: string) => number

export interface PackedProject {
  readonly layout: ProjectLayout
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
const gradientRowBytes = ({ inSize }: ProjectLayout, tile: Tile): number =>
  rowFloats(Math.ceil(inSize / tile.columns) * tile.columns) * 4

const gradientRows = ({ matrices, gateStride }: ProjectLayout): number => matrices.length * gateStride

/** Of the flat parameters and gradients: a row is what the matrix itself reads. */
const parameterRowBytes = ({ inSize, outSize }: ProjectLayout, { isTransposed }: MatrixUse): number =>
  4 * (isTransposed ? outSize : inSize)

/** Rows of floats in memory. */
interface Rows {
  readonly address: number
  readonly rowBytes: number
}

/** Puts `width` rows of a parameter, from `first` on, side by side: target[i][w] = source[first + w][i]. */
type CopyPanel = (
  tape: Tape,
  thread: number,
  target: Rows,
  source: Rows,
  first: number,
  width: number,
  depth: number,
) => void

const copyRows: CopyPanel = (tape, thread, target, source, first, width, depth) =>
  tape.call(thread, 'copyTransposed', [
    target.address,
    target.rowBytes,
    source.address + first * source.rowBytes,
    source.rowBytes,
    width,
    depth,
  ])

/** The same with columns, which stand side by side: target[i][w] = source[i][first + w]. */
const copyColumns: CopyPanel = (tape, thread, target, source, first, width, depth) =>
  tape.call(thread, 'copyRows', [
    target.address,
    target.rowBytes,
    0,
    source.address + 4 * first,
    source.rowBytes,
    0,
    1,
    depth,
    width,
  ])

/** Sizes of the large buffers of a part's weights. */
export function weightBytes({ projects }: PartLayout, tile: Tile): number[] {
  return [...projects.values()].flatMap((project) => [
    4 * packedFloats(project.packing.forward, tile),
    4 * packedFloats(project.packing.backward, tile),
    gradientRows(project) * gradientRowBytes(project, tile),
  ])
}

export class PartWeights {
  readonly projects: ReadonlyMap<number, PackedProject>
  /** Addresses of vectors and numbers by symbol, and of their gradients' sums. */
  readonly vectors: ReadonlyMap<string, { readonly address: number; readonly size: number | null }>
  readonly vectorSums: ReadonlyMap<string, number>
  readonly #layout: PartLayout
  readonly #flat: FlatParameters
  readonly #startOf: SymbolStart
  readonly #tile: Tile

  /** @param vectorSizes null for a number */
  constructor(
    memory: LinearMemory,
    layout: PartLayout,
    vectorSizes: ReadonlyMap<string, number | null>,
    flat: FlatParameters,
    startOf: SymbolStart,
    tile: Tile,
  ) {
    this.#layout = layout
    this.#flat = flat
    this.#startOf = startOf
    this.#tile = tile
    const zeros = (floats: number): number => {
      const address = memory.allocate(floats * 4)
      memory.floats.fill(0, address / 4, address / 4 + floats)
      return address
    }
    this.projects = new Map(
      [...layout.projects.values()].map((project): [number, PackedProject] => {
        const packed: PackedProject = {
          layout: project,
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
    this.vectors = new Map(
      [...vectorSizes].map(([symbol, size]) => [symbol, { address: zeros(padTo(size ?? NUMBER_FLOATS, 4)), size }]),
    )
    this.vectorSums = new Map(
      layout.vectorSums.map(({ symbol, size }) => [symbol, memory.allocate(padTo(size, 4) * 4)]),
    )
  }

  /** Packs all matrices and vectors; once per optimiser step. Their padding was cleared when they were allocated. */
  pack(tape: Tape): void {
    const { columns } = this.#tile
    for (const { layout, forward, backward } of this.projects.values()) {
      const { depth: forwardDepth } = layout.packing.forward
      const { depth: backwardDepth } = layout.packing.backward
      layout.matrices.forEach((matrix, gate) => {
        const source = { address: this.#parametersOf(matrix.symbol), rowBytes: parameterRowBytes(layout, matrix) }
        const [across, along] = matrix.isTransposed ? [copyColumns, copyRows] : [copyRows, copyColumns]
        const firstRow = gate * layout.gateStride
        // Panels of rows: columns of the transposed matrix. A gate may begin or end inside one.
        overShares(tape, layout.outSize, columns, (thread, from, count) => {
          let row = from
          while (row < from + count) {
            const packedRow = firstRow + row
            const rows = Math.min(from + count - row, columns - (packedRow % columns))
            const panel = Math.floor(packedRow / columns)
            const address = forward + 4 * (panel * columns * forwardDepth + (packedRow % columns))
            across(tape, thread, { address, rowBytes: columns * 4 }, source, row, rows, layout.inSize)
            row += rows
          }
        })
        // Panels of columns: their rows as they stand.
        overShares(tape, layout.inSize, columns, (thread, from, count) => {
          for (let column = from; column < from + count; column += columns) {
            const width = Math.min(columns, from + count - column)
            const address = backward + 4 * ((column / columns) * backwardDepth + firstRow) * columns
            along(tape, thread, { address, rowBytes: columns * 4 }, source, column, width, layout.outSize)
          }
        })
      })
    }
    for (const [symbol, { address, size }] of this.vectors) {
      // A number becomes equal floats: as many rows of one.
      const [rowBytes, rows, columns] = size === null ? [4, NUMBER_FLOATS, 1] : [0, 1, size]
      tape.call(0, 'copyRows', [address, rowBytes, 0, this.#parametersOf(symbol), 0, 0, 1, rows, columns])
    }
  }

  /** Sets the sums of gradients to zero. */
  clearGradients(tape: Tape): void {
    for (const { gradient, gradientRows, gradientRowBytes } of this.projects.values())
      overShares(tape, gradientRows, 1, (thread, from, rows) =>
        tape.call(thread, 'clear', [gradient + from * gradientRowBytes, (rows * gradientRowBytes) / 16]),
      )
    for (const { symbol, size } of this.#layout.vectorSums)
      tape.call(0, 'clear', [this.vectorSums.get(symbol)!, Math.ceil(size / 4)])
  }

  /** Adds the sums to the flat gradients. */
  addGradients(tape: Tape): void {
    for (const { layout, gradient, gradientRowBytes } of this.projects.values()) {
      if (layout.isFrozen) continue
      layout.matrices.forEach((matrix, gate) => {
        const source = gradient + gate * layout.gateStride * gradientRowBytes
        const target = this.#gradientsOf(matrix.symbol)
        const rowBytes = parameterRowBytes(layout, matrix)
        // By rows of the parameter, whichever way it is used: what several uses add to one row is added by one thread, in their order.
        if (matrix.isTransposed)
          overShares(tape, layout.inSize, 1, (thread, from, rows) =>
            tape.call(thread, 'addTransposed', [
              target + from * rowBytes,
              rowBytes,
              source + 4 * from,
              gradientRowBytes,
              layout.outSize,
              rows,
            ]),
          )
        else
          overShares(tape, layout.outSize, 1, (thread, from, rows) =>
            tape.call(thread, 'addRows', [
              target + from * rowBytes,
              rowBytes,
              source + from * gradientRowBytes,
              gradientRowBytes,
              rows,
              layout.inSize,
            ]),
          )
      })
    }
    for (const { symbol, size } of this.#layout.vectorSums)
      tape.call(0, 'addRow', [this.#gradientsOf(symbol), this.vectorSums.get(symbol)!, size])
  }

  /** A vector's values as they are now. */
  vectorValues(symbol: string): Float32Array {
    const start = this.#startOf(symbol)
    return this.#flat.parameters.subarray(start, start + this.vectors.get(symbol)!.size!)
  }

  /** Adds rows to a vector's flat gradient, one after the other; on the thread that adds the sums of vectors. */
  addRowsToGradient(tape: Tape, symbol: string, address: number, rowBytes: number, rows: number): void {
    const { size } = this.vectors.get(symbol)!
    tape.call(0, 'addRows', [this.#gradientsOf(symbol), 0, address, rowBytes, rows, size!])
  }

  #parametersOf(symbol: string): number {
    return this.#flat.parameters.byteOffset + 4 * this.#startOf(symbol)
  }

  #gradientsOf(symbol: string): number {
    return this.#flat.gradients.byteOffset + 4 * this.#startOf(symbol)
  }
}
