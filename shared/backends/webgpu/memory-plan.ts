/**
 * The memory plan of the webgpu engine: sizes of the blocks that sequence.ts and part-run.ts take for a training step enter by the kernels' plans; how
 * many replicas run side by side, and how many steps are held at a time, leave. Both the memory in all and the largest block count.
 */
import type { Network } from '../../networks/network.ts'
import { outputColumns } from '../../networks/network.ts'
import type { DeviceBounds } from '../adapter.ts'
import type { MemoryItem, MemoryPlan, MemoryRequest } from '../memory-plan.ts'
import type { TimeCuts } from './layer-waves.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { PartKernels } from './part-kernels.ts'
import { splitRows } from './wgsl/splits.ts'

export interface DeviceMemoryPlan extends MemoryPlan, TimeCuts {}

/** Parameters, gradients and two moments. */
const FLAT_ARRAYS = 4

/** Floats of one replica. */
interface ReplicaFloats {
  readonly floats: ReadonlyMap<MemoryItem['what'], number>
  readonly largestBlock: number
}

/**
 * Segments do not depend on how many replicas there are: sums are split by them, and bits follow. Layers go through time one after the other where
 * there is no room for them beside each other without it costing segments or replicas.
 * @param chunkSteps by which layers are to be apart; null: they go one after the other
 */
export function planMemory(
  kernels: NetworkKernels,
  { steps, batch, replicas }: MemoryRequest,
  bounds: DeviceBounds,
  chunkSteps: number | null = null,
): DeviceMemoryPlan {
  const planned = (cuts: TimeCuts, all: number, sideBySide: number): DeviceMemoryPlan =>
    sumUp(kernels, { steps, batch, replicas: all }, bounds, cuts, sideBySide)
  const fits = (cuts: TimeCuts, all: number, sideBySide: number): boolean => {
    const { largestBlock } = replicaFloats(kernels, steps, batch, cuts)
    return (
      4 * sideBySide * largestBlock <= bounds.blockBytes &&
      planned(cuts, all, sideBySide).totalBytes <= bounds.memoryBytes
    )
  }
  let cuts: TimeCuts = { segmentSteps: steps, chunkSteps: null }
  while (cuts.segmentSteps > 1 && !fits(cuts, 1, 1)) cuts = { ...cuts, segmentSteps: Math.ceil(cuts.segmentSteps / 2) }
  let sideBySide = replicas
  while (sideBySide > 1 && !fits(cuts, replicas, sideBySide)) sideBySide--
  const beside = { ...cuts, chunkSteps }
  return planned(fits(beside, replicas, sideBySide) ? beside : cuts, replicas, sideBySide)
}

function sumUp(
  kernels: NetworkKernels,
  { steps, batch, replicas }: MemoryRequest,
  { memoryBytes, blockBytes }: DeviceBounds,
  cuts: TimeCuts,
  sideBySide: number,
): DeviceMemoryPlan {
  const { floats, largestBlock } = replicaFloats(kernels, steps, batch, cuts)
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
    keepsValues: cuts.segmentSteps >= steps,
    ...cuts,
  }
}

function replicaFloats(
  kernels: NetworkKernels,
  steps: number,
  batch: number,
  { segmentSteps, chunkSteps }: TimeCuts,
): ReplicaFloats {
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
  const areTogether = chunkSteps !== null
  const partsAtOnce = (width: RowWidth): readonly PartKernels[] =>
    areTogether ? kernels.allParts : widestLayer(kernels, width)
  const addParts = (
    what: MemoryItem['what'],
    ofRows: number,
    width: RowWidth,
    parts: readonly PartKernels[] = partsAtOnce(width),
  ): void => {
    for (const part of parts) add(what, ofRows * width(part))
  }
  addParts('values saved for the way back', segmentRows, savedWidth, keepsValues ? kernels.allParts : undefined)
  // The adjoint of a layer's outputs and that of its inputs, times the mask once more.
  const outputs = network.wiredLayers.map(({ outputSize }) => outputSize)
  const copies = network.dropout > 0 ? 2 : 1
  const boundaries = areTogether
    ? [...outputs.slice(0, -1).flatMap((size) => Array<number>(copies).fill(size)), outputs.at(-1)!]
    : Array<number>(copies + 1).fill(Math.max(...outputs))
  for (const width of boundaries) add('adjoints of inputs', rows * width)
  addParts('work space', Math.min(segmentSteps, chunkSteps ?? Infinity) * batch, productsWidth)
  addParts('work space', segmentRows, adjointsWidth)
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

/** Parts that go together where layers do not: those of the layer whose rows are the widest in all. */
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
