/**
 * How a part's recurrence lies on the device: the cell's placement, the part's sizes and a shape enter; which column of which rows every value
 * has, and in what order weights are packed, leave. The kernels of both ways are written from it (recurrence-forward.ts, recurrence-backward.ts),
 * and whoever packs weights, makes input products or sums gradients finds the places here.
 *
 * A workgroup has `rows` series of one replica and goes through all steps with them. Its invocations are workers of `slices` each: worker w
 * has the units w, w + workers, ..., and the slices of a worker share the terms of its sums. Every slice has every value of its worker's units.
 */
import type { Dim } from '../../../compiler/ir.ts'
import { outputColumns, type Network, type Part } from '../../../networks/network.ts'
import { LabError } from '../../../errors/errors.ts'
import { placeCell, type Placement } from '../../plan/placement.ts'
import type { BufferMeaning, ValueBuffer, ValuePlace } from '../../plan/places.ts'
import { parameterRanges } from '../../programs/parameter-ranges.ts'
import { packProducts, type PackedWeights } from './packed-weights.ts'
import type { RecurrenceShape } from './recurrence-shapes.ts'

/** Rows with several values side by side, without padding. */
export interface RowLayout {
  readonly width: number
  /** First column of each value; a buffer with gates has them one after the other. */
  readonly columns: ReadonlyMap<ValueBuffer, number>
}

export interface RecurrencePlan {
  readonly part: Part
  readonly placement: Placement
  readonly shape: RecurrenceShape
  readonly sizes: Readonly<Record<Dim, number>>
  /** Workers of a workgroup. */
  readonly workers: number
  /** Workgroup memory: entries of operands, each for all rows, that products read at once; and vectors of four to add over invocations. */
  readonly memory: { readonly exchange: number; readonly scratch: number }
  /** [R, T, B, width]: the gates of products of x_t, made before the recurrence. */
  readonly inputProducts: RowLayout
  /** [R, T, B, width]: what the way there keeps for the way back; x_t itself, too, where that reads it. */
  readonly saved: RowLayout
  /** [R, T, B, width]: what the way back leaves for gradients: adjoints of gates, vectors and x_t, and operands that it computed again. */
  readonly adjoints: RowLayout
  readonly weights: PackedWeights
  /** Columns of the layer's outputs [.., width] where this part's output states stand. */
  readonly outputs: { readonly width: number; readonly columns: ReadonlyMap<number, number> }
  /** Columns of state rows [.., width], one for each state. */
  readonly stateRows: { readonly width: number; readonly columns: readonly number[] }
}

/** @throws LabError `backend` when the workgroup's memory is too small for any product */
export function planRecurrence(network: Network, part: Part, shape: RecurrenceShape): RecurrencePlan {
  const { cell, layerIndex, partIndex } = part
  const placement = placeCell(cell)
  const sizes = { I: part.inputSize, H: part.units, 1: 1 }
  const rowsOf = (...roles: BufferMeaning['role'][]): RowLayout =>
    layOut(
      placement.buffers.filter(({ role }) => roles.includes(role)),
      sizes,
    )
  const startOf = new Map(parameterRanges(network).map(({ name, start }) => [name, start]))
  const workers = shape.invocations / shape.slices
  return {
    part,
    placement,
    shape,
    sizes,
    workers,
    memory: shareMemory(shape, placement),
    inputProducts: rowsOf('input-product'),
    saved: readsInputAgain(placement) ? rowsOf('saved', 'input') : rowsOf('saved'),
    adjoints: rowsOf('gate-adjoints', 'vector-adjoint', 'recomputed', 'input-adjoint'),
    weights: packProducts(cell, sizes, shape, (symbol) =>
      startOf.get(`layers.${layerIndex}.parts.${partIndex}.${symbol}`)!,
    ),
    outputs: {
      width: network.wiredLayers[layerIndex]!.outputSize,
      columns: new Map(outputColumns(part).map(({ state, column }) => [state, column])),
    },
    stateRows: {
      width: network.stateSize,
      columns: network.stateSlices
        .filter((slice) => slice.layerIndex === layerIndex && slice.partIndex === partIndex)
        .map(({ offset }) => offset),
    },
  }
}

/** The column of a value in rows of this layout. */
export function columnOf({ columns }: RowLayout, { buffer, gate }: ValuePlace, sizes: RecurrencePlan['sizes']): number {
  const column = columns.get(buffer)
  if (column === undefined) throw new TypeError(`${buffer.name} has no column here`)
  return column + gate * sizes[buffer.dim]
}

/** Vectors of four that adding over invocations takes: one each, and one for each group of a sum over units. */
const scratchVectors = (invocations: number): number => invocations + Math.ceil(Math.sqrt(invocations))

/** @throws LabError `backend` when not even a slice of one operand fits */
function shareMemory(
  { rows, invocations, slices, subgroups, memoryBytes }: RecurrenceShape,
  { forward, backward }: Placement,
): RecurrencePlan['memory'] {
  const hasSums = [...forward, ...backward].some(({ sums }) => sums.length > 0)
  const scratch = hasSums || (slices > 1 && !subgroups) ? scratchVectors(invocations) : 0
  const step = 4 * slices
  const exchange = Math.floor((memoryBytes - 16 * scratch) / (4 * rows) / step) * step
  if (exchange >= step) return { exchange, scratch }
  throw new LabError('backend', 'The graphics processor has too little memory for a workgroup.', {
    where: 'webgpu',
    expected: `room for ${step} operands of ${rows} rows`,
    found: `${memoryBytes} bytes`,
    remedy: 'Use the `wasm` backend.',
  })
}

function layOut(buffers: readonly ValueBuffer[], sizes: RecurrencePlan['sizes']): RowLayout {
  const columns = new Map<ValueBuffer, number>()
  let width = 0
  for (const buffer of buffers) {
    columns.set(buffer, width)
    width += buffer.gates * sizes[buffer.dim]
  }
  return { width, columns }
}

/** Whether the way back reads x_t other than as the operand of a matrix's gradient. */
function readsInputAgain({ backward }: Placement): boolean {
  return backward.some(
    ({ sums, kernels }) =>
      sums.some(({ operand }) => operand.buffer.role === 'input') ||
      kernels.some(({ loads }) => [...loads.values()].some(({ buffer }) => buffer.role === 'input')),
  )
}
