/**
 * A layer of one replica under a constant input, as VAA and VAA* look at it: states and a perturbation enter, the states that they converge to
 * leave, and the adjoints of the initial ones on the way back. The runs of a layer stay until it converges anew.
 */
import { comparedParts } from '../../../networks/network.ts'
import type { Program } from '../../programs/program.ts'
import type { FloatArray } from '../../recurrence.ts'
import type { RowBlock } from '../plan/row-blocks.ts'
import type { Injection } from './injections.ts'
import type { PartRun } from './part-run.ts'
import { createRun, type PartUnit, type Place, type WasmShared } from './part-unit.ts'
import { readStates, writeStates } from './row-access.ts'
import { oneStage, type Tape, type TapeJob } from './tape.ts'

export class LayerConvergence {
  readonly #shared: WasmShared
  readonly #units: readonly (readonly PartUnit[])[]
  readonly #converged = new Map<number, { run: PartRun; unit: PartUnit; steps: number }[]>()

  /** @param units [layer][part] */
  constructor(shared: WasmShared, units: readonly (readonly PartUnit[])[]) {
    this.#shared = shared
    this.#units = units
  }

  *forward(
    { lane, buffers, inputs }: Place,
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<TapeJob, Float32Array> {
    const { network, memory } = this.#shared
    const batch = states.length / network.stateSize
    const result = Float32Array.from(states)
    const input = inputs.constant(`u${layerIndex}`, layerIndex, perturbation, batch)
    const compared = comparedParts(network.wiredLayers[layerIndex]!)
    const units = compared.map(({ partIndex }) => this.#units[layerIndex]![partIndex]!)
    const runs = units.map((unit) => {
      const steps = Math.max(convergenceSteps, 1)
      const run = createRun(this.#shared, buffers, 'conv', unit, { steps, batch, saving, input })
      writeStates(memory, network, states, unit, run, batch)
      return { run, unit, steps: convergenceSteps }
    })
    if (convergenceSteps > 0)
      yield oneStage((tape) => {
        const blocks = tape.takeRows(batch, lane)
        for (const { run } of runs) for (const block of blocks) run.forward(tape, block)
      })
    for (const { run, unit } of runs) readStates(memory, network, result, unit, run, () => convergenceSteps, batch)
    this.#converged.set(layerIndex, runs)
    return result
  }

  *backward({ lane, buffers }: Place, layerIndex: number, finalAdjoint: FloatArray): Program<TapeJob, Float32Array> {
    const { network, memory } = this.#shared
    const batch = finalAdjoint.length / network.stateSize
    const result = new Float32Array(finalAdjoint.length)
    const address = buffers.get('adjoint:final', finalAdjoint.length * 4)
    memory.floats.set(finalAdjoint, address / 4)
    const walked: { run: PartRun; unit: PartUnit; initial: readonly number[] }[] = []
    yield (tape) => this.#putBackward(tape, tape.takeRows(batch, lane), layerIndex, address, batch, walked)
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
  *#putBackward(
    tape: Tape,
    blocks: readonly RowBlock[],
    layerIndex: number,
    finalAdjoint: number,
    batch: number,
    walked: { run: PartRun; unit: PartUnit; initial: readonly number[] }[],
  ): Generator<void, void, void> {
    const { stateSize } = this.#shared.network
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
        reached: null,
        truncateEvery: null,
        inputAdjoint: null,
        movesWeights: true,
      })
      walked.push({ run, unit, initial })
    }
    yield
    for (const { unit } of walked) unit.weights.addGradients(tape)
  }
}
