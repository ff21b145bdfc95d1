/**
 * The checkpoint that a fork begins with: that of its run and both configurations enter, a checkpoint from which the trainer goes on under
 * the edited one leaves. With nothing changed, only a run that was at its test takes a step back, to the end of its training.
 */
import type { ExperimentConfig, OptimizerConfig } from '../experiments/config.ts'
import type { ForkPoint } from '../experiments/fork.ts'
import type { Tensor } from '../numerics/dims.ts'
import type { Checkpoint } from '../runs/run.ts'
import { readProgress, type Progress } from './progress.ts'
import { FRESH_PLATEAU } from './schedules.ts'

/** @throws LabError `checkpoint` for one that no run can have written */
export function forkPointOf(checkpoint: Checkpoint, { seeds, warmup }: ExperimentConfig): ForkPoint {
  const { phase, warmup: warm, training } = readProgress(checkpoint.counters, seeds.length)
  const place = { warmupRound: warm.round, warmupStep: warm.step, bestLoss: training.bestLoss }
  if (phase === 'warm-up') return { phase, step: warm.round * warmup.steps + warm.step, ...place }
  return { phase: 'training', step: training.step, ...place }
}

/** @throws LabError `checkpoint` */
export function forkCheckpoint(
  { counters, tensors }: Checkpoint,
  original: ExperimentConfig,
  edited: ExperimentConfig,
): Checkpoint {
  const progress = JSON.parse(JSON.stringify(readProgress(counters, original.seeds.length))) as Progress
  if (progress.phase === 'test') progress.phase = 'training'
  const { training } = progress
  // A seed that has reached another target may have to go on.
  if (edited.training.stopAtLoss !== original.training.stopAtLoss) training.reached = training.reached.map(() => false)
  if (edited.training.schedule.kind !== original.training.schedule.kind)
    training.plateau = training.plateau.map(() => FRESH_PLATEAU)
  const [before, after] =
    progress.phase === 'warm-up'
      ? [original.warmup.optimizer, edited.warmup.optimizer]
      : [original.training.optimizer, edited.training.optimizer]
  if (momentsOf(before) === momentsOf(after)) return { counters: { ...counters, progress }, tensors }
  return {
    counters: { ...counters, progress, optimizerSteps: original.seeds.map(() => 0) },
    tensors: new Map([...tensors].map(([name, tensor]) => [name, isMoment(name) ? zeros(tensor) : tensor])),
  }
}

/** What the moments mean: those of one kind are nothing to another. */
function momentsOf({ kind }: OptimizerConfig): 'adam' | 'sgd' {
  return kind === 'sgd' ? 'sgd' : 'adam'
}

function isMoment(name: string): boolean {
  const [, group] = name.split('/')
  return group === 'first' || group === 'second'
}

function zeros({ shape, data }: Tensor): Tensor {
  return { shape, data: data.slice().fill(0) }
}
