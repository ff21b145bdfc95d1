/**
 * What a processor backend must bring for one replica: sequences forward and backward, and layers under constant input.
 * Losses, readout, measures, optimiser and draws are the same for all of them and stand in program-engine.ts.
 * State rows are [B, stateSize] in the order of `network.stateSlices`. What takes work is a program (program.ts): its results are there when
 * its jobs are done.
 */
import type { OptimizerSettings } from './backend.ts'
import type { Program } from './programs/program.ts'

export type FloatArray = Float32Array | Float64Array

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

export interface SequenceInput {
  /** T */
  readonly steps: number
  /** B */
  readonly batch: number
  /** [T, B, I], or [I] when constant */
  readonly inputs: Float32Array
  /** The same input for every series and step. */
  readonly isConstant: boolean
  /** State rows at time 0; null for zeros. */
  readonly initialStates: FloatArray | null
  /** Per boundary between layers, [T, B, outputs]; null without dropout. */
  readonly dropoutMasks: readonly Float32Array[] | null
  /** false: nothing is kept for a backward pass. */
  readonly saving: boolean
}

/** Where adjoints enter a sequence. Steps that none of them comes to contribute exactly nothing, whatever their values are (adjoint-reach.ts). */
export interface SequenceAdjoints {
  /** At outputs of the top layer: `data` [K, B, width] at `steps` [K, B] (-1: unused). */
  readonly outputs: { readonly steps: Int32Array; readonly data: FloatArray } | null
  /** At all states after `steps[b]` steps: `data` [B, stateSize]. */
  readonly states: { readonly steps: Int32Array; readonly data: FloatArray } | null
  readonly truncateEvery: number | null
  /** false: parameters of cold parts need no gradient, and none is computed. */
  readonly movesColdParts: boolean
}

export interface Recurrence<Job> {
  /** All parameters in the order of `network.parameters`, flat. Call `parametersChanged` after writing. */
  readonly parameters: FloatArray
  /** Gradients in the same order; the backward passes add to them. */
  readonly gradients: FloatArray
  readonly moments: Moments
  /** Said before a program: it is the one at `place` of `count` that run side by side. */
  takePlace(place: number, count: number): void
  parametersChanged(): Program<Job, void>
  clearGradients(): Program<Job, void>
  /** Euclidean norm of the gradients in `moving`. */
  gradientNorm(moving: readonly FlatRange[]): Program<Job, number>
  /** One optimiser step of the parameters in `moving`; see applyOptimizer. @param norm what `gradientNorm` returned for them */
  moveParameters(settings: OptimizerSettings, moving: readonly FlatRange[], norm: number): Program<Job, void>
  /** All layers over all steps; the sequence stays until the next call. */
  forward(input: SequenceInput): Program<Job, void>
  /** Top layer's outputs at `steps` [K, B]: [K, B, width], zero where a step is -1. */
  outputsAt(steps: Int32Array): FloatArray
  /** States after `steps[b]` steps. */
  statesAt(steps: Int32Array): FloatArray
  /** Whether all states after `step` steps are `states`, bit for bit; never if one is a NaN. */
  statesEqual(step: number, states: FloatArray): boolean
  /** Through the last `forward` (made with `saving`). */
  backward(adjoints: SequenceAdjoints): Program<Job, void>
  /** Of the states that the last sequence began with, [B, stateSize]; after a `backward` that moved the cold parts, too. */
  initialStateAdjoint(): FloatArray
  /**
   * The compared parts (see comparedParts) of one layer alone from `states` for M steps of the constant input u: their columns of the result are the final
   * states, the others unchanged. Kept for `convergeLayerBackward` when `saving`.
   */
  convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<Job, FloatArray>
  /** Adjoint of the initial states of the last `convergeLayer` (same layer), its columns only. */
  convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Program<Job, FloatArray>
}
