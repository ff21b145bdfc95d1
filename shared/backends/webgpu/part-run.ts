/**
 * One part over one sequence, for the replicas that run side by side: its blocks, what it does before and after its loops over time, and the calls of
 * these loops, which go beside those of the layer's other parts (layer-run.ts).
 */
import type { StepRange } from './command-queue.ts'
import type { Launcher, Piece } from './launcher.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { LoopCall, PartLoops } from './part-loops.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { OperandPlace, PartKernels } from './part-kernels.ts'
import { takeBlock, type ReplicaBlock } from './replica-blocks.ts'
import { addRowSums } from './row-sums.ts'
import type { SequenceSize } from '../programs/program-engine.ts'
import type { BackwardBuffer, BackwardField } from './wgsl/recurrence-backward.ts'
import type { ForwardBuffer, ForwardField } from './wgsl/recurrence-forward.ts'

/** What runs share. */
export interface RunContext {
  readonly launcher: Launcher
  readonly kernels: NetworkKernels
  readonly store: ParameterStore
  readonly loops: PartLoops
  /** Steps of a sequence whose values are held at a time. */
  segmentSteps(size: SequenceSize): number
}

/** Inputs of a layer: rows [T, B, I], or one row for all. */
export interface LayerInput {
  readonly piece: Piece
  readonly isConstant: boolean
}

export interface RunSize {
  readonly steps: number
  readonly batch: number
  readonly replicas: readonly number[]
}

export interface RunOptions extends RunSize {
  readonly input: LayerInput
  /** Keeps what the way back reads. */
  readonly saving: boolean
  /** false: only the last states are there in the end. */
  readonly keepsHistory: boolean
  /** Steps whose values are held at a time, T or less: where they are not all of them, what the way back reads is computed again there. */
  readonly segmentSteps: number
}

/** Which rows adjoints come to, [T, B] of u32, and the state rows that enter (see recurrence-backward.ts). */
export interface AdjointMarks {
  readonly reached: ReplicaBlock
  readonly entering: ReplicaBlock
}

export interface BackwardOptions {
  /** Adjoints of the layer's outputs, [T, B, width]. */
  readonly above: ReplicaBlock | null
  /** null: adjoints come to every row. */
  readonly marks: AdjointMarks | null
  /** State rows: the adjoints after the last step enter (unless `isFresh`), those before the first one leave, in this part's columns. */
  readonly stateAdjoints: ReplicaBlock
  readonly isFresh: boolean
  readonly truncateEvery: number | null
  /** false: no gradients of parameters. */
  readonly movesWeights: boolean
  /** [T, B, I]: the adjoint of the inputs is added to it. */
  readonly inputAdjoint: ReplicaBlock | null
}

/** A segment's steps, and the rows that are held for them. */
export interface SegmentRows {
  readonly segment: StepRange
  readonly saved: ReplicaBlock
  readonly adjoints: ReplicaBlock
}

/** The same, so many words further. */
const advance = ({ start = 0, ...piece }: Piece, words: number): Piece => ({ ...piece, start: start + words })

export class PartRun {
  readonly kernels: PartKernels
  /** For each state [entries, B, H], entries T + 1, or 1 without history. */
  readonly states: ReplicaBlock
  /** Floats from one state's entries to the next's. */
  readonly stateStride: number
  /** What the way back reads, of all steps; null also where it is computed again, segment by segment. */
  readonly saved: ReplicaBlock | null
  readonly #context: RunContext
  readonly #options: RunOptions

  constructor(context: RunContext, kernels: PartKernels, options: RunOptions) {
    const { steps, batch, replicas, keepsHistory, saving, segmentSteps } = options
    const { part, plan } = kernels
    const { device } = context.launcher
    this.#context = context
    this.kernels = kernels
    this.#options = options
    this.stateStride = (keepsHistory ? steps + 1 : 1) * batch * part.units
    this.states = takeBlock(device, replicas, part.cell.states.length * this.stateStride)
    const isWhole = segmentSteps >= steps
    this.saved = saving && isWhole ? takeBlock(device, replicas, steps * batch * plan.saved.width) : null
  }

  /** A state's entries. */
  state(state: number): Piece {
    return { block: this.states, start: state * this.stateStride }
  }

  /** A state after each step, rows [T, B, H]. */
  stateAfterSteps(state: number): Piece {
    const { batch } = this.#options
    return { block: this.states, start: state * this.stateStride + batch * this.kernels.part.units }
  }

  /** A state after the last step, rows [B, H]. */
  lastState(state: number): Piece {
    const { steps, batch, keepsHistory } = this.#options
    const entry = keepsHistory ? steps : 0
    return { block: this.states, start: state * this.stateStride + entry * batch * this.kernels.part.units }
  }

  /** First states from state rows, or where the cell begins. @param rows [B, stateSize] */
  begin(rows: ReplicaBlock | null): void {
    const { launcher, kernels, store } = this.#context
    const { batch, replicas } = this.#options
    const { part, plan } = this.kernels
    for (let state = 0; state < part.cell.states.length; state++) {
      const start = part.cell.starts.find((one) => one.state === state)
      const source: Piece & { readonly row: number; readonly column: number } =
        rows !== null
          ? { block: rows, row: plan.stateRows.width, column: plan.stateRows.columns[state]! }
          : start !== undefined
            ? { block: store.blocks.parameters, start: this.kernels.startOf(start.symbol), row: 0, column: 0 }
            : { block: store.zeros, row: 0, column: 0 }
      const gather = kernels.gather({
        columns: part.units,
        sourceRow: source.row,
        sourceColumn: source.column,
        resultRow: part.units,
      })
      launcher.run(gather, { rows: batch }, { source, result: this.state(state) }, replicas)
    }
  }

  get size(): RunSize {
    return this.#options
  }

  segments(): StepRange[] {
    const { steps, segmentSteps } = this.#options
    return Array.from({ length: Math.ceil(steps / segmentSteps) }, (_, index) => ({
      first: index * segmentSteps,
      last: Math.min((index + 1) * segmentSteps, steps),
    }))
  }

  /** The products of a segment's inputs, which its loop reads. */
  multiplyInputs(segment: StepRange): ReplicaBlock {
    const { launcher, store } = this.#context
    const { batch, replicas, input } = this.#options
    const { plan, inputProducts } = this.kernels
    const rows = input.isConstant ? 1 : (segment.last - segment.first) * batch
    const gates = takeBlock(launcher.device, replicas, rows * plan.inputProducts.width)
    for (const { forward, forwardStart, gatesColumn } of inputProducts)
      launcher.run(
        forward,
        { rows },
        {
          left: input.isConstant ? input.piece : advance(input.piece, segment.first * batch * plan.sizes.I),
          right: { block: store.weightsOf(this.kernels), start: forwardStart },
          result: { block: gates, start: gatesColumn },
        },
        replicas,
      )
    return gates
  }

  /** @param saved holds what the way back reads, of this segment; null: nothing is kept */
  forwardCall(
    segment: StepRange,
    gates: ReplicaBlock,
    saved: ReplicaBlock | null,
  ): LoopCall<ForwardField, ForwardBuffer> {
    const { batch, input, keepsHistory } = this.#options
    const { plan } = this.kernels
    return {
      loop: this.kernels.forward({ saving: saved !== null, constantInput: input.isConstant, keepsHistory }),
      valuesOf: ({ first, last }) => ({
        batch,
        first: segment.first + first,
        last: segment.first + last,
        stateStride: this.stateStride,
      }),
      pieces: {
        weights: { block: this.#context.store.weightsOf(this.kernels), elementWords: 4 },
        inputProducts: input.isConstant ? { block: gates } : this.#shifted(gates, segment, plan.inputProducts.width),
        inputs: input.piece,
        states: { block: this.states },
        ...(saved && { saved: this.#shifted(saved, segment, plan.saved.width) }),
      },
    }
  }

  /** For what the way back reads of a segment, where it is computed again there; null where it has been kept. */
  takeSaved({ first, last }: StepRange): ReplicaBlock | null {
    const { batch, replicas } = this.#options
    if (this.saved !== null) return null
    return takeBlock(this.#context.launcher.device, replicas, (last - first) * batch * this.kernels.plan.saved.width)
  }

  /** @param again what `takeSaved` has given */
  takeAdjoints(segment: StepRange, again: ReplicaBlock | null): SegmentRows {
    const { batch, replicas } = this.#options
    const words = (segment.last - segment.first) * batch * this.kernels.plan.adjoints.width
    const saved = this.saved ?? again
    if (saved === null) throw new TypeError('a segment goes back with what it saved')
    return { segment, saved, adjoints: takeBlock(this.#context.launcher.device, replicas, words) }
  }

  backwardCall(
    { segment, saved, adjoints }: SegmentRows,
    { above, marks, stateAdjoints, isFresh, truncateEvery }: BackwardOptions,
  ): LoopCall<BackwardField, BackwardBuffer> {
    const { batch, steps } = this.#options
    const { plan } = this.kernels
    return {
      loop: this.kernels.backward({ hasAbove: above !== null, hasMarks: marks !== null }),
      valuesOf: ({ first, last }) => ({
        batch,
        first: segment.first + first,
        last: segment.first + last,
        stateStride: this.stateStride,
        truncateEvery: truncateEvery ?? 0,
        isFresh: Number(isFresh && segment.first + last === steps),
      }),
      pieces: {
        weights: { block: this.#context.store.weightsOf(this.kernels), elementWords: 4 },
        states: { block: this.states },
        saved: this.#shifted(saved, segment, plan.saved.width),
        ...(above && { above: { block: above } }),
        ...(marks && { reached: { block: marks.reached }, entering: { block: marks.entering } }),
        adjoints: this.#shifted(adjoints, segment, plan.adjoints.width),
        stateAdjoints: { block: stateAdjoints },
      },
    }
  }

  /** What follows from a segment's adjoints. */
  addToGradients(rows: SegmentRows, { movesWeights, marks, inputAdjoint }: BackwardOptions): void {
    if (movesWeights) this.#addGradients(rows, marks)
    if (inputAdjoint) this.#addInputAdjoint(rows, inputAdjoint)
  }

  /** Gives its memory back. */
  release(): void {
    const { buffers } = this.#context.launcher.device
    buffers.giveBack(this.states.buffer)
    if (this.saved) buffers.giveBack(this.saved.buffer)
  }

  /** Where a row of the whole sequence would begin in a block that holds a segment's rows alone: kernels count steps from the sequence's start. */
  #shifted(block: ReplicaBlock, { first }: StepRange, width: number): Piece {
    return { block, start: -first * this.#options.batch * width }
  }

  #addGradients(segmentRows: SegmentRows, marks: AdjointMarks | null): void {
    const { batch, replicas } = this.#options
    const { segment, adjoints } = segmentRows
    const rows = (segment.last - segment.first) * batch
    for (const { operand, product, add, gateColumns, operandColumns, adjointsColumn } of this.kernels.matrixSums) {
      const { piece, row } = this.#operand(operand, segmentRows)
      const kernels = { sum: product(marks !== null, row), add, splitFloats: gateColumns * operandColumns }
      const pieces = {
        adjoint: { block: adjoints, start: adjointsColumn },
        operand: piece,
        ...(marks && { reached: { block: marks.reached, start: segment.first * batch } }),
      }
      addRowSums(this.#context, kernels, rows, pieces, replicas)
    }
    const { vectorSum } = this.kernels
    if (vectorSum === null) return
    const { sum, add, columns, firstColumn } = vectorSum
    const source = { block: adjoints, start: firstColumn }
    addRowSums(this.#context, { sum, add, splitFloats: columns }, rows, { source }, replicas)
  }

  /** Where the rows of a gradient's operand stand, and how far apart. */
  #operand(
    operand: OperandPlace,
    { segment, saved, adjoints }: SegmentRows,
  ): { readonly piece: Piece; readonly row: number } {
    const { plan, part } = this.kernels
    const { input, batch } = this.#options
    const firstRow = segment.first * batch
    switch (operand.of) {
      case 'states':
        return { piece: advance(this.state(operand.state), firstRow * part.units), row: part.units }
      case 'inputs':
        return input.isConstant
          ? { piece: input.piece, row: 0 }
          : { piece: advance(input.piece, firstRow * plan.sizes.I), row: plan.sizes.I }
      case 'parameters':
        return { piece: { block: this.#context.store.blocks.parameters, start: operand.start }, row: 0 }
      case 'saved':
        return { piece: { block: saved, start: operand.column }, row: plan.saved.width }
      case 'adjoints':
        return { piece: { block: adjoints, start: operand.column }, row: plan.adjoints.width }
    }
  }

  #addInputAdjoint({ segment, adjoints }: SegmentRows, inputAdjoint: ReplicaBlock): void {
    const { launcher, kernels, store } = this.#context
    const { batch, replicas } = this.#options
    const { plan, inputProducts, inputAdjointColumn } = this.kernels
    const rows = (segment.last - segment.first) * batch
    const result = { block: inputAdjoint, start: segment.first * batch * plan.sizes.I }
    for (const { backward, backwardStart, adjointsColumn } of inputProducts)
      launcher.run(
        backward,
        { rows },
        {
          left: { block: adjoints, start: adjointsColumn },
          right: { block: store.weightsOf(this.kernels), start: backwardStart },
          result,
        },
        replicas,
      )
    if (inputAdjointColumn === null) return
    const gather = kernels.gather({
      columns: plan.sizes.I,
      sourceRow: plan.adjoints.width,
      sourceColumn: inputAdjointColumn,
      resultRow: plan.sizes.I,
      accumulates: true,
    })
    launcher.run(gather, { rows }, { source: { block: adjoints }, result }, replicas)
  }
}
