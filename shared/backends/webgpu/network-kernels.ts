/** The kernels of a network: those of its parts, and those that move rows between layouts. Each is made when it is first needed. */
import type { Network, Part } from '../../networks/network.ts'
import { parameterRanges, type ParameterRange } from '../programs/parameter-ranges.ts'
import { PartKernels } from './part-kernels.ts'
import { gatherRows, type GatheredRows } from './wgsl/gather-rows.ts'
import type { RecurrenceShape } from './wgsl/recurrence-shapes.ts'
import { scatterRows, type ScatteredRows } from './wgsl/scatter-rows.ts'

/** How the recurrence of a part is cut up on the device. */
export type ShapeChoice = (part: Part) => RecurrenceShape

type RowSizes = 'columns' | 'sourceRow' | 'resultRow'
export type GatherSizes = Pick<GatheredRows, RowSizes> & Partial<Omit<GatheredRows, RowSizes | 'name'>>

const PLAIN = { sourceColumn: 0, resultColumn: 0, isListed: false, isMasked: false, accumulates: false } as const

export class NetworkKernels {
  readonly network: Network
  readonly ranges: readonly ParameterRange[]
  readonly parameterCount: number
  /** [layer][part] */
  readonly parts: readonly (readonly PartKernels[])[]
  readonly #gathers = new Map<string, ReturnType<typeof gatherRows>>()
  readonly #scatters = new Map<string, ReturnType<typeof scatterRows>>()

  constructor(network: Network, shapeOf: ShapeChoice) {
    this.network = network
    this.ranges = parameterRanges(network)
    this.parameterCount = this.ranges.at(-1)!.end
    const byName = new Map(this.ranges.map((range) => [range.name, range]))
    this.parts = network.wiredLayers.map(({ parts }) =>
      parts.map(
        (part) =>
          new PartKernels(network, part, shapeOf(part), (symbol) =>
            byName.get(`layers.${part.layerIndex}.parts.${part.partIndex}.${symbol}`)!,
          ),
      ),
    )
  }

  get allParts(): readonly PartKernels[] {
    return this.parts.flat()
  }

  /** Rows from the first column on, as they are, unless said. */
  gather(given: GatherSizes): ReturnType<typeof gatherRows> {
    const rows = { ...PLAIN, ...given }
    const key = JSON.stringify(rows)
    const known = this.#gathers.get(key) ?? gatherRows({ ...rows, name: `rows of ${rows.columns} gathered` })
    this.#gathers.set(key, known)
    return known
  }

  scatter(rows: Omit<ScatteredRows, 'name'>): ReturnType<typeof scatterRows> {
    const key = JSON.stringify(rows)
    const known = this.#scatters.get(key) ?? scatterRows({ ...rows, name: `rows of ${rows.columns} scattered` })
    this.#scatters.set(key, known)
    return known
  }
}
