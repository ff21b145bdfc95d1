/**
 * Sequences on the float64 interpreter: every node's value of every step is kept, the backward pass walks the steps
 * in reverse. Written to be read; speed is the other backends' affair. Its programs do their work at once and yield no job.
 */
import type { NodeId } from '../../compiler/ir.ts'
import { comparedParts, outputColumns, type Layer, type Network, type Part } from '../../networks/network.ts'
import { isCut, reachedRows } from '../adjoint-reach.ts'
import { parameterRanges } from '../programs/parameter-ranges.ts'
import { finished, type Program } from '../programs/program.ts'
import { ProcessorRecurrence } from '../programs/processor-recurrence.ts'
import type { FloatArray, Moments, SequenceAdjoints, SequenceInput } from '../recurrence.ts'
import {
  addAdjointProduct,
  addOuterProduct,
  addRowSum,
  evaluateNodes,
  type NodeValue,
  type StepInputs,
} from './interpreter.ts'

/** What one part computed at one step. */
interface PartStep {
  readonly inputs: StepInputs
  readonly values: Map<NodeId, NodeValue>
}

/** A part's whole run: its states after 0 .. T steps, and its steps when saved. */
interface PartRun {
  readonly states: Float64Array[][]
  readonly steps: PartStep[]
}

export class ReferenceRecurrence extends ProcessorRecurrence<never> {
  protected readonly parameters: Float64Array
  protected readonly gradients: Float64Array
  protected readonly moments: Moments
  readonly #ranges: ReadonlyMap<string, { start: number; end: number }>
  #batch = 0
  #runs: PartRun[][] = []
  #masks: readonly Float32Array[] | null = null
  #isFromStart = true
  #initialAdjoints = new Map<Part, Float64Array[]>()
  #converged = new Map<number, Map<Part, PartRun>>()

  constructor(network: Network) {
    super(network)
    const ranges = parameterRanges(network)
    this.#ranges = new Map(ranges.map((range) => [range.name, range]))
    const count = ranges.at(-1)!.end
    this.parameters = new Float64Array(count)
    this.gradients = new Float64Array(count)
    this.moments = { step: 0, first: new Float64Array(count), second: new Float64Array(count) }
  }

  takePlace(): void {
    // Every replica has its own arrays.
  }

  protected newArray(length: number): Float64Array {
    return new Float64Array(length)
  }

  protected parametersChanged(): Program<never, void> {
    return finished(undefined) // the interpreter reads the parameters where they stand
  }

  forward({
    steps,
    batch,
    inputs,
    isConstant,
    initialStates,
    dropoutMasks,
    saving,
  }: SequenceInput<FloatArray>): Program<never, void> {
    this.#batch = batch
    this.#masks = dropoutMasks
    this.#isFromStart = initialStates === null
    this.#runs = []
    const stepSize = batch * this.network.inputSize
    let layerInputs: Float64Array[] = Array.from({ length: steps }, (_, t) =>
      isConstant
        ? Float64Array.from({ length: stepSize }, (_, i) => inputs[i % this.network.inputSize]!)
        : Float64Array.from(inputs.subarray(t * stepSize, (t + 1) * stepSize)),
    )
    for (const layer of this.network.wiredLayers) {
      const runs = layer.parts.map((part) =>
        this.#runPart(
          part,
          initialStates ? this.#statesOf(part, initialStates) : this.#startStates(part, batch),
          layerInputs,
          saving,
        ),
      )
      this.#runs.push(runs)
      const mask = dropoutMasks?.[layer.index]
      layerInputs = layerInputs.map((_, t) => {
        const output = this.#layerOutput(
          layer,
          runs.map((run) => run.states[t + 1]!),
          batch,
        )
        return mask ? output.map((value, i) => value * mask[t * output.length + i]!) : output
      })
    }
    return finished(undefined)
  }

  takeOutputs(steps: Int32Array, target: FloatArray): Program<never, void> {
    const top = this.network.wiredLayers.at(-1)!
    const width = top.outputSize
    steps.forEach((t, slot) => {
      const b = slot % this.#batch
      if (t < 0) return
      top.parts.forEach((part, p) => {
        for (const { state, column } of outputColumns(part)) {
          const values = this.#runs.at(-1)![p]!.states[t + 1]![state]!
          target.set(values.subarray(b * part.units, (b + 1) * part.units), slot * width + column)
        }
      })
    })
    return finished(undefined)
  }

  protected get sequenceSteps(): number {
    return this.#runs[0]![0]!.states.length - 1
  }

  protected statesAfterStep(step: number): Float64Array {
    const rows = new Float64Array(this.#batch * this.network.stateSize)
    this.#copyStates(() => step, rows)
    return rows
  }

  protected statesEqual(step: number, rows: FloatArray): boolean {
    return this.statesAfterStep(step).every((value, i) => value === rows[i])
  }

  takeStates(steps: Int32Array, target: FloatArray): Program<never, void> {
    this.#copyStates((b) => steps[b]!, target)
    return finished(undefined)
  }

  // The gradients of cold parts are cheap enough to be computed always: whoever does not want them leaves them.
  backward(sequenceAdjoints: SequenceAdjoints<FloatArray>): Program<never, void> {
    const { outputs, states, truncateEvery } = sequenceAdjoints
    const batch = this.#batch
    const reached = reachedRows(sequenceAdjoints, this.#runs[0]![0]!.steps.length, batch)
    const { wiredLayers, stateSlices, stateSize } = this.network
    let fromAbove: Float64Array[] | null = null
    for (const layer of [...wiredLayers].reverse()) {
      const isTop = layer.index === wiredLayers.length - 1
      const runs = this.#runs[layer.index]!
      const steps = runs[0]!.steps.length
      const inputAdjoints = Array.from({ length: steps }, () => new Float64Array(batch * layer.inputSize))
      layer.parts.forEach((part, p) => {
        const slices = stateSlices.filter((slice) => slice.layerIndex === layer.index && slice.partIndex === p)
        /** Adds what enters at the states after step t. */
        const inject = (t: number, adjoints: Float64Array[]): void => {
          const addRow = (target: Float64Array, b: number, row: ArrayLike<number>, at: number): void => {
            for (let j = 0; j < part.units; j++) target[b * part.units + j]! += row[at + j]!
          }
          for (const { state, column } of outputColumns(part)) {
            if (fromAbove)
              for (let b = 0; b < batch; b++) addRow(adjoints[state]!, b, fromAbove[t]!, b * layer.outputSize + column)
            if (isTop && outputs)
              outputs.steps.forEach((step, slot) => {
                if (step === t) addRow(adjoints[state]!, slot % batch, outputs.data, slot * layer.outputSize + column)
              })
          }
          if (states)
            states.steps.forEach((step, b) => {
              if (step === t + 1)
                for (const slice of slices)
                  addRow(adjoints[slice.stateIndex]!, b, states.data, b * stateSize + slice.offset)
            })
        }
        const initial = this.#runPartBackward(part, runs[p]!, inputAdjoints, inject, truncateEvery, reached)
        this.#initialAdjoints.set(part, initial)
        if (this.#isFromStart)
          for (const { state, symbol, isFrozen } of part.cell.starts)
            if (!isFrozen) addRowSum(this.#parameter(part, symbol, this.gradients), initial[state]!)
      })
      const mask = this.#masks?.[layer.index - 1]
      fromAbove = mask
        ? inputAdjoints.map((adjoint, t) => adjoint.map((value, i) => value * mask[t * adjoint.length + i]!))
        : inputAdjoints
    }
    return finished(undefined)
  }

  initialStateAdjoint(): Program<never, FloatArray> {
    const result = new Float64Array(this.#batch * this.network.stateSize)
    for (const [part, adjoints] of this.#initialAdjoints) this.#putStates(part, result, adjoints)
    return finished(result)
  }

  convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<never, FloatArray> {
    const result = Float64Array.from(states)
    const batch = states.length / this.network.stateSize
    const runs = new Map<Part, PartRun>()
    for (const part of comparedParts(this.network.wiredLayers[layerIndex]!)) {
      const input = Float64Array.from({ length: batch * part.inputSize }, (_, i) => perturbation[i % part.inputSize]!)
      const run = this.#runPart(
        part,
        this.#statesOf(part, states),
        Array.from({ length: convergenceSteps }, () => input),
        saving,
      )
      this.#putStates(part, result, run.states.at(-1)!)
      runs.set(part, run)
    }
    this.#converged.set(layerIndex, runs)
    return finished(result)
  }

  convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Program<never, FloatArray> {
    const result = new Float64Array(finalAdjoint.length)
    for (const [part, run] of this.#converged.get(layerIndex)!) {
      const adjoints = this.#statesOf(part, finalAdjoint)
      const last = run.steps.length - 1
      const inject = (t: number, into: Float64Array[]): void => {
        if (t === last) into.forEach((target, s) => target.set(adjoints[s]!))
      }
      const initial = run.steps.length === 0 ? adjoints : this.#runPartBackward(part, run, null, inject, null, null)
      this.#putStates(part, result, initial)
    }
    return finished(result)
  }

  #runPart(part: Part, initial: Float64Array[], inputs: readonly Float64Array[], saving: boolean): PartRun {
    const { cell, units } = part
    const run: PartRun = { states: [initial], steps: [] }
    const lastId = cell.forward.newStates.reduce((last, id) => Math.max(last, id), 0)
    const forwardIds = Array.from({ length: lastId + 1 }, (_, id) => id)
    for (const input of inputs) {
      const stepInputs: StepInputs = {
        batch: initial[0]!.length / units,
        sizes: { I: part.inputSize, H: units },
        parameters: (symbol) => this.#parameter(part, symbol, this.parameters),
        input,
        states: run.states.at(-1)!,
      }
      const values = new Map<NodeId, NodeValue>()
      evaluateNodes(cell, stepInputs, forwardIds, values)
      run.states.push(cell.forward.newStates.map((id) => values.get(id) as Float64Array))
      if (saving) run.steps.push({ inputs: stepInputs, values })
    }
    return run
  }

  /**
   * Adds to the gradients and to the adjoints of the inputs; returns the adjoints of the initial states.
   * @param reached [T, B], null for all rows: the others are left out
   */
  #runPartBackward(
    part: Part,
    run: PartRun,
    inputAdjoints: Float64Array[] | null,
    inject: (t: number, adjoints: Float64Array[]) => void,
    truncateEvery: number | null,
    reached: Uint8Array | null,
  ): Float64Array[] {
    const { cell } = part
    const { backward, forward } = cell
    const ids = [...forward.ir.nodes.keys()]
    let adjoints: Float64Array[] = run.states[0]!.map((state) => new Float64Array(state.length))
    for (let t = run.steps.length - 1; t >= 0; t--) {
      inject(t, adjoints)
      const { inputs, values } = run.steps[t]!
      const { batch } = inputs
      evaluateNodes(cell, { ...inputs, stateAdjoints: adjoints }, ids, values)
      /** A value with zeros in the rows that are left out. */
      const value = (id: NodeId): Float64Array => {
        const rows = values.get(id) as Float64Array
        return reached === null ? rows : maskRows(rows, reached.subarray(t * batch, (t + 1) * batch))
      }
      for (const { operand, matrices, adjoints: gates, isFrozen } of backward.matrixGradients)
        gates.forEach((gate, g) => {
          if (gate === null) return
          const matrix = matrices[g]!
          const gradient = this.#parameter(part, matrix.symbol, this.gradients)
          // The gradient of a transposed matrix is that of the matrix with its sides swapped.
          const [rows, columns] = matrix.isTransposed ? [operand, gate] : [gate, operand]
          if (!isFrozen) addOuterProduct(gradient, value(rows), value(columns), batch)
          if (inputAdjoints && forward.ir.nodes[operand]!.kind === 'input')
            addAdjointProduct(inputAdjoints[t]!, value(gate), matrix, inputs.parameters, batch)
        })
      for (const { symbol, adjoint } of backward.vectorGradients)
        addRowSum(this.#parameter(part, symbol, this.gradients), value(adjoint))
      if (inputAdjoints && backward.inputAdjoint !== null)
        value(backward.inputAdjoint).forEach((d, i) => (inputAdjoints[t]![i]! += d))
      adjoints = backward.stateAdjoints.map((id, s) =>
        id === null || isCut(t, truncateEvery) ? new Float64Array(adjoints[s]!.length) : value(id).slice(),
      )
    }
    return adjoints
  }

  #parameter(part: Part, symbol: string, flat: Float64Array): Float64Array {
    const { start, end } = this.#ranges.get(`layers.${part.layerIndex}.parts.${part.partIndex}.${symbol}`)!
    return flat.subarray(start, end)
  }

  #startStates(part: Part, batch: number): Float64Array[] {
    const states = part.cell.states.map(() => new Float64Array(batch * part.units))
    for (const { state, symbol } of part.cell.starts) {
      const start = this.#parameter(part, symbol, this.parameters)
      for (let b = 0; b < batch; b++) states[state]!.set(start, b * part.units)
    }
    return states
  }

  #layerOutput(layer: Layer, partStates: readonly (readonly Float64Array[])[], batch: number): Float64Array {
    const output = new Float64Array(batch * layer.outputSize)
    layer.parts.forEach((part, p) => {
      for (const { state, column } of outputColumns(part))
        for (let b = 0; b < batch; b++) {
          const row = partStates[p]![state]!.subarray(b * part.units, (b + 1) * part.units)
          output.set(row, b * layer.outputSize + column)
        }
    })
    return output
  }

  /** The states of every series after `stepOf(b)` steps of the last sequence; where it is -1 the row of `target` stays. */
  #copyStates(stepOf: (b: number) => number, target: FloatArray): void {
    const { stateSize, stateSlices } = this.network
    for (let b = 0; b < this.#batch; b++) {
      const step = stepOf(b)
      if (step < 0) continue
      for (const { layerIndex, partIndex, stateIndex, offset, size } of stateSlices) {
        const state = this.#runs[layerIndex]![partIndex]!.states[step]![stateIndex]!
        target.set(state.subarray(b * size, (b + 1) * size), b * stateSize + offset)
      }
    }
  }

  /** A part's columns of state rows, one [B, H] a state. */
  #statesOf(part: Part, rows: FloatArray): Float64Array[] {
    const { stateSize } = this.network
    const batch = rows.length / stateSize
    return this.#slicesOf(part).map(({ offset, size }) => {
      const state = new Float64Array(batch * size)
      for (let b = 0; b < batch; b++)
        state.set(rows.subarray(b * stateSize + offset, b * stateSize + offset + size), b * size)
      return state
    })
  }

  #putStates(part: Part, rows: Float64Array, states: readonly Float64Array[]): void {
    const { stateSize } = this.network
    this.#slicesOf(part).forEach(({ offset, size }, s) => {
      for (let b = 0; b < rows.length / stateSize; b++)
        rows.set(states[s]!.subarray(b * size, (b + 1) * size), b * stateSize + offset)
    })
  }

  #slicesOf(part: Part): Network['stateSlices'] {
    return this.network.stateSlices.filter(
      (slice) => slice.layerIndex === part.layerIndex && slice.partIndex === part.partIndex,
    )
  }
}

/** @param mask one a row: 0 makes a row zeros, whatever stands there */
function maskRows(rows: Float64Array, mask: Uint8Array): Float64Array {
  const width = rows.length / mask.length
  return rows.map((value, i) => (mask[Math.floor(i / width)] === 0 ? 0 : value))
}
