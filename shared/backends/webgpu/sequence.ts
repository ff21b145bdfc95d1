/**
 * A whole network over one sequence, for the replicas that run side by side: inputs and first states enter, states of every step leave; adjoints of
 * outputs and states enter, gradients and the adjoints of the first states leave.
 */
import { outputColumns, type Layer, type StateSlice } from '../../networks/network.ts'
import { reachedRows } from '../adjoint-reach.ts'
import type { SequenceAdjoints, SequenceInput } from '../recurrence.ts'
import type { ReadPart } from './command-queue.ts'
import type { JobEntry } from './jobs.ts'
import { LayerBoundary, takeBoundaryAdjoints } from './layer-boundary.ts'
import { runBackward, runForward, type BackwardLayer, type BackwardPart, type ForwardLayer } from './layer-run.ts'
import { layersTogether } from './layer-waves.ts'
import type { PartKernels } from './part-kernels.ts'
import {
  giveBackRunRows,
  PartRun,
  takeRunRows,
  type AdjointMarks,
  type BackwardOptions,
  type RunContext,
} from './part-run.ts'
import { byteOffset, giveBackPieces, takeBlock, uploadBlock, type Piece, type ReplicaBlock } from './replica-blocks.ts'
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
  /** That of a layer with the one above it. */
  readonly #boundaries: LayerBoundary[] = []
  /** [T, B, I], or one row for all. */
  readonly #inputs: ReplicaBlock

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
    this.#inputs = uploadBlock(context.launcher.device, entries, ({ request }) => request.inputs)
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
  historyOf({ part }: PartKernels): { readonly states: Piece; readonly stateStride: number } {
    const { rows, stateStride } = this.#runs[part.layerIndex]![part.partIndex]!
    return { states: rows.states, stateStride }
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
    const ways = { marks, stateAdjoints, isFresh: true, truncateEvery }
    let above = this.#outputAdjoints(entries)
    for (const together of layersTogether([...network.wiredLayers].reverse(), this.#context.cuts(this))) {
      const boundaries = together.flatMap(({ index }) => this.#boundaries[index - 1] ?? [])
      const between = takeBoundaryAdjoints(this.#context, boundaries, replicas)
      const layers = together.map((layer, place): BackwardLayer => {
        const below = between[place] ?? null
        const options = {
          ...ways,
          above: place === 0 ? above : between[place - 1]!.outputs,
          inputAdjoint: below && below.inputs,
        }
        return {
          parts: this.#partsBack(layer, options, movesColdParts),
          handOn: (range) => below && boundaries[place]!.handDown(below, range),
        }
      })
      await runBackward(this.#context, layers, this)
      if (this.#isFromStart)
        for (const { run, options } of layers.flatMap(({ parts }) => parts))
          if (options.movesWeights) this.#addStartGradients(run, stateAdjoints, replicas)
      const handedOn = between.at(-1)?.outputs ?? null
      const all = [...(above ? [above] : []), ...between.flatMap(({ inputs, outputs }) => [inputs, outputs])]
      giveBackPieces(
        device,
        all.filter(({ block }) => block.buffer !== handedOn?.block.buffer),
      )
      above = handedOn
    }
    if (above) giveBackPieces(device, [above])
    if (marks) this.#giveBack(marks.reached)
    return stateAdjoints
  }

  release(): void {
    giveBackRunRows(
      this.#context,
      this.#runs.flat().map(({ rows }) => rows),
    )
    for (const boundary of this.#boundaries) boundary.release()
    this.#giveBack(this.#inputs)
  }

  async #forward(entries: readonly JobEntry<SequenceInput<ReplicaBlock>>[]): Promise<void> {
    const { kernels, launcher } = this.#context
    const { saving, initialStates, isConstant, dropoutMasks } = entries[0]!.request
    const { steps, batch, replicas } = this
    const kind = { saving, keepsHistory: true }
    const rows = takeRunRows(this.#context, kernels.allParts, this, kind)
    const masks = (dropoutMasks ?? []).map((_, boundary) =>
      uploadBlock(launcher.device, entries, ({ request }) => request.dropoutMasks![boundary]!),
    )
    const layers = kernels.network.wiredLayers.map((layer): ForwardLayer => {
      const below = this.#boundaries.at(-1)
      const input = below?.input ?? { piece: { block: this.#inputs }, isConstant }
      const first = this.#runs.flat().length
      const runs = kernels.parts[layer.index]!.map(
        (part, place) =>
          new PartRun(this.#context, part, rows[first + place]!, { steps, batch, replicas, input, ...kind }),
      )
      this.#runs.push(runs)
      for (const run of runs) run.begin(initialStates)
      if (layer.index < kernels.parts.length - 1)
        this.#boundaries.push(new LayerBoundary(this.#context, layer, runs, this, masks[layer.index]))
      return { runs, takeInputs: (range) => below?.handUp(range) }
    })
    await runForward(this.#context, layers, this)
  }

  /** Parts of a layer that have something to do on the way back. */
  #partsBack(
    { index }: Layer,
    ways: Omit<BackwardOptions, 'movesWeights'>,
    movesColdParts: boolean,
  ): readonly BackwardPart[] {
    const top = this.#runs.length - 1
    return this.#runs[index]!.flatMap((run): BackwardPart[] => {
      const movesWeights = movesColdParts || run.kernels.part.warm
      // A cold part whose weights stay passes on what comes from above to the layer below; at either end nothing asks for that.
      if (!movesWeights && (index === 0 || index === top)) return []
      return [{ run, options: { ...ways, movesWeights } }]
    })
  }

  /** Adjoints of the top layer's outputs at every step, or null where none enter. */
  #outputAdjoints(entries: readonly JobEntry<SequenceAdjoints<ReplicaBlock>>[]): Piece | null {
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
    return { block: result }
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

  #giveBack({ buffer }: ReplicaBlock): void {
    this.#context.launcher.device.buffers.giveBack(buffer)
  }
}

const replicasOf = (entries: readonly JobEntry<unknown>[]): number[] => entries.map(({ replica }) => replica)
