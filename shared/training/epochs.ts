/**
 * Training: a session with warmed-up or initial parameters enters; it leaves with trained ones and the best weights of each seed
 * by validation. What is due at a step is done before the next one, so a resume at any moment does the same.
 */
import type { OptimizerSettings, TrainRequest } from '../backends/backend.ts'
import type { SeriesBatch } from '../datasets/dataset.ts'
import { RandomStream } from '../numerics/random.ts'
import { stepsPerEpoch, trainingOrder } from './batches.ts'
import { drawConvergence } from './draws.ts'
import { hasNotDiverged, requireFinite } from './divergence.ts'
import { drawDropoutMasks } from './dropout.ts'
import { evaluateSplit } from './evaluate.ts'
import type { Progress } from './progress.ts'
import { advancePlateau, learningRateFactor } from './schedules.ts'
import { optimizerSettings, readsFreshSeries, type TrainingSession } from './session.ts'
import { tellMeasures } from './tell-measures.ts'

interface Plan {
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly hasValidation: boolean
}

/** Trains from where the session stands to the end. @throws LabError `non-finite` when every seed has diverged */
export async function train(session: TrainingSession): Promise<void> {
  const { config, datasets, seeds } = session
  const training = session.progress.training
  const count = Math.min(...datasets.map(({ counts }) => counts.train))
  const perEpoch = stepsPerEpoch(count, config.training.batch)
  const plan: Plan = {
    stepsPerEpoch: perEpoch,
    totalSteps: config.training.steps ?? config.training.epochs * perEpoch,
    hasValidation: datasets.every(({ counts }) => counts.validation > 0),
  }
  const orders = seeds.map((seed) =>
    trainingOrder({ seed, count, batch: config.training.batch, fresh: readsFreshSeries(config) }),
  )
  for (;;) {
    await doWhatIsDue(session, plan)
    if (training.step >= plan.totalSteps || !seeds.some((_, r) => isTrained(session.progress, r))) return
    await session.breathe()
    await takeStep(session, plan, orders)
  }
}

/** Whether a seed takes further steps. */
const isTrained = (progress: Progress, r: number): boolean =>
  hasNotDiverged(progress, r) && !progress.training.reached[r]

async function takeStep(
  session: TrainingSession,
  plan: Plan,
  orders: readonly ((step: number) => ArrayLike<number>)[],
): Promise<void> {
  const { engine, datasets, seeds, config, emit } = session
  const training = session.progress.training
  const step = training.step
  const requests = seeds.map((seed, r) => {
    if (!isTrained(session.progress, r)) return null
    return trainRequest(session, seed, step, datasets[r]!.batch('train', orders[r]!(step)))
  })
  const optimizers = requests.map((request, r): OptimizerSettings | null => {
    if (request === null) return null
    const { optimizer, schedule } = config.training
    return optimizerSettings(optimizer, learningRateFactor(schedule, { step, ...plan }, training.plateau[r]!))
  })
  const results = await engine.trainStep(requests, optimizers)
  training.step = step + 1
  // A seed that has reached its target or diverged is no longer trained: NaN, which JSON writes as null.
  emit({
    type: 'train-step',
    step: training.step,
    loss: results.map((result) => finiteOrNaN(result?.loss)),
    gradientNorm: results.map((result) => finiteOrNaN(result?.gradientNorm)),
    learningRate: optimizers.map((optimizer) => optimizer?.learningRate ?? Number.NaN),
  })
  const place = { phase: 'training', step: training.step } as const
  for (const [r, result] of results.entries())
    if (result !== null) await requireFinite(session, r, place, { loss: result.loss, gradient: result.gradientNorm })
}

const finiteOrNaN = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? value : Number.NaN

/** What the engine is asked for at a step; on the steps at which the regulariser counts, with its draws. */
export function trainRequest(
  { network, config }: Pick<TrainingSession, 'network' | 'config'>,
  seed: number,
  step: number,
  batch: SeriesBatch,
): TrainRequest {
  const { regulariser, truncateEvery } = config.training
  const dropoutMasks = drawDropoutMasks(network, seed, step, batch)
  const request = { batch, truncateEvery, dropoutMasks }
  if (regulariser === null || step % regulariser.everySteps !== 0) return { ...request, regulariser: null }
  const stream = new RandomStream(seed, 'regulariser', step)
  const { weight, target, epsilon, maxConvergenceSteps } = regulariser
  const draw = drawConvergence(stream, batch, network, 1 + stream.integer(maxConvergenceSteps))
  return { ...request, regulariser: { weight, draw, target, epsilon } }
}

/** Validation, measures and a checkpoint, each once at its steps. */
async function doWhatIsDue(session: TrainingSession, plan: Plan): Promise<void> {
  const { config, seeds } = session
  const training = session.progress.training
  const { step } = training
  const endsEpoch = step > 0 && step % plan.stepsPerEpoch === 0
  const isLast = step >= plan.totalSteps
  const every = config.training.validateEverySteps
  const validates =
    step > 0 &&
    (isLast ||
      (every === null ? endsEpoch : step % every === 0) ||
      (endsEpoch && config.training.schedule.kind === 'plateau'))
  if (plan.hasValidation && validates && training.validatedStep !== step) await validate(session, plan, endsEpoch)

  const isEnd = isLast || !seeds.some((_, r) => isTrained(session.progress, r))
  const measureEvery = config.measures.everySteps
  const measures =
    measureEvery !== 0 &&
    // The measure after warm-up is the one before training.
    (step > 0 || session.progress.warmup.round === 0) &&
    (step === 0 || isEnd || (measureEvery === null ? endsEpoch : step % measureEvery === 0))
  if (measures && training.measuredStep !== step) {
    const moments = seeds.map((_, r) =>
      hasNotDiverged(session.progress, r) ? { phase: 'training' as const, step } : null,
    )
    await tellMeasures(session, 'training', step, moments, () => (training.measuredStep = step))
  }

  const { checkpointEverySteps, keepCheckpointEverySteps } = config
  const isKept = step % (keepCheckpointEverySteps ?? Infinity) === 0
  const maySave = endsEpoch || step % checkpointEverySteps === 0
  if (step === 0 || training.checkpointedStep === step || !(isKept || maySave)) return
  // When, the configuration alone decides: what a check finds must not hang on the clock.
  await session.checkWeights()
  if (!isKept && !session.isCheckpointDue()) return
  training.checkpointedStep = step
  await session.checkpoint(isKept ? `step-${step}` : undefined)
}

async function validate(session: TrainingSession, plan: Plan, endsEpoch: boolean): Promise<void> {
  const { engine, config, best, emit } = session
  const training = session.progress.training
  const { progress } = session
  const evaluations = await evaluateSplit(session, 'validation', (r) => hasNotDiverged(progress, r))
  const isBest = evaluations.map((evaluation, r) => {
    if (evaluation === null || !Number.isFinite(evaluation.loss)) return false
    const known = training.bestLoss[r]!
    return known === null || evaluation.loss < known
  })
  for (const [r, evaluation] of evaluations.entries()) {
    if (evaluation === null || !Number.isFinite(evaluation.loss)) continue
    const { loss } = evaluation
    if (isBest[r]) {
      training.bestLoss[r] = loss
      best[r] = await engine.readParameters(r)
    }
    if (endsEpoch) training.plateau[r] = advancePlateau(config.training.schedule, training.plateau[r]!, loss)
    const target = config.training.stopAtLoss
    if (target !== null && loss <= target) training.reached[r] = true
  }
  training.validatedStep = training.step
  emit({
    type: 'validation',
    step: training.step,
    epoch: Math.floor(training.step / plan.stepsPerEpoch),
    loss: evaluations.map((evaluation) => finiteOrNaN(evaluation?.loss)),
    accuracy: session.datasets.every(({ task }) => task === 'classification')
      ? evaluations.map((evaluation) => evaluation?.accuracy ?? Number.NaN)
      : null,
    best: isBest,
  })
  const place = { phase: 'training', step: training.step } as const
  for (const [r, evaluation] of evaluations.entries())
    if (evaluation !== null) await requireFinite(session, r, place, { 'validation-loss': evaluation.loss })
}
