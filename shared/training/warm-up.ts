/**
 * Algorithm 3: a session whose parameters are initial values enters; it leaves with warmed-up ones. Replicas that end too
 * multi-stable start over while the others wait. The gradient of VAA* is left to the engine.
 */
import { initialize } from '../networks/initial-values.ts'
import { RandomStream } from '../numerics/random.ts'
import { LabError } from '../errors/errors.ts'
import { WARMUP_ATTEMPT_STRIDE, warmupOrder } from './batches.ts'
import { hasNotDiverged, requireFinite } from './divergence.ts'
import { drawConvergence } from './draws.ts'
import { meanVaaStar, type MeasureMoment } from './measure.ts'
import { optimizerSettings, readsFreshSeries, type TrainingSession } from './session.ts'
import { tellMeasures } from './tell-measures.ts'

/** The check after warm-up: the mean of 10 fresh draws on n = 32 (science.md). */
export const WARMUP_CHECK = { draws: 10, series: 32 } as const

/** M*, the curriculum's bound on the convergence steps: 1 at first, then min(M_max, M* + c) a step. */
export function curriculumBound(step: number, increment: number, maxConvergenceSteps: number): number {
  return Math.min(maxConvergenceSteps, 1 + step * increment)
}

/** Whether Algorithm 3 has anything to do. */
export function hasWarmup({ network, config }: Pick<TrainingSession, 'network' | 'config'>): boolean {
  return config.warmup.steps > 0 && network.layers.some((parts) => parts.some(({ warm }) => warm))
}

/** Takes all rounds from where the session stands. @throws LabError `warm-up-restarts`, `non-finite` */
export async function warmUp(session: TrainingSession): Promise<void> {
  const { progress, config } = session
  const warmup = progress.warmup
  if (!warmup.measuredBefore) {
    await measure(session, 0, () => true)
    warmup.measuredBefore = true
  }
  while (warmup.active.includes(true)) {
    await takeRound(session)
    await endRound(session)
  }
  await measure(session, warmup.round * config.warmup.steps, () => true)
}

async function takeRound(session: TrainingSession): Promise<void> {
  const { engine, network, datasets, seeds, config, emit } = session
  const { warmup: settings } = config
  const warmup = session.progress.warmup
  const orders = datasets.map((dataset, r) =>
    warmupOrder({
      seed: seeds[r]!,
      count: dataset.counts.train,
      batch: settings.batch,
      fresh: readsFreshSeries(config),
    }),
  )
  const optimizer = optimizerSettings(settings.optimizer, 1)
  for (;;) {
    await doWhatIsDue(session)
    if (warmup.step >= settings.steps) return
    await session.breathe()
    const step = warmup.step
    const bound = curriculumBound(step, settings.curriculumIncrement, settings.maxConvergenceSteps)
    const requests = warmup.active.map((active, r) => {
      if (!active) return null
      const stream = new RandomStream(seeds[r]!, 'warm-up', warmup.round * WARMUP_ATTEMPT_STRIDE + step)
      const batch = datasets[r]!.batch('train', orders[r]!(warmup.round, step))
      const draw = drawConvergence(stream, batch, network, 1 + stream.integer(bound))
      return { batch, draw, target: settings.target, epsilon: settings.epsilon, masked: settings.masked }
    })
    const results = await engine.warmupStep(
      requests,
      requests.map((request) => request && optimizer),
    )
    warmup.step = step + 1
    const totalStep = warmup.round * settings.steps + warmup.step
    emit({
      type: 'warmup-step',
      step: totalStep,
      loss: results.map((result) => result && finiteOrNull(result.loss)),
      vaaStar: results.map((result) => result && [...result.vaaStar]),
      convergenceSteps: requests.map((request) => request && request.draw.convergenceSteps),
      gradientNorm: results.map((result) => result && finiteOrNull(result.gradientNorm)),
    })
    const place = { phase: 'warm-up', step: totalStep } as const
    for (const [r, result] of results.entries())
      if (result !== null) await requireFinite(session, r, place, { loss: result.loss, gradient: result.gradientNorm })
  }
}

const finiteOrNull = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Measures and a checkpoint between two steps. */
async function doWhatIsDue(session: TrainingSession): Promise<void> {
  const { config, progress } = session
  const { warmup } = progress
  const every = config.measures.everySteps
  // Not at the last step: the measure after warm-up follows it, or the round is thrown away.
  const measures = every !== null && every > 0 && warmup.step % every === 0 && warmup.step < config.warmup.steps
  if (measures && warmup.measuredStep !== warmup.step) {
    await measure(session, warmup.round * config.warmup.steps + warmup.step, (r) => warmup.active[r]!)
    warmup.measuredStep = warmup.step
  }
  if (warmup.step > 0 && warmup.step % config.checkpointEverySteps === 0) {
    // When, the configuration alone decides: what a check finds must not hang on the clock.
    await session.checkWeights()
    if (session.isCheckpointDue()) await session.checkpoint()
  }
}

/** Checks the active replicas; those with a layer above the limit get fresh initial values, the others are done. */
async function endRound(session: TrainingSession): Promise<void> {
  const { engine, network, seeds, config, emit } = session
  const { restartAbove, maxRestarts, maxConvergenceSteps, epsilon, steps } = config.warmup
  const warmup = session.progress.warmup
  const checks = await meanVaaStar(
    session,
    { ...WARMUP_CHECK, convergenceSteps: maxConvergenceSteps, epsilon },
    seeds.map((seed, r) => (warmup.active[r] ? new RandomStream(seed, 'warm-up-check', warmup.round) : null)),
  )
  const place = { phase: 'warm-up', step: warmup.round * steps + steps } as const
  for (const [r, layers] of checks.entries())
    for (const [layer, parts] of network.layers.entries())
      if (layers !== null && parts.some(({ warm }) => warm))
        if (!(await requireFinite(session, r, place, { 'vaa-star': layers[layer]! }))) break
  const restarted = checks.map((layers, r) => {
    if (layers === null || !hasNotDiverged(session.progress, r)) return false
    warmup.checked[r] = layers.map((value) => (Number.isNaN(value) ? null : value))
    return layers.some((value) => value > restartAbove)
  })
  warmup.round++
  warmup.step = 0
  warmup.measuredStep = 0
  for (const [r, again] of restarted.entries()) {
    if (!warmup.active[r]) continue
    warmup.active[r] = again
    if (!again) continue
    warmup.attempts[r] = warmup.round
    await engine.writeParameters(r, initialize(network, seeds[r]!, warmup.round))
    await engine.resetOptimizer(r)
  }
  emit({
    type: 'warmup-end',
    vaaStar: warmup.checked.map((layers) => layers.map((value) => value ?? Number.NaN)),
    restarted,
    restarts: [...warmup.attempts],
  })
  const failed = warmup.attempts.findIndex((attempt, r) => restarted[r] && attempt > maxRestarts)
  if (failed >= 0)
    throw new LabError(
      'warm-up-restarts',
      `seed ${seeds[failed]} was still too multi-stable after ${maxRestarts} restarts.`,
      {
        where: 'warm-up',
        expected: `VAA* of every layer at most ${restartAbove}`,
        found: warmup.checked[failed]!.map((value) => value?.toFixed(4) ?? '-').join(', '),
        remedy: 'Lower the learning rate, the steps or the target of the warm-up.',
      },
    )
  await session.checkpoint()
}

/** Measures before, during and after; a seed's draws depend on its own attempt alone. */
async function measure(session: TrainingSession, totalStep: number, includes: (r: number) => boolean): Promise<void> {
  const { config, progress, seeds } = session
  if (config.measures.everySteps === 0) return
  const { attempts, active, step, measuredBefore } = progress.warmup
  const moments = seeds.map((_, r): MeasureMoment | null =>
    includes(r) && hasNotDiverged(progress, r)
      ? {
          phase: 'warm-up',
          attempt: attempts[r]!,
          step: measuredBefore && !active[r] ? config.warmup.steps : step,
        }
      : null,
  )
  await tellMeasures(session, 'warm-up', totalStep, moments)
}
