/**
 * How long a run would take: an engine of its network, its datasets and configuration enter; each kind of its work is done a few times with
 * real batches, and the times of the whole leave. What cannot be known before (restarts, an early stop) is left out, as is writing files.
 */
import type { Engine } from '../backends/backend.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { ExperimentConfig, MeasuresConfig, VaaConfig, WarmupConfig } from '../experiments/config.ts'
import { RandomStream } from '../numerics/random.ts'
import { stepsPerEpoch, trainingOrder, warmupOrder } from './batches.ts'
import { drawConvergence, drawVaa, drawVaaStar } from './draws.ts'
import { trainRequest } from './epochs.ts'
import { CHUNK_SERIES } from './evaluate.ts'
import { optimizerSettings, readsFreshSeries } from './session.ts'
import { takeSpreads } from './spreads.ts'
import { curriculumBound, hasWarmup, WARMUP_CHECK } from './warm-up.ts'

export interface TimedWork {
  readonly what: 'warm-up' | 'warm-up-check' | 'training' | 'validation' | 'measures' | 'test'
  readonly count: number
  readonly eachMs: number
}

/** Without the files that a run writes. */
export interface TimeEstimate {
  readonly work: readonly TimedWork[]
  readonly totalMs: number
}

export interface EstimateSubject {
  readonly engine: Engine
  /** One a seed. */
  readonly datasets: readonly Dataset[]
  readonly config: ExperimentConfig
  /** Whether the strategy has a warm-up, if the design has one. */
  readonly warmsUp: boolean
  /** Milliseconds from any beginning. */
  readonly now: () => number
}

/** So long, or so often, is one kind of work done. */
const ENOUGH_MS = 300
const MOST_TIMES = 5
/** Convergence is timed over at most so many steps; the rest is the same step again. */
const MOST_CONVERGENCE_STEPS = 200
/** A network as it begins is at rest by then, as a rule: what hovers by rounding takes a thousand steps to be known. */
const TIMED_STEPS_TO_REST = 1500

/** Times all kinds of work of a run; the engine's parameters are the user's initial values and move. */
export async function estimateTime(subject: EstimateSubject): Promise<TimeEstimate> {
  const { config, engine, datasets } = subject
  const { network } = engine
  const warmsUp = subject.warmsUp && hasWarmup({ network, config })
  const counts = countWork(config, datasets, warmsUp)
  const work: TimedWork[] = []
  const add = async (what: TimedWork['what'], count: number, eachMs: () => Promise<number>): Promise<void> => {
    if (count > 0) work.push({ what, count, eachMs: await eachMs() })
  }
  await add('warm-up', counts.warmup, () => timeWarmup(subject))
  await add('warm-up-check', warmsUp ? 1 : 0, () => {
    const { maxConvergenceSteps, epsilon } = config.warmup
    return timeVaaStar(subject, { ...WARMUP_CHECK, convergenceSteps: maxConvergenceSteps, epsilon })
  })
  await add('training', counts.training, () => timeTraining(subject))
  const seriesMs = counts.validation + counts.test > 0 ? await timeSeries(subject) : 0
  await add('validation', counts.validation, async () => seriesMs * most(datasets, 'validation'))
  await add('measures', counts.measures, () => timeMeasures(subject))
  await add('test', counts.test, async () => seriesMs * most(datasets, 'test'))
  return { work, totalMs: work.reduce((sum, { count, eachMs }) => sum + count * eachMs, 0) }
}

const most = (datasets: readonly Dataset[], split: 'validation' | 'test'): number =>
  Math.max(...datasets.map(({ counts }) => counts[split]))

interface WorkCounts {
  readonly warmup: number
  readonly training: number
  readonly validation: number
  readonly measures: number
  readonly test: number
}

/** How often each kind of work is done: what warm-up.ts and epochs.ts find due. */
export function countWork(
  { warmup, training, measures }: ExperimentConfig,
  datasets: readonly Pick<Dataset, 'counts'>[],
  warmsUp: boolean,
): WorkCounts {
  const perEpoch = stepsPerEpoch(Math.min(...datasets.map(({ counts }) => counts.train)), training.batch)
  const steps = training.steps ?? training.epochs * perEpoch
  const validates = datasets.every(({ counts }) => counts.validation > 0)
  const { everySteps } = measures
  const isMeasured = everySteps !== 0 && (measures.vaa !== null || measures.vaaStar !== null || measures.histograms)
  // Warm-up: before, on the way, after. Training: at its beginning if nothing came before, on the way, at its end.
  const inWarmup = warmsUp ? 2 + (everySteps ? Math.floor(Math.max(0, warmup.steps - 1) / everySteps) : 0) : 1
  return {
    warmup: warmsUp ? warmup.steps : 0,
    training: steps,
    validation: validates ? Math.ceil(steps / (training.validateEverySteps ?? perEpoch)) : 0,
    measures: isMeasured ? inWarmup + Math.ceil(steps / (everySteps ?? perEpoch)) : 0,
    test: 2,
  }
}

/** The mean of the convergence steps that Algorithm 3 draws: of 1 .. M* at every step. */
export function meanConvergenceSteps({ steps, curriculumIncrement, maxConvergenceSteps }: WarmupConfig): number {
  let sum = 0
  for (let step = 0; step < steps; step++)
    sum += (1 + curriculumBound(step, curriculumIncrement, maxConvergenceSteps)) / 2
  return sum / steps
}

/** At the mean of convergence steps: a step's time grows with them in a straight line. */
async function timeWarmup({ engine, datasets, config, now }: EstimateSubject): Promise<number> {
  const { warmup, seeds } = config
  const { batch, target, epsilon, masked, optimizer } = warmup
  const convergenceSteps = Math.max(1, Math.round(meanConvergenceSteps(warmup)))
  const orders = datasets.map(({ counts }, r) =>
    warmupOrder({ seed: seeds[r]!, count: counts.train, batch, fresh: readsFreshSeries(config) }),
  )
  const settings = seeds.map(() => optimizerSettings(optimizer, 1))
  return timeOf(now, (time) => {
    const requests = seeds.map((seed, r) => {
      const series = datasets[r]!.batch('train', orders[r]!(0, time))
      const draw = drawConvergence(new RandomStream(seed, 'warm-up', time), series, engine.network, convergenceSteps)
      return { batch: series, draw, target, epsilon, masked }
    })
    return engine.warmupStep(requests, settings)
  })
}

/** @returns ms of a training step, in the mean where a regulariser is not counted at every one */
export async function timeTraining(subject: EstimateSubject): Promise<number> {
  const { everySteps } = subject.config.training.regulariser ?? { everySteps: 1 }
  const counted = await timeTrainStep(subject, 0)
  if (everySteps === 1) return counted
  const plain = await timeTrainStep(subject, 1)
  return plain + (counted - plain) / everySteps
}

/** @param step the regulariser counts at 0, and not at 1 where it is not counted at every step */
function timeTrainStep({ engine, datasets, config, now }: EstimateSubject, step: 0 | 1): Promise<number> {
  const { training, seeds } = config
  const { batch, optimizer } = training
  const orders = datasets.map(({ counts }, r) =>
    trainingOrder({ seed: seeds[r]!, count: counts.train, batch, fresh: readsFreshSeries(config) }),
  )
  const settings = seeds.map(() => optimizerSettings(optimizer, 1))
  return timeOf(now, (time) => {
    const requests = seeds.map((seed, r) =>
      trainRequest(
        { network: engine.network, config },
        seed,
        step,
        datasets[r]!.batch('train', orders[r]!(time % stepsPerEpoch(datasets[r]!.counts.train, batch))),
      ),
    )
    return engine.trainStep(requests, settings)
  })
}

/** One series of an evaluation, all seeds together. */
async function timeSeries({ engine, datasets, now }: EstimateSubject): Promise<number> {
  const size = Math.min(CHUNK_SERIES, most(datasets, 'test'))
  const ms = await timeOf(now, () =>
    engine.evaluate(
      datasets.map((dataset) =>
        dataset.batch(
          'test',
          Array.from({ length: Math.min(size, dataset.counts.test) }, (_, index) => index),
        ),
      ),
    ),
  )
  return ms / size
}

async function timeMeasures(subject: EstimateSubject): Promise<number> {
  const { vaa, vaaStar, histograms } = subject.config.measures
  return (
    (vaa ? await timeVaa(subject, vaa) : 0) +
    (vaaStar ? await timeVaaStar(subject, vaaStar) : 0) +
    (histograms ? await timeSpreads(subject) : 0)
  )
}

async function timeSpreads(subject: EstimateSubject): Promise<number> {
  const all = subject.datasets.map(() => true)
  return timeOf(subject.now, () => takeSpreads(subject, subject.config, all))
}

/** VAA at rest is timed as one with M = M_max, unless all states are at rest before the time is up. */
async function timeVaa({ engine, datasets, config, now }: EstimateSubject, settings: VaaConfig): Promise<number> {
  const { series, draws, epsilon, stopResidual } = settings
  const isAtRest = settings.convergenceSteps === null
  const wholeSteps = settings.convergenceSteps ?? settings.maxConvergenceSteps
  const convergenceSteps = Math.min(wholeSteps, isAtRest ? TIMED_STEPS_TO_REST : MOST_CONVERGENCE_STEPS)
  let endsEarly = false
  const ms = await timeOf(now, async (time) => {
    const drawn = datasets.map((dataset, r) =>
      drawVaa(new RandomStream(config.seeds[r]!, 'vaa', time), dataset, series),
    )
    if (isAtRest) {
      const rest = { maxConvergenceSteps: convergenceSteps, epsilon, slices: [] }
      const states = await engine.convergeToRest(drawn.map((draw) => ({ ...draw, ...rest })))
      endsEarly = states.every((state) => state === null || state.steps.every((count) => count < convergenceSteps))
    } else {
      const states = await engine.converge(drawn.map((draw) => ({ ...draw, convergenceSteps, stopResidual })))
      endsEarly = states.every((state) => state === null || state.exactExit !== null || state.stoppedAt !== null)
    }
  })
  const factor = convergenceFactor(datasets, wholeSteps, convergenceSteps)
  return draws * (endsEarly ? ms : ms * factor)
}

async function timeVaaStar(
  { engine, datasets, config, now }: EstimateSubject,
  settings: NonNullable<MeasuresConfig['vaaStar']>,
): Promise<number> {
  const timed = { ...settings, convergenceSteps: Math.min(settings.convergenceSteps, MOST_CONVERGENCE_STEPS) }
  const ms = await timeOf(now, (time) =>
    engine.vaaStar(
      datasets.map((dataset, r) =>
        drawVaaStar(new RandomStream(config.seeds[r]!, 'vaa', time), dataset, engine.network, timed),
      ),
    ),
  )
  return settings.draws * ms * convergenceFactor(datasets, settings.convergenceSteps, timed.convergenceSteps)
}

/** A series is run to a truncation of half its length in the mean, then for M steps; every step takes the same. */
function convergenceFactor(datasets: readonly Dataset[], wholeSteps: number, timedSteps: number): number {
  const truncation = Math.max(...datasets.map(({ maxSteps }) => maxSteps)) / 2
  return (truncation + wholeSteps) / (truncation + timedSteps)
}

/** The median of a few times; the first is thrown away (memory is new, code is cold) unless it alone is long. */
async function timeOf(now: () => number, work: (time: number) => Promise<unknown>): Promise<number> {
  const time = async (index: number): Promise<number> => {
    const begin = now()
    await work(index)
    return now() - begin
  }
  const first = await time(0)
  if (first >= ENOUGH_MS) return first
  const times: number[] = []
  for (let spent = 0; spent < ENOUGH_MS && times.length < MOST_TIMES;) {
    times.push(await time(times.length + 1))
    spent += times.at(-1)!
  }
  return times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!
}
