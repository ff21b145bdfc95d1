/**
 * What the phases of a run share: the engine, the seeds' data, where the run stands, and the ways to tell, to save and to
 * leave. Made by train-run.ts.
 */
import type { OptimizerSettings } from '../backends/backend.ts'
import type { ExperimentConfig, OptimizerConfig } from '../experiments/config.ts'
import type { Network } from '../networks/network.ts'
import { LabError } from '../protocol/errors.ts'
import type { KeptCheckpoint, RunEvent } from '../runs/run.ts'
import type { MeasureSubject } from './measure.ts'
import type { BestWeights, Phase, Progress } from './progress.ts'

export interface TrainingSession extends MeasureSubject {
  readonly network: Network
  readonly config: ExperimentConfig
  readonly progress: Progress
  readonly best: BestWeights
  readonly emit: (event: RunEvent) => void
  /** Saves everything; refuses, with LabError `non-finite`, to replace a good checkpoint by one with broken parameters. */
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

/**
 * @throws LabError `non-finite` when a value is not a finite number
 */
export function requireFinite(value: number, what: string, seed: number, phase: Phase, step: number): void {
  if (Number.isFinite(value)) return
  throw new LabError('non-finite', `${phase} step ${step}, seed ${seed}: the ${what} is ${value}.`, {
    remedy:
      'The last checkpoint is kept. Lower the learning rate, or set `clipNorm` in the optimizer, and start a new run.',
  })
}
