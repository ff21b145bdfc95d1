/**
 * One part over one sequence, for the replicas that run side by side: the layer's inputs and first states enter, states of every step leave; on the
 * way back adjoints enter, and gradients, adjoints of the inputs and of the first states leave.
 */
import type { Launcher, Piece } from './launcher.ts'
import type { NetworkKernels } from './network-kernels.ts'
import type { ParameterStore } from './parameter-store.ts'
import type { OperandPlace, PartKernels } from './part-kernels.ts'
import { takeBlock, type ReplicaBlock } from './replica-blocks.ts'
import { splitRows } from './wgsl/splits.ts'

/** What runs share. */
export interface RunContext {
  readonly launcher: Launcher
  readonly kernels: NetworkKernels
  readonly store: ParameterStore
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

export class PartRun {
  readonly kernels: PartKernels
  /** For each state [entries, B, H], entries T + 1, or 1 without history. */
  readonly states: ReplicaBlock
  readonly #context: RunContext
  readonly #options: RunOptions
  readonly #saved: ReplicaBlock | null

  constructor(context: RunContext, kernels: PartKernels, options: RunOptions) {
    const { steps, batch, replicas, keepsHistory, saving } = options
    const { part, plan } = kernels
    const { device } = context.launcher
    this.#context = context
    this.kernels = kernels
    this.#options = options
    const entries = keepsHistory ? steps + 1 : 1
    this.states = takeBlock(device, replicas, part.cell.states.length * entries * batch * part.units)
    this.#saved = saving ? takeBlock(device, replicas, steps * batch * plan.saved.width) : null
  }

  /** A state's entries. */
  state(state: number): Piece {
    return { block: this.states, start: state * this.#stateStride }
  }

  /** A state after each step, rows [T, B, H]. */
  stateAfterSteps(state: number): Piece {
    const { batch } = this.#options
    return { block: this.states, start: state * this.#stateStride + batch * this.kernels.part.units }
  }

  /** A state after the last step, rows [B, H]. */
  lastState(state: number): Piece {
    const { steps, batch, keepsHistory } = this.#options
    const entry = keepsHistory ? steps : 0
    return { block: this.states, start: state * this.#stateStride + entry * batch * this.kernels.part.units }
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
        resultColumn: 0,
        isListed: false,
        isMasked: false,
        accumulates: false,
      })
      launcher.run(gather, { rows: batch }, { source, result: this.state(state) }, replicas)
    }
  }

  async forward(): Promise<void> {
    const { launcher, store } = this.#context
    const { steps, batch, replicas, input, saving, keepsHistory } = this.#options
    const { plan, inputProducts } = this.kernels
    if (steps === 0) return
    const { device } = launcher
    const weights = store.weightsOf(this.kernels)
    const rows = input.isConstant ? 1 : steps * batch
    const gates = takeBlock(device, replicas, rows * plan.inputProducts.width)
    for (const { forward, forwardStart, gatesColumn } of inputProducts)
      launcher.run(
        forward,
        { rows },
        {
          left: input.piece,
          right: { block: weights, start: forwardStart },
          result: { block: gates, start: gatesColumn },
        },
        replicas,
      )
    await launcher.loop(
      this.kernels.forward({ saving, constantInput: input.isConstant, keepsHistory }),
      { steps, batch, isBackward: false },
      ({ first, last }) => ({ batch, first, last, stateStride: this.#stateStride }),
      {
        weights: { block: weights, elementWords: 4 },
        inputProducts: { block: gates },
        inputs: input.piece,
        states: { block: this.states },
        ...(this.#saved && { saved: { block: this.#saved } }),
      },
      replicas,
    )
    device.buffers.giveBack(gates.buffer)
  }

  async backward(options: BackwardOptions): Promise<void> {
    const { launcher, store } = this.#context
    const { steps, batch, replicas } = this.#options
    const { above, marks, stateAdjoints, isFresh, truncateEvery, movesWeights, inputAdjoint } = options
    const { device } = launcher
    const adjoints = takeBlock(device, replicas, steps * batch * this.kernels.plan.adjoints.width)
    await launcher.loop(
      this.kernels.backward({ hasAbove: above !== null, hasMarks: marks !== null }),
      { steps, batch, isBackward: true },
      ({ first, last }) => ({
        batch,
        first,
        last,
        stateStride: this.#stateStride,
        truncateEvery: truncateEvery ?? 0,
        isFresh: Number(isFresh && last === steps),
      }),
      {
        weights: { block: store.weightsOf(this.kernels), elementWords: 4 },
        states: { block: this.states },
        ...(this.#saved && { saved: { block: this.#saved } }),
        ...(above && { above: { block: above } }),
        ...(marks && { reached: { block: marks.reached }, entering: { block: marks.entering } }),
        adjoints: { block: adjoints },
        stateAdjoints: { block: stateAdjoints },
      },
      replicas,
    )
    if (movesWeights) this.#addGradients(adjoints, marks)
    if (inputAdjoint) this.#addInputAdjoint(adjoints, inputAdjoint)
    device.buffers.giveBack(adjoints.buffer)
  }

  /** Gives its memory back. */
  release(): void {
    const { buffers } = this.#context.launcher.device
    buffers.giveBack(this.states.buffer)
    if (this.#saved) buffers.giveBack(this.#saved.buffer)
  }

  /** Floats from one state's entries to the next's. */
  get #stateStride(): number {
    const { steps, batch, keepsHistory } = this.#options
    return (keepsHistory ? steps + 1 : 1) * batch * this.kernels.part.units
  }

  #addGradients(adjoints: ReplicaBlock, marks: AdjointMarks | null): void {
    const { launcher, store } = this.#context
    const { steps, batch, replicas } = this.#options
    const { device } = launcher
    const rows = steps * batch
    const gradients = { block: store.blocks.gradients }
    for (const sum of this.kernels.matrixSums) {
      const { piece, row } = this.#operand(sum.operand, adjoints)
      const product = sum.product(marks !== null, row)
      const split = splitRows(rows, product.workgroups({ rows, splitRows: rows })[0])
      const partials = takeBlock(device, replicas, split.count * sum.gateColumns * sum.operandColumns)
      launcher.run(
        product,
        { rows, splitRows: split.rows },
        {
          adjoint: { block: adjoints, start: sum.adjointsColumn },
          operand: piece,
          partials: { block: partials },
          ...(marks && { reached: { block: marks.reached } }),
        },
        replicas,
      )
      launcher.run(sum.add, { splits: split.count }, { partials: { block: partials }, gradients }, replicas)
      device.buffers.giveBack(partials.buffer)
    }
    const { vectorSum } = this.kernels
    if (vectorSum === null) return
    const split = splitRows(rows, vectorSum.sum.workgroups({ rows, splitRows: rows })[0])
    const partials = takeBlock(device, replicas, split.count * vectorSum.columns)
    launcher.run(
      vectorSum.sum,
      { rows, splitRows: split.rows },
      { source: { block: adjoints, start: vectorSum.firstColumn }, partials: { block: partials } },
      replicas,
    )
    launcher.run(vectorSum.add, { splits: split.count }, { partials: { block: partials }, gradients }, replicas)
    device.buffers.giveBack(partials.buffer)
  }

  /** Where the rows of a gradient's operand stand, and how far apart. */
  #operand(operand: OperandPlace, adjoints: ReplicaBlock): { readonly piece: Piece; readonly row: number } {
    const { plan, part } = this.kernels
    const { input } = this.#options
    switch (operand.of) {
      case 'states':
        return { piece: this.state(operand.state), row: part.units }
      case 'inputs':
        return { piece: input.piece, row: input.isConstant ? 0 : plan.sizes.I }
      case 'saved':
        return { piece: { block: this.#saved!, start: operand.column }, row: plan.saved.width }
      case 'adjoints':
        return { piece: { block: adjoints, start: operand.column }, row: plan.adjoints.width }
    }
  }

  #addInputAdjoint(adjoints: ReplicaBlock, inputAdjoint: ReplicaBlock): void {
    const { launcher, kernels, store } = this.#context
    const { steps, batch, replicas } = this.#options
    const { plan, inputProducts, inputAdjointColumn } = this.kernels
    const rows = steps * batch
    const result = { block: inputAdjoint }
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
      resultColumn: 0,
      isListed: false,
      isMasked: false,
      accumulates: true,
    })
    launcher.run(gather, { rows }, { source: { block: adjoints }, result }, replicas)
  }
}
