/**
 * What a fork may change: the configuration of a run, an edited one and where the checkpoint stands enter; what cannot be, each at its
 * field, leaves. A fork takes over weights, optimiser and counters, so what they are made for stays as it is.
 */
import { LabError, type Fault } from '../errors/errors.ts'
import type { ExperimentConfig } from './config.ts'
import { firstDifference } from './difference.ts'
import type { ConfigMistake } from './judge-config.ts'
import type { LearningPhase } from './phases.ts'

/** Where a checkpoint stands. */
export interface ForkPoint {
  readonly phase: LearningPhase
  /** Of the phase, those of a warm-up that began anew counted on. */
  readonly step: number
  /** How often the warm-up has begun anew. */
  readonly warmupRound: number
  /** Steps of its last beginning. */
  readonly warmupStep: number
  /** Of each seed, the lowest validation loss; null before the first. */
  readonly bestLoss: readonly (number | null)[]
}

export interface ForkMistake extends ConfigMistake {
  /** The checkpoint stands where the edited configuration ends. */
  readonly isReached?: true
}

const FIXED = ['dataset', 'layers', 'strategies', 'seeds', 'backend', 'cells'] as const

const REASONS: Readonly<Record<(typeof FIXED)[number] | 'warmup', string>> = {
  dataset: 'A fork goes on with the series of its run.',
  layers: 'A fork goes on with the weights of its run, which fit its layers alone.',
  strategies: 'A fork goes on with the strategy of its run.',
  seeds: 'A fork goes on with the seeds of its run.',
  backend: 'A fork goes on with the backend of its run, since others round differently.',
  cells: 'A fork goes on with the weights of its run, which fit its cells alone.',
  warmup: 'The warm-up is over at this checkpoint.',
}

/** Of the same, for the screens, which have words of their own. */
const FAULTS: Readonly<Record<keyof typeof REASONS, string>> = {
  dataset: 'forkDataset',
  layers: 'forkLayers',
  strategies: 'forkStrategies',
  seeds: 'forkSeeds',
  backend: 'forkBackend',
  cells: 'forkCells',
  warmup: 'forkWarmup',
}

/**
 * @param trainingSteps that the edited configuration comes to
 * @param where the name of the edited configuration, for messages
 */
export function findForkMistakes(
  original: ExperimentConfig,
  edited: ExperimentConfig,
  point: ForkPoint,
  trainingSteps: number,
  where: string,
): ForkMistake[] {
  const fixed = point.phase === 'warm-up' ? FIXED : ([...FIXED, 'warmup'] as const)
  const mistakes: ForkMistake[] = fixed.flatMap((group) => {
    const difference = firstDifference(original[group], edited[group], group)
    if (difference === null) return []
    const { field, before, after } = difference
    const fault = { id: FAULTS[group], values: { before } }
    return [mistake(where, field, REASONS[group], before, after, 'Put it back, or start a run of its own.', fault)]
  })
  const { steps } = edited.warmup
  if (point.phase === 'warm-up' && point.warmupRound > 0 && steps !== original.warmup.steps)
    mistakes.push(
      mistake(
        where,
        'warmup.steps',
        'A warm-up that has begun anew keeps its steps.',
        `${original.warmup.steps}`,
        `${steps}`,
        'Put it back.',
        { id: 'forkRestarted', values: { steps: `${original.warmup.steps}` } },
      ),
    )
  else if (point.phase === 'warm-up' && steps < point.warmupStep)
    mistakes.push(
      mistake(
        where,
        'warmup.steps',
        'The checkpoint has taken more steps of warm-up.',
        `${point.warmupStep} or more`,
        `${steps}`,
        'Raise it.',
        { id: 'forkWarmupTaken', values: { least: `${point.warmupStep}` } },
      ),
    )
  const stepsField = edited.training.steps === null ? 'training.epochs' : 'training.steps'
  if (point.phase === 'training' && trainingSteps <= point.step) {
    const isReached = trainingSteps === point.step // it would end at once, with the result of its run
    const found = mistake(
      where,
      stepsField,
      `The checkpoint has taken ${isReached ? 'these' : 'more'} steps of training already.`,
      `more than ${point.step} steps`,
      `${trainingSteps}`,
      'Raise it, or fork from an earlier checkpoint.',
      { id: isReached ? 'forkReached' : 'forkBeyond', values: { steps: `${point.step}` } },
    )
    mistakes.push(isReached ? { ...found, isReached } : found)
  }
  const { stopAtLoss } = edited.training
  if (stopAtLoss !== null && point.bestLoss.every((loss) => loss !== null && loss <= stopAtLoss)) {
    const reached = `${point.bestLoss.reduce<number>((least, loss) => Math.max(least, loss!), 0)}`
    mistakes.push({
      ...mistake(
        where,
        'training.stopAtLoss',
        'Every seed has reached this validation loss already.',
        `less than ${reached}`,
        `${stopAtLoss}`,
        'Lower it, leave it out, or fork from an earlier checkpoint.',
        { id: 'forkLossReached', values: { reached } },
      ),
      isReached: true,
    })
  }
  return mistakes
}

function mistake(
  where: string,
  field: string,
  message: string,
  expected: string,
  found: string,
  remedy: string,
  fault: Fault,
): ConfigMistake {
  const detail = { where: `${where}, ${field}`, expected, found, remedy, fault }
  return { field, error: new LabError('config', message, detail) }
}
