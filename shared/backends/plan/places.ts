/**
 * The words that a placement is written in: buffers by what they hold and how far they reach, places of values in them, and what products, sums and
 * pointwise kernels read and store there. Nothing has a size, an address or an order in memory: those are the backend's own.
 */
import type { Dim, MatrixUse, NodeId, VectorDim } from '../../compiler/ir.ts'

/** What a buffer holds. Adjoints are those of the loss. */
export type BufferMeaning =
  /** x_t, and its adjoint from inside the step (without what comes through products of x_t: see `ProjectPlacement.readsInput`). */
  | { readonly role: 'input' | 'input-adjoint' }
  /** A state before and after the step, and the adjoints of both. */
  | { readonly role: 'state' | 'new-state' | 'state-adjoint' | 'new-state-adjoint'; readonly state: number }
  /** A vector of parameters, or one number. */
  | { readonly role: 'vector'; readonly symbol: string }
  /** The gates of a project; of one that reads x_t itself, which is done for many steps at once; and the adjoints of its gates. */
  | { readonly role: 'product' | 'input-product' | 'gate-adjoints'; readonly project: NodeId }
  /**
   * The value of one node: kept for the way back; read by a later stage of the same step on the way there (`forward-value`) or back
   * (`backward-value`); computed again on the way back as the operand of a matrix's gradient; the adjoint of a project's operand that a product
   * made; the adjoint that a vector's gradient is summed from.
   */
  | {
      readonly role: 'saved' | 'forward-value' | 'backward-value' | 'recomputed' | 'backproduct' | 'vector-adjoint'
      readonly node: NodeId
    }

/**
 * Which rows a buffer has, and so how long a value lives.
 *
 * - `one`: one row for all series and steps.
 * - `step`: a row a series; written and read within one step. Registers, or memory that a workgroup shares, where a device has it.
 * - `block`: as many steps as are made ahead of the loop over time. All of them, or a chunk.
 * - `segment`: all steps between two sums of gradients; written on the way back. All T steps where memory allows.
 * - `sequence`: a row for each step and series; written on the way there, read on the way back. What recomputing by segments may shorten.
 * - `history`: T + 1 steps: entry t stands before step t, entry t + 1 after it.
 */
export type Extent = 'one' | 'step' | 'block' | 'segment' | 'sequence' | 'history'

/** Each buffer of a part is one object: maps of it may have it as their key. */
export type ValueBuffer = BufferMeaning & {
  /** Tells the part's buffers apart, for names of memory and for print; nothing is to be read out of it. */
  readonly name: string
  readonly extent: Extent
  /** Dimension of a value; a row has `gates` of them side by side. */
  readonly dim: Dim
  readonly gates: number
}

/** One value of a buffer's rows. */
export interface ValuePlace {
  readonly buffer: ValueBuffer
  readonly gate: number
}

export type Way = 'forward' | 'backward'

/**
 * Forward: target = [W_g operand]_g, all gates of a project. Backward: target = sum_g W_g^T operand_g, where a gate that leads nowhere has an
 * adjoint of zeros.
 */
export interface ProductPlacement {
  readonly project: NodeId
  readonly way: Way
  readonly operand: ValuePlace
  readonly target: ValueBuffer
}

/** The sum over the units or inputs of a value: one number a row. */
export interface SumPlacement {
  readonly operand: ValuePlace
  readonly target: ValuePlace
}

/** Pointwise nodes of one dimension, fused: each value is read once, and stored only where something else reads it. */
export interface PointwisePlacement {
  readonly dim: Dim
  readonly way: Way
  /** `apply` and `spread` nodes to compute, in order. */
  readonly computed: readonly NodeId[]
  readonly loads: ReadonlyMap<NodeId, ValuePlace>
  /** Values of dimension 1 that stand for all units or inputs alike; none where the kernel itself is of dimension 1. */
  readonly numbers: ReadonlyMap<NodeId, ValuePlace>
  /** `node` null stores zeros. */
  readonly stores: readonly { readonly node: NodeId | null; readonly place: ValuePlace }[]
}

/** Products read what earlier stages stored; sums also what the products made; kernels all of it. Kernels of numbers come first. */
export interface StagePlacement {
  readonly products: readonly ProductPlacement[]
  readonly sums: readonly SumPlacement[]
  readonly kernels: readonly PointwisePlacement[]
}

/** All products that read one operand, with what their gradient is summed from. */
export interface ProjectPlacement {
  readonly project: NodeId
  readonly matrices: readonly MatrixUse[]
  /** Dimension of a gate, and of the operand. */
  readonly dim: Dim
  readonly operandDim: Dim
  /**
   * Reads x_t itself: it is one of the `inputProducts`, and the adjoint of x has its product with `gateAdjoints` besides the `input-adjoint`.
   */
  readonly readsInput: boolean
  /** dW_g = sum over steps and series of gateAdjoints_g ⊗ gradientOperand. */
  readonly gateAdjoints: ValueBuffer
  readonly gradientOperand: ValuePlace
  /** No gradient is wanted; the gates' adjoints are there for what the project reads. */
  readonly isFrozen: boolean
}

export interface StatePlacement {
  readonly before: ValueBuffer
  /** The same rows as `before`, one step on. */
  readonly after: ValueBuffer
  /** What a step back reads: the adjoint from later steps, to which those of the output and of the loss are added. */
  readonly adjointAfter: ValueBuffer
  /** What a step back writes; the next one reads it as its `adjointAfter`. */
  readonly adjointBefore: ValueBuffer
}

/** The gradient of a vector or number: the sum of a value over steps and series. */
export interface VectorSumPlacement {
  readonly symbol: string
  readonly place: ValuePlace
}

/** The dimension of a symbol with these dimensions: a number has none. */
export const dimOfVector = (dims: readonly VectorDim[]): Dim => dims[0] ?? '1'
