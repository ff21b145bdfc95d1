/**
 * One part over a sequence: puts its sweeps and products on a tape, with every address worked out. Rows of a step are split
 * among the threads in blocks; a block runs the whole sequence alone. On the way back the steps are taken in segments: after
 * each, all threads together add the segment's part of the weights' gradients, split by their columns.
 */
import { isCut } from '../../adjoint-reach.ts'
import type { ValueBuffer, Way } from '../../plan/places.ts'
import { ADD_OUTER, MULTIPLY, outerColumns, outerScratchBytes, type Tile } from '../emit/products.ts'
import { SUMMED_COLUMNS } from '../emit/rows.ts'
import { NO_INJECTION, sweepName, type SweepContext } from '../emit/sweep.ts'
import { blockSteps, PartBuffers, segmentSteps, type BufferSetup } from '../plan/part-buffers.ts'
import type { RowBlock } from '../plan/row-blocks.ts'
import { InjectionList, type Injection } from './injections.ts'
import type { NamedBuffers } from './memory.ts'
import type { PackedProject } from './part-weights.ts'
import type { ReachedRows, RowList } from './reached-rows.ts'
import { overShares, type Tape } from './tape.ts'

/** The adjoint of a layer's outputs or inputs, [T, B, rowBytes]: `address` of the part's first column. */
export interface AdjointRows {
  readonly address: number
  readonly rowBytes: number
}

export interface BackwardInput {
  /** From the layer above; null at the top. */
  readonly above: AdjointRows | null
  readonly injections: readonly Injection[]
  /** Rows that adjoints come to; null for all. What stands in other rows on the way back is not read. */
  readonly reached: ReachedRows | null
  /** The adjoint of the state is cut at steps that are multiples of this; null for none. */
  readonly truncateEvery: number | null
  /** Where the adjoint of the input is written; null when nobody asks. */
  readonly inputAdjoint: (AdjointRows & { readonly accumulate: boolean }) | null
  /** false: the weights' gradients are left alone. */
  readonly movesWeights: boolean
}

export interface PartRunSetup extends BufferSetup {
  /** Of the part's functions in the module. */
  readonly prefix: string
  /** What the part's sweeps want to be told. */
  readonly contexts: Readonly<Record<Way, SweepContext>>
  /** Of the threads. */
  readonly workSpace: NamedBuffers
  readonly tile: Tile
}

/** Where a sweep of one block finds a buffer: all that a call adds is its step. */
interface SweepPlace {
  /** Of the block's first row. */
  readonly base: number
  readonly stepBytes: number
  readonly isSegment: boolean
  /** From one step of the sweep to the next; negative on the way back. */
  readonly stride: number
}

/** Of what a sweep is told later, or does not read. */
const NOWHERE: SweepPlace = { base: 0, stepBytes: 0, isSegment: false, stride: 0 }

/** The places of a sweep's buffers in the order of its context, and the packed matrices behind them. */
interface SweepFrame {
  readonly places: readonly SweepPlace[]
  readonly packed: readonly number[]
}

/** Rows that a gradient is summed over: all of a segment's, or those of the list. */
interface SummedRows {
  readonly count: number
  readonly list: RowList | null
}

export class PartRun {
  readonly #setup: PartRunSetup
  readonly #buffers: PartBuffers
  readonly #segmentSteps: number
  readonly #forwardSweep: string
  readonly #backwardSweep: string

  constructor(setup: PartRunSetup) {
    this.#setup = setup
    this.#buffers = new PartBuffers(setup)
    this.#forwardSweep = sweepName(setup.prefix, 'forward')
    this.#backwardSweep = sweepName(setup.prefix, 'backward')
    this.#segmentSteps = segmentSteps(setup)
  }

  /** Address of state `state` after `t` steps: [B, padded H]. */
  stateAddress(state: number, t: number): number {
    const { base, stepBytes } = this.#buffers.stream(this.#setup.layout.placement.states[state]!.before)
    return base + t * stepBytes
  }

  get stateRowBytes(): number {
    return this.#setup.layout.stateFloats * 4
  }

  get stateStepBytes(): number {
    return this.#setup.batch * this.stateRowBytes
  }

  /** Puts all steps of a block on its thread's tape, from the states at time 0 on. */
  forward(tape: Tape, block: RowBlock): void {
    const { steps, recomputing, saving } = this.#setup
    const span = saving && recomputing ? this.#segmentSteps : steps
    const frame = this.#forwardFrame(block)
    for (let start = 0; start < steps; start += span)
      this.#sweepForward(tape, block, frame, start, Math.min(span, steps - start))
  }

  /**
   * Puts the way back of all blocks on the tapes, yielding at barriers (see TapeJob). Ends with the last segment's gradients: without a
   * barrier behind them.
   * @returns addresses of the adjoints of the initial states, [B, padded H] each
   */
  *backward(tape: Tape, blocks: readonly RowBlock[], input: BackwardInput): Generator<void, number[], void> {
    const { steps, layout, recomputing } = this.#setup
    const { injections, reached, truncateEvery, inputAdjoint, movesWeights } = input
    let adjoints = layout.placement.states.map(
      ({ adjointAfter, adjointBefore }) =>
        [this.#buffers.stream(adjointAfter).base, this.#buffers.stream(adjointBefore).base] as const,
    )
    for (const block of blocks) for (const [before] of adjoints) this.#clearRows(tape, block, before)
    const ways = blocks.map((block) => ({
      block,
      forward: recomputing ? this.#forwardFrame(block) : null,
      backward: this.#backwardFrame(block, input.above),
      injections: new InjectionList(reached?.openings ?? [], injections, block, this.stateRowBytes),
    }))
    let end = steps
    while (end > 0) {
      const segment = Math.floor((end - 1) / this.#segmentSteps)
      const start = segment * this.#segmentSteps
      for (const { block, forward } of ways) if (forward) this.#sweepForward(tape, block, forward, start, end - start)
      while (end > start) {
        // A call ends where the adjoint is cut.
        const cut =
          truncateEvery === null ? start : Math.max(start, Math.floor((end - 1) / truncateEvery) * truncateEvery)
        const count = end - cut
        for (const way of ways)
          this.#sweepBackward(
            tape,
            way.block,
            way.backward,
            cut,
            count,
            adjoints,
            input.above,
            way.injections.takeFrom(cut),
          )
        if (count % 2 === 1) adjoints = adjoints.map(([before, after]) => [after, before] as const)
        if (isCut(cut, truncateEvery))
          for (const block of blocks) for (const [before] of adjoints) this.#clearRows(tape, block, before)
        end = cut
      }
      const last = Math.min(steps, start + this.#segmentSteps)
      if (inputAdjoint)
        for (const block of blocks) this.#addInputAdjoint(tape, block, start, last - start, inputAdjoint)
      if (movesWeights) {
        yield
        this.#addGradients(tape, start, last - start, reached?.ofSegment(segment) ?? null)
      }
    }
    for (const block of blocks) this.#clearUnreached(tape, block, adjoints, reached?.unreached ?? [])
    return adjoints.map(([before]) => before)
  }

  /** `count` steps of a block's rows: products of the input for some steps at once, then those steps one by one. */
  #sweepForward(tape: Tape, block: RowBlock, frame: SweepFrame, first: number, count: number): void {
    const { weights, input, layout } = this.#setup
    const isConstant = input.stepBytes === 0
    const stepsAtOnce = blockSteps(block.count)
    for (let start = first; start < first + count; start += stepsAtOnce) {
      const steps = Math.min(stepsAtOnce, first + count - start)
      if (!isConstant || start === first)
        for (const { project, operand, target: products } of layout.inputProducts) {
          const packed = weights.projects.get(project)!
          const target = this.#buffers.stream(products.buffer, block)
          const { panels, depth } = packed.layout.packing.forward
          tape.call(block.thread, MULTIPLY, [
            this.#buffers.rowAddress(operand.buffer, start, block),
            input.rowBytes,
            input.stepBytes,
            packed.forward,
            target.base,
            target.rowBytes,
            target.stepBytes,
            isConstant ? 1 : steps,
            block.count,
            panels,
            depth,
            0,
          ])
        }
      tape.call(block.thread, this.#forwardSweep, [steps, block.count], this.#context(frame, start))
    }
  }

  #forwardFrame(block: RowBlock): SweepFrame {
    const { contexts, input } = this.#setup
    return this.#frame(contexts.forward, 'forward', NOWHERE, (buffer) => {
      if (buffer.extent !== 'block') return this.#sweepPlace(buffer, block, 1)
      const { base, stepBytes } = this.#buffers.stream(buffer, block)
      return { base, stepBytes: 0, isSegment: false, stride: input.stepBytes === 0 ? 0 : stepBytes }
    })
  }

  /** Adjoints of states change places from sweep to sweep: their words are filled in by `#sweepBackward`. */
  #backwardFrame(block: RowBlock, above: AdjointRows | null): SweepFrame {
    const { contexts, batch } = this.#setup
    const stepBytes = above ? batch * above.rowBytes : 0
    const place = above && {
      base: above.address + block.start * above.rowBytes,
      stepBytes,
      isSegment: false,
      stride: -stepBytes,
    }
    return this.#frame(contexts.backward, 'backward', place ?? NOWHERE, (buffer) =>
      buffer.role === 'state-adjoint' || buffer.role === 'new-state-adjoint'
        ? NOWHERE
        : this.#sweepPlace(buffer, block, -1),
    )
  }

  #sweepPlace(buffer: ValueBuffer, block: RowBlock, direction: 1 | -1): SweepPlace {
    const { base, stepBytes, rowBytes, isSegment } = this.#buffers.stream(buffer)
    return { base: base + block.start * rowBytes, stepBytes, isSegment, stride: direction * stepBytes }
  }

  #frame(
    { buffers, projects }: SweepContext,
    way: Way,
    above: SweepPlace,
    placeOf: (buffer: ValueBuffer) => SweepPlace,
  ): SweepFrame {
    const { weights } = this.#setup
    const places = buffers.map((buffer) => {
      if (buffer === 'above') return above
      return 'maskOf' in buffer ? { ...NOWHERE, base: this.#buffers.maskAddress(buffer) } : placeOf(buffer)
    })
    return { places, packed: projects.map((project) => weights.projects.get(project)![way]) }
  }

  /** The words of a sweep that begins with step t. */
  #context({ places, packed }: SweepFrame, t: number): number[] {
    const segmentStep = this.#buffers.segmentStep(t)
    const words: number[] = []
    for (const { base, stepBytes, isSegment, stride } of places)
      words.push(base + (isSegment ? segmentStep : t) * stepBytes, stride)
    for (const address of packed) words.push(address)
    return words
  }

  /** Steps `cut` to `cut + count - 1`, the last one first. */
  #sweepBackward(
    tape: Tape,
    block: RowBlock,
    frame: SweepFrame,
    cut: number,
    count: number,
    adjoints: readonly (readonly [number, number])[],
    above: AdjointRows | null,
    injections: readonly number[],
  ): void {
    const context = this.#context(frame, cut + count - 1)
    // The context begins with the places of both adjoints of each state: see backwardExtras.
    adjoints.forEach(([read, written], state) => {
      const rows = block.start * this.stateRowBytes
      context[4 * state] = read + rows
      context[4 * state + 2] = written + rows
    })
    for (const word of injections) context.push(word)
    context.push(NO_INJECTION)
    tape.call(block.thread, this.#backwardSweep, [count, block.count, above?.rowBytes ?? 0], context)
  }

  /** dx (+)= adjoints of a segment's input products times the weights, for a block's rows. */
  #addInputAdjoint(
    tape: Tape,
    block: RowBlock,
    start: number,
    count: number,
    { address, rowBytes, accumulate }: AdjointRows & { readonly accumulate: boolean },
  ): void {
    const { weights, layout, batch } = this.#setup
    const target = address + (start * batch + block.start) * rowBytes
    let isFirst = !accumulate
    for (const packed of weights.projects.values()) {
      const { readsInput, gateAdjoints, packing } = packed.layout
      if (!readsInput) continue
      const adjoint = this.#buffers.stream(gateAdjoints)
      const { panels, depth } = packing.backward
      tape.call(block.thread, MULTIPLY, [
        this.#buffers.rowAddress(gateAdjoints, start, block),
        adjoint.rowBytes,
        adjoint.stepBytes,
        packed.backward,
        target,
        rowBytes,
        batch * rowBytes,
        count,
        block.count,
        panels,
        depth,
        isFirst ? 0 : 1,
      ])
      isFirst = false
    }
    if (isFirst)
      for (let step = 0; step < count; step++)
        tape.call(block.thread, 'clear', [target + step * batch * rowBytes, (block.count * rowBytes) / 16])
    const { inputAdjoint } = layout.placement
    if (inputAdjoint) {
      const inner = this.#buffers.stream(inputAdjoint)
      for (let step = 0; step < count; step++)
        tape.call(block.thread, 'addRows', [
          target + step * batch * rowBytes,
          rowBytes,
          this.#buffers.rowAddress(inputAdjoint, start + step, block),
          inner.rowBytes,
          block.count,
          layout.inputSize,
        ])
    }
  }

  /** Gradients of matrices and vectors over a segment, their columns split among all threads. */
  #addGradients(tape: Tape, start: number, count: number, list: RowList | null): void {
    const { weights, layout, batch, input } = this.#setup
    const rows = { count: list?.count ?? count * batch, list }
    if (rows.count === 0) return
    const all = { thread: 0, start: 0, count: batch }
    for (const packed of weights.projects.values()) {
      const { gradientOperand, gateAdjoints, readsInput, isFrozen } = packed.layout
      if (isFrozen) continue
      const adjoint = this.#buffers.rowAddress(gateAdjoints, start, all)
      const operand = this.#buffers.rowAddress(gradientOperand.buffer, start, all) + 4 * gradientOperand.column
      overShares(tape, packed.gradientRows, outerColumns(this.#setup.tile), (thread, from, columns) =>
        this.#addOuter(tape, thread, packed, adjoint + 4 * from, from, columns, {
          adjointRowBytes: this.#buffers.stream(gateAdjoints).rowBytes,
          address: operand,
          rowBytes: gradientOperand.rowBytes,
          rows,
          isConstant: readsInput && input.stepBytes === 0,
        }),
      )
    }
    for (const { symbol, place, size } of layout.vectorSums) {
      const source = this.#buffers.rowAddress(place.buffer, start, all) + 4 * place.column
      const target = weights.vectorSums.get(symbol)!
      overShares(tape, Math.ceil(size / 4) * 4, SUMMED_COLUMNS, (thread, from, columns) =>
        sumRows(tape, thread, target + 4 * from, source + 4 * from, place.rowBytes, rows, columns),
      )
    }
  }

  #addOuter(
    tape: Tape,
    thread: number,
    packed: PackedProject,
    adjoint: number,
    from: number,
    columns: number,
    operand: {
      readonly adjointRowBytes: number
      readonly address: number
      readonly rowBytes: number
      readonly rows: SummedRows
      readonly isConstant: boolean
    },
  ): void {
    const { buffers, workSpace, name, tile } = this.#setup
    const gradient = packed.gradient + from * packed.gradientRowBytes
    let [source, sourceRowBytes, operandRowBytes, rows] = [
      adjoint,
      operand.adjointRowBytes,
      operand.rowBytes,
      operand.rows,
    ]
    if (operand.isConstant) {
      // The sum over rows first, then one outer product.
      const sums = buffers.get(`${name}:sums${packed.layout.project}`, packed.gradientRows * 4) + 4 * from
      tape.call(thread, 'clear', [sums, columns / 4])
      sumRows(tape, thread, sums, adjoint, sourceRowBytes, rows, columns)
      ;[source, sourceRowBytes, operandRowBytes, rows] = [sums, 0, 0, { count: 1, list: null }]
    }
    tape.call(thread, ADD_OUTER, [
      source,
      sourceRowBytes,
      columns,
      operand.address,
      operandRowBytes,
      packed.gradientPanels,
      gradient,
      packed.gradientRowBytes,
      rows.count,
      workSpace.get(`scratch:${thread}`, outerScratchBytes(tile, packed.gradientPanels)),
      rows.list?.address ?? 0,
    ])
  }

  /** @param unreached rows of the batch */
  #clearUnreached(
    tape: Tape,
    block: RowBlock,
    adjoints: readonly (readonly [number, number])[],
    unreached: readonly number[],
  ): void {
    for (const row of unreached)
      if (row >= block.start && row < block.start + block.count)
        for (const [before] of adjoints) this.#clearRows(tape, { ...block, start: row, count: 1 }, before)
  }

  #clearRows(tape: Tape, block: RowBlock, address: number): void {
    const bytes = block.count * this.stateRowBytes
    tape.call(block.thread, 'clear', [address + block.start * this.stateRowBytes, bytes / 16])
  }
}

/** Puts target += the sum over rows. */
function sumRows(
  tape: Tape,
  thread: number,
  target: number,
  source: number,
  rowBytes: number,
  { count, list }: SummedRows,
  columns: number,
): void {
  if (list === null) tape.call(thread, 'sumRows', [target, source, rowBytes, count, columns / 4])
  else tape.call(thread, 'sumListedRows', [target, source, rowBytes, count, columns / 4, list.address])
}
