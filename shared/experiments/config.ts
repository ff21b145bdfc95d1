/**
 * A resolved configuration: everything a study needs, with every default filled in. schema.ts reads the user's JSON
 * into this, presets.ts holds known ones, trials.ts makes one trial (strategy) of it. Nothing here is optional.
 */
import type { BackendChoice } from '../backends/names.ts'
import type { InitialValueChoice } from '../networks/network.ts'

export type Strategy = 'none' | 'warmed-up' | 'double'

export type DatasetConfig =
  | { kind: 'copy-first-input'; steps: number; counts: SplitCounts; fresh: boolean }
  | { kind: 'denoising'; steps: number; forbiddenSteps: number; counts: SplitCounts; fresh: boolean }
  | {
      kind: 'mnist'
      order: 'pixels' | 'permuted-pixels' | 'rows' | 'permuted-rows'
      /** The permutation's own seed, so that every seed of a run sees the same one. */
      permutationSeed: number
      blankSteps: number
      counts: SplitCounts
    }
  | {
      kind: 'file'
      /** A file of series (datasets/file-kinds.ts); relative paths are taken from the configuration's folder. */
      path: string
      /** A second file, all of whose series are for the test. */
      testPath: string | null
      task: 'regression' | 'classification'
      /** Column names of a text in long form; ignored for other files. */
      columns: { series: string; step: string; inputs: string[]; targets: string[] } | null
      /** Names of an NPZ's arrays: inputs [series, T, I], targets, and optionally lengths, mask; null: these names. Ignored for other files. */
      arrays: { inputs: string; targets: string; lengths: string | null; mask: string | null } | null
      targets: 'last-step' | 'marked-steps'
      /** `occurring`: a class for each label that occurs; `numbered`: for each number from 0 to the largest label. */
      classes: 'occurring' | 'numbered'
      split: FileSplit
    }

/** How the series of a file come into training, validation and test. */
export interface FileSplit {
  /** Fractions of all series, 0 or more, under 1. */
  validation: number
  test: number
  /** Of the split alone, so that all seeds of a run share one test set; null: each seed of a run draws its own. */
  seed: number | null
  /** Column (CSV) or array (NPZ) that says whose each series is; series of one group stay together. */
  group: string | null
  /** Column or array that says `train`, `validation` or `test`. */
  given: string | null
}

/** Series in each split. For `mnist` train + validation <= 60000, test <= 10000. */
export interface SplitCounts {
  train: number
  validation: number
  test: number
}

export interface PartConfig {
  cell: string
  units: number
  warm: boolean
  initialValues: InitialValueChoice
}

/** A layer before a strategy is applied, or one with explicit parts (then `strategies` must be null). */
export interface LayerConfig {
  cell: string
  units: number
  /** Units of the warmed part of a double layer. */
  warmUnits: number
  /** Cell of the part that is not warmed, in a double layer. */
  coldCell: string
  initialValues: InitialValueChoice
  parts: PartConfig[] | null
}

export interface OptimizerConfig {
  kind: 'adam' | 'adamw' | 'sgd'
  learningRate: number
  beta1: number
  beta2: number
  epsilon: number
  momentum: number
  weightDecay: number
  clipNorm: number | null
}

export type ScheduleConfig =
  | { kind: 'constant' }
  | { kind: 'step'; everyEpochs: number; factor: number }
  | { kind: 'cosine'; finalFactor: number }
  | { kind: 'warm-restarts'; periodEpochs: number; periodFactor: number; finalFactor: number }
  | { kind: 'plateau'; patienceEpochs: number; factor: number; minimumFactor: number }

export interface WarmupConfig {
  /** S */ steps: number
  /** k */ target: number
  /** ε */ epsilon: number
  /** c */ curriculumIncrement: number
  /** M_max */ maxConvergenceSteps: number
  batch: number
  masked: boolean
  optimizer: OptimizerConfig
  /** Restart a replica whose VAA* of any layer ends above this (0.98), at most `maxRestarts` (20) times. */
  restartAbove: number
  maxRestarts: number
}

export interface TrainingConfig {
  epochs: number
  /** Overrides epochs when not null. */
  steps: number | null
  batch: number
  optimizer: OptimizerConfig
  schedule: ScheduleConfig
  truncateEvery: number | null
  dropout: number
  /** Validate every n steps; null: once an epoch. */
  validateEverySteps: number | null
  /** Stop early when the validation loss of every seed is at or under this. */
  stopAtLoss: number | null
  regulariser: {
    weight: number
    everySteps: number
    maxConvergenceSteps: number
    target: number
    epsilon: number
  } | null
}

export interface VaaConfig {
  /** n */ series: number
  /** M; null: until every state is at rest. */
  convergenceSteps: number | null
  /** M_max, where no M is given. Runs that were made before it could be left out have none. */
  maxConvergenceSteps: number
  /** ε */ epsilon: number
  draws: number
  /** With an M only. */
  stopResidual: number | null
}

export interface MeasuresConfig {
  /** Measure VAA and VAA* every n training steps (and before and after warm-up); null: once an epoch. 0: never. */
  everySteps: number | null
  vaa: VaaConfig | null
  vaaStar: { series: number; convergenceSteps: number; epsilon: number; draws: number } | null
  /** At the same times, how the weights of each part and the gradient of the training loss spread. */
  histograms: boolean
}

export interface ExperimentConfig {
  /** Human name; used in run folder names. */
  name: string
  dataset: DatasetConfig
  layers: LayerConfig[]
  /** One trial each; null when the layers have explicit parts. */
  strategies: Strategy[] | null
  warmup: WarmupConfig
  training: TrainingConfig
  measures: MeasuresConfig
  seeds: number[]
  backend: BackendChoice
  /** Text of the user's own cells by name, so that a configuration is complete in itself. */
  cells: Record<string, string>
  /** Steps between checkpoints, where those cost next to nothing (also at each epoch's end; always at pause and interrupt). */
  checkpointEverySteps: number
  /** Training steps between checkpoints that stay, to fork from; null keeps none of them. */
  keepCheckpointEverySteps: number | null
}
