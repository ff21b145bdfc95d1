/**
 * Sequences of a whole network on the wasm kernels, for one replica. Working buffers are those of a lane (row-blocks.ts), which replicas use one
 * after the other: a replica's forward and backward passes follow each other without another's of its lane between.
 */
import { outputColumns } from '../../../networks/network.ts'
import { LabError } from '../../../errors/errors.ts'
import { reachedRows } from '../../adjoint-reach.ts'
import type { OptimizerSettings } from '../../backend.ts'
import { parameterRanges } from '../../programs/parameter-ranges.ts'
import { ProcessorRecurrence } from '../../programs/processor-recurrence.ts'
import { finished, type Program } from '../../programs/program.ts'
import type { FlatRange, FloatArray, Moments, SequenceAdjoints, SequenceInput } from '../../recurrence.ts'
import { laneAt } from '../plan/row-blocks.ts'
import { FlatParameters } from './flat-parameters.ts'
import type { Injection } from './injections.ts'
import { LayerConvergence } from './layer-convergence.ts'
import { LayerInputs } from './layer-inputs.ts'
import type { AdjointRows, PartRun } from './part-run.ts'
import { createRun, partUnits, type PartUnit, type Place, type WasmShared } from './part-unit.ts'
import { ReachedRows } from './reached-rows.ts'
import { readStates, writeStarts, writeStates } from './row-access.ts'
import { oneStage, type Tape, type TapeJob } from './tape.ts'

/** What the last sequence was, and its runs: [layer][part]. */
interface Sequence {
  readonly input: SequenceInput<FloatArray>
  readonly runs: readonly (readonly PartRun[])[]
}

export class WasmRecurrence extends ProcessorRecurrence<TapeJob> {
  readonly #flat: FlatParameters
  readonly #shared: WasmShared
  #place: Place
  /** [layer][part] */
  readonly #units: readonly (readonly PartUnit[])[]
  /** Where the last way back has left the adjoints of the initial states, an address a state. */
  readonly #initialAdjoints = new Map<PartUnit, { readonly run: PartRun; readonly addresses: readonly number[] }>()
  #sequence: Sequence | null = null
  readonly #convergence: LayerConvergence

  constructor(shared: WasmShared) {
    super(shared.network)
    this.#shared = shared
    this.#flat = new FlatParameters(shared.memory, parameterRanges(shared.network).at(-1)!.end)
    this.#units = partUnits(shared, this.#flat)
    this.#convergence = new LayerConvergence(shared, this.#units)
    this.#place = placeAt(shared, 0, 1)
  }

  protected get parameters(): Float32Array {
    return this.#flat.parameters
  }

  protected get gradients(): Float32Array {
    return this.#flat.gradients
  }

  protected get moments(): Moments {
    return this.#flat.moments
  }

  takePlace(place: number, count: number): void {
    this.#place = placeAt(this.#shared, place, count)
  }

  protected newArray(length: number): Float32Array {
    return new Float32Array(length)
  }

  protected *parametersChanged(): Program<TapeJob, void> {
    yield oneStage((tape) => this.#pack(tape))
  }

  override *clearGradients(ranges?: readonly FlatRange[]): Program<TapeJob, void> {
    if (ranges) yield* super.clearGradients(ranges)
    else yield oneStage((tape) => this.#flat.clearGradients(tape))
  }

  override *gradientNorm(moving: readonly FlatRange[]): Program<TapeJob, number> {
    let readSum = (): number => 0
    yield oneStage((tape) => void (readSum = this.#flat.sumSquares(tape, this.#place.buffers, moving)))
    return Math.sqrt(readSum())
  }

  protected override *moveParameters(
    settings: OptimizerSettings,
    moving: readonly FlatRange[],
    norm: number,
  ): Program<TapeJob, void> {
    yield function* (this: WasmRecurrence, tape: Tape): Iterable<void> {
      this.#flat.move(tape, settings, moving, norm)
      yield
      this.#pack(tape)
    }.bind(this)
  }

  *forward(input: SequenceInput<FloatArray>): Program<TapeJob, void> {
    const runs: PartRun[][] = []
    yield oneStage((tape) => this.#putForward(tape, input, runs))
    this.#sequence = { input, runs }
  }

  /** @param runs is filled, a list a layer */
  #putForward(tape: Tape, input: SequenceInput<FloatArray>, runs: PartRun[][]): void {
    const { network, memory } = this.#shared
    const { steps, batch } = input
    const blocks = tape.takeRows(batch, this.#place.lane)
    for (const layer of network.wiredLayers) {
      const runInput =
        layer.index === 0
          ? this.#place.inputs.network(input)
          : this.#place.inputs.layer(tape, blocks, layer, runs[layer.index - 1]!, input)
      const layerRuns = this.#units[layer.index]!.map((unit) =>
        createRun(this.#shared, this.#place.buffers, 'seq', unit, {
          steps,
          batch,
          saving: input.saving,
          input: runInput,
        }),
      )
      runs.push(layerRuns)
      layerRuns.forEach((run, p) => {
        const unit = this.#units[layer.index]![p]!
        if (input.initialStates) writeStates(memory, network, input.initialStates, unit, run, batch)
        else writeStarts(memory, unit, run, batch)
        for (const block of blocks) run.forward(tape, block)
      })
    }
  }

  takeOutputs(steps: Int32Array, target: FloatArray): Program<TapeJob, void> {
    const { input, runs } = this.#lastSequence()
    const top = this.#shared.network.wiredLayers.at(-1)!
    const { floats } = this.#shared.memory
    const outputs = top.parts.flatMap((part) =>
      outputColumns(part).map((output) => ({ ...output, units: part.units, run: runs.at(-1)![part.partIndex]! })),
    )
    steps.forEach((t, slot) => {
      if (t < 0) return
      const b = slot % input.batch
      for (const { state, column, units, run } of outputs) {
        const from = (run.stateAddress(state, t + 1) + b * run.stateRowBytes) / 4
        target.set(floats.subarray(from, from + units), slot * top.outputSize + column)
      }
    })
    return finished(undefined)
  }

  takeStates(steps: Int32Array, target: FloatArray): Program<TapeJob, void> {
    this.#copyStates((b) => steps[b]!, target)
    return finished(undefined)
  }

  protected get sequenceSteps(): number {
    return this.#lastSequence().input.steps
  }

  protected statesAfterStep(step: number): Float32Array {
    const rows = new Float32Array(this.#lastSequence().input.batch * this.#shared.network.stateSize)
    this.#copyStates(() => step, rows)
    return rows
  }

  #copyStates(stepOf: (b: number) => number, target: FloatArray): void {
    const { input, runs } = this.#lastSequence()
    const { network, memory } = this.#shared
    for (const unit of this.#units.flat()) {
      const run = runs[unit.part.layerIndex]![unit.part.partIndex]!
      readStates(memory, network, target, unit, run, stepOf, input.batch)
    }
  }

  protected statesEqual(step: number, rows: FloatArray): boolean {
    const { input, runs } = this.#lastSequence()
    const { network, memory } = this.#shared
    const { floats } = memory
    for (const { part, stateOffsets } of this.#units.flat()) {
      const run = runs[part.layerIndex]![part.partIndex]!
      for (const [s, offset] of stateOffsets.entries())
        for (let b = 0; b < input.batch; b++) {
          const from = (run.stateAddress(s, step) + b * run.stateRowBytes) / 4
          const row = b * network.stateSize + offset
          // A NaN differs from itself: states with one are never equal.
          for (let i = 0; i < part.units; i++) if (floats[from + i] !== rows[row + i]) return false
        }
    }
    return true
  }

  *backward(adjoints: SequenceAdjoints<FloatArray>): Program<TapeJob, void> {
    yield (tape) => this.#putBackward(tape, adjoints)
  }

  *#putBackward(tape: Tape, adjoints: SequenceAdjoints<FloatArray>): Generator<void, void, void> {
    const { outputs, states, truncateEvery, movesColdParts } = adjoints
    const { network, memory } = this.#shared
    const buffers = this.#place.buffers
    const { input, runs } = this.#lastSequence()
    const { batch, steps } = input
    const width = network.wiredLayers.at(-1)!.outputSize
    const outputAddress = outputs ? buffers.get('adjoint:outputs', outputs.data.length * 4) : 0
    if (outputs) memory.floats.set(outputs.data, outputAddress / 4)
    const statesAddress = states ? buffers.get('adjoint:states', states.data.length * 4) : 0
    if (states) memory.floats.set(states.data, statesAddress / 4)
    const reached = this.#rowsReachedBy(adjoints, steps, batch)
    const blocks = tape.takeRows(batch, this.#place.lane)
    const top = network.wiredLayers.length - 1
    const moving: PartUnit[] = []
    let above: AdjointRows | null = null
    for (const layer of [...network.wiredLayers].reverse()) {
      const inputAdjoint = layer.index === 0 ? null : this.#place.inputs.adjointRows(layer, steps * batch)
      let isWritten = false
      for (const unit of this.#units[layer.index]!) {
        const { part, stateOffsets } = unit
        const moves = movesColdParts || part.warm
        // A cold part whose weights stay passes on what comes from above to the layer below; at either end nothing asks for that.
        if (!moves && (layer.index === 0 || layer.index === top)) continue
        const injections: Injection[] = []
        if (outputs && layer.index === top)
          for (const { state, column } of outputColumns(part))
            outputs.steps.forEach((step, slot) => {
              if (step >= 0)
                injections.push({ step, row: slot % batch, state, source: outputAddress + 4 * (slot * width + column) })
            })
        states?.steps.forEach((step, row) => {
          if (step > 0)
            stateOffsets.forEach((offset, state) =>
              injections.push({
                step: step - 1,
                row,
                state,
                source: statesAddress + 4 * (row * network.stateSize + offset),
              }),
            )
        })
        if (moves) {
          moving.push(unit)
          unit.weights.clearGradients(tape)
        }
        const run = runs[layer.index]![part.partIndex]!
        const initial = yield* run.backward(tape, blocks, {
          above: above && { address: above.address + 4 * part.outputOffset, rowBytes: above.rowBytes },
          injections,
          reached,
          truncateEvery,
          inputAdjoint: inputAdjoint && { ...inputAdjoint, accumulate: isWritten },
          movesWeights: moves,
        })
        this.#initialAdjoints.set(unit, { run, addresses: initial })
        isWritten = true
      }
      const mask = input.dropoutMasks?.[layer.index - 1]
      if (inputAdjoint && mask)
        this.#place.inputs.multiplyByMask(tape, blocks, inputAdjoint, layer.index - 1, layer.inputSize, steps, batch)
      above = inputAdjoint
    }
    yield
    for (const unit of moving) {
      unit.weights.addGradients(tape)
      if (input.initialStates === null) this.#addStartGradients(tape, unit, batch)
    }
  }

  /** What the way back has left at the states that a sequence began with, summed over the series. */
  #addStartGradients(tape: Tape, unit: PartUnit, batch: number): void {
    const { part, weights } = unit
    const { run, addresses } = this.#initialAdjoints.get(unit)!
    for (const { state, symbol, isFrozen } of part.cell.starts)
      if (!isFrozen) weights.addRowsToGradient(tape, symbol, addresses[state]!, run.stateRowBytes, batch)
  }

  /** null where adjoints come to every row. */
  #rowsReachedBy(adjoints: SequenceAdjoints<FloatArray>, steps: number, batch: number): ReachedRows | null {
    const reached = reachedRows(adjoints, steps, batch)
    const { truncateEvery } = adjoints
    return (
      reached && new ReachedRows(reached, { steps, batch, truncateEvery }, this.#shared.memory, this.#place.buffers)
    )
  }

  initialStateAdjoint(): Program<TapeJob, FloatArray> {
    const { network, memory } = this.#shared
    const { batch } = this.#lastSequence().input
    const result = new Float32Array(batch * network.stateSize)
    for (const [{ part, stateOffsets }, { run, addresses }] of this.#initialAdjoints)
      stateOffsets.forEach((offset, s) => {
        for (let b = 0; b < batch; b++) {
          const from = (addresses[s]! + b * run.stateRowBytes) / 4
          result.set(memory.floats.subarray(from, from + part.units), b * network.stateSize + offset)
        }
      })
    return finished(result)
  }

  convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<TapeJob, FloatArray> {
    return this.#convergence.forward(this.#place, layerIndex, states, perturbation, convergenceSteps, saving)
  }

  convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Program<TapeJob, FloatArray> {
    return this.#convergence.backward(this.#place, layerIndex, finalAdjoint)
  }

  #pack(tape: Tape): void {
    for (const { weights } of this.#units.flat()) weights.pack(tape)
  }

  #lastSequence(): Sequence {
    if (!this.#sequence) throw new LabError('internal', 'The engine was asked for a sequence before it ran one.')
    return this.#sequence
  }
}

/** @param count lanes that work side by side */
function placeAt(shared: WasmShared, place: number, count: number): Place {
  const buffers = shared.laneBuffers(place)
  return { lane: laneAt(place, count, shared.threads), buffers, inputs: new LayerInputs(shared, buffers) }
}
