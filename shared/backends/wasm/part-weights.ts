/** A part's parameters as the kernels want them: matrices packed in panels (and their transpose for the way back), vectors padded, and sums of gradients. */
import type { LinearMemory } from './memory.ts'
import { padTo, rowFloats, type Packing, type PartPlan, type ProjectPlan } from './part-plan.ts'
import type { Tile } from './products.ts'
import type { FloatArray } from '../recurrence.ts'

/** Where a symbol's values stand in the flat parameters. */
export type SymbolRange = (symbol: string) => { readonly start: number; readonly end: number }

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

export class PartWeights {
  readonly projects: ReadonlyMap<number, PackedProject>
  /** Addresses of vectors by symbol, and of their gradients' sums. */
  readonly vectors: ReadonlyMap<string, { readonly address: number; readonly size: number }>
  readonly vectorSums: ReadonlyMap<string, number>
  readonly #memory: LinearMemory
  readonly #plan: PartPlan
  readonly #rangeOf: SymbolRange
  readonly #tile: Tile

  constructor(
    memory: LinearMemory,
    plan: PartPlan,
    vectorSizes: ReadonlyMap<string, number>,
    rangeOf: SymbolRange,
    tile: Tile,
  ) {
    this.#memory = memory
    this.#plan = plan
    this.#rangeOf = rangeOf
    this.#tile = tile
    this.projects = new Map(
      plan.projects.map((project): [number, PackedProject] => {
        const rows = project.matrices.length * project.gateStride
        const gradientPanels = Math.ceil(project.inSize / tile.columns)
        const gradientRowBytes = rowFloats(gradientPanels * tile.columns) * 4
        const packed: PackedProject = {
          plan: project,
          forward: memory.allocate(packedFloats(project.packing.forward, tile) * 4),
          backward: memory.allocate(packedFloats(project.packing.backward, tile) * 4),
          gradient: memory.allocate(rows * gradientRowBytes),
          gradientRowBytes,
          gradientPanels,
          gradientRows: rows,
        }
        return [project.project, packed]
      }),
    )
    this.vectors = new Map(
      [...vectorSizes].map(([symbol, size]) => [symbol, { address: memory.allocate(padTo(size, 4) * 4), size }]),
    )
    this.vectorSums = new Map(plan.vectorSums.map(({ symbol, size }) => [symbol, memory.allocate(padTo(size, 4) * 4)]))
  }

  /** Packs all matrices and vectors; once per optimiser step. */
  pack(parameters: FloatArray): void {
    const { floats } = this.#memory
    const { columns } = this.#tile
    for (const { plan, forward, backward } of this.projects.values()) {
      const { depth: forwardDepth } = plan.packing.forward
      const { depth: backwardDepth } = plan.packing.backward
      floats.fill(0, forward / 4, forward / 4 + packedFloats(plan.packing.forward, this.#tile))
      floats.fill(0, backward / 4, backward / 4 + packedFloats(plan.packing.backward, this.#tile))
      plan.matrices.forEach((symbol, gate) => {
        const { start } = this.#rangeOf(symbol)
        for (let o = 0; o < plan.outSize; o++) {
          const row = gate * plan.gateStride + o
          const forwardBase = forward / 4 + Math.floor(row / columns) * columns * forwardDepth + (row % columns)
          for (let i = 0; i < plan.inSize; i++) {
            const value = parameters[start + o * plan.inSize + i]!
            floats[forwardBase + i * columns] = value
            floats[backward / 4 + (Math.floor(i / columns) * backwardDepth + row) * columns + (i % columns)] = value
          }
        }
      })
    }
    for (const [symbol, { address, size }] of this.vectors) {
      const { start } = this.#rangeOf(symbol)
      floats.fill(0, address / 4, address / 4 + padTo(size, 4))
      for (let i = 0; i < size; i++) floats[address / 4 + i] = parameters[start + i]!
    }
  }

  clearGradients(): void {
    const { floats } = this.#memory
    for (const { gradient, gradientRows, gradientRowBytes } of this.projects.values())
      floats.fill(0, gradient / 4, (gradient + gradientRows * gradientRowBytes) / 4)
    for (const { symbol, size } of this.#plan.vectorSums) {
      const address = this.vectorSums.get(symbol)!
      floats.fill(0, address / 4, address / 4 + padTo(size, 4))
    }
  }

  /** Adds the sums to the flat gradients. */
  addGradients(gradients: FloatArray): void {
    const { floats } = this.#memory
    for (const { plan, gradient, gradientRowBytes } of this.projects.values())
      plan.matrices.forEach((symbol, gate) => {
        const { start } = this.#rangeOf(symbol)
        for (let o = 0; o < plan.outSize; o++) {
          const row = gradient / 4 + ((gate * plan.gateStride + o) * gradientRowBytes) / 4
          for (let i = 0; i < plan.inSize; i++) gradients[start + o * plan.inSize + i]! += floats[row + i]!
        }
      })
    for (const { symbol, size } of this.#plan.vectorSums) {
      const { start } = this.#rangeOf(symbol)
      const address = this.vectorSums.get(symbol)! / 4
      for (let i = 0; i < size; i++) gradients[start + i]! += floats[address + i]!
    }
  }
}
