/**
 * Sequences of a whole network on the wasm kernels, for one replica. Working buffers are shared by all replicas of an engine: a
 * replica's forward and backward passes follow each other without another's between.
 */
import { LabError } from '../../protocol/errors.ts'
import { comparedParts, type Layer, type Network, type Part } from '../../networks/network.ts'
import { parameterRanges } from '../program-engine.ts'
import type { FloatArray, Recurrence, SequenceAdjoints, SequenceInput } from '../recurrence.ts'
import type { CompiledNetwork, Kernel } from './kernels.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'
import { padTo, type PartPlan } from './part-plan.ts'
import { PartRun, type Inject, type RunInput } from './part-run.ts'
import { PartWeights } from './part-weights.ts'

/** What the replicas of an engine have in common. */
export interface WasmShared {
  readonly network: Network
  readonly compiled: CompiledNetwork
  readonly memory: LinearMemory
  readonly buffers: NamedBuffers
  readonly exports: Readonly<Record<string, Kernel>>
}

interface PartUnit {
  readonly part: Part
  readonly plan: PartPlan
  readonly weights: PartWeights
  readonly mask: Readonly<Record<'I' | 'H', number>>
  /** Columns of the part's states in state rows. */
  readonly stateOffsets: readonly number[]
}

export class WasmRecurrence implements Recurrence {
  readonly parameters: Float32Array
  readonly gradients: Float32Array
  readonly #shared: WasmShared
  /** [layer][part] */
  readonly #units: readonly (readonly PartUnit[])[]
  #sequence: { readonly input: SequenceInput; readonly runs: readonly (readonly PartRun[])[] } | null = null
  readonly #converged = new Map<number, { run: PartRun; unit: PartUnit; steps: number }[]>()

  constructor(shared: WasmShared) {
    this.#shared = shared
    const { network, compiled, memory } = shared
    const ranges = parameterRanges(network)
    const byName = new Map(ranges.map((range) => [range.name, range]))
    this.parameters = new Float32Array(ranges.at(-1)!.end)
    this.gradients = new Float32Array(ranges.at(-1)!.end)
    this.#units = network.wiredLayers.map((layer) =>
      layer.parts.map((part): PartUnit => {
        const plan = compiled.plans[layer.index]![part.partIndex]!
        const rangeOf = (symbol: string): { start: number; end: number } =>
          byName.get(`layers.${layer.index}.parts.${part.partIndex}.${symbol}`)!
        const sizes = { I: part.inputSize, H: part.units }
        const vectorSizes = new Map(
          part.cell.parameters
            .filter(({ dims }) => dims.length === 1)
            .map(({ symbol, dims }) => [symbol, sizes[dims[0]!]]),
        )
        return {
          part,
          plan,
          weights: new PartWeights(memory, plan, vectorSizes, rangeOf, compiled.tile),
          mask: { I: this.#writeMask(part.inputSize), H: this.#writeMask(part.units) },
          stateOffsets: network.stateSlices
            .filter((slice) => slice.layerIndex === layer.index && slice.partIndex === part.partIndex)
            .map(({ offset }) => offset),
        }
      }),
    )
  }

  parametersChanged(): void {
    for (const { weights } of this.#units.flat()) weights.pack(this.parameters)
  }

  forward(input: SequenceInput): void {
    const { network, compiled, buffers } = this.#shared
    const { steps, batch } = input
    const runs: PartRun[][] = []
    for (const layer of network.wiredLayers) {
      const rowBytes = compiled.inputWidths[layer.index]! * 4
      const address = buffers.get(`x${layer.index}`, steps * batch * rowBytes)
      if (layer.index === 0) this.#writeRows(address, rowBytes, input.inputs, network.inputSize, steps * batch)
      else
        this.#gatherOutputs(
          network.wiredLayers[layer.index - 1]!,
          runs[layer.index - 1]!,
          1,
          steps * batch,
          address,
          rowBytes,
          input.dropoutMasks?.[layer.index - 1] ?? null,
        )
      const runInput: RunInput = { address, rowBytes, stepBytes: batch * rowBytes }
      runs.push(
        this.#units[layer.index]!.map((unit) => {
          const run = this.#createRun('seq', unit, { steps, batch, saving: input.saving, input: runInput })
          unit.part.cell.states.forEach((_, s) => this.#clear(run.stateAddress(s, 0), batch * run.stateRowBytes))
          run.forward()
          return run
        }),
      )
    }
    this.#sequence = { input, runs }
  }

  outputsAt(steps: Int32Array): Float32Array {
    const { input, runs } = this.#lastSequence()
    const top = this.#shared.network.wiredLayers.at(-1)!
    const rows = new Float32Array(steps.length * top.outputSize)
    const { floats } = this.#shared.memory
    steps.forEach((t, slot) => {
      if (t < 0) return
      const b = slot % input.batch
      top.parts.forEach(({ units, outputOffset, partIndex }) => {
        const run = runs.at(-1)![partIndex]!
        const from = (run.stateAddress(0, t + 1) + b * run.stateRowBytes) / 4
        rows.set(floats.subarray(from, from + units), slot * top.outputSize + outputOffset)
      })
    })
    return rows
  }

  statesAt(steps: Int32Array): Float32Array {
    const { input, runs } = this.#lastSequence()
    const rows = new Float32Array(input.batch * this.#shared.network.stateSize)
    for (const unit of this.#units.flat())
      this.#readStates(rows, unit, runs[unit.part.layerIndex]![unit.part.partIndex]!, (b) => steps[b]!, input.batch)
    return rows
  }

  backward({ outputs, states, truncateEvery }: SequenceAdjoints): void {
    const { network, memory, buffers, exports } = this.#shared
    const { input, runs } = this.#lastSequence()
    const { batch, steps } = input
    const outputSlots = outputs ? groupByStep(outputs.steps, (step) => step) : new Map<number, number[]>()
    const stateRows = states ? groupByStep(states.steps, (step) => step - 1) : new Map<number, number[]>()
    const width = network.wiredLayers.at(-1)!.outputSize
    const outputAddress = outputs ? buffers.get('adjoint:outputs', outputs.data.length * 4) : 0
    if (outputs) memory.floats.set(outputs.data, outputAddress / 4)
    const statesAddress = states ? buffers.get('adjoint:states', states.data.length * 4) : 0
    if (states) memory.floats.set(states.data, statesAddress / 4)
    /** Adjoint of the outputs of the layer below the one at work: [T, B, rowFloats]. */
    let fromAbove: { address: number; rowBytes: number } | null = null
    for (const layer of [...network.wiredLayers].reverse()) {
      const isTop = layer.index === network.wiredLayers.length - 1
      const above: { address: number; rowBytes: number } | null = fromAbove
      const inputAdjoint = layer.index === 0 ? null : this.#inputAdjointBuffer(layer, steps * batch)
      if (inputAdjoint) this.#clear(inputAdjoint.address, steps * batch * inputAdjoint.rowBytes)
      for (const unit of this.#units[layer.index]!) {
        const { part, weights } = unit
        const run = runs[layer.index]![part.partIndex]!
        const inject: Inject = (t, [first, ...others]) => {
          const adjoints = [first!, ...others]
          if (above)
            for (let b = 0; b < batch; b++)
              exports.addRow!(
                first! + b * run.stateRowBytes,
                above.address + (t * batch + b) * above.rowBytes + 4 * part.outputOffset,
                part.units,
              )
          if (isTop)
            for (const slot of outputSlots.get(t) ?? [])
              exports.addRow!(
                first! + (slot % batch) * run.stateRowBytes,
                outputAddress + 4 * (slot * width + part.outputOffset),
                part.units,
              )
          for (const b of stateRows.get(t) ?? [])
            unit.stateOffsets.forEach((offset, s) =>
              exports.addRow!(
                adjoints[s]! + b * run.stateRowBytes,
                statesAddress + 4 * (b * network.stateSize + offset),
                part.units,
              ),
            )
        }
        weights.clearGradients()
        run.backward(
          inject,
          truncateEvery,
          inputAdjoint &&
            ((start, count) => this.#addInputAdjoint(run, unit, inputAdjoint, start * batch, count * batch)),
        )
        weights.addGradients(this.gradients)
      }
      if (inputAdjoint) {
        const mask = input.dropoutMasks?.[layer.index - 1]
        if (mask) this.#multiplyRows(inputAdjoint.address, inputAdjoint.rowBytes, mask, layer.inputSize, steps * batch)
      }
      fromAbove = inputAdjoint
    }
  }

  convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Float32Array {
    const batch = states.length / this.#shared.network.stateSize
    const result = Float32Array.from(states)
    const input = this.#constantInput(`u${layerIndex}`, layerIndex, perturbation, batch)
    const compared = comparedParts(this.#shared.network.wiredLayers[layerIndex]!)
    const units = compared.map(({ partIndex }) => this.#units[layerIndex]![partIndex]!)
    const runs = units.map((unit) => {
      const run = this.#createRun('conv', unit, { steps: Math.max(convergenceSteps, 1), batch, saving, input })
      this.#writeStates(states, unit, run, batch)
      if (convergenceSteps > 0) run.forward()
      this.#readStates(result, unit, run, () => convergenceSteps, batch)
      return { run, unit, steps: convergenceSteps }
    })
    this.#converged.set(layerIndex, runs)
    return result
  }

  convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Float32Array {
    const { network, memory, buffers, exports } = this.#shared
    const batch = finalAdjoint.length / network.stateSize
    const result = new Float32Array(finalAdjoint.length)
    const address = buffers.get('adjoint:final', finalAdjoint.length * 4)
    memory.floats.set(finalAdjoint, address / 4)
    for (const { run, unit, steps } of this.#converged.get(layerIndex)!) {
      if (steps === 0) {
        for (let b = 0; b < batch; b++)
          for (const offset of unit.stateOffsets) {
            const from = b * network.stateSize + offset
            result.set(finalAdjoint.subarray(from, from + unit.part.units), from)
          }
        continue
      }
      const inject: Inject = (t, adjoints) => {
        if (t !== steps - 1) return
        for (let b = 0; b < batch; b++)
          unit.stateOffsets.forEach((offset, s) =>
            exports.addRow!(
              adjoints[s]! + b * run.stateRowBytes,
              address + 4 * (b * network.stateSize + offset),
              unit.part.units,
            ),
          )
      }
      unit.weights.clearGradients()
      const initial = run.backward(inject, null, null)
      unit.weights.addGradients(this.gradients)
      const { floats } = memory
      unit.stateOffsets.forEach((offset, s) => {
        for (let b = 0; b < batch; b++) {
          const from = (initial[s]! + b * run.stateRowBytes) / 4
          result.set(floats.subarray(from, from + unit.part.units), b * network.stateSize + offset)
        }
      })
    }
    return result
  }

  startConvergence(states: FloatArray, perturbation: Float32Array): { advance(): Float32Array } {
    const { network, compiled, buffers, memory } = this.#shared
    const batch = states.length / network.stateSize
    const first = this.#constantInput('net:u', 0, perturbation, batch)
    const layers = network.wiredLayers.map((layer) => {
      const rowBytes = compiled.inputWidths[layer.index]! * 4
      const input: RunInput =
        layer.index === 0
          ? first
          : { address: buffers.get(`net:x${layer.index}`, batch * rowBytes), rowBytes, stepBytes: batch * rowBytes }
      const runs = this.#units[layer.index]!.map((unit) => {
        const run = this.#createRun('net', unit, { steps: 1, batch, saving: false, input })
        this.#writeStates(states, unit, run, batch)
        if (layer.index === 0) run.projectInputs(0, 1)
        return { unit, run }
      })
      return { layer, input, runs }
    })
    return {
      advance: () => {
        const rows = new Float32Array(states.length)
        layers.forEach(({ layer, input, runs }, index) => {
          if (index > 0)
            this.#gatherOutputs(
              network.wiredLayers[index - 1]!,
              layers[index - 1]!.runs.map(({ run }) => run),
              1,
              batch,
              input.address,
              input.rowBytes,
              null,
            )
          for (const { unit, run } of runs) {
            if (layer.index > 0) run.projectInputs(0, 1)
            run.step(0, 0)
            this.#readStates(rows, unit, run, () => 1, batch)
          }
        })
        for (const { runs } of layers)
          for (const { unit, run } of runs)
            unit.part.cell.states.forEach((_, s) => {
              const next = run.stateAddress(s, 1)
              memory.floats.copyWithin(run.stateAddress(s, 0) / 4, next / 4, (next + batch * run.stateRowBytes) / 4)
            })
        return rows
      },
    }
  }

  #lastSequence(): { readonly input: SequenceInput; readonly runs: readonly (readonly PartRun[])[] } {
    if (!this.#sequence) throw new LabError('internal', 'The engine was asked for a sequence before it ran one.')
    return this.#sequence
  }

  #createRun(
    kind: string,
    unit: PartUnit,
    sizes: { steps: number; batch: number; saving: boolean; input: RunInput },
  ): PartRun {
    const { buffers, exports, compiled } = this.#shared
    const { part, plan, weights, mask } = unit
    return new PartRun({
      name: `${kind}:${part.layerIndex}.${part.partIndex}`,
      plan,
      cell: part.cell,
      weights,
      buffers,
      exports,
      tile: compiled.tile,
      mask,
      ...sizes,
    })
  }

  /** All ones where a column has a meaning, zeros in the pad columns. */
  #writeMask(size: number): number {
    const { memory } = this.#shared
    const address = memory.allocate(padTo(size, 4) * 4)
    const bits = new Int32Array(memory.floats.buffer, address, padTo(size, 4))
    bits.fill(0)
    bits.fill(-1, 0, size)
    return address
  }

  #clear(address: number, bytes: number): void {
    this.#shared.exports.clear!(address, bytes / 16)
  }

  /** Rows of `size` floats, one after the other, to rows of `rowBytes` with zeros behind. */
  #writeRows(address: number, rowBytes: number, data: Float32Array, size: number, rows: number): void {
    const { floats } = this.#shared.memory
    if (size * 4 === rowBytes) {
      floats.set(data.subarray(0, rows * size), address / 4)
      return
    }
    this.#clear(address, rows * rowBytes)
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < size; i++) floats[address / 4 + (row * rowBytes) / 4 + i] = data[row * size + i]!
  }

  #multiplyRows(address: number, rowBytes: number, mask: Float32Array, size: number, rows: number): void {
    const { floats } = this.#shared.memory
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < size; i++) floats[address / 4 + (row * rowBytes) / 4 + i]! *= mask[row * size + i]!
  }

  /** The outputs of a layer's parts side by side, from time `from` on, times the dropout mask. */
  #gatherOutputs(
    layer: Layer,
    runs: readonly PartRun[],
    from: number,
    rows: number,
    address: number,
    rowBytes: number,
    mask: Float32Array | null,
  ): void {
    const { floats } = this.#shared.memory
    layer.parts.forEach(({ units, outputOffset, partIndex }) => {
      const run = runs[partIndex]!
      const source = run.stateAddress(0, from) / 4
      const stride = run.stateRowBytes / 4
      const target = address / 4 + outputOffset
      if (layer.parts.length === 1 && stride === rowBytes / 4) floats.copyWithin(target, source, source + rows * stride)
      else
        for (let row = 0; row < rows; row++)
          floats.copyWithin(target + (row * rowBytes) / 4, source + row * stride, source + row * stride + units)
    })
    const pad = rowBytes / 4 - layer.outputSize
    if (pad > 0)
      for (let row = 0; row < rows; row++)
        floats.fill(0, (address + (row + 1) * rowBytes) / 4 - pad, (address + (row + 1) * rowBytes) / 4)
    if (mask) this.#multiplyRows(address, rowBytes, mask, layer.outputSize, rows)
  }

  #inputAdjointBuffer(layer: Layer, rows: number): { address: number; rowBytes: number } {
    const { buffers, compiled } = this.#shared
    const rowBytes = padTo(layer.inputSize, compiled.tile.columns) * 4
    return { address: buffers.get(`dx${layer.index}`, rows * rowBytes), rowBytes }
  }

  /** dx (+)= adjoints of a chunk's input products times the weights. */
  #addInputAdjoint(
    run: PartRun,
    { part }: PartUnit,
    { address, rowBytes }: { address: number; rowBytes: number },
    firstRow: number,
    rows: number,
  ): void {
    const { exports } = this.#shared
    const target = address + firstRow * rowBytes
    for (const { packed, adjoint, adjointStride } of run.inputProducts())
      exports.multiplyRows!(
        adjoint,
        adjointStride,
        packed.backward,
        target,
        rowBytes,
        rows,
        packed.backwardPanels,
        packed.backwardDepth,
        1,
      )
    const inner = run.innerInputAdjoint
    if (inner !== null)
      for (let row = 0; row < rows; row++)
        exports.addRow!(target + row * rowBytes, inner + row * padTo(part.inputSize, 4) * 4, part.inputSize)
  }

  #constantInput(name: string, layerIndex: number, perturbation: Float32Array, batch: number): RunInput {
    const { buffers, compiled, memory } = this.#shared
    const rowBytes = compiled.inputWidths[layerIndex]! * 4
    const address = buffers.get(name, batch * rowBytes)
    this.#clear(address, batch * rowBytes)
    for (let b = 0; b < batch; b++) memory.floats.set(perturbation, (address + b * rowBytes) / 4)
    return { address, rowBytes, stepBytes: 0 }
  }

  #writeStates(rows: FloatArray, { part, stateOffsets }: PartUnit, run: PartRun, batch: number): void {
    const { memory, network } = this.#shared
    stateOffsets.forEach((offset, s) => {
      const address = run.stateAddress(s, 0)
      this.#clear(address, batch * run.stateRowBytes)
      for (let b = 0; b < batch; b++) {
        const from = b * network.stateSize + offset
        memory.floats.set(rows.subarray(from, from + part.units), (address + b * run.stateRowBytes) / 4)
      }
    })
  }

  #readStates(
    rows: Float32Array,
    { part, stateOffsets }: PartUnit,
    run: PartRun,
    stepOf: (b: number) => number,
    batch: number,
  ): void {
    const { memory, network } = this.#shared
    const { floats } = memory
    stateOffsets.forEach((offset, s) => {
      for (let b = 0; b < batch; b++) {
        const from = (run.stateAddress(s, stepOf(b)) + b * run.stateRowBytes) / 4
        rows.set(floats.subarray(from, from + part.units), b * network.stateSize + offset)
      }
    })
  }
}

/** Indices of the entries of `steps` by step; negative ones are left out. */
function groupByStep(steps: Int32Array, stepOf: (step: number) => number): Map<number, number[]> {
  const groups = new Map<number, number[]>()
  steps.forEach((step, index) => {
    const t = stepOf(step)
    if (t < 0) return
    const group = groups.get(t)
    if (group) group.push(index)
    else groups.set(t, [index])
  })
  return groups
}
