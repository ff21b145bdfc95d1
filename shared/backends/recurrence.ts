/**
 * What a backend must bring for one replica so that the programs (programs/) run on it: sequences forward and backward, layers under constant
 * input, readout, VAA*, norm and optimiser. Processors take all but the sequences from programs/processor-recurrence.ts. State rows are
 * [B, stateSize] in the order of `network.stateSlices`. What takes work is a program (program.ts): its results are there when its jobs are
 * done, and rows live until the program that made them has ended.
 */
import type { SeriesBatch } from '../datasets/dataset.ts'
import type { OptimizerSettings } from './backend.ts'
import type { Program } from './programs/program.ts'

export type FloatArray = Float32Array | Float64Array

/** Things that programs hand on without looking inside: arrays and numbers of a processor, buffers of a device. */
export interface Handles {
  /** What a program wants done before it goes on. */
  readonly job: unknown
  /** Rows of floats. */
  readonly rows: unknown
  /** A number that is read back later, if at all. */
  readonly scalar: unknown
}

/** Entries start .. end - 1 of the flat parameters. */
export interface FlatRange {
  readonly start: number
  readonly end: number
}

/** The optimiser's memory, flat like the parameters. */
export interface Moments {
  step: number
  readonly first: FloatArray
  readonly second: FloatArray
}

export interface SequenceInput<Rows> {
  /** T */
  readonly steps: number
  /** B */
  readonly batch: number
  /** [T, B, I], or [I] when constant */
  readonly inputs: Float32Array
  /** The same input for every series and step. */
  readonly isConstant: boolean
  /** State rows at time 0; null where the cells begin: at zeros, or at their own starts, which then have a gradient. */
  readonly initialStates: Rows | null
  /** Per boundary between layers, [T, B, outputs]; null without dropout. */
  readonly dropoutMasks: readonly Float32Array[] | null
  /** false: nothing is kept for a backward pass. */
  readonly saving: boolean
}

/** Where adjoints enter a sequence. Steps that none of them comes to contribute exactly nothing, whatever their values are (adjoint-reach.ts). */
export interface SequenceAdjoints<Rows> {
  /** At outputs of the top layer: `data` [K, B, width] at `steps` [K, B] (-1: unused). */
  readonly outputs: { readonly steps: Int32Array; readonly data: Rows } | null
  /** At all states after `steps[b]` steps: `data` [B, stateSize]. */
  readonly states: { readonly steps: Int32Array; readonly data: Rows } | null
  readonly truncateEvery: number | null
  /** false: parameters of cold parts need no gradient, and none is computed. */
  readonly movesColdParts: boolean
}

/** The readout of a batch and its loss. How many terms the sum has, the batch itself says (readout.ts). */
export interface Readout<H extends Handles> {
  /** Sum of squared errors, or of cross-entropies (natural log). */
  readonly lossSum: H['scalar']
  readonly correctCount: H['scalar']
  /** [K, B, O], zero where a slot is not used. */
  readonly outputs: H['rows']
}

/** What of the last sequence's steps is looked at, one entry a step. */
export interface StepWatch {
  /** 1 where all states after the step are those remembered, bit for bit; never if one is a NaN. Null if nothing is remembered. */
  readonly equal: Uint8Array | null
  /** The largest distance of a series' states from those before the step; null if it was not asked for. */
  readonly residuals: Float64Array | null
}

/** Of the adjoint that VAA* sends back: weight * (VAA* - target) / count times its gradient. */
export interface VaaStarPull {
  /** k */
  readonly target: number
  readonly weight: number
  readonly count: number
}

/** What all programs that move no parameter need, measurements foremost; enough of a backend that takes whole steps in a way of its own. */
export interface MeasuringRecurrence<H extends Handles> {
  /** Said before a program: it is the one at `place` of `count` that run side by side. */
  takePlace(place: number, count: number): void

  /** All parameters in the order of `network.parameters`; the caller's own. */
  readParameters(): Program<H['job'], FloatArray>
  writeParameters(values: FloatArray): Program<H['job'], void>
  readMoments(): Program<H['job'], Moments>
  writeMoments(moments: Moments): Program<H['job'], void>
  /** Sets gradients to zero: those in `ranges`, or all. The backward passes add to them. */
  clearGradients(ranges?: readonly FlatRange[]): Program<H['job'], void>
  /** Brings numbers back: once a step, at its end. */
  read(scalars: readonly H['scalar'][]): Program<H['job'], number[]>

  /** Zeros, [count, width]. */
  newRows(count: number, width: number): Program<H['job'], H['rows']>
  /** The rows of [count, width] at `places`, in their order, as new ones. */
  selectRows(rows: H['rows'], places: Int32Array, width: number): Program<H['job'], H['rows']>
  readRows(rows: H['rows']): Program<H['job'], FloatArray>
  /** These rows are no longer needed: said by programs that make very many. */
  letGo(rows: H['rows']): Program<H['job'], void>

  /** All layers over all steps; the sequence stays until the next call. */
  forward(input: SequenceInput<H['rows']>): Program<H['job'], void>
  /** Puts the top layer's outputs at `steps` [K, B] into `target` [K, B, width]; where a step is -1 the row stays as it is. */
  takeOutputs(steps: Int32Array, target: H['rows']): Program<H['job'], void>
  /** Puts the states after `steps[b]` steps into `target` [B, stateSize]; where it is -1 the row stays as it is. */
  takeStates(steps: Int32Array, target: H['rows']): Program<H['job'], void>
  /** Looks at the states after every step of the last sequence. @param remembered state rows, null for none */
  watchSteps(remembered: H['rows'] | null, wantsResiduals: boolean): Program<H['job'], StepWatch>
  /** The states after `step` >= 1 steps of the last sequence, good until the next one. */
  readSteps(): Program<H['job'], (step: number) => FloatArray>
  /** Through the last `forward` (made with `saving`). */
  backward(adjoints: SequenceAdjoints<H['rows']>): Program<H['job'], void>
  /** Of the states that the last sequence began with, [B, stateSize]; after a `backward` that moved the cold parts, too. */
  initialStateAdjoint(): Program<H['job'], H['rows']>

  /** @param hidden [K, B, width] */
  readOut(hidden: H['rows'], batch: SeriesBatch): Program<H['job'], Readout<H>>
  /** Adjoint of the mean loss: adds to the readout's gradients. @returns that of the hidden rows, [K, B, width] */
  readOutBackward(readout: Readout<H>, hidden: H['rows'], batch: SeriesBatch): Program<H['job'], H['rows']>

  /**
   * The compared parts (see comparedParts) of one layer alone from `states` for M steps of the constant input u: their columns of the result are the final
   * states, the others unchanged. Kept for `convergeLayerBackward` when `saving`.
   */
  convergeLayer(
    layerIndex: number,
    states: H['rows'],
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<H['job'], H['rows']>
  /** VAA* of the states' `columns` (Algorithm 2). @param states [batch, stateSize] */
  vaaStar(states: H['rows'], batch: number, columns: readonly number[], epsilon: number): Program<H['job'], H['scalar']>
}

/** What steps that are made of parts need beside that. */
export interface Recurrence<H extends Handles> extends MeasuringRecurrence<H> {
  /** In the order of the parameters. */
  readGradients(): Program<H['job'], FloatArray>
  /** Euclidean norm of the gradients in `moving`. */
  gradientNorm(moving: readonly FlatRange[]): Program<H['job'], H['scalar']>
  /**
   * One optimiser step of the parameters in `moving`; see applyOptimizer. Where the norm is not finite nothing moves, and no step is counted.
   * @param norm what `gradientNorm` returned for them
   */
  move(settings: OptimizerSettings, moving: readonly FlatRange[], norm: H['scalar']): Program<H['job'], void>
  /** target += rows */
  addRows(target: H['rows'], rows: H['rows']): Program<H['job'], void>
  /** Adjoint of the initial states of the last `convergeLayer` (same layer), its columns only. */
  convergeLayerBackward(layerIndex: number, finalAdjoint: H['rows']): Program<H['job'], H['rows']>
  /** VAA*, and the adjoint of the states that its distance from the target sends back: [batch, stateSize], zeros in other columns. */
  vaaStarWithAdjoint(
    states: H['rows'],
    batch: number,
    columns: readonly number[],
    epsilon: number,
    pull: VaaStarPull,
  ): Program<H['job'], { readonly value: H['scalar']; readonly adjoint: H['rows'] }>
}
