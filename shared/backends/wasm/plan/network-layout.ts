/** What is known of a network before any code is written: the layouts of its parts, and how wide the rows between its layers are. */
import type { Network } from '../../../networks/network.ts'
import type { Tile } from '../emit/products.ts'
import { padTo, rowFloats } from './padding.ts'
import { layPart, type PartLayout } from './part-layout.ts'

export interface NetworkLayout {
  /** [layer][part] */
  readonly layouts: readonly (readonly PartLayout[])[]
  readonly tile: Tile
  /** Floats in a row of each layer's input. */
  readonly inputWidths: readonly number[]
}

/** What the names of a part's functions begin with. */
export const partPrefix = (layerIndex: number, partIndex: number): string => `l${layerIndex}p${partIndex}`

export function layNetwork(network: Network, tile: Tile): NetworkLayout {
  const inputWidths = network.wiredLayers.map(({ inputSize }) => rowFloats(padTo(inputSize, 4)))
  const layouts = network.wiredLayers.map((layer) =>
    layer.parts.map((part, p) => layPart(part, inputWidths[layer.index]! * 4, tile, partPrefix(layer.index, p))),
  )
  return { layouts, tile, inputWidths }
}
