/**
 * Between two layers: what the lower one hands on leaves as inputs of the upper one, side by side and times the dropout mask, and adjoints go the other way;
 * of some steps at a time, since layers may be apart.
 */
import { outputColumns, type Layer } from '../../networks/network.ts'
import type { StepRange } from './command-queue.ts'
import type { LayerInput, PartRun, RunContext, RunSize } from './part-run.ts'
import { advance, giveBackPieces, takeBlock, takePieces, type Piece, type ReplicaBlock } from './replica-blocks.ts'

/** [T, B, width]: of the upper layer's inputs; and of the lower one's outputs, which without a mask are the same. */
export interface BoundaryAdjoints {
  readonly inputs: Piece
  readonly outputs: Piece
}

export class LayerBoundary {
  /** Of the upper layer. */
  readonly input: LayerInput
  readonly isMasked: boolean
  readonly #context: RunContext
  readonly #size: RunSize
  readonly #width: number
  /** What the lower layer hands on, [T, B, columns] each. */
  readonly #outputs: readonly { readonly piece: Piece; readonly columns: number; readonly firstColumn: number }[]
  readonly #mask: Piece | null
  /** Where outputs stand side by side; null where one alone is read as it is. */
  readonly #joined: Piece | null

  /** @param mask [T, B, width]; given back with the boundary */
  constructor(
    context: RunContext,
    lower: Layer,
    runs: readonly PartRun[],
    size: RunSize,
    mask: ReplicaBlock | undefined,
  ) {
    const { steps, batch, replicas } = size
    this.#context = context
    this.#size = size
    this.#width = lower.outputSize
    this.#outputs = lower.parts.flatMap((part) =>
      outputColumns(part).map(({ state, column }) => ({
        piece: runs[part.partIndex]!.stateAfterSteps(state),
        columns: part.units,
        firstColumn: column,
      })),
    )
    this.isMasked = mask !== undefined
    this.#mask = mask ? { block: mask } : null
    this.#joined =
      this.#outputs.length === 1 && !this.isMasked
        ? null
        : { block: takeBlock(context.launcher.device, replicas, steps * batch * this.#width) }
    this.input = { piece: this.#joined ?? this.#outputs[0]!.piece, isConstant: false }
  }

  /** Makes inputs of outputs. */
  handUp({ first, last }: StepRange): void {
    if (this.#joined === null) return
    const { launcher, kernels } = this.#context
    const { batch, replicas } = this.#size
    for (const { piece, columns, firstColumn } of this.#outputs)
      launcher.run(
        kernels.gather({
          columns,
          sourceRow: columns,
          resultRow: this.#width,
          resultColumn: firstColumn,
          isMasked: this.isMasked,
        }),
        { rows: (last - first) * batch },
        {
          source: advance(piece, first * batch * columns),
          result: this.#rowsAt(this.#joined, first),
          ...(this.#mask && { mask: this.#rowsAt(this.#mask, first) }),
        },
        replicas,
      )
  }

  /** Makes adjoints of outputs of those of inputs. */
  handDown({ inputs, outputs }: BoundaryAdjoints, { first, last }: StepRange): void {
    if (this.#mask === null) return
    const { launcher, kernels } = this.#context
    const { batch, replicas } = this.#size
    const width = this.#width
    launcher.run(
      kernels.gather({ columns: width, sourceRow: width, resultRow: width, isMasked: true }),
      { rows: (last - first) * batch },
      {
        source: this.#rowsAt(inputs, first),
        result: this.#rowsAt(outputs, first),
        mask: this.#rowsAt(this.#mask, first),
      },
      replicas,
    )
  }

  get adjointFloats(): number {
    return this.#size.steps * this.#size.batch * this.#width
  }

  release(): void {
    giveBackPieces(
      this.#context.launcher.device,
      [this.#joined, this.#mask].filter((piece) => piece !== null),
    )
  }

  #rowsAt(piece: Piece, step: number): Piece {
    return advance(piece, step * this.#size.batch * this.#width)
  }
}

/** For boundaries of one sequence, in their order: those of inputs are zeros, to be added to. */
export function takeBoundaryAdjoints(
  { launcher: { device } }: RunContext,
  boundaries: readonly LayerBoundary[],
  replicas: readonly number[],
): readonly BoundaryAdjoints[] {
  const words = boundaries.map(({ adjointFloats }) => adjointFloats)
  const inputs = takePieces(device, replicas, words)
  for (const buffer of new Set(inputs.map(({ block }) => block.buffer))) device.queue.clear(buffer)
  const outputs = boundaries.some(({ isMasked }) => isMasked) ? takePieces(device, replicas, words) : inputs
  return inputs.map((piece, index) => ({ inputs: piece, outputs: outputs[index]! }))
}
