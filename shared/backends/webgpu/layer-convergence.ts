/**
 * A layer under a constant input, as VAA and VAA* look at it, for the replicas that run side by side: state rows and a perturbation enter, the states
 * that they converge to leave, and the adjoints of the initial ones on the way back.
 */
import { comparedParts } from '../../networks/network.ts'
import type { JobEntry } from './jobs.ts'
import { runBackward, runForward } from './layer-run.ts'
import { giveBackRunRows, PartRun, takeRunRows, type RunContext, type RunSize } from './part-run.ts'
import { takeBlock, uploadBlock, type ReplicaBlock } from './replica-blocks.ts'

export interface LayerRequest {
  readonly layerIndex: number
  /** [B, stateSize] */
  readonly states: ReplicaBlock
  readonly batch: number
  /** u: [I of the layer] */
  readonly perturbation: Float32Array
  readonly convergenceSteps: number
  readonly saving: boolean
}

export class LayerConvergence {
  readonly #context: RunContext
  readonly #request: LayerRequest
  readonly #replicas: readonly number[]
  readonly #size: RunSize
  #runs: readonly PartRun[] = []
  readonly #input: ReplicaBlock

  /** @param entries alike but for their perturbations */
  constructor(context: RunContext, entries: readonly JobEntry<LayerRequest>[]) {
    this.#context = context
    this.#request = entries[0]!.request
    this.#replicas = entries.map(({ replica }) => replica)
    const { convergenceSteps: steps, batch } = this.#request
    this.#size = { steps, batch, replicas: this.#replicas }
    this.#input = uploadBlock(context.launcher.device, entries, ({ request }) => request.perturbation)
  }

  /** @returns the states, those of compared parts after all steps */
  async forward(): Promise<ReplicaBlock> {
    const { launcher, kernels } = this.#context
    const { layerIndex, states, batch, convergenceSteps: steps, saving } = this.#request
    const replicas = this.#replicas
    const result = takeBlock(launcher.device, replicas, batch * kernels.network.stateSize)
    this.#copyColumns(states, result, 0, kernels.network.stateSize)
    if (steps === 0) return result
    const parts = comparedParts(kernels.network.wiredLayers[layerIndex]!).map(
      ({ partIndex }) => kernels.parts[layerIndex]![partIndex]!,
    )
    const kind = { saving, keepsHistory: saving }
    const input = { piece: { block: this.#input }, isConstant: true }
    const rows = takeRunRows(this.#context, parts, this.#size, kind)
    this.#runs = parts.map(
      (part, index) => new PartRun(this.#context, part, rows[index]!, { ...this.#size, ...kind, input }),
    )
    for (const run of this.#runs) run.begin(states)
    await runForward(this.#context, [{ runs: this.#runs, takeInputs: () => undefined }], this.#size)
    for (const run of this.#runs) this.#putLast(run, result)
    return result
  }

  /**
   * @param finalAdjoint of what `forward` returned
   * @returns that of what it was given, in the columns of the compared parts; zeros elsewhere
   */
  async backward(finalAdjoint: ReplicaBlock): Promise<ReplicaBlock> {
    const { launcher, kernels } = this.#context
    const { layerIndex, batch } = this.#request
    const { stateSize, stateSlices, wiredLayers } = kernels.network
    const result = takeBlock(launcher.device, this.#replicas, batch * stateSize)
    launcher.device.queue.clear(result.buffer)
    const compared = new Set(comparedParts(wiredLayers[layerIndex]!).map(({ partIndex }) => partIndex))
    for (const slice of stateSlices) {
      if (slice.layerIndex !== layerIndex || !compared.has(slice.partIndex)) continue
      this.#copyColumns(finalAdjoint, result, slice.offset, slice.size)
    }
    const options = {
      ...{ above: null, marks: null, truncateEvery: null, inputAdjoint: null },
      ...{ stateAdjoints: result, isFresh: false, movesWeights: true },
    }
    const parts = this.#runs.map((run) => ({ run, options }))
    await runBackward(this.#context, [{ parts, handOn: () => undefined }], this.#size)
    return result
  }

  release(): void {
    giveBackRunRows(
      this.#context,
      this.#runs.map(({ rows }) => rows),
    )
    this.#context.launcher.device.buffers.giveBack(this.#input.buffer)
  }

  /** Columns of state rows, to the same ones of others. */
  #copyColumns(source: ReplicaBlock, result: ReplicaBlock, column: number, columns: number): void {
    const { launcher, kernels } = this.#context
    const { stateSize } = kernels.network
    const gather = kernels.gather({
      columns,
      sourceRow: stateSize,
      sourceColumn: column,
      resultRow: stateSize,
      resultColumn: column,
    })
    const pieces = { source: { block: source }, result: { block: result } }
    launcher.run(gather, { rows: this.#request.batch }, pieces, this.#replicas)
  }

  #putLast(run: PartRun, rows: ReplicaBlock): void {
    const { launcher, kernels } = this.#context
    const { batch } = this.#request
    const { part, plan } = run.kernels
    plan.stateRows.columns.forEach((column, state) => {
      const gather = kernels.gather({
        columns: part.units,
        sourceRow: part.units,
        resultRow: plan.stateRows.width,
        resultColumn: column,
      })
      launcher.run(gather, { rows: batch }, { source: run.lastState(state), result: { block: rows } }, this.#replicas)
    })
  }
}
