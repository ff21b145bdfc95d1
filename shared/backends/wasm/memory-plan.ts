/** The memory plan of the wasm engine: the same sizes as the buffers of part-run.ts, part-weights.ts and wasm-recurrence.ts. */
import type { Network } from '../../networks/network.ts'
import { elementCount } from '../../numerics/dims.ts'
import type { MemoryItem, MemoryPlan, MemoryRequest } from '../memory-plan.ts'
import type { NetworkPlan } from './kernels.ts'
import { roundedBytes } from './memory.ts'
import { padTo, rowFloats, type Extent } from './part-plan.ts'
import { bufferBytes } from './part-run.ts'
import { weightBytes } from './part-weights.ts'
import { outerScratchBytes } from './products.ts'

/** Parameters, gradients and two moments. */
const FLAT_ARRAYS = 4

/** @param boundBytes decides whether values for the way back are kept */
export function planMemory(
  network: Network,
  plan: NetworkPlan,
  request: MemoryRequest & { readonly threads: number },
  boundBytes: number,
): MemoryPlan {
  const kept = sumUp(network, plan, request, true)
  const keepsValues = kept.totalBytes <= boundBytes
  return { ...(keepsValues ? kept : sumUp(network, plan, request, false)), boundBytes, keepsValues }
}

function sumUp(
  network: Network,
  { plans, tile, inputWidths }: NetworkPlan,
  { steps, batch, replicas, threads }: MemoryRequest & { readonly threads: number },
  keepsValues: boolean,
): Pick<MemoryPlan, 'items' | 'totalBytes'> {
  const bytes = new Map<MemoryItem['what'], number>()
  const add = (what: MemoryItem['what'], size: number): void =>
    void bytes.set(what, (bytes.get(what) ?? 0) + (size > 0 ? roundedBytes(size) : 0))
  const parameterCount = network.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  for (let i = 0; i < FLAT_ARRAYS * replicas; i++) add('parameters, gradients and moments', 4 * parameterCount)
  network.wiredLayers.forEach((layer, l) => {
    const rows = steps * batch
    const hasMask = l > 0 && network.dropout > 0
    const below = plans[l - 1]
    const readsStates = below?.length === 1 && !hasMask && below[0]!.stateFloats === inputWidths[l]
    if (!readsStates) add('inputs', rows * inputWidths[l]! * 4)
    if (hasMask) add('inputs', rows * inputWidths[l]! * 4)
    if (l > 0) add('adjoints of inputs', rows * rowFloats(padTo(layer.inputSize, tile.columns)) * 4)
    for (const plan of plans[l]!) {
      for (let i = 0; i < replicas; i++)
        for (const size of weightBytes(plan, tile)) add('packed weights and their gradients', size)
      for (const [name, buffer] of plan.buffers) {
        if (isElsewhere(name)) continue
        const blocks = buffer.extent === 'block' ? threads : 1
        const size = bufferBytes(buffer, { steps, batch: batch / blocks, saving: true, recomputing: !keepsValues })
        for (let block = 0; block < blocks; block++) add(PURPOSES[buffer.extent], Math.ceil(size))
      }
    }
  })
  const panels = Math.max(
    ...plans.flat().flatMap(({ projects }) => projects.map(({ inSize }) => Math.ceil(inSize / tile.columns))),
  )
  for (let thread = 0; thread < threads; thread++) add('work space', outerScratchBytes(tile, panels))
  const items = [...bytes].map(([what, size]): MemoryItem => ({ what, bytes: size }))
  return { items, totalBytes: items.reduce((sum, item) => sum + item.bytes, 0) }
}

/** States after a step are those before the next; vectors stand with the weights. */
const isElsewhere = (buffer: string): boolean => /^(n\d+$|v:)/.test(buffer)

const PURPOSES: Readonly<Record<Extent, MemoryItem['what']>> = {
  one: 'work space',
  step: 'work space',
  block: 'work space',
  segment: 'work space',
  sequence: 'values saved for the way back',
  history: 'states of every step',
}
