/**
 * Training: a session with warmed-up or initial parameters enters; it leaves with trained ones and the best weights of each seed
 * by validation. What is due at a step is done before the next one, so a resume at any moment does the same.
 */
import type { OptimizerSettings, TrainRequest } from '../backends/backend.ts'
import type { SeriesBatch } from '../datasets/dataset.ts'
import { RandomStream } from '../numerics/random.ts'
import { stepsPerEpoch, trainingOrder } from './batches.ts'
import { drawConvergence } from './draws.ts'
import { drawDropoutMasks } from './dropout.ts'
import { evaluateSplit } from './evaluate.ts'
import { copyTensors } from './progress.ts'
import { advancePlateau, learningRateFactor } from './schedules.ts'
import { optimizerSettings, readsFreshSeries, requireFinite, type TrainingSession } from './session.ts'
import { tellMeasures } from './tell-measures.ts'

interface Plan {
  readonly stepsPerEpoch: number
  readonly totalSteps: number
  readonly hasValidation: boolean
}

/** Trains from where the session stands to the end. @throws LabError `non-finite` */
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
    if (training.step >= plan.totalSteps || !training.reached.includes(false)) return
    await session.breathe()
    await takeStep(session, plan, orders)
  }
}

async function takeStep(
  session: TrainingSession,
  plan: Plan,
  orders: readonly ((step: number) => ArrayLike<number>)[],
): Promise<void> {
  const { engine, datasets, seeds, config, emit } = session
  const training = session.progress.training
  const step = training.step
  const requests = seeds.map((seed, r) => {
    if (training.reached[r]) return null
    return trainRequest(session, seed, step, datasets[r]!.batch('train', orders[r]!(step)))
  })
  const optimizers = requests.map((request, r): OptimizerSettings | null => {
    if (request === null) return null
    const { optimizer, schedule } = config.training
    return optimizerSettings(optimizer, learningRateFactor(schedule, { step, ...plan }, training.plateau[r]!))
  })
  const results = await engine.trainStep(requests, optimizers)
  training.step = step + 1
  results.forEach((result, r) => {
    if (result === null) return
    requireFinite(result.loss, 'loss', seeds[r]!, 'training', training.step)
    requireFinite(result.gradientNorm, 'gradient', seeds[r]!, 'training', training.step)
  })
  // A seed that has reached its target trains no more: NaN, which JSON writes as null.
  emit({
    type: 'train-step',
    step: training.step,
    loss: results.map((result) => result?.loss ?? Number.NaN),
    gradientNorm: results.map((result) => result?.gradientNorm ?? Number.NaN),
    learningRate: optimizers.map((optimizer) => optimizer?.learningRate ?? Number.NaN),
  })
}

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

  const isEnd = isLast || !training.reached.includes(false)
  const measureEvery = config.measures.everySteps
  const measures =
    measureEvery !== 0 &&
    // The measure after warm-up is the one before training.
    (step > 0 || session.progress.warmup.round === 0) &&
    (step === 0 || isEnd || (measureEvery === null ? endsEpoch : step % measureEvery === 0))
  if (measures && training.measuredStep !== step) {
    const moments = seeds.map(() => ({ phase: 'training' as const, step }))
    await tellMeasures(session, 'training', step, moments, () => (training.measuredStep = step))
  }

  const { checkpointEverySteps, keepCheckpointEverySteps } = config
  const isKept = step % (keepCheckpointEverySteps ?? Infinity) === 0
  const maySave = endsEpoch || step % checkpointEverySteps === 0
  const saves = step > 0 && training.checkpointedStep !== step && (isKept || (maySave && session.isCheckpointDue()))
  if (saves) {
    training.checkpointedStep = step
    await session.checkpoint(isKept ? `step-${step}` : undefined)
  }
}

async function validate(session: TrainingSession, plan: Plan, endsEpoch: boolean): Promise<void> {
  const { engine, seeds, config, best, emit } = session
  const training = session.progress.training
  const evaluations = await evaluateSplit(session, 'validation')
  evaluations.forEach(({ loss }, r) => requireFinite(loss, 'validation loss', seeds[r]!, 'training', training.step))
  const isBest = evaluations.map(({ loss }, r) => {
    const known = training.bestLoss[r]!
    return known === null || loss < known
  })
  evaluations.forEach(({ loss }, r) => {
    if (isBest[r]) {
      training.bestLoss[r] = loss
      best[r] = copyTensors(engine.readParameters(r))
    }
    if (endsEpoch) training.plateau[r] = advancePlateau(config.training.schedule, training.plateau[r]!, loss)
    const target = config.training.stopAtLoss
    if (target !== null && loss <= target) training.reached[r] = true
  })
  training.validatedStep = training.step
  emit({
    type: 'validation',
    step: training.step,
    epoch: Math.floor(training.step / plan.stepsPerEpoch),
    loss: evaluations.map(({ loss }) => loss),
    accuracy: evaluations.every(({ accuracy }) => accuracy !== null)
      ? evaluations.map(({ accuracy }) => accuracy ?? Number.NaN)
      : null,
    best: isBest,
  })
}
