/**
 * The types of a configuration, as the schema (schema.ts) has them: a resolved one, which is everything a study needs with every default filled
 * in, and what a file may write. Each has a name here, so that whoever points at a value reads that name; fields are explained in the schema.
 */
import type { z } from 'zod'
import type {
  datasetSchema,
  experimentSchema,
  layerSchema,
  measuresSchema,
  optimizerSchema,
  partSchema,
  scheduleSchema,
  trainingSchema,
  vaaSchema,
  warmupSchema,
} from './schema.ts'
import type { Strategy } from './strategies.ts'

export type { Strategy } from './strategies.ts'

export type DatasetConfig = z.output<typeof datasetSchema>

export type ScheduleConfig = z.output<typeof scheduleSchema>

export interface PartConfig extends z.output<typeof partSchema> {}

/** A layer before a strategy is applied, or one with explicit parts (then `strategies` must be null). */
export interface LayerConfig extends z.output<typeof layerSchema> {
  /** Units of the warmed part of a double layer. */
  warmUnits: number
  /** Cell of the part that is not warmed, in a double layer. */
  coldCell: string
  parts: PartConfig[] | null
}

export interface OptimizerConfig extends z.output<ReturnType<typeof optimizerSchema>> {}

export interface WarmupConfig extends z.output<typeof warmupSchema> {
  optimizer: OptimizerConfig
}

export interface TrainingConfig extends z.output<typeof trainingSchema> {
  optimizer: OptimizerConfig
}

/** Runs that were made before M could be left out have no `maxConvergenceSteps`. */
export interface VaaConfig extends z.output<typeof vaaSchema> {}

export interface MeasuresConfig extends z.output<typeof measuresSchema> {
  vaa: VaaConfig | null
}

export interface ExperimentConfig extends z.output<typeof experimentSchema> {
  layers: LayerConfig[]
  /** One trial each; null when the layers have explicit parts. */
  strategies: Strategy[] | null
  warmup: WarmupConfig
  training: TrainingConfig
  measures: MeasuresConfig
}

/** What a configuration file may write: whatever has a default may be left out. */
export type WrittenConfig = z.input<typeof experimentSchema>
