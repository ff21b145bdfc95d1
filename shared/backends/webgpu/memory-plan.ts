/**
 * The memory plan of the webgpu engine: sizes of the blocks that sequence.ts and part-run.ts take for a training step enter by the kernels' plans; how
 * many replicas run side by side, and how many steps are held at a time, leave. Both the memory in all and the largest block count.
 */
import type { Network } from '../../networks/network.ts'
import { outputColumns } from '../../networks/network.ts'
import type { DeviceBounds } from '../adapter.ts'
import type { MemoryItem, MemoryPlan, MemoryRequest } from '../memory-plan.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { PartKernels } from './part-kernels.ts'
import { splitRows } from './wgsl/splits.ts'

export interface DeviceMemoryPlan extends MemoryPlan {
  /** Steps whose values for the way back are held at a time. */
  readonly segmentSteps: number
}

/** Parameters, gradients and two moments. */
const FLAT_ARRAYS = 4

/** Floats of one replica. */
interface ReplicaFloats {
  readonly floats: ReadonlyMap<MemoryItem['what'], number>
  readonly largestBlock: number
}

/** Segments do not depend on how many replicas there are: sums are split by them, and bits follow. */
export function planMemory(
  kernels: NetworkKernels,
  { steps, batch, replicas }: MemoryRequest,
  bounds: DeviceBounds,
): DeviceMemoryPlan {
  const planned = (segmentSteps: number, all: number, sideBySide: number): DeviceMemoryPlan =>
    sumUp(kernels, { steps, batch, replicas: all }, bounds, segmentSteps, sideBySide)
  const fits = (segmentSteps: number, all: number, sideBySide: number): boolean => {
    const { largestBlock } = replicaFloats(kernels, steps, batch, segmentSteps)
    return (
      4 * sideBySide * largestBlock <= bounds.blockBytes &&
      planned(segmentSteps, all, sideBySide).totalBytes <= bounds.memoryBytes
    )
  }
  let segmentSteps = steps
  while (segmentSteps > 1 && !fits(segmentSteps, 1, 1)) segmentSteps = Math.ceil(segmentSteps / 2)
  let sideBySide = replicas
  while (sideBySide > 1 && !fits(segmentSteps, replicas, sideBySide)) sideBySide--
  return planned(segmentSteps, replicas, sideBySide)
}

function sumUp(
  kernels: NetworkKernels,
  { steps, batch, replicas }: MemoryRequest,
  { memoryBytes, blockBytes }: DeviceBounds,
  segmentSteps: number,
  sideBySide: number,
): DeviceMemoryPlan {
  const { floats, largestBlock } = replicaFloats(kernels, steps, batch, segmentSteps)
  const weights = kernels.allParts.reduce((sum, part) => sum + part.weights.sources.length, 0)
  const items: MemoryItem[] = [
    { what: 'parameters, gradients and moments', bytes: 4 * FLAT_ARRAYS * replicas * kernels.parameterCount },
    { what: 'packed weights and their gradients', bytes: 4 * (replicas + 1) * weights },
    ...[...floats].map(([what, count]): MemoryItem => ({ what, bytes: 4 * sideBySide * count })),
  ]
  const isTooLarge = 4 * sideBySide * largestBlock > blockBytes
  return {
    items,
    totalBytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    boundBytes: isTooLarge ? Math.min(memoryBytes, blockBytes) : memoryBytes,
    sideBySide,
    keepsValues: segmentSteps >= steps,
    segmentSteps,
  }
}

function replicaFloats(kernels: NetworkKernels, steps: number, batch: number, segmentSteps: number): ReplicaFloats {
  const { network } = kernels
  const rows = steps * batch
  const segmentRows = segmentSteps * batch
  const blocks: { readonly what: MemoryItem['what']; readonly floats: number }[] = []
  const add = (what: MemoryItem['what'], floats: number): void => void blocks.push({ what, floats })
  network.wiredLayers.forEach((layer, index) => {
    if (index === 0 || joinsOutputs(network, index)) add('inputs', rows * layer.inputSize)
    if (index > 0 && network.dropout > 0) add('inputs', rows * layer.inputSize)
  })
  for (const { part } of kernels.allParts)
    add('states of every step', part.cell.states.length * (steps + 1) * batch * part.units)
  const keepsValues = segmentSteps >= steps
  const addParts = (what: MemoryItem['what'], parts: readonly PartKernels[], width: RowWidth): void => {
    for (const part of parts) add(what, segmentRows * width(part))
  }
  const savedParts = keepsValues ? kernels.allParts : widestLayer(kernels, savedWidth)
  addParts('values saved for the way back', savedParts, savedWidth)
  // The adjoint of a layer's outputs and that of its inputs, times the mask once more.
  const widest = Math.max(...network.wiredLayers.map(({ outputSize }) => outputSize))
  for (let i = 0; i < (network.dropout > 0 ? 3 : 2); i++) add('adjoints of inputs', rows * widest)
  addParts('work space', widestLayer(kernels, productsWidth), productsWidth)
  addParts('work space', widestLayer(kernels, adjointsWidth), adjointsWidth)
  add('work space', Math.max(0, ...kernels.allParts.map((part) => partialFloats(part, segmentRows))))
  const floats = new Map<MemoryItem['what'], number>()
  for (const block of blocks) floats.set(block.what, (floats.get(block.what) ?? 0) + block.floats)
  return { floats, largestBlock: Math.max(...blocks.map((block) => block.floats)) }
}

/** Floats of a row that a part has. */
type RowWidth = (part: PartKernels) => number

const savedWidth: RowWidth = ({ plan }) => plan.saved.width
const productsWidth: RowWidth = ({ plan }) => plan.inputProducts.width
const adjointsWidth: RowWidth = ({ plan }) => plan.adjoints.width

/** The parts of a layer go together (layer-run.ts): those of the one whose rows are the widest in all. */
function widestLayer({ parts }: NetworkKernels, width: RowWidth): readonly PartKernels[] {
  const sum = (layer: readonly PartKernels[]): number => layer.reduce((total, part) => total + width(part), 0)
  return parts.reduce((widest, layer) => (sum(layer) > sum(widest) ? layer : widest))
}

/** Whether a layer reads what the one below hands on from a block of its own. */
function joinsOutputs(network: Network, layerIndex: number): boolean {
  const { parts } = network.wiredLayers[layerIndex - 1]!
  return network.dropout > 0 || parts.flatMap(outputColumns).length > 1
}

/** Of the largest matrix's gradient, before its splits are added. */
function partialFloats({ matrixSums }: PartKernels, rows: number): number {
  return Math.max(
    0,
    ...matrixSums.map(({ product, gateColumns, operandColumns }) => {
      const workgroups = product(false, operandColumns).workgroups({ rows, splitRows: rows })[0]
      return splitRows(rows, workgroups).count * gateColumns * operandColumns
    }),
  )
}
