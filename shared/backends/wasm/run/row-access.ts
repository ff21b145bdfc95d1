/** Rows of floats between JavaScript's arrays and an engine's memory. State rows are [B, stateSize] in the order of `network.stateSlices`. */
import type { Network, Part } from '../../../networks/network.ts'
import type { FloatArray } from '../../recurrence.ts'
import type { LinearMemory } from './memory.ts'
import type { PartRun } from './part-run.ts'
import type { PartWeights } from './part-weights.ts'

/** Columns of a part's states in state rows. */
export interface StateColumns {
  readonly part: Part
  readonly stateOffsets: readonly number[]
}

export function clearBytes(memory: LinearMemory, address: number, bytes: number): void {
  memory.floats.fill(0, address / 4, (address + bytes) / 4)
}

/** Rows of `size` floats, one after the other, to rows of `rowBytes` with zeros behind. */
export function writeRows(
  memory: LinearMemory,
  address: number,
  rowBytes: number,
  data: Float32Array,
  size: number,
  rows: number,
): void {
  const { floats } = memory
  if (size * 4 === rowBytes) {
    floats.set(data.subarray(0, rows * size), address / 4)
    return
  }
  clearBytes(memory, address, rows * rowBytes)
  for (let row = 0; row < rows; row++)
    for (let i = 0; i < size; i++) floats[address / 4 + (row * rowBytes) / 4 + i] = data[row * size + i]!
}

/** States at time 0 of a run. */
export function writeStates(
  memory: LinearMemory,
  { stateSize }: Network,
  rows: FloatArray,
  { part, stateOffsets }: StateColumns,
  run: PartRun,
  batch: number,
): void {
  stateOffsets.forEach((offset, s) => {
    const address = run.stateAddress(s, 0)
    clearBytes(memory, address, batch * run.stateRowBytes)
    for (let b = 0; b < batch; b++) {
      const from = b * stateSize + offset
      memory.floats.set(rows.subarray(from, from + part.units), (address + b * run.stateRowBytes) / 4)
    }
  })
}

/** States at time 0 of a run where its cell begins: zeros, or its vectors of parameters in every row. */
export function writeStarts(
  memory: LinearMemory,
  { part, weights }: { readonly part: Part; readonly weights: PartWeights },
  run: PartRun,
  batch: number,
): void {
  part.cell.states.forEach((_, s) => clearBytes(memory, run.stateAddress(s, 0), run.stateStepBytes))
  for (const { state, symbol } of part.cell.starts) {
    const values = weights.vectorValues(symbol)
    for (let b = 0; b < batch; b++) memory.floats.set(values, (run.stateAddress(state, 0) + b * run.stateRowBytes) / 4)
  }
}

/** A part's columns of state rows, after `stepOf(b)` steps of a run; where it is -1 the row stays as it is. */
export function readStates(
  memory: LinearMemory,
  { stateSize }: Network,
  rows: FloatArray,
  { part, stateOffsets }: StateColumns,
  run: PartRun,
  stepOf: (b: number) => number,
  batch: number,
): void {
  const { floats } = memory
  stateOffsets.forEach((offset, s) => {
    for (let b = 0; b < batch; b++) {
      const step = stepOf(b)
      if (step < 0) continue
      const from = (run.stateAddress(s, step) + b * run.stateRowBytes) / 4
      rows.set(floats.subarray(from, from + part.units), b * stateSize + offset)
    }
  })
}
