/** Designs as windows see them: presets, a configuration resolved or refused, its networks, cells, data and time. */
import type { MemoryPlan } from '../backends/memory-plan.ts'
import type { CellParameter } from '../compiler/passes.ts'
import type { CellWarning } from '../compiler/warnings.ts'
import type { DatasetDescription } from '../datasets/describe.ts'
import type { FileContents, FileMapping } from '../datasets/file-contents.ts'
import type { ExperimentConfig, Strategy } from '../experiments/config.ts'
import type { PublishedResult } from '../experiments/presets.ts'
import type { ConfigRemark } from '../experiments/remarks.ts'
import type { WarnedCell } from '../networks/cell-warnings.ts'
import type { TimeEstimate } from '../training/estimate.ts'
import type { EngineChoice } from './devices.ts'
import type { WireError } from '../errors/wire-error.ts'

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

/** A file of series, and what its arrays or columns may mean. */
export interface DataFileView {
  /** Absolute: a design that names it is read from anywhere. */
  readonly path: string
  readonly contents: FileContents
  readonly guess: FileMapping
  /** Where the test series lie: an `X_TEST` beside this `X_TRAIN`; null: there is none. */
  readonly testPath: string | null
}
