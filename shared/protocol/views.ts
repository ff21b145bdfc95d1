/**
 * What commands answer and events carry: plain data made for showing, ready for JSON. Made in main/lab from records, configurations
 * and cells; the renderer shows it and makes none of it up.
 */
import type { MemoryPlan } from '../backends/memory-plan.ts'
import type { DatasetDescription } from '../datasets/describe.ts'
import type { ExperimentConfig, Strategy } from '../experiments/config.ts'
import type { RunAnnotations } from '../runs/annotations.ts'
import type { RunResult, RunStatus } from '../runs/run.ts'
import type { PhaseMark } from '../runs/timeline.ts'
import type { DecimatedSeries } from '../runs/series.ts'
import type { IndexState } from './run-query.ts'
import type { Settings } from './settings.ts'
import type { WireError } from './wire-error.ts'

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
  readonly seeds: readonly number[]
  /** n of its VAA; null where it measures none. */
  readonly vaaSeries: number | null
  /** VAA* above which its warm-up begins anew; null without a warm-up. */
  readonly restartAbove: number | null
  readonly createdAt: string | null
  readonly startedAt: string | null
  readonly endedAt: string | null
  readonly result: RunResult | null
  readonly error: { readonly code: string; readonly message: string } | null
  /** Equal for runs that differ in name and seeds alone; null for a damaged run. */
  readonly configurationId: string | null
  /** Null for a damaged run. */
  readonly settings: RunSettings | null
  readonly annotations: RunAnnotations
  /** Whether this lab's engine holds it: running, or waiting for its turn. */
  readonly active: boolean
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
  /** Asked for and not yet reached. */
  readonly asked: 'pause' | 'stop' | null
}

export interface PresetView {
  readonly name: string
  readonly description: string
  /** Whole: every default filled in. */
  readonly config: ExperimentConfig
  readonly published: { readonly metric: string; readonly mean: number; readonly std: number } | null
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
      readonly networks: readonly NetworkView[]
      /** Steps of training; warm-up takes `config.warmup.steps` before. */
      readonly trainingSteps: number
    }
  | { readonly ok: false; readonly errors: readonly DesignMistake[] }

export interface CellParameterView {
  readonly symbol: string
  readonly dims: readonly ('H' | 'I')[]
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

export interface RunDetail {
  readonly summary: RunSummary
  /** Null for a damaged run. */
  readonly config: ExperimentConfig | null
  readonly versions: { readonly lab: string; readonly node: string } | null
  readonly backend: string | null
}

/** A range of a run's series, and how much of the run it knows: live events from `eventCount` on continue it. */
export interface RunMetrics {
  readonly runId: string
  readonly eventCount: number
  /** The last position of any series. */
  readonly lastPosition: number
  readonly phases: readonly PhaseMark[]
  readonly series: readonly DecimatedSeries[]
}

export interface ExportedFile {
  readonly fileName: string
  readonly mediaType: string
  readonly base64: string
}

/** Everything that a window needs to begin with. */
export interface LabSnapshot {
  /** Of this start of the lab: another one says that it was ended and started again. */
  readonly instanceId: string
  readonly labVersion: string
  readonly home: string
  readonly device: { readonly backend: string; readonly threads: number; readonly platform: string }
  readonly settings: Settings
  /** The newest, and all that are active; the others are asked for with `run.query`. */
  readonly runs: readonly RunSummary[]
  readonly index: IndexState
  readonly progress: readonly RunProgress[]
}
