/** The memory plan of the wasm engine: the same sizes as the buffers of part-buffers.ts, part-weights.ts and layer-inputs.ts. */
import type { Network } from '../../../networks/network.ts'
import { elementCount } from '../../../numerics/dims.ts'
import type { MemoryItem, MemoryPlan, MemoryRequest } from '../../memory-plan.ts'
import type { Extent, ValueBuffer } from '../../plan/places.ts'
import { outerScratchBytes } from '../emit/products.ts'
import { isOneState } from '../run/layer-inputs.ts'
import { roundedBytes } from '../run/memory.ts'
import { weightBytes } from '../run/part-weights.ts'
import { reachedBytes } from '../run/reached-rows.ts'
import type { NetworkLayout } from './network-layout.ts'
import { padTo, rowFloats } from './padding.ts'
import { bufferBytes } from './part-buffers.ts'
import { blockCount, laneAt, lanesWanted, mostRows } from './row-blocks.ts'

/** Parameters, gradients and two moments. */
const FLAT_ARRAYS = 4

type WasmMemoryRequest = MemoryRequest & { readonly threads: number }

/** @param boundBytes decides whether values for the way back are kept, and whether replicas run side by side */
export function planMemory(
  network: Network,
  layout: NetworkLayout,
  request: WasmMemoryRequest,
  boundBytes: number,
): MemoryPlan {
  const wanted = lanesWanted(request.threads, request.batch, request.replicas)
  const ways = [
    { sideBySide: wanted, keepsValues: true },
    { sideBySide: 1, keepsValues: true },
    { sideBySide: 1, keepsValues: false },
  ].map((way) => ({ ...way, ...sumUp(network, layout, request, way), boundBytes }))
  return ways.find(({ totalBytes }) => totalBytes <= boundBytes) ?? ways.at(-1)!
}

function sumUp(
  network: Network,
  { layouts, tile, inputWidths }: NetworkLayout,
  { steps, batch, replicas, threads }: WasmMemoryRequest,
  { sideBySide, keepsValues }: Pick<MemoryPlan, 'sideBySide' | 'keepsValues'>,
): Pick<MemoryPlan, 'items' | 'totalBytes'> {
  const bytes = new Map<MemoryItem['what'], number>()
  const add = (what: MemoryItem['what'], size: number): void =>
    void bytes.set(what, (bytes.get(what) ?? 0) + (size > 0 ? roundedBytes(size) : 0))
  const parameterCount = network.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  for (let i = 0; i < FLAT_ARRAYS * replicas; i++) add('parameters, gradients and moments', 4 * parameterCount)
  for (const layout of layouts.flat())
    for (let i = 0; i < replicas; i++)
      for (const size of weightBytes(layout, tile)) add('packed weights and their gradients', size)
  for (let place = 0; place < sideBySide; place++) {
    const lane = laneAt(place, sideBySide, threads)
    add('work space', reachedBytes(steps, batch))
    network.wiredLayers.forEach((layer, l) => {
      const rows = steps * batch
      const hasMask = l > 0 && network.dropout > 0
      const below = layouts[l - 1]
      const readsStates =
        below !== undefined &&
        isOneState(network.wiredLayers[l - 1]!.parts) &&
        !hasMask &&
        below[0]!.stateFloats === inputWidths[l]
      if (!readsStates) add('inputs', rows * inputWidths[l]! * 4)
      if (hasMask) add('inputs', rows * inputWidths[l]! * 4)
      if (l > 0) add('adjoints of inputs', rows * rowFloats(padTo(layer.inputSize, tile.columns)) * 4)
      for (const layout of layouts[l]!)
        for (const [buffer, rowBytes] of layout.rowBytes) {
          if (isElsewhere(buffer)) continue
          const { extent } = buffer
          const sizes = { steps, saving: true, recomputing: !keepsValues }
          if (extent !== 'block') add(PURPOSES[extent], bufferBytes(extent, rowBytes, { ...sizes, batch }))
          else
            for (let block = 0; block < blockCount(batch, lane); block++)
              add(PURPOSES[extent], bufferBytes(extent, rowBytes, { ...sizes, batch: mostRows(batch, lane) }))
        }
    })
  }
  const panels = Math.max(
    ...layouts
      .flat()
      .flatMap(({ projects }) => [...projects.values()].map(({ inSize }) => Math.ceil(inSize / tile.columns))),
  )
  for (let thread = 0; thread < threads; thread++) add('work space', outerScratchBytes(tile, panels))
  const items = [...bytes].map(([what, size]): MemoryItem => ({ what, bytes: size }))
  return { items, totalBytes: items.reduce((sum, item) => sum + item.bytes, 0) }
}

/** Inputs are counted by layer; states after a step are those before the next; vectors stand with the weights. */
const isElsewhere = ({ role }: ValueBuffer): boolean => role === 'input' || role === 'new-state' || role === 'vector'

const PURPOSES: Readonly<Record<Extent, MemoryItem['what']>> = {
  one: 'work space',
  step: 'work space',
  block: 'work space',
  segment: 'work space',
  sequence: 'values saved for the way back',
  history: 'states of every step',
}
