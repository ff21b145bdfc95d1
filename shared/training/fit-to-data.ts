/**
 * Whether a configuration and its data go together: both enter before a run is made; the configuration as it is used leaves, with what was
 * changed, is missing or may surprise, or the error of what cannot be trained. The one place for all that the data decides about settings.
 */
import type { Dataset, Split } from '../datasets/dataset.ts'
import type { ExperimentConfig } from '../experiments/config.ts'
import { namesSharedWithTheLab } from '../experiments/own-cells.ts'
import type { ConfigRemark } from '../experiments/remarks.ts'
import { trialStrategies } from '../experiments/trials.ts'
import { LabError } from '../errors/errors.ts'
import { readsFreshSeries } from './session.ts'

export interface FittedConfig {
  /** As it is used. */
  readonly config: ExperimentConfig
  readonly remarks: readonly ConfigRemark[]
}

/** VAA* compares the series of a batch. */
const LEAST_WARMUP_BATCH = 2

const fewestOf = (datasets: readonly Dataset[], split: Split): number =>
  Math.min(...datasets.map(({ counts }) => counts[split]))

/**
 * For a run that is about to be made.
 * @param datasets those of the seeds, or some of them
 * @throws LabError `config` for settings that need what the data has not, `dataset` for data from which nothing can be learned
 */
export function fitToData(config: ExperimentConfig, datasets: readonly Dataset[]): FittedConfig {
  requireSeries(fewestOf(datasets, 'train'), fewestOf(datasets, 'test'))
  const remarks: ConfigRemark[] = namesSharedWithTheLab(config).map((cell) => ({ kind: 'own-cell', cell }))
  if (fewestOf(datasets, 'validation') === 0) {
    requireNoValidation(config)
    remarks.push({ kind: 'no-validation' })
  }
  for (const dataset of datasets) requireKnownClasses(dataset)
  const constant = constantOutputs(datasets[0]!)
  if (constant.length > 0) remarks.push({ kind: 'constant-outputs', outputs: constant })
  const { rounded } = datasets[0]!
  if (rounded) remarks.push({ kind: 'rounded', ...rounded })
  const fitted = fitBatches(config, datasets)
  return { config: fitted.config, remarks: [...fitted.remarks, ...remarks] }
}

function requireSeries(trainCount: number, testCount: number): void {
  if (trainCount > 0 && testCount > 0) return
  throw new LabError('config', 'a run needs series to train on and series to test on.', {
    where: 'dataset',
    expected: 'at least one of each',
    found: `${trainCount} and ${testCount}`,
    remedy: 'Raise the counts or the fractions of the split.',
  })
}

/** Both follow the validation loss. @throws LabError `config` */
function requireNoValidation({ training }: ExperimentConfig): void {
  const refuse = (field: string, found: string): LabError =>
    new LabError('config', 'this follows the validation loss, and there is no validation set.', {
      where: field,
      expected: 'series for validation',
      found,
      remedy: 'Hold out series for validation, or leave it out.',
    })
  if (training.stopAtLoss !== null) throw refuse('training.stopAtLoss', `${training.stopAtLoss} and 0 series`)
  if (training.schedule.kind === 'plateau') throw refuse('training.schedule', '`plateau` and 0 series')
}

/**
 * Batches no larger than the training set, of which a pass, or a batch of warm-up, is made. Alone for a run that was made by an earlier
 * version, which goes on as it began.
 * @throws LabError `config` for a warm-up on one series
 */
export function fitBatches(config: ExperimentConfig, datasets: readonly Dataset[]): FittedConfig {
  if (readsFreshSeries(config)) return { config, remarks: [] }
  const trainCount = fewestOf(datasets, 'train')
  const remarks: ConfigRemark[] = []
  const fit = (field: 'warmup.batch' | 'training.batch', asked: number): number => {
    if (asked > trainCount) remarks.push({ kind: 'batch', field, asked, used: trainCount })
    return Math.min(asked, trainCount)
  }
  const training = { ...config.training, batch: fit('training.batch', config.training.batch) }
  const warmsUp = config.warmup.steps > 0 && trialStrategies(config).some((strategy) => strategy !== 'none')
  if (!warmsUp) return { config: { ...config, training }, remarks }
  if (trainCount < LEAST_WARMUP_BATCH)
    throw new LabError('config', 'warm-up compares the series of a batch with one another.', {
      where: 'warmup.batch',
      expected: `${LEAST_WARMUP_BATCH} training series or more`,
      found: `${trainCount}`,
      remedy: 'Give more training series, or train without warm-up.',
    })
  const warmup = { ...config.warmup, batch: fit('warmup.batch', config.warmup.batch) }
  return { config: { ...config, training, warmup }, remarks }
}

/** Nobody learns a class that was never shown. @throws LabError `dataset` */
function requireKnownClasses({ targetsOf, classNames }: Dataset): void {
  if (targetsOf === undefined || classNames === null) return
  const classesOf = (split: Split): Set<number> => {
    const classes = new Set<number>()
    for (const targets of targetsOf(split)) for (const target of targets) classes.add(target)
    return classes
  }
  const trained = classesOf('train')
  for (const split of ['validation', 'test'] as const) {
    const unknown = [...classesOf(split)].filter((one) => !trained.has(one)).sort((a, b) => a - b)
    if (unknown.length === 0) continue
    throw new LabError('dataset', `the ${split} series have classes that no training series has.`, {
      where: 'dataset.split',
      expected: 'every class among the training series',
      found: unknown.map((one) => `\`${classNames[one]}\``).join(', '),
      remedy: 'Add series of these classes, take them out of the file, or draw another split.',
    })
  }
}

/**
 * @returns the outputs of a regression whose target never changes in training, if others do
 * @throws LabError `dataset` if none does
 */
function constantOutputs({ targetsOf, classNames, outputSize }: Dataset): number[] {
  if (targetsOf === undefined || classNames !== null) return []
  let first: Float32Array | null = null
  const changes = new Set<number>()
  for (const targets of targetsOf('train')) {
    first ??= targets
    targets.forEach((target, index) => {
      const output = index % outputSize
      if (target !== first![output]) changes.add(output)
    })
  }
  const constant = Array.from({ length: outputSize }, (_, output) => output).filter((output) => !changes.has(output))
  if (constant.length < outputSize) return constant
  throw new LabError('dataset', 'the target is the same in all training series: there is nothing to learn.', {
    where: 'dataset',
    expected: 'a target that changes',
    found: Array.from(first!.subarray(0, outputSize)).join(', '),
    remedy: 'Name another target, or other data.',
  })
}
