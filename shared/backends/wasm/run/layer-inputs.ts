/**
 * The inputs of layers in an engine's memory: the network's own, constant ones, and the outputs of the layer below, times a dropout mask.
 * Buffers are those of the replica's lane.
 */
import { outputColumns, type Layer, type Network, type Part } from '../../../networks/network.ts'
import type { FloatArray, SequenceInput } from '../../recurrence.ts'
import type { CompiledNetwork } from '../emit/kernels.ts'
import { padTo, rowFloats } from '../plan/padding.ts'
import type { RunInput } from '../plan/part-buffers.ts'
import type { RowBlock } from '../plan/row-blocks.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'
import type { AdjointRows, PartRun } from './part-run.ts'
import { clearBytes, writeRows } from './row-access.ts'
import type { Tape } from './tape.ts'

interface InputContext {
  readonly network: Network
  readonly compiled: CompiledNetwork
  readonly memory: LinearMemory
}

/** Whether one state is all that a layer hands on. */
export const isOneState = (parts: readonly Part[]): boolean => parts.length === 1 && parts[0]!.cell.outputCount === 1

export class LayerInputs {
  readonly #shared: InputContext
  readonly #buffers: NamedBuffers

  constructor(shared: InputContext, buffers: NamedBuffers) {
    this.#shared = shared
    this.#buffers = buffers
  }

  /** The input of layer 0 in the engine's memory. */
  network({ inputs, steps, batch, isConstant }: SequenceInput<FloatArray>): RunInput {
    const { network, compiled } = this.#shared
    if (isConstant) return this.constant('x0', 0, inputs, batch)
    const rowBytes = compiled.inputWidths[0]! * 4
    const address = this.#buffers.get('x0', steps * batch * rowBytes)
    writeRows(this.#shared.memory, address, rowBytes, inputs, network.inputSize, steps * batch)
    return { address, rowBytes, stepBytes: batch * rowBytes }
  }

  /** The outputs of the layer below: where they stand, or gathered side by side, times the dropout mask. */
  layer(
    tape: Tape,
    blocks: readonly RowBlock[],
    layer: Layer,
    below: readonly PartRun[],
    { steps, batch, dropoutMasks }: SequenceInput<FloatArray>,
  ): RunInput {
    const { network, compiled } = this.#shared
    const mask = dropoutMasks?.[layer.index - 1]
    const rowBytes = compiled.inputWidths[layer.index]! * 4
    const stepBytes = batch * rowBytes
    const { parts } = network.wiredLayers[layer.index - 1]!
    const [only] = below
    // Pad columns of states are zeros, so a single part's states serve as they stand.
    if (isOneState(parts) && !mask && only!.stateRowBytes === rowBytes)
      return { address: only!.stateAddress(0, 1), rowBytes, stepBytes }
    const address = this.#buffers.get(`x${layer.index}`, steps * stepBytes)
    if (layer.inputSize * 4 !== rowBytes) clearBytes(this.#shared.memory, address, steps * stepBytes)
    parts.forEach((part, p) => {
      const run = below[p]!
      for (const { state, column } of outputColumns(part))
        for (const block of blocks)
          tape.call(block.thread, 'copyRows', [
            address + block.start * rowBytes + 4 * column,
            rowBytes,
            stepBytes,
            run.stateAddress(state, 1) + block.start * run.stateRowBytes,
            run.stateRowBytes,
            run.stateStepBytes,
            steps,
            block.count,
            part.units,
          ])
    })
    if (mask) {
      writeRows(
        this.#shared.memory,
        this.#maskAddress(layer.index - 1, rowBytes, steps * batch),
        rowBytes,
        mask,
        layer.inputSize,
        steps * batch,
      )
      this.multiplyByMask(tape, blocks, { address, rowBytes }, layer.index - 1, layer.inputSize, steps, batch)
    }
    return { address, rowBytes, stepBytes }
  }

  #maskAddress(boundary: number, rowBytes: number, rows: number): number {
    return this.#buffers.get(`dropout${boundary}`, rows * rowBytes)
  }

  /** Rows [T, B] times the dropout mask of a boundary between layers. */
  multiplyByMask(
    tape: Tape,
    blocks: readonly RowBlock[],
    { address, rowBytes }: AdjointRows,
    boundary: number,
    size: number,
    steps: number,
    batch: number,
  ): void {
    const maskRowBytes = this.#shared.compiled.inputWidths[boundary + 1]! * 4
    const mask = this.#maskAddress(boundary, maskRowBytes, steps * batch)
    for (const { thread, start, count } of blocks)
      tape.call(thread, 'multiplyRows', [
        address + start * rowBytes,
        rowBytes,
        batch * rowBytes,
        mask + start * maskRowBytes,
        maskRowBytes,
        batch * maskRowBytes,
        steps,
        count,
        size,
      ])
  }

  constant(name: string, layerIndex: number, perturbation: Float32Array, batch: number): RunInput {
    const { compiled, memory } = this.#shared
    const rowBytes = compiled.inputWidths[layerIndex]! * 4
    const address = this.#buffers.get(name, batch * rowBytes)
    clearBytes(this.#shared.memory, address, batch * rowBytes)
    for (let b = 0; b < batch; b++) memory.floats.set(perturbation, (address + b * rowBytes) / 4)
    return { address, rowBytes, stepBytes: 0 }
  }

  adjointRows(layer: Layer, rows: number): { address: number; rowBytes: number } {
    const { compiled } = this.#shared
    const rowBytes = rowFloats(padTo(layer.inputSize, compiled.tile.columns)) * 4
    return { address: this.#buffers.get(`dx${layer.index}`, rows * rowBytes), rowBytes }
  }
}
