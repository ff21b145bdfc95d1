/**
 * One part over one sequence, for the replicas that run side by side: its rows, what it does before and after its loops over time, and the calls of
 * these loops, which go beside those of other parts (layer-run.ts).
 */
import type { StepRange } from './command-queue.ts'
import type { Launcher } from './launcher.ts'
import { segmentsOf, type TimeCuts } from './layer-waves.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { LoopCall, PartLoops } from './part-loops.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { OperandPlace, PartKernels } from './part-kernels.ts'
import { advance, giveBackPieces, takePieces, type Piece, type ReplicaBlock } from './replica-blocks.ts'
import { addRowSums } from './row-sums.ts'
import type { SequenceSize } from '../programs/program-engine.ts'
import type { BackwardBuffer, BackwardField } from './wgsl/recurrence-backward.ts'
import type { ForwardBuffer, ForwardField } from './wgsl/recurrence-forward.ts'
import type { RowLayout } from './wgsl/recurrence-plan.ts'

/** What runs share. */
export interface RunContext {
  readonly launcher: Launcher
  readonly kernels: NetworkKernels
  readonly store: ParameterStore
  readonly loops: PartLoops
  /** How a sequence is cut in time. */
  cuts(size: SequenceSize): TimeCuts
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

export interface RunKind {
  /** Keeps what the way back reads. */
  readonly saving: boolean
  /** false: only the last states are there in the end. */
  readonly keepsHistory: boolean
}

export interface RunOptions extends RunSize, Pick<RunKind, 'keepsHistory'> {
  readonly input: LayerInput
}

/** What a part has as long as its sequence is there. */
export interface RunRows {
  /** For each state [entries, B, H], entries T + 1, or 1 without history. */
  readonly states: Piece
  /** What the way back reads, of all steps; null where nothing does, or where it is computed again, segment by segment. */
  readonly saved: Piece | null
}

/** Rows [steps, B, width] from the step `first` of a sequence on. */
export interface HeldRows {
  readonly piece: Piece
  readonly first: number
}

/** Which rows adjoints come to, [T, B] of u32, and the state rows that enter (see recurrence-backward.ts). */
export interface AdjointMarks {
  readonly reached: ReplicaBlock
  readonly entering: ReplicaBlock
}

export interface BackwardOptions {
  /** Adjoints of the layer's outputs, [T, B, width]. */
  readonly above: Piece | null
  /** null: adjoints come to every row. */
  readonly marks: AdjointMarks | null
  /** State rows: the adjoints after the last step enter (unless `isFresh`), those before the first one leave, in this part's columns. */
  readonly stateAdjoints: ReplicaBlock
  readonly isFresh: boolean
  readonly truncateEvery: number | null
  /** false: no gradients of parameters. */
  readonly movesWeights: boolean
  /** [T, B, I]: the adjoint of the inputs is added to it. */
  readonly inputAdjoint: Piece | null
}

/** A segment's steps, and the rows that are held for them on the way back. */
export interface SegmentRows {
  readonly segment: StepRange
  readonly saved: HeldRows
  readonly adjoints: HeldRows
}

const stateEntries = ({ steps }: RunSize, keepsHistory: boolean): number => (keepsHistory ? steps + 1 : 1)

/** For parts that run over one sequence, in their order. */
export function takeRunRows(
  context: RunContext,
  parts: readonly PartKernels[],
  size: RunSize,
  { saving, keepsHistory }: RunKind,
): RunRows[] {
  const { device } = context.launcher
  const { steps, batch, replicas } = size
  const entries = stateEntries(size, keepsHistory)
  const states = takePieces(
    device,
    replicas,
    parts.map(({ part }) => part.cell.states.length * entries * batch * part.units),
  )
  const isWhole = segmentsOf(steps, context.cuts(size)).length <= 1
  const saved =
    saving && isWhole
      ? takePieces(
          device,
          replicas,
          parts.map(({ plan }) => steps * batch * plan.saved.width),
        )
      : null
  return states.map((piece, index) => ({ states: piece, saved: saved && saved[index]! }))
}

export function giveBackRunRows({ launcher }: RunContext, rows: readonly RunRows[]): void {
  giveBackPieces(
    launcher.device,
    rows.flatMap(({ states, saved }) => (saved ? [states, saved] : [states])),
  )
}

export class PartRun {
  readonly kernels: PartKernels
  readonly rows: RunRows
  /** Floats from one state's entries to the next's. */
  readonly stateStride: number
  readonly #context: RunContext
  readonly #options: RunOptions

  constructor(context: RunContext, kernels: PartKernels, rows: RunRows, options: RunOptions) {
    this.#context = context
    this.kernels = kernels
    this.rows = rows
    this.#options = options
    this.stateStride = stateEntries(options, options.keepsHistory) * options.batch * kernels.part.units
  }

  /** A state's entries. */
  state(state: number): Piece {
    return advance(this.rows.states, state * this.stateStride)
  }

  /** A state after each step, rows [T, B, H]. */
  stateAfterSteps(state: number): Piece {
    const { batch } = this.#options
    return advance(this.state(state), batch * this.kernels.part.units)
  }

  /** A state after the last step, rows [B, H]. */
  lastState(state: number): Piece {
    const { steps, batch, keepsHistory } = this.#options
    const entry = keepsHistory ? steps : 0
    return advance(this.state(state), entry * batch * this.kernels.part.units)
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

  /** Floats of the products of these steps' inputs. */
  productFloats({ first, last }: StepRange): number {
    const { batch, input } = this.#options
    return (input.isConstant ? 1 : (last - first) * batch) * this.kernels.plan.inputProducts.width
  }

  /** The products of some steps' inputs, which their loop reads. @param gates is filled */
  multiplyInputs({ first, last }: StepRange, gates: Piece): void {
    const { launcher, store } = this.#context
    const { batch, replicas, input } = this.#options
    const { plan, inputProducts } = this.kernels
    for (const { forward, forwardStart, gatesColumn } of inputProducts)
      launcher.run(
        forward,
        { rows: input.isConstant ? 1 : (last - first) * batch },
        {
          left: input.isConstant ? input.piece : advance(input.piece, first * batch * plan.sizes.I),
          right: advance(store.weightsOf(this.kernels), forwardStart),
          result: advance(gates, gatesColumn),
        },
        replicas,
      )
  }

  /**
   * @param gates the products of these steps' inputs
   * @param saved holds what the way back reads; null: nothing is kept
   */
  forwardCall(steps: StepRange, gates: Piece, saved: HeldRows | null): LoopCall<ForwardField, ForwardBuffer> {
    const { batch, input, keepsHistory } = this.#options
    const { plan } = this.kernels
    return {
      loop: this.kernels.forward({ saving: saved !== null, constantInput: input.isConstant, keepsHistory }),
      steps,
      valuesOf: (range) => ({ batch, ...range, stateStride: this.stateStride }),
      pieces: {
        weights: this.#weights,
        inputProducts: input.isConstant
          ? gates
          : this.#fromStart({ piece: gates, first: steps.first }, plan.inputProducts.width),
        inputs: input.piece,
        states: this.rows.states,
        ...(saved && { saved: this.#fromStart(saved, plan.saved.width) }),
      },
    }
  }

  /** Floats of what the way back reads of these steps. */
  savedFloats({ first, last }: StepRange): number {
    return (last - first) * this.#options.batch * this.kernels.plan.saved.width
  }

  /** Floats of what the loop backward leaves of these steps. */
  adjointFloats({ first, last }: StepRange): number {
    return (last - first) * this.#options.batch * this.kernels.plan.adjoints.width
  }

  /** @param rows of the segment that these steps are of */
  backwardCall(
    steps: StepRange,
    { saved, adjoints }: SegmentRows,
    { above, marks, stateAdjoints, isFresh, truncateEvery }: BackwardOptions,
  ): LoopCall<BackwardField, BackwardBuffer> {
    const { batch, steps: allSteps } = this.#options
    const { plan } = this.kernels
    return {
      loop: this.kernels.backward({ hasAbove: above !== null, hasMarks: marks !== null }),
      steps,
      valuesOf: (range) => ({
        batch,
        ...range,
        stateStride: this.stateStride,
        truncateEvery: truncateEvery ?? 0,
        isFresh: Number(isFresh && range.last === allSteps),
      }),
      pieces: {
        weights: this.#weights,
        states: this.rows.states,
        saved: this.#fromStart(saved, plan.saved.width),
        ...(above && { above }),
        ...(marks && { reached: { block: marks.reached }, entering: { block: marks.entering } }),
        adjoints: this.#fromStart(adjoints, plan.adjoints.width),
        stateAdjoints: { block: stateAdjoints },
      },
    }
  }

  get #weights(): Piece {
    return { ...this.#context.store.weightsOf(this.kernels), elementWords: 4 }
  }

  /** Where the rows of a step begin. */
  #rowsAt(step: number, { piece, first }: HeldRows, width: number): Piece {
    return advance(piece, (step - first) * this.#options.batch * width)
  }

  /** Where the rows of step 0 would begin, held or not: loops count steps from the sequence's start. */
  #fromStart(held: HeldRows, width: number): Piece {
    return this.#rowsAt(0, held, width)
  }

  /** Of a segment, to the gradients of the part's parameters. */
  addGradients(segmentRows: SegmentRows, marks: AdjointMarks | null): void {
    const { batch, replicas } = this.#options
    const { segment } = segmentRows
    const rows = (segment.last - segment.first) * batch
    const adjoints = this.#rowsAt(segment.first, segmentRows.adjoints, this.kernels.plan.adjoints.width)
    for (const { operand, product, add, gateColumns, operandColumns, adjointsColumn } of this.kernels.matrixSums) {
      const { piece, row } = this.#operand(operand, segmentRows)
      const kernels = { sum: product(marks !== null, row), add, splitFloats: gateColumns * operandColumns }
      const pieces = {
        adjoint: advance(adjoints, adjointsColumn),
        operand: piece,
        ...(marks && { reached: { block: marks.reached, start: segment.first * batch } }),
      }
      addRowSums(this.#context, kernels, rows, pieces, replicas)
    }
    const { vectorSum } = this.kernels
    if (vectorSum === null) return
    const { sum, add, columns, firstColumn } = vectorSum
    const source = advance(adjoints, firstColumn)
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
    const columnOf = (held: HeldRows, { width }: RowLayout, column: number): { piece: Piece; row: number } => ({
      piece: advance(this.#rowsAt(segment.first, held, width), column),
      row: width,
    })
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
        return columnOf(saved, plan.saved, operand.column)
      case 'adjoints':
        return columnOf(adjoints, plan.adjoints, operand.column)
    }
  }

  /** Of some of a segment's steps, to the adjoint of the layer's inputs. */
  addInputAdjoint({ first, last }: StepRange, { adjoints }: SegmentRows, inputAdjoint: Piece): void {
    const { launcher, kernels, store } = this.#context
    const { batch, replicas } = this.#options
    const { plan, inputProducts, inputAdjointColumn } = this.kernels
    const rows = (last - first) * batch
    const own = this.#rowsAt(first, adjoints, plan.adjoints.width)
    const result = advance(inputAdjoint, first * batch * plan.sizes.I)
    for (const { backward, backwardStart, adjointsColumn } of inputProducts)
      launcher.run(
        backward,
        { rows },
        {
          left: advance(own, adjointsColumn),
          right: advance(store.weightsOf(this.kernels), backwardStart),
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
    launcher.run(gather, { rows }, { source: own, result }, replicas)
  }
}
