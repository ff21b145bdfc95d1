/**
 * A whole network over one sequence, for the replicas that run side by side: inputs and first states enter, states of every step leave; adjoints of
 * outputs and states enter, gradients and the adjoints of the first states leave.
 */
import { outputColumns, type Layer, type StateSlice } from '../../networks/network.ts'
import { reachedRows } from '../adjoint-reach.ts'
import type { SequenceAdjoints, SequenceInput } from '../recurrence.ts'
import type { ReadPart } from './command-queue.ts'
import type { JobEntry } from './jobs.ts'
import type { Piece } from './launcher.ts'
import { runBackward, runForward, type BackwardPart } from './layer-run.ts'
import type { PartKernels } from './part-kernels.ts'
import { PartRun, type AdjointMarks, type LayerInput, type RunContext } from './part-run.ts'
import { byteOffset, takeBlock, uploadBlock, type ReplicaBlock } from './replica-blocks.ts'
import { addRowSums } from './row-sums.ts'
import { addPartials } from './wgsl/add-partials.ts'
import { columnSums } from './wgsl/column-sums.ts'
import { IS_REACHED, STATES_ENTER } from './wgsl/recurrence-backward.ts'

export class Sequence {
  readonly steps: number
  readonly batch: number
  readonly replicas: readonly number[]
  readonly #context: RunContext
  readonly #isFromStart: boolean
  /** [layer][part] */
  readonly #runs: PartRun[][] = []
  /** Per boundary between layers. */
  readonly #masks: ReplicaBlock[] = []
  /** What is given back in the end. */
  readonly #blocks: ReplicaBlock[] = []

  /** @param entries of one size, their initial states in one block */
  static async run(context: RunContext, entries: readonly JobEntry<SequenceInput<ReplicaBlock>>[]): Promise<Sequence> {
    const sequence = new Sequence(context, entries)
    await sequence.#forward(entries)
    return sequence
  }

  private constructor(context: RunContext, entries: readonly JobEntry<SequenceInput<ReplicaBlock>>[]) {
    const { steps, batch, initialStates } = entries[0]!.request
    this.#context = context
    this.steps = steps
    this.batch = batch
    this.replicas = entries.map(({ replica }) => replica)
    this.#isFromStart = initialStates === null
  }

  /** The top layer's outputs at `steps` [K, B] of each entry, into its target [K, B, width]. */
  takeOutputs(entries: readonly JobEntry<{ readonly steps: Int32Array; readonly target: ReplicaBlock }>[]): void {
    const { kernels, launcher } = this.#context
    const top = kernels.network.wiredLayers.at(-1)!
    const places = uploadBlock(this.#context.launcher.device, entries, ({ request: { steps } }) =>
      this.#placesAt(steps),
    )
    const slots = entries[0]!.request.steps.length
    for (const part of top.parts)
      for (const { state, column } of outputColumns(part))
        launcher.run(
          kernels.gather({
            columns: part.units,
            sourceRow: part.units,
            resultRow: top.outputSize,
            resultColumn: column,
            isListed: true,
          }),
          { rows: slots },
          {
            source: this.#runs[top.index]![part.partIndex]!.stateAfterSteps(state),
            result: { block: entries[0]!.request.target },
            places: { block: places },
          },
          replicasOf(entries),
        )
    this.#giveBack(places)
  }

  /** The states after `steps[b]` steps of each entry, into its target [B, stateSize]. */
  takeStates(entries: readonly JobEntry<{ readonly steps: Int32Array; readonly target: ReplicaBlock }>[]): void {
    const { kernels, launcher } = this.#context
    const places = uploadBlock(this.#context.launcher.device, entries, ({ request: { steps } }) =>
      this.#placesAt(steps),
    )
    for (const slice of kernels.network.stateSlices)
      launcher.run(
        kernels.gather({
          columns: slice.size,
          sourceRow: slice.size,
          resultRow: kernels.network.stateSize,
          resultColumn: slice.offset,
          isListed: true,
        }),
        { rows: this.batch },
        {
          source: this.statePiece(slice),
          result: { block: entries[0]!.request.target },
          places: { block: places },
        },
        replicasOf(entries),
      )
    this.#giveBack(places)
  }

  /** Where the states of all steps are read, a part for each of `network.stateSlices`: [T + 1, B, H]. */
  stateParts(replica: number): ReadPart[] {
    return this.#context.kernels.network.stateSlices.map((slice) => {
      const { block, start = 0 } = this.statePiece(slice)
      return {
        buffer: block.buffer,
        offsetBytes: byteOffset(block, replica) + start * 4,
        bytes: (this.steps + 1) * this.batch * slice.size * 4,
      }
    })
  }

  /** A part's states, and the floats from one state's entries to the next's. */
  historyOf({ part }: PartKernels): { readonly states: ReplicaBlock; readonly stateStride: number } {
    return this.#runs[part.layerIndex]![part.partIndex]!
  }

  /** A state's entries, [T + 1, B, H]. */
  statePiece({ layerIndex, partIndex, stateIndex }: StateSlice): Piece {
    return this.#runs[layerIndex]![partIndex]!.state(stateIndex)
  }

  /**
   * @param entries their adjoints of one kind and in one block
   * @returns adjoints of the first states, [B, stateSize]
   */
  async backward(entries: readonly JobEntry<SequenceAdjoints<ReplicaBlock>>[]): Promise<ReplicaBlock> {
    const { kernels, launcher } = this.#context
    const { network } = kernels
    const { device } = launcher
    const replicas = replicasOf(entries)
    const { movesColdParts, truncateEvery } = entries[0]!.request
    const marks = this.#marks(entries)
    const stateAdjoints = takeBlock(device, replicas, this.batch * network.stateSize)
    device.queue.clear(stateAdjoints.buffer)
    const top = network.wiredLayers.length - 1
    let above = this.#outputAdjoints(entries)
    for (const layer of [...network.wiredLayers].reverse()) {
      let inputAdjoint: ReplicaBlock | null = null
      if (layer.index > 0) {
        inputAdjoint = takeBlock(device, replicas, this.steps * this.batch * layer.inputSize)
        device.queue.clear(inputAdjoint.buffer)
      }
      const ways = { above, marks, stateAdjoints, isFresh: true, truncateEvery, inputAdjoint }
      const parts = this.#runs[layer.index]!.flatMap((run): BackwardPart[] => {
        const movesWeights = movesColdParts || run.kernels.part.warm
        // A cold part whose weights stay passes on what comes from above to the layer below; at either end nothing asks for that.
        if (!movesWeights && (layer.index === 0 || layer.index === top)) return []
        return [{ run, options: { ...ways, movesWeights } }]
      })
      await runBackward(this.#context, parts)
      if (this.#isFromStart)
        for (const { run, options } of parts)
          if (options.movesWeights) this.#addStartGradients(run, stateAdjoints, replicas)
      if (above) this.#giveBack(above)
      above = inputAdjoint && this.#throughMask(layer, inputAdjoint, replicas)
    }
    if (marks) this.#giveBack(marks.reached)
    return stateAdjoints
  }

  release(): void {
    for (const run of this.#runs.flat()) run.release()
    this.#blocks.forEach((block) => this.#giveBack(block))
  }

  async #forward(entries: readonly JobEntry<SequenceInput<ReplicaBlock>>[]): Promise<void> {
    const { kernels, launcher } = this.#context
    const { device } = launcher
    const { saving, initialStates, isConstant, dropoutMasks } = entries[0]!.request
    const { steps, batch, replicas } = this
    const segmentSteps = this.#context.segmentSteps({ steps, batch })
    const inputs = this.#keep(uploadBlock(device, entries, ({ request }) => request.inputs))
    for (const boundary of (dropoutMasks ?? []).keys())
      this.#masks.push(this.#keep(uploadBlock(device, entries, ({ request }) => request.dropoutMasks![boundary]!)))
    for (const layer of kernels.network.wiredLayers) {
      const input: LayerInput =
        layer.index === 0 ? { piece: { block: inputs }, isConstant } : this.#joinOutputs(layer.index - 1)
      const options = { steps, batch, replicas, input, saving, segmentSteps, keepsHistory: true }
      const runs = kernels.parts[layer.index]!.map((part) => new PartRun(this.#context, part, options))
      this.#runs.push(runs)
      for (const run of runs) run.begin(initialStates)
      await runForward(this.#context, runs)
    }
  }

  /** The outputs of a layer as the next one reads them: side by side, times the dropout mask. */
  #joinOutputs(layerIndex: number): LayerInput {
    const { kernels, launcher } = this.#context
    const { parts, outputSize } = kernels.network.wiredLayers[layerIndex]!
    const mask = this.#masks[layerIndex]
    const columns = parts.flatMap((part) => outputColumns(part).map((output) => ({ ...output, part })))
    const runs = this.#runs[layerIndex]!
    if (columns.length === 1 && mask === undefined)
      return { piece: runs[0]!.stateAfterSteps(columns[0]!.state), isConstant: false }
    const rows = this.steps * this.batch
    const block = this.#keep(takeBlock(launcher.device, this.replicas, rows * outputSize))
    for (const { part, state, column } of columns)
      launcher.run(
        kernels.gather({
          columns: part.units,
          sourceRow: part.units,
          resultRow: outputSize,
          resultColumn: column,
          isMasked: mask !== undefined,
        }),
        { rows },
        {
          source: runs[part.partIndex]!.stateAfterSteps(state),
          result: { block },
          ...(mask && { mask: { block: mask } }),
        },
        this.replicas,
      )
    return { piece: { block }, isConstant: false }
  }

  /** The adjoint of a layer's inputs as that of the outputs below. */
  #throughMask({ index, inputSize }: Layer, adjoint: ReplicaBlock, replicas: readonly number[]): ReplicaBlock {
    const mask = this.#masks[index - 1]
    if (mask === undefined) return adjoint
    const { kernels, launcher } = this.#context
    const rows = this.steps * this.batch
    const result = takeBlock(launcher.device, replicas, rows * inputSize)
    const columns = { columns: inputSize, sourceRow: inputSize, resultRow: inputSize }
    launcher.run(
      kernels.gather({ ...columns, isMasked: true }),
      { rows },
      { source: { block: adjoint }, result: { block: result }, mask: { block: mask } },
      replicas,
    )
    this.#giveBack(adjoint)
    return result
  }

  /** Adjoints of the top layer's outputs at every step, or null where none enter. */
  #outputAdjoints(entries: readonly JobEntry<SequenceAdjoints<ReplicaBlock>>[]): ReplicaBlock | null {
    const [{ request }] = entries as readonly [JobEntry<SequenceAdjoints<ReplicaBlock>>]
    if (request.outputs === null) return null
    const { kernels, launcher } = this.#context
    const { device } = launcher
    const width = kernels.network.wiredLayers.at(-1)!.outputSize
    const replicas = replicasOf(entries)
    const result = takeBlock(device, replicas, this.steps * this.batch * width)
    device.queue.clear(result.buffer)
    const places = uploadBlock(device, entries, (entry) => this.#placesAt(entry.request.outputs!.steps))
    launcher.run(
      kernels.scatter({ columns: width, sourceRow: width, sourceColumn: 0, resultRow: width, resultColumn: 0 }),
      { slots: request.outputs.steps.length / this.batch, batch: this.batch },
      { source: { block: request.outputs.data }, result: { block: result }, places: { block: places } },
      replicas,
    )
    this.#giveBack(places)
    return result
  }

  /** null where adjoints come to every row of every replica, and no states enter. */
  #marks(entries: readonly JobEntry<SequenceAdjoints<ReplicaBlock>>[]): AdjointMarks | null {
    const { steps, batch } = this
    const reached = entries.map(({ request }) => reachedRows(request, steps, batch))
    const { states } = entries[0]!.request
    if (states === null && reached.every((rows) => rows === null)) return null
    const marks = new Map<number, Uint32Array>()
    entries.forEach(({ replica, request }, place) => {
      const rows = new Uint32Array(steps * batch).fill(IS_REACHED)
      reached[place]?.forEach((isReached, row) => (rows[row] = isReached * IS_REACHED))
      request.states?.steps.forEach((step, b) => {
        if (step > 0) rows[(step - 1) * batch + b]! |= STATES_ENTER
      })
      marks.set(replica, rows)
    })
    return {
      reached: uploadBlock(this.#context.launcher.device, entries, ({ replica }) => marks.get(replica)!),
      entering: states?.data ?? this.#context.store.zeros,
    }
  }

  /** What the way back has left at the states that the sequence began with, summed over the series. */
  #addStartGradients({ kernels }: PartRun, stateAdjoints: ReplicaBlock, replicas: readonly number[]): void {
    const { part, plan } = kernels
    for (const { state, symbol, isFrozen } of part.cell.starts) {
      if (isFrozen) continue
      const columns = part.units
      const start = kernels.startOf(symbol)
      const uses = [{ offset: 0, isTransposed: false }]
      const sums = {
        sum: columnSums({ name: 'sums over series', columns, sourceRow: plan.stateRows.width, isMasked: false }),
        add: addPartials({
          name: 'gradient of a start',
          parameters: [{ start, rows: 1, columns, uses }],
          splitFloats: columns,
        }),
        splitFloats: columns,
      }
      const source = { block: stateAdjoints, start: plan.stateRows.columns[state]! }
      addRowSums(this.#context, sums, this.batch, { source }, replicas)
    }
  }

  /** Rows of [T + 1, B] or [T, B]: the slot's series at the step; -1 stays. */
  #placesAt(steps: Int32Array): Int32Array {
    return steps.map((step, slot) => (step < 0 ? -1 : step * this.batch + (slot % this.batch)))
  }

  #keep(block: ReplicaBlock): ReplicaBlock {
    this.#blocks.push(block)
    return block
  }

  #giveBack({ buffer }: ReplicaBlock): void {
    this.#context.launcher.device.buffers.giveBack(buffer)
  }
}

const replicasOf = (entries: readonly JobEntry<unknown>[]): number[] => entries.map(({ replica }) => replica)
