/** The kernels of one part, made when they are first needed, and where its packed weights stand. */
import type { Network, Part } from '../../networks/network.ts'
import type { ProjectPlacement } from '../plan/places.ts'
import type { ParameterRange } from '../programs/parameter-ranges.ts'
import type { PartLoop } from './part-loops.ts'
import { packPart, type PartWeights } from './part-weights.ts'
import { addPartials, type SummedParameter } from './wgsl/add-partials.ts'
import { columnSums } from './wgsl/column-sums.ts'
import { outerProduct } from './wgsl/outer-product.ts'
import {
  backwardText,
  type BackwardBuffer,
  type BackwardField,
  type BackwardVariant,
} from './wgsl/recurrence-backward.ts'
import { forwardText, type ForwardBuffer, type ForwardField, type ForwardVariant } from './wgsl/recurrence-forward.ts'
import { columnOf, planRecurrence, type RecurrencePlan } from './wgsl/recurrence-plan.ts'
import type { RecurrenceShape } from './wgsl/recurrence-shapes.ts'
import { rowsProduct } from './wgsl/rows-product.ts'
import { watchSteps, type WatchVariant } from './wgsl/watch-steps.ts'

/** A product of x_t for all steps at once, there and back. */
export interface InputProduct {
  readonly forward: ReturnType<typeof rowsProduct>
  /** Adds to the adjoint of x. */
  readonly backward: ReturnType<typeof rowsProduct>
  readonly forwardStart: number
  readonly backwardStart: number
  /** Columns of the plan's input products and of its adjoints. */
  readonly gatesColumn: number
  readonly adjointsColumn: number
}

/** Where the operand of a matrix's gradient stands. */
export type OperandPlace =
  | { readonly of: 'states'; readonly state: number }
  | { readonly of: 'inputs' }
  /** A vector of parameters, the same for all rows. */
  | { readonly of: 'parameters'; readonly start: number }
  | { readonly of: 'saved' | 'adjoints'; readonly column: number }

/** The gradient of a project's matrices. */
export interface MatrixSum {
  readonly operand: OperandPlace
  readonly adjointsColumn: number
  readonly gateColumns: number
  readonly operandColumns: number
  readonly product: (isMasked: boolean, operandRow: number) => ReturnType<typeof outerProduct>
  readonly add: ReturnType<typeof addPartials>
}

/** The gradients of all vectors. */
export interface VectorSum {
  readonly firstColumn: number
  readonly columns: number
  readonly sum: ReturnType<typeof columnSums>
  readonly add: ReturnType<typeof addPartials>
}

export class PartKernels {
  readonly part: Part
  readonly plan: RecurrencePlan
  readonly weights: PartWeights
  readonly inputProducts: readonly InputProduct[]
  readonly matrixSums: readonly MatrixSum[]
  /** null where the cell has no vector that learns. */
  readonly vectorSum: VectorSum | null
  /** Column of the adjoint rows that has the adjoint of x_t from inside the step; null where there is none. */
  readonly inputAdjointColumn: number | null
  readonly #name: string
  readonly #made = new Map<string, unknown>()
  readonly #rangeOf: (symbol: string) => ParameterRange

  constructor(network: Network, part: Part, shape: RecurrenceShape, rangeOf: (symbol: string) => ParameterRange) {
    this.part = part
    this.#rangeOf = rangeOf
    this.#name = `layer ${part.layerIndex} part ${part.partIndex} ${part.cell.name}`
    this.plan = planRecurrence(network, part, shape)
    this.weights = packPart(this.plan, rangeOf)
    this.inputProducts = this.weights.inputs.map(({ project, forwardStart, backwardStart }) =>
      this.#inputProduct(project, forwardStart, backwardStart),
    )
    this.matrixSums = this.plan.placement.projects.flatMap((project) =>
      project.isFrozen ? [] : [this.#matrixSum(project)],
    )
    this.vectorSum = this.#vectorSum()
    const { placement, adjoints, sizes } = this.plan
    this.inputAdjointColumn =
      placement.inputAdjoint && columnOf(adjoints, { buffer: placement.inputAdjoint, gate: 0 }, sizes)
  }

  /** First entry of a symbol in the flat parameters. */
  startOf(symbol: string): number {
    return this.#rangeOf(symbol).start
  }

  forward(variant: ForwardVariant): PartLoop<ForwardField, ForwardBuffer> {
    const key = `forward ${Object.values(variant).join()}`
    return this.#once(key, () => ({
      key: `${key} of ${this.#name}`,
      name: `forward of ${this.#name}`,
      text: forwardText(this.plan, variant),
    }))
  }

  backward(variant: BackwardVariant): PartLoop<BackwardField, BackwardBuffer> {
    const key = `backward ${Object.values(variant).join()}`
    return this.#once(key, () => ({
      key: `${key} of ${this.#name}`,
      name: `backward of ${this.#name}`,
      text: backwardText(this.plan, variant),
    }))
  }

  watch(variant: WatchVariant): ReturnType<typeof watchSteps> {
    const key = `watch ${Object.values(variant).join()}`
    return this.#once(key, () => watchSteps(this.plan, variant, `steps of ${this.#name} watched`))
  }

  #inputProduct(project: ProjectPlacement, forwardStart: number, backwardStart: number): InputProduct {
    const { sizes, inputProducts, adjoints, placement } = this.plan
    const gateColumns = project.matrices.length * sizes[project.dim]
    const gates = placement.buffers.find(
      (buffer) => buffer.role === 'input-product' && buffer.project === project.project,
    )!
    return {
      forward: rowsProduct({
        name: `input products of ${this.#name}`,
        depth: sizes.I,
        columns: gateColumns,
        leftRow: sizes.I,
        resultRow: inputProducts.width,
        accumulates: false,
        isMasked: false,
      }),
      backward: rowsProduct({
        name: `input adjoints of ${this.#name}`,
        depth: gateColumns,
        columns: sizes.I,
        leftRow: adjoints.width,
        resultRow: sizes.I,
        accumulates: true,
        isMasked: false,
      }),
      forwardStart,
      backwardStart,
      gatesColumn: columnOf(inputProducts, { buffer: gates, gate: 0 }, sizes),
      adjointsColumn: columnOf(adjoints, { buffer: project.gateAdjoints, gate: 0 }, sizes),
    }
  }

  #matrixSum(project: ProjectPlacement): MatrixSum {
    const { sizes, adjoints } = this.plan
    const rows = sizes[project.dim]
    const gateColumns = project.matrices.length * rows
    const operandColumns = sizes[project.operandDim]
    const uses = new Map<string, { offset: number; isTransposed: boolean }[]>()
    project.matrices.forEach(({ symbol, isTransposed }, gate) => {
      const use = { offset: gate * rows * operandColumns, isTransposed }
      uses.set(symbol, [...(uses.get(symbol) ?? []), use])
    })
    const parameters = [...uses].map(([symbol, its]): SummedParameter => {
      const { start, shape } = this.#rangeOf(symbol)
      return { start, rows: shape[0]!, columns: shape[1]!, uses: its }
    })
    return {
      operand: this.#operandPlace(project),
      adjointsColumn: columnOf(adjoints, { buffer: project.gateAdjoints, gate: 0 }, sizes),
      gateColumns,
      operandColumns,
      product: (isMasked, operandRow) =>
        this.#once(`outer ${project.project} ${isMasked} ${operandRow}`, () =>
          outerProduct({
            name: `matrix gradients of ${this.#name}`,
            adjointColumns: gateColumns,
            operandColumns,
            adjointRow: adjoints.width,
            operandRow,
            isMasked,
          }),
        ),
      add: addPartials({
        name: `matrix gradients of ${this.#name}, added`,
        parameters,
        splitFloats: gateColumns * operandColumns,
      }),
    }
  }

  #operandPlace({ gradientOperand }: ProjectPlacement): OperandPlace {
    const { buffer } = gradientOperand
    const { sizes, saved, adjoints } = this.plan
    if (buffer.role === 'state') return { of: 'states', state: buffer.state }
    if (buffer.role === 'input') return { of: 'inputs' }
    if (buffer.role === 'vector') return { of: 'parameters', start: this.startOf(buffer.symbol) }
    return buffer.role === 'saved'
      ? { of: 'saved', column: columnOf(saved, gradientOperand, sizes) }
      : { of: 'adjoints', column: columnOf(adjoints, gradientOperand, sizes) }
  }

  #vectorSum(): VectorSum | null {
    const { sizes, adjoints, placement } = this.plan
    const sums = placement.vectorSums.map(({ symbol, place }) => ({
      symbol,
      column: columnOf(adjoints, place, sizes),
    }))
    if (sums.length === 0) return null
    const firstColumn = Math.min(...sums.map(({ column }) => column))
    const sizeOf = (symbol: string): number => {
      const { start, end } = this.#rangeOf(symbol)
      return end - start
    }
    const columns = Math.max(...sums.map(({ symbol, column }) => column + sizeOf(symbol))) - firstColumn
    const uses = new Map<string, { offset: number; isTransposed: boolean }[]>()
    for (const { symbol, column } of sums)
      uses.set(symbol, [...(uses.get(symbol) ?? []), { offset: column - firstColumn, isTransposed: false }])
    return {
      firstColumn,
      columns,
      sum: columnSums({
        name: `vector gradients of ${this.#name}`,
        columns,
        sourceRow: adjoints.width,
        isMasked: false,
      }),
      add: addPartials({
        name: `vector gradients of ${this.#name}, added`,
        parameters: [...uses].map(([symbol, its]) => ({
          start: this.#rangeOf(symbol).start,
          rows: 1,
          columns: sizeOf(symbol),
          uses: its,
        })),
        splitFloats: columns,
      }),
    }
  }

  #once<Made>(key: string, make: () => Made): Made {
    if (!this.#made.has(key)) this.#made.set(key, make())
    return this.#made.get(key) as Made
  }
}
