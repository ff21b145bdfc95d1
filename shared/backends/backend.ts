/**
 * The narrow interface between the method and the machine: whole programs on one network with R replicas. Draws are
 * made outside and passed in, so every backend sees the same ones. A request list has one entry a replica; null
 * leaves that replica untouched, and nothing of a replica's result depends on the others.
 */
import type { Slice } from '../attractors/distances.ts'
import type { SeriesBatch } from '../datasets/dataset.ts'
import type { Network } from '../networks/network.ts'
import type { TensorMap } from '../numerics/dims.ts'
import type { Adapter } from './adapter.ts'
import type { BackendName } from './names.ts'
import type { Tracing } from './trace.ts'
import type { Tuning } from './tuning.ts'

export interface Backend {
  readonly name: BackendName
  readonly precision: 'float32' | 'float64'
  /** What computes, as its maker calls it: the name of a graphics processor. Absent for this machine's processor. */
  readonly device?: string
  /** Whether that only imitates a graphics processor, on this machine's processor. */
  readonly isSoftwareDevice?: boolean
  /** Vendor and driver of that device, as far as they are told: what was measured on it holds for these. */
  readonly driver?: string
  /** Of a graphics processor: its memory can be planned without it. */
  readonly adapter?: Adapter
  /**
   * Compiles a network.
   * @param replicas R >= 1
   * @param tuning of an earlier engine on such a device, to have its bits; more than it needs does no harm
   */
  createEngine(network: Network, replicas: number, tuning?: Tuning): Promise<Engine>
  /** Absent where nothing is known about threads. */
  readonly tracing?: Tracing
}

/** One entry a replica. */
export type PerReplica<Entry> = readonly (Entry | null)[]

/** `adam`: Kingma & Ba 2015; `adamw`: Loshchilov & Hutter 2019 (decay beside the step). */
export const OPTIMIZER_KINDS = ['adam', 'adamw', 'sgd'] as const

/** How parameters move. */
export interface OptimizerSettings {
  readonly kind: (typeof OPTIMIZER_KINDS)[number]
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  /** SGD's momentum (PyTorch's form), 0 for none. */
  readonly momentum: number
  /** AdamW's decay; for Adam and SGD the L2 term added to the gradient (as in PyTorch). */
  readonly weightDecay: number
  /** Gradients are scaled so that their global norm is at most this; null for no clipping. */
  readonly clipNorm: number | null
}

/** The draws of one VAA* evaluation (Algorithm 2). */
export interface ConvergenceDraw {
  /** [B], c_i in 1 .. length of series i. */
  readonly truncations: Int32Array
  /** u_l per layer: [input size of layer l]. */
  readonly perturbations: readonly Float32Array[]
  /** M >= 0 */
  readonly convergenceSteps: number
}

export interface WarmupRequest {
  readonly batch: SeriesBatch
  readonly draw: ConvergenceDraw
  /** k */
  readonly target: number
  /** ε */
  readonly epsilon: number
  /** true: only warm parts' parameters have a gradient and move. false: as the authors' code. */
  readonly masked: boolean
}

export interface WarmupResult {
  /** mean_l (VAA*_l - k)^2 */
  readonly loss: number
  /** One a layer: of its warm parts, or of all where none is warm. */
  readonly vaaStar: readonly number[]
  /** Global norm before clipping. */
  readonly gradientNorm: number
}

export interface TrainRequest {
  readonly batch: SeriesBatch
  /** Truncated back-propagation: the adjoint of the state is cut at steps that are multiples of this; null for none. */
  readonly truncateEvery: number | null
  /** One mask [T, B, outputs of layer l] for each l < L - 1, of 0 and 1 / (1 - p); null without dropout. */
  readonly dropoutMasks: readonly Float32Array[] | null
  /** VAA* as a regulariser: loss + weight * mean_l (VAA*_l - k)^2 on this batch; null without. */
  readonly regulariser: {
    readonly weight: number
    readonly draw: ConvergenceDraw
    readonly target: number
    readonly epsilon: number
  } | null
}

export interface TrainResult {
  /** Mean over the batch's used slots (and outputs); without the regulariser's term. */
  readonly loss: number
  /** The regulariser's VAA* per layer, or null. */
  readonly vaaStar: readonly number[] | null
  readonly gradientNorm: number
}

export interface EvaluateResult {
  /** Sum of squared errors over used slots and outputs, or of cross-entropies over used slots (natural log). */
  readonly lossSum: number
  /** How many terms lossSum has. */
  readonly lossCount: number
  /** Correct classes among used slots; 0 for a regression. */
  readonly correctCount: number
  /** [K, B, O], zero where a slot is not used. */
  readonly outputs: Float32Array | Float64Array
  /** [B, stateSize]: every state after its series' last step. */
  readonly finalStates: Float32Array | Float64Array
}

export interface ConvergeRequest {
  readonly batch: SeriesBatch
  /** [B] */
  readonly truncations: Int32Array
  /** u: [I] */
  readonly perturbation: Float32Array
  /** M */
  readonly convergenceSteps: number
  /** Stop once every series' residual stays under this for `STOP_PATIENCE` steps; null runs all M steps (up to an exact exit). */
  readonly stopResidual: number | null
}

/** As ConvergeRequest, but until every series is at rest. */
export interface RestRequest {
  readonly batch: SeriesBatch
  /** [B] */
  readonly truncations: Int32Array
  /** u: [I] */
  readonly perturbation: Float32Array
  /** M_max >= 1 */
  readonly maxConvergenceSteps: number
  /** ε: a series is at rest with less than ε/4 to go. */
  readonly epsilon: number
  /** Columns judged by themselves, too. */
  readonly slices: readonly Slice[]
}

/** How many steps in a row every residual must stay under the limit before the optional stop. */
export const STOP_PATIENCE = 16
/** How many states before the last one are returned, at most: the longest period that is looked for. */
export const TAIL_STEPS = 64

export interface LagRequest {
  readonly batch: SeriesBatch
  /** k >= 1, under the batch's number of steps. */
  readonly lags: readonly number[]
}

/** How much of the gradient reaches back: for each lag k and layer, the mean over the longest series of ‖∂L/∂h_{T−k}‖, L a series' own loss. */
export interface GradientByLag {
  /** [lag][layer] */
  readonly norms: readonly (readonly number[])[]
}

/** The end of Algorithm 1's run, before states are compared. */
export interface ConvergedStates {
  /** x_M, x_{M-1}, ... as [n, stateSize] each: min(M, TAIL_STEPS) + 1 entries, the last state first. */
  readonly tail: readonly (Float32Array | Float64Array)[]
  /** The step at which all states equalled those `period` steps before, bit for bit; the rest was then skipped without changing the result. */
  readonly exactExit: { readonly step: number; readonly period: number } | null
  /** The step at which the optional stop fired; the tail then ends there. */
  readonly stoppedAt: number | null
}

/** The end of a run until every series is at rest, or M_max steps. */
export interface RestedStates {
  /** x_M, x_{M-1}, ... as [n, stateSize] each, the last state first, M each series' own: min(M_max, TAIL_STEPS) + 1 entries. */
  readonly tail: readonly (Float32Array | Float64Array)[]
  /** M of each series, [n]: where it was found to be at rest, or not finite; else M_max. */
  readonly steps: Int32Array
  /** For each slice asked for, [n]: 1 for a series whose columns were at rest at its end. */
  readonly isAtRest: readonly Uint8Array[]
}

/** Moments of the optimiser, named as the parameters that are not frozen; SGD's momentum buffer stands in `first`. */
export interface OptimizerState {
  /** Steps taken so far. */
  readonly step: number
  readonly first: TensorMap
  readonly second: TensorMap
}

/**
 * Calls are carried out in the order in which they are made, whether or not those before them have been waited for. A request is read until its
 * promise is settled, and not kept; what an engine hands out is the caller's own.
 */
export interface Engine {
  readonly network: Network
  readonly replicas: number
  /** How it was fitted to its device; absent where nothing is chosen that a bit depends on. */
  readonly tuning?: Tuning
  readParameters(replica: number): Promise<TensorMap>
  /** Values for every parameter, by name. The optimiser is left alone. */
  writeParameters(replica: number, values: TensorMap): Promise<void>
  readOptimizer(replica: number): Promise<OptimizerState>
  writeOptimizer(replica: number, state: OptimizerState): Promise<void>
  /** Moments zero, step 0. */
  resetOptimizer(replica: number): Promise<void>
  trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>>
  /** The gradient of a step, nothing moved. Parameters that take no part have zeros, frozen ones are left out. */
  trainGradients(requests: PerReplica<TrainRequest>): Promise<PerReplica<TrainResult & { gradients: TensorMap }>>
  evaluate(requests: PerReplica<SeriesBatch>): Promise<PerReplica<EvaluateResult>>
  warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>>
  warmupGradients(requests: PerReplica<WarmupRequest>): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>>
  /** VAA* of each layer, forward only. */
  vaaStar(
    requests: PerReplica<{ batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number }>,
  ): Promise<PerReplica<readonly number[]>>
  /**
   * The run of Algorithm 1 up to the states that are compared.
   * @param breathe called now and then on the way, which may take minutes, by backends that work in pieces; what it throws gives the run up
   */
  converge(requests: PerReplica<ConvergeRequest>, breathe?: () => Promise<void>): Promise<PerReplica<ConvergedStates>>
  /** The run of VAA at rest up to the states that are compared. @param breathe as in `converge` */
  convergeToRest(requests: PerReplica<RestRequest>, breathe?: () => Promise<void>): Promise<PerReplica<RestedStates>>
  /** The gradient with respect to states so many steps before the end, nothing moved; gradients that were there are gone. */
  gradientByLag(requests: PerReplica<LagRequest>): Promise<PerReplica<GradientByLag>>
  /** Memory that the engine has taken; null from a backend that does not count it. */
  memoryBytes(): Promise<number | null>
  /** Frees what it holds; calls that are open or made later fail. Never fails itself, not even where the device is gone. */
  dispose(): Promise<void>
}
