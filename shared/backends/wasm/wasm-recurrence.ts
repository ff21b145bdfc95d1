/**
 * Sequences of a whole network on the wasm kernels, for one replica. Working buffers are those of a lane (row-blocks.ts), which replicas use one
 * after the other: a replica's forward and backward passes follow each other without another's of its lane between.
 */
import { LabError } from '../../protocol/errors.ts'
import { comparedParts, type Network, type Part } from '../../networks/network.ts'
import { parameterRanges } from '../programs/parameter-ranges.ts'
import type { OptimizerSettings } from '../backend.ts'
import type { Program } from '../programs/program.ts'
import type { FlatRange, FloatArray, Moments, Recurrence, SequenceAdjoints, SequenceInput } from '../recurrence.ts'
import { FlatParameters } from './flat-parameters.ts'
import { LayerInputs } from './layer-inputs.ts'
import { partPrefix, type CompiledNetwork } from './kernels.ts'
import type { LinearMemory, NamedBuffers } from './memory.ts'
import { padTo, type PartPlan } from './part-plan.ts'
import type { Injection } from './injections.ts'
import type { RunInput } from './part-buffers.ts'
import { PartRun, type AdjointRows } from './part-run.ts'
import { PartWeights } from './part-weights.ts'
import { laneAt, rowBlocks, type Lane } from './row-blocks.ts'
import { clearBytes, readStates, writeStates } from './row-access.ts'
import { sweepContexts, type SweepContext } from './sweep.ts'
import type { Tape, TapeJob } from './tape.ts'

/** What the replicas of an engine have in common. */
export interface WasmShared {
  readonly network: Network
  readonly compiled: CompiledNetwork
  readonly memory: LinearMemory
  /** Of the threads. */
  readonly workSpace: NamedBuffers
  /** Of each lane, by its place. */
  laneBuffers(place: number): NamedBuffers
  readonly threads: number
  /** Whether sequences of this size keep no saved values but compute them again on the way back. */
  isRecomputing(steps: number, batch: number): boolean
}

interface PartUnit {
  readonly part: Part
  readonly plan: PartPlan
  readonly contexts: Readonly<Record<'forward' | 'backward', SweepContext>>
  readonly weights: PartWeights
  readonly mask: Readonly<Record<'I' | 'H', number>>
  /** Columns of the part's states in state rows. */
  readonly stateOffsets: readonly number[]
}

export class WasmRecurrence implements Recurrence<TapeJob> {
  readonly #flat: FlatParameters
  readonly #shared: WasmShared
  #lane: Lane
  /** Of the lane. */
  #buffers: NamedBuffers
  #inputs: LayerInputs
  /** [layer][part] */
  readonly #units: readonly (readonly PartUnit[])[]
  /** Where the last way back has left the adjoints of the initial states, an address a state. */
  readonly #initialAdjoints = new Map<PartUnit, { readonly run: PartRun; readonly addresses: readonly number[] }>()
  #sequence: { readonly input: SequenceInput; readonly runs: readonly (readonly PartRun[])[] } | null = null
  readonly #converged = new Map<number, { run: PartRun; unit: PartUnit; steps: number }[]>()

  constructor(shared: WasmShared) {
    this.#shared = shared
    const { network, compiled, memory } = shared
    this.#lane = laneAt(0, 1, shared.threads)
    this.#buffers = shared.laneBuffers(0)
    this.#inputs = new LayerInputs(shared, this.#buffers)
    const ranges = parameterRanges(network)
    const byName = new Map(ranges.map((range) => [range.name, range]))
    this.#flat = new FlatParameters(memory, ranges.at(-1)!.end)
    this.#units = network.wiredLayers.map((layer) =>
      layer.parts.map((part): PartUnit => {
        const plan = compiled.plans[layer.index]![part.partIndex]!
        const startOf = (symbol: string): number =>
          byName.get(`layers.${layer.index}.parts.${part.partIndex}.${symbol}`)!.start
        const sizes = { I: part.inputSize, H: part.units }
        const vectorSizes = new Map(
          part.cell.parameters
            .filter(({ dims }) => dims.length === 1)
            .map(({ symbol, dims }) => [symbol, sizes[dims[0]!]]),
        )
        return {
          part,
          plan,
          contexts: sweepContexts(plan, part.cell.states.length),
          weights: new PartWeights(memory, plan, vectorSizes, this.#flat, startOf, compiled.tile),
          mask: { I: this.#writeMask(part.inputSize), H: this.#writeMask(part.units) },
          stateOffsets: network.stateSlices
            .filter((slice) => slice.layerIndex === layer.index && slice.partIndex === part.partIndex)
            .map(({ offset }) => offset),
        }
      }),
    )
  }

  get parameters(): Float32Array {
    return this.#flat.parameters
  }

  get gradients(): Float32Array {
    return this.#flat.gradients
  }

  get moments(): Moments {
    return this.#flat.moments
  }

  takePlace(place: number, count: number): void {
    this.#lane = laneAt(place, count, this.#shared.threads)
    this.#buffers = this.#shared.laneBuffers(place)
    this.#inputs = new LayerInputs(this.#shared, this.#buffers)
  }

  *parametersChanged(): Program<TapeJob, void> {
    yield oneStage((tape) => this.#pack(tape))
  }

  *clearGradients(): Program<TapeJob, void> {
    yield oneStage((tape) => this.#flat.clearGradients(tape))
  }

  *gradientNorm(moving: readonly FlatRange[]): Program<TapeJob, number> {
    let readSum = (): number => 0
    yield oneStage((tape) => void (readSum = this.#flat.sumSquares(tape, this.#buffers, moving)))
    return Math.sqrt(readSum())
  }

  *moveParameters(settings: OptimizerSettings, moving: readonly FlatRange[], norm: number): Program<TapeJob, void> {
    yield function* (this: WasmRecurrence, tape: Tape): Iterable<void> {
      this.#flat.move(tape, settings, moving, norm)
      yield
      this.#pack(tape)
    }.bind(this)
  }

  *forward(input: SequenceInput): Program<TapeJob, void> {
    const runs: PartRun[][] = []
    yield oneStage((tape) => this.#putForward(tape, input, runs))
    this.#sequence = { input, runs }
  }

  /** @param runs is filled, a list a layer */
  #putForward(tape: Tape, input: SequenceInput, runs: PartRun[][]): void {
    const { network, memory } = this.#shared
    const { steps, batch } = input
    const blocks = rowBlocks(batch, this.#lane)
    for (const layer of network.wiredLayers) {
      const runInput =
        layer.index === 0
          ? this.#inputs.network(input)
          : this.#inputs.layer(tape, blocks, layer, runs[layer.index - 1]!, input)
      const layerRuns = this.#units[layer.index]!.map((unit) =>
        this.#createRun('seq', unit, { steps, batch, saving: input.saving, input: runInput }),
      )
      runs.push(layerRuns)
      layerRuns.forEach((run, p) => {
        const unit = this.#units[layer.index]![p]!
        if (input.initialStates) writeStates(memory, network, input.initialStates, unit, run, batch)
        else unit.part.cell.states.forEach((_, s) => clearBytes(memory, run.stateAddress(s, 0), run.stateStepBytes))
        for (const block of blocks) run.forward(tape, block)
      })
    }
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
    const { network, memory } = this.#shared
    const rows = new Float32Array(input.batch * network.stateSize)
    for (const unit of this.#units.flat())
      readStates(
        memory,
        network,
        rows,
        unit,
        runs[unit.part.layerIndex]![unit.part.partIndex]!,
        (b) => steps[b]!,
        input.batch,
      )
    return rows
  }

  statesEqual(step: number, rows: FloatArray): boolean {
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

  *backward(adjoints: SequenceAdjoints): Program<TapeJob, void> {
    yield (tape) => this.#putBackward(tape, adjoints)
  }

  *#putBackward(
    tape: Tape,
    { outputs, states, truncateEvery, movesColdParts }: SequenceAdjoints,
  ): Generator<void, void, void> {
    const { network, memory } = this.#shared
    const buffers = this.#buffers
    const { input, runs } = this.#lastSequence()
    const { batch, steps } = input
    const width = network.wiredLayers.at(-1)!.outputSize
    const outputAddress = outputs ? buffers.get('adjoint:outputs', outputs.data.length * 4) : 0
    if (outputs) memory.floats.set(outputs.data, outputAddress / 4)
    const statesAddress = states ? buffers.get('adjoint:states', states.data.length * 4) : 0
    if (states) memory.floats.set(states.data, statesAddress / 4)
    const blocks = rowBlocks(batch, this.#lane)
    const top = network.wiredLayers.length - 1
    const moving: PartUnit[] = []
    let above: AdjointRows | null = null
    for (const layer of [...network.wiredLayers].reverse()) {
      const inputAdjoint = layer.index === 0 ? null : this.#inputs.adjointRows(layer, steps * batch)
      let isWritten = false
      for (const unit of this.#units[layer.index]!) {
        const { part, stateOffsets } = unit
        const moves = movesColdParts || part.warm
        // A cold part whose weights stay passes on what comes from above to the layer below; at either end nothing asks for that.
        if (!moves && (layer.index === 0 || layer.index === top)) continue
        const injections: Injection[] = []
        if (outputs && layer.index === top)
          outputs.steps.forEach((step, slot) => {
            if (step >= 0)
              injections.push({
                step,
                row: slot % batch,
                state: 0,
                source: outputAddress + 4 * (slot * width + part.outputOffset),
              })
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
          truncateEvery,
          inputAdjoint: inputAdjoint && { ...inputAdjoint, accumulate: isWritten },
          movesWeights: moves,
        })
        this.#initialAdjoints.set(unit, { run, addresses: initial })
        isWritten = true
      }
      const mask = input.dropoutMasks?.[layer.index - 1]
      if (inputAdjoint && mask)
        this.#inputs.multiplyByMask(tape, blocks, inputAdjoint, layer.index - 1, layer.inputSize, steps, batch)
      above = inputAdjoint
    }
    yield
    for (const { weights } of moving) weights.addGradients(tape)
  }

  initialStateAdjoint(): Float32Array {
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
    return result
  }

  *convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<TapeJob, Float32Array> {
    const { network, memory } = this.#shared
    const batch = states.length / network.stateSize
    const result = Float32Array.from(states)
    const input = this.#inputs.constant(`u${layerIndex}`, layerIndex, perturbation, batch)
    const compared = comparedParts(network.wiredLayers[layerIndex]!)
    const units = compared.map(({ partIndex }) => this.#units[layerIndex]![partIndex]!)
    const runs = units.map((unit) => {
      const steps = Math.max(convergenceSteps, 1)
      const run = this.#createRun('conv', unit, { steps, batch, saving, input })
      writeStates(memory, network, states, unit, run, batch)
      return { run, unit, steps: convergenceSteps }
    })
    const blocks = rowBlocks(batch, this.#lane)
    if (convergenceSteps > 0)
      yield oneStage((tape) => {
        for (const { run } of runs) for (const block of blocks) run.forward(tape, block)
      })
    for (const { run, unit } of runs) readStates(memory, network, result, unit, run, () => convergenceSteps, batch)
    this.#converged.set(layerIndex, runs)
    return result
  }

  *convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Program<TapeJob, Float32Array> {
    const { network, memory } = this.#shared
    const batch = finalAdjoint.length / network.stateSize
    const result = new Float32Array(finalAdjoint.length)
    const address = this.#buffers.get('adjoint:final', finalAdjoint.length * 4)
    memory.floats.set(finalAdjoint, address / 4)
    const walked: { run: PartRun; unit: PartUnit; initial: readonly number[] }[] = []
    yield (tape) => this.#putConvergedBackward(tape, layerIndex, address, batch, walked)
    for (const { run, unit, steps } of this.#converged.get(layerIndex)!) {
      const { initial } = walked.find((way) => way.run === run) ?? {}
      unit.stateOffsets.forEach((offset, s) => {
        for (let b = 0; b < batch; b++) {
          const to = b * network.stateSize + offset
          // Without a step the final states are the initial ones.
          const from = steps === 0 || !initial ? address / 4 + to : (initial[s]! + b * run.stateRowBytes) / 4
          result.set(memory.floats.subarray(from, from + unit.part.units), to)
        }
      })
    }
    return result
  }

  /** @param walked is filled with the runs that have steps, and where the adjoints of their initial states will stand */
  *#putConvergedBackward(
    tape: Tape,
    layerIndex: number,
    finalAdjoint: number,
    batch: number,
    walked: { run: PartRun; unit: PartUnit; initial: readonly number[] }[],
  ): Generator<void, void, void> {
    const { stateSize } = this.#shared.network
    const blocks = rowBlocks(batch, this.#lane)
    for (const { run, unit, steps } of this.#converged.get(layerIndex)!) {
      if (steps === 0) continue
      const injections = Array.from({ length: batch }, (_, row) =>
        unit.stateOffsets.map((offset, state): Injection => {
          return { step: steps - 1, row, state, source: finalAdjoint + 4 * (row * stateSize + offset) }
        }),
      ).flat()
      unit.weights.clearGradients(tape)
      const initial = yield* run.backward(tape, blocks, {
        above: null,
        injections,
        truncateEvery: null,
        inputAdjoint: null,
        movesWeights: true,
      })
      walked.push({ run, unit, initial })
    }
    yield
    for (const { unit } of walked) unit.weights.addGradients(tape)
  }

  #pack(tape: Tape): void {
    for (const { weights } of this.#units.flat()) weights.pack(tape)
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
    const { workSpace, compiled } = this.#shared
    const { part, plan, contexts, weights, mask } = unit
    return new PartRun({
      name: `${kind}:${part.layerIndex}.${part.partIndex}`,
      prefix: partPrefix(part.layerIndex, part.partIndex),
      plan,
      contexts,
      cell: part.cell,
      weights,
      buffers: this.#buffers,
      workSpace,
      tile: compiled.tile,
      mask,
      recomputing: sizes.saving && this.#shared.isRecomputing(sizes.steps, sizes.batch),
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
}

/** A job without barriers. */
const oneStage =
  (put: (tape: Tape) => void): TapeJob =>
  (tape) => {
    put(tape)
    return []
  }
