/**
 * What the phases of a run share: the engine, the seeds' data, where the run stands, and the ways to tell, to save and to
 * leave. Made by train-run.ts.
 */
import type { OptimizerSettings } from '../backends/backend.ts'
import type { ExperimentConfig, OptimizerConfig } from '../experiments/config.ts'
import type { Network } from '../networks/network.ts'
import type { KeptCheckpoint, RunEvent } from '../runs/run.ts'
import type { MeasureSubject } from './measure.ts'
import type { BestWeights, Progress } from './progress.ts'

export interface TrainingSession extends MeasureSubject {
  readonly network: Network
  readonly config: ExperimentConfig
  readonly progress: Progress
  readonly best: BestWeights
  readonly emit: (event: RunEvent) => void
  /** Writes the seeds that have diverged into the run's record. */
  readonly recordDiverged: () => Promise<void>
  /**
   * Ends seeds whose weights are not finite. Called at steps that the configuration alone decides on, so that a pause changes nothing.
   * @throws LabError `non-finite` when none is left
   */
  readonly checkWeights: () => Promise<void>
  /** Saves everything. Where the weights of a seed are not finite and it has not ended yet, the last checkpoint stays. */
  readonly checkpoint: (keptAs?: KeptCheckpoint) => Promise<void>
  /** Whether enough time has passed since the last checkpoint for the next one to cost next to nothing. No bit of a result depends on it. */
  readonly isCheckpointDue: () => boolean
}

/** Thrown by `breathe` when a pause or stop is asked for; not an error of the user's. */
export class PauseSignal extends Error {}

export function optimizerSettings(config: OptimizerConfig, learningRateFactor: number): OptimizerSettings {
  return { ...config, learningRate: config.learningRate * learningRateFactor }
}

/** Whether the dataset never repeats a series. */
export function readsFreshSeries({ dataset }: ExperimentConfig): boolean {
  return 'fresh' in dataset && dataset.fresh
}
