/**
 * What commands answer and events carry: plain data made for showing, ready for JSON. Made in main/lab from records, configurations
 * and cells; the renderer shows it and makes none of it up.
 */
import type { MemoryPlan } from '../backends/memory-plan.ts'
import type { CellParameter } from '../compiler/passes.ts'
import type { CellWarning } from '../compiler/warnings.ts'
import type { DatasetDescription } from '../datasets/describe.ts'
import type { FileContents, FileMapping } from '../datasets/file-contents.ts'
import type { ExperimentConfig, Strategy } from '../experiments/config.ts'
import type { PublishedResult } from '../experiments/presets.ts'
import type { ConfigRemark } from '../experiments/remarks.ts'
import type { SweepDefinition } from '../experiments/sweep.ts'
import type { WarnedCell } from '../networks/cell-warnings.ts'
import type { LogEntry } from '../runs/log.ts'
import type { RunAnnotations } from '../runs/annotations.ts'
import type { RunData } from '../runs/data-content.ts'
import type { DamagedLines } from '../runs/damaged-lines.ts'
import type { Divergence } from '../runs/divergence.ts'
import type { EngineStretch } from '../runs/engine-history.ts'
import type { CheckpointName, RunOrigin, RunResult, RunStatus, WeightsName } from '../runs/run.ts'
import type { DecimatedSeries, SeriesName, SeriesPoint, SeriesSlice } from '../runs/series.ts'
import type { PartSpread, SpreadSlice } from '../runs/spreads.ts'
import type { SweepRow, SweepRowStatus } from '../runs/sweep-table.ts'
import type { PhaseStep, TimelineMarks } from '../runs/timeline.ts'
import type { TimeEstimate } from '../training/estimate.ts'
import type { EngineChoice } from './devices.ts'
import type { IndexState } from './run-query.ts'
import type { Settings } from './settings.ts'
import type { TensorflowView } from './tensorflow.ts'
import type { TrashState } from './trash.ts'
import type { WireError } from '../errors/wire-error.ts'

/** The record's status, and what only the lab knows: its worker has died, or the folder cannot be read. */
export type RunState = RunStatus | 'crashed' | 'damaged'

/** What a table shows of a run's configuration, a number or a word a column; null where a run has none of it. */
export interface RunSettings {
  /** Cells of all layers, each once: `gru, lstm`. */
  readonly cells: string
  /** Of the first layer. */
  readonly units: number
  readonly layerCount: number
  /** T of a generated dataset. */
  readonly seriesSteps: number | null
  readonly learningRate: number
  readonly batch: number
  readonly trainingSteps: number | null
  /** Null where steps are set. */
  readonly epochs: number | null
  /** Null where the number of training series is not known: of own files in runs of earlier versions. */
  readonly stepsPerEpoch: number | null
  readonly warmupSteps: number | null
}

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string
  readonly groupId: string
  readonly name: string
  readonly state: RunState
  readonly strategy: Strategy | null
  /** `gru 128 + gru 128`; empty for a damaged run. */
  readonly network: string
  readonly dataset: string
  /** Null for a damaged run. */
  readonly task: 'regression' | 'classification' | null
  readonly seeds: readonly number[]
  /** n of its VAA; null where it measures none. */
  readonly vaaSeries: number | null
  /** VAA* above which its warm-up begins anew; null without a warm-up. */
  readonly restartAbove: number | null
  readonly createdAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly result: RunResult | null
  /** Seeds that the result is not over. */
  readonly diverged: readonly Divergence[]
  /** Which of its steps ran where. */
  readonly engines: readonly EngineStretch[]
  /** How often it lost a device and went on by itself. */
  readonly deviceLossCount: number
  /** Null for a run that began with itself. */
  readonly forkedFrom: RunOrigin | null
  readonly error: { readonly code: string; readonly message: string } | null
  /** Equal for runs that differ in name and seeds alone; null for a damaged run. */
  readonly configurationId: string | null
  /** Null for a damaged run. */
  readonly settings: RunSettings | null
  readonly annotations: RunAnnotations
  /** Whether this lab's engine holds it: running, or waiting for its turn. */
  readonly active: boolean
}

/** What the lab's process, its engine's threads included, takes of the processor; null until there is something to measure. */
/** Of a graphics processor, all programs together. */
export interface GpuLoad {
  /** 0 to 1. */
  readonly busyShare: number | null
  readonly usedBytes: number | null
  readonly memoryBytes: number | null
}

export interface DeviceLoad {
  /** 1.5: one and a half cores. */
  readonly busyCores: number | null
  readonly coreCount: number
  readonly engineThreads: number
  /** Of the whole machine, other programs included: 0 to 1. */
  readonly machineShare: number | null
  /** Null for a run on the processor, and where nothing is told. */
  readonly gpu: GpuLoad | null
}

export interface RunProgress {
  readonly runId: string
  readonly phase: 'preparing' | 'warm-up' | 'training' | 'test'
  /** Of the phase; warm-up counts the steps of restarts too. */
  readonly step: number
  /** Steps of the phase; null where not known. */
  readonly totalSteps: number | null
  readonly stepsPerSecond: number | null
  /** Series of all seeds. */
  readonly sequencesPerSecond: number | null
  readonly remainingMs: number | null
  readonly memoryBytes: number
  readonly load: DeviceLoad
  /** Asked for and not yet reached. */
  readonly asked: 'pause' | 'stop' | null
}

export interface PresetView {
  readonly id: string
  /** The user's own, not one that comes with the lab. */
  readonly isOwn: boolean
  readonly name: string
  readonly description: string
  /** Whole: every default filled in. */
  readonly config: ExperimentConfig
  readonly published: PublishedResult | null
}

export interface PartView {
  readonly cell: string
  readonly units: number
  readonly warm: boolean
  readonly parameterCount: number
}

/** The network of one strategy. */
export interface NetworkView {
  readonly strategy: Strategy
  readonly inputSize: number
  readonly outputSize: number
  readonly layers: readonly { readonly inputSize: number; readonly parts: readonly PartView[] }[]
  readonly readoutParameterCount: number
  /** Of one seed. */
  readonly parameterCount: number
  readonly stateSize: number
  /** Of a training step of all seeds; null for an engine that does not count. */
  readonly memory: MemoryPlan | null
}

/** A mistake of a design, and the field at which it is shown: `warmup.steps`, `layers.0.units`; empty for the whole. */
export interface DesignMistake extends WireError {
  readonly field: string
}

export type ResolvedConfig =
  | {
      readonly ok: true
      readonly config: ExperimentConfig
      /** The engine that would train it now. */
      readonly choice: EngineChoice
      readonly networks: readonly NetworkView[]
      /** What its cells are allowed to say and seldom mean: shown before it is started. */
      readonly warnings: readonly WarnedCell[]
      /** Steps of training; warm-up takes `config.warmup.steps` before. */
      readonly trainingSteps: number
      /** What is used instead of what stands in `config`, and what is missing. */
      readonly remarks: readonly ConfigRemark[]
    }
  | { readonly ok: false; readonly errors: readonly DesignMistake[] }

/** How long a design would take on this machine as it is now, from measured steps. */
export interface DesignEstimate {
  /** Whether something was trained meanwhile: then it took longer than it will alone. */
  readonly isBesideRun: boolean
  /** In the order in which they would be run. */
  readonly strategies: readonly (TimeEstimate & { readonly strategy: Strategy })[]
}

export interface CellParameterView extends CellParameter {
  readonly initialValues: string
}

export type CheckedCell =
  | {
      readonly ok: true
      readonly name: string
      readonly source: string
      readonly equations: readonly string[]
      readonly states: readonly string[]
      readonly parameters: readonly CellParameterView[]
      readonly constants: Readonly<Record<string, number>>
      readonly warnings: readonly CellWarning[]
      /** `3 H² + 3 H I + 3 H`. */
      readonly parameterFormula: string
      readonly parameterCount: number
      /** Everything, passes included, as `lab cell` prints it. */
      readonly description: string
    }
  | { readonly ok: false; readonly diagnostics: readonly WireError[] }

export interface DatasetPreview {
  readonly description: DatasetDescription
  /** A few training series, whole. */
  readonly series: readonly {
    readonly length: number
    /** [T][I] */
    readonly inputs: readonly (readonly number[])[]
    readonly targets: readonly { readonly step: number; readonly values: readonly number[] }[]
  }[]
}

/** What a command came to that is carried out run by run. */
export interface RunsDone {
  readonly runIds: readonly string[]
  readonly failed: readonly { readonly runId: string; readonly error: WireError }[]
}

/** A file of series, and what its arrays or columns may mean. */
export interface DataFileView {
  /** Absolute: a design that names it is read from anywhere. */
  readonly path: string
  readonly contents: FileContents
  readonly guess: FileMapping
  /** Where the test series lie: an `X_TEST` beside this `X_TRAIN`; null: there is none. */
  readonly testPath: string | null
}

/** A checkpoint from which a run can be forked. */
export interface ForkPointView {
  readonly checkpoint: CheckpointName
  readonly phase: 'warm-up' | 'training'
  readonly step: number
}

export interface RunDetail {
  readonly summary: RunSummary
  /** Null for a damaged run. */
  readonly config: ExperimentConfig | null
  readonly versions: { readonly lab: string; readonly node: string } | null
  readonly backend: string | null
  /** What its own file of series held; null for other data, and where it is not known. */
  readonly data: RunData | null
  /** What was told of its configuration when it was made. */
  readonly remarks: readonly ConfigRemark[]
}

/** How long a run's metrics were when it ended or was paused, and are: of the same length, they have another digest. */
export interface MetricsChange {
  readonly writtenBytes: number
  readonly foundBytes: number
}

/** What of a run's metrics cannot be read, or is no longer what was written; everything else is there. */
export interface RunDamage {
  readonly file: string
  /** Null: every line that is there can be read. */
  readonly lines: DamagedLines | null
  /** Null: they are what was written, as far as was looked. */
  readonly change: MetricsChange | null
}

/** A range of a run's series, and how much of the run it knows: live events from `eventCount` on continue it. */
export interface RunMetrics {
  readonly runId: string
  readonly eventCount: number
  /** The last position of any series. */
  readonly lastPosition: number
  readonly marks: TimelineMarks
  /** Every series that the run has, asked for or not. */
  readonly names: readonly SeriesName[]
  readonly damaged: RunDamage | null
  /** As it was asked for; series that are not smoothed have 0 themselves. */
  readonly smoothing: number
  readonly series: readonly DecimatedSeries[]
  /** The last point of every series of the whole network, whatever the range. */
  readonly latest: readonly SeriesPoint[]
}

/** When weights were as they are measured: as drawn, at the end of the warm-up, at the last checkpoint or the end of the run. */
export type WeightsMoment = 'initial' | 'warmed-up' | 'last'

/** How far back the gradient reaches: ‖∂L/∂h_{T−k}‖ of one seed, the mean over a few training series. */
export interface RunGradientByLag {
  readonly runId: string
  readonly seed: number
  /** T */
  readonly steps: number
  readonly seriesCount: number
  /** k */
  readonly lags: readonly number[]
  /** Those that the run has; norms as [lag][layer]. */
  readonly moments: readonly {
    readonly moment: WeightsMoment
    readonly norms: readonly (readonly number[])[]
    readonly spreads: readonly PartSpread[]
  }[]
}

/** How a slice of the network spread over time, of one seed: histograms with the same bins, as many values in each as were counted. */
export interface RunSpreads {
  readonly runId: string
  readonly seed: number
  readonly what: SpreadKind
  readonly slice: SpreadSlice
  /** Those that were measured, and whole layers. */
  readonly slices: readonly SpreadSlice[]
  /** Of the run so far; fewer columns where neighbours were added together. */
  readonly momentCount: number
  /** Lines of the run's file that could not be read. */
  readonly damagedCount: number
  readonly marks: TimelineMarks
  /** The last position of any series. */
  readonly lastPosition: number
  /** Where the first bin begins. */
  readonly low: number
  /** Of a bin. */
  readonly width: number
  readonly binCount: number
  readonly columns: readonly SpreadColumnView[]
}

/** Weights, or log10 of the sizes of their gradients. */
export type SpreadKind = 'weights' | 'gradients'

export interface SpreadColumnView {
  /** Of the first and the last measurement in it. */
  readonly fromPosition: number
  readonly toPosition: number
  readonly momentCount: number
  /** One a bin. */
  readonly counts: readonly number[]
  /** Gradients that are exactly 0, which have no logarithm; 0 for weights. */
  readonly zeroCount: number
}

/** A group of runs or a sweep, as something to be done. */
export interface JobView {
  readonly id: string
  readonly name: string
  /** Null for a group. */
  readonly sweepId: string | null
  /** The next of its runs; null for a sweep that has made none yet. */
  readonly firstRunId: string | null
  /** Runs that are made and have not ended. */
  readonly runCount: number
}

/** A job in the engine's line. */
export interface QueuedJobView extends JobView {
  readonly isRunning: boolean
}

/** A job that stood in line when an earlier session ended: nothing is done for it until the user says so. */
export type HeldJobView = JobView

/**
 * `elsewhere`: another process runs it; `paused`: there is work left and nobody does it; `failed`: all is done, and some runs have failed.
 */
export type SweepState = 'running' | 'elsewhere' | 'waiting' | 'paused' | 'failed' | 'finished'

/** The process that works at a sweep. */
export interface SweepHolder {
  readonly pid: number
  readonly host: string
}

/** A sweep as a list shows it. */
export interface SweepSummary {
  readonly id: string
  readonly name: string
  readonly createdAt: string
  readonly state: SweepState
  /** Another process that works at it; null for none, and for this lab. */
  readonly holder: SweepHolder | null
  readonly pointCount: number
  /** Strategies of points. */
  readonly runCount: number
  readonly counts: Readonly<Partial<Record<SweepRowStatus, number>>>
  /** Of the runs that are left, if each takes as long as the median one; null before the first has finished. */
  readonly remainingMs: number | null
}

export interface SweepDetail {
  readonly summary: SweepSummary
  readonly definition: SweepDefinition
  readonly axes: readonly string[]
  /** Axes whose values are drawn from a range. */
  readonly drawnAxes: readonly string[]
  readonly rows: readonly SweepRow[]
}

export type CheckedSweep =
  | {
      readonly ok: true
      readonly name: string
      readonly pointCount: number
      readonly runCount: number
      /** What the first points have of each axis. */
      readonly examples: readonly Readonly<Record<string, unknown>>[]
    }
  | { readonly ok: false; readonly error: WireError }

/** The last measurement of one slice of the network: a value a seed, null where it has none. */
export interface MeasuredSlice extends SeriesSlice {
  readonly vaa: readonly (number | null)[]
  /** Instead of it, for all seeds, where states of one were not at rest: VAA lies between these. */
  readonly vaaLow: readonly (number | null)[]
  readonly vaaHigh: readonly (number | null)[]
  readonly vaaStar: readonly (number | null)[]
  readonly residualMedian: readonly (number | null)[]
  readonly residualMax: readonly (number | null)[]
  /** Series of all draws: together as many as were compared. */
  readonly fixedCount: readonly (number | null)[]
  readonly periodicCount: readonly (number | null)[]
  readonly unconvergedCount: readonly (number | null)[]
}

export interface RunMeasures {
  readonly runId: string
  /** Null where nothing was measured yet. */
  readonly at: PhaseStep | null
  /** The whole network first, then layers, then parts. */
  readonly slices: readonly MeasuredSlice[]
}

/** A part of a run's log. */
export interface RunLog {
  readonly entries: readonly LogEntry[]
  readonly nextByte: number
  /** Of the file, before the first entry. */
  readonly skippedBytes: number
}

/** One test series and what the network made of it. */
export interface PredictedSeries {
  /** In the test part. */
  readonly index: number
  readonly length: number
  /** [T][I] */
  readonly inputs: readonly (readonly number[])[]
  /** Where it is read out. A target is [O], or one class; an output [O], or the probability of each class. */
  readonly readouts: readonly {
    readonly step: number
    readonly target: readonly number[]
    readonly output: readonly number[]
  }[]
}

/** Over a sample of the test part. */
export type PredictionAgreement =
  | {
      readonly kind: 'regression'
      readonly seriesCount: number
      /** Target and output of every readout. */
      readonly pairs: readonly (readonly [number, number])[]
      readonly meanSquaredError: number
    }
  | {
      readonly kind: 'classification'
      readonly seriesCount: number
      /** How often a class (row) was taken for another (column). */
      readonly confusion: readonly (readonly number[])[]
      readonly accuracy: number
    }

export interface RunPredictions {
  readonly runId: string
  readonly seed: number
  readonly weights: 'best' | 'last'
  /** The checkpoint that the weights are from; null: those of the finished run. */
  readonly at: { readonly phase: 'warm-up' | 'training'; readonly step: number } | null
  readonly task: 'regression' | 'classification'
  /** [O], of a classification; null for a regression. */
  readonly classNames: readonly string[] | null
  readonly testCount: number
  readonly series: readonly PredictedSeries[]
  readonly agreement: PredictionAgreement
}

export interface ExportedFile {
  readonly fileName: string
  readonly mediaType: string
  readonly base64: string
}

export interface ExportedRun extends ExportedFile {
  /** Lines that its values lack; null for a file that is not made of them. */
  readonly damaged: RunDamage | null
  /** Null for a file of anything else. */
  readonly weights: ExportedWeights | null
}

/** What a file of weights holds. */
export interface ExportedWeights {
  readonly seed: number
  /** Without validation, the best ones are the last. */
  readonly which: WeightsName
  /** The checkpoint that they are from; null: those of the finished run. */
  readonly at: PhaseStep | null
  /** By the names that the file has. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[]
}

/** What the engines on the processor have to compute with, and why so. */
export interface DeviceView {
  readonly threads: number
  readonly platform: string
  /** As it calls itself; empty where it does not. */
  readonly processor: string
  readonly coreCount: number
  /** Whether the user has set them, by a flag or a variable. */
  readonly areThreadsSet: boolean
  readonly memoryBytes: number
  readonly isMemorySet: boolean
  readonly hasRelaxedMultiplyAdd: boolean
  /** Whether V8 may join two vectors of 128 bits to one of 256. */
  readonly hasPairedVectors: boolean
}

/** Everything that a window needs to begin with. */
export interface LabSnapshot {
  /** Of this start of the lab: another one says that it was ended and started again. */
  readonly instanceId: string
  readonly labVersion: string
  readonly home: string
  readonly device: DeviceView
  readonly settings: Settings
  /** The newest, and all that are active; the others are asked for with `run.query`. */
  readonly runs: readonly RunSummary[]
  readonly index: IndexState
  readonly progress: readonly RunProgress[]
  readonly queue: readonly QueuedJobView[]
  /** In the order in which they stood in line. */
  readonly heldQueue: readonly HeldJobView[]
  readonly sweeps: readonly SweepSummary[]
  /** Null until a window has asked for it. */
  readonly trash: TrashState | null
  readonly tensorflow: TensorflowView
}
