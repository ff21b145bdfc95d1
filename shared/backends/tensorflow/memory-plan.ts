/**
 * The memory plan of the tensorflow engine: a network and the sizes of a training step enter; what its graph holds at once (train-graph.ts) leaves, with the
 * library that is loaded for it. Replicas have variables of their own and take turns in everything else.
 */
import type { NodeId } from '../../compiler/ir.ts'
import type { Network, Part } from '../../networks/network.ts'
import { elementCount } from '../../numerics/dims.ts'
import type { MemoryItem, MemoryPlan, MemoryRequest } from '../memory-plan.ts'
import { roomFor } from './size-classes.ts'

/** Of the process, whatever it computes; measured of TensorFlow 2.21 for the processor, which took 550 to 590 MiB. */
export const LIBRARY_BYTES = 570 * 2 ** 20
/** Of an engine, whatever its network: a session and its compiled programs. */
const PROGRAM_BYTES = 50 * 2 ** 20
/** Parameters and two moments. */
const VECTORS_A_REPLICA = 3
/** While a step is made: those, as they were and as they become, and the gradient. */
const VECTORS_A_STEP = 2 * VECTORS_A_REPLICA + 1
/** XLA copies a part of what loops hand on, and lets another share its place: what was measured of four cells is 0.8 to 1.25 of what this plans. */
const XLA_FACTOR = 1.3

/** Of a part, in floats of one row: a series at a step. */
type RowWidth = (part: Part) => number

/** @param boundBytes what it may take */
export function planMemory(
  network: Network,
  { steps, batch, replicas }: MemoryRequest,
  boundBytes: number,
): MemoryPlan {
  const rows = roomFor(steps) * batch
  const parts = network.wiredLayers.flatMap((layer) => layer.parts)
  const ofParts = (width: RowWidth): number =>
    Math.ceil(XLA_FACTOR * 4 * rows * parts.reduce((sum, part) => sum + width(part), 0))
  const parameterCount = network.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const items: MemoryItem[] = [
    { what: 'library and programs', bytes: LIBRARY_BYTES + PROGRAM_BYTES },
    {
      what: 'parameters, gradients and moments',
      bytes: 4 * (VECTORS_A_REPLICA * replicas + VECTORS_A_STEP) * parameterCount,
    },
    { what: 'inputs', bytes: 4 * rows * network.inputSize },
    { what: 'states of every step', bytes: ofParts(stateWidth) },
    { what: 'values saved for the way back', bytes: ofParts(savedWidth) },
    { what: 'work space', bytes: ofParts(productWidth) + ofParts(adjointWidth) },
  ]
  return {
    items,
    totalBytes: items.reduce((sum, { bytes }) => sum + bytes, 0),
    boundBytes,
    sideBySide: 1,
    keepsValues: true,
  }
}

const stateWidth: RowWidth = ({ cell, units }) => cell.states.length * units

const savedWidth: RowWidth = (part) => widthOf(part, part.cell.stages.saved)

/** Of the input with its matrices, made before the loop. */
const productWidth: RowWidth = (part) =>
  part.cell.stages.preProjects.reduce((sum, id) => {
    const node = part.cell.forward.ir.nodes[id]!
    return sum + widthOf(part, [id]) * (node.kind === 'project' ? node.matrices.length : 1)
  }, 0)

/** Of which the gradients are made after the loop back. */
const adjointWidth: RowWidth = (part) => {
  const { matrixGradients, vectorGradients } = part.cell.backward
  const kept = [
    ...matrixGradients.flatMap(({ adjoints }) => adjoints),
    ...vectorGradients.map(({ adjoint }) => adjoint),
  ]
  return widthOf(part, [...new Set(kept.filter((id) => id !== null))])
}

function widthOf({ cell, inputSize, units }: Part, ids: readonly NodeId[]): number {
  const { nodes } = cell.forward.ir
  return ids.reduce((sum, id) => sum + { I: inputSize, H: units, 1: 1 }[nodes[id]!.dim ?? 'H'], 0)
}
