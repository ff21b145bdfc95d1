/**
 * One run from its record to its result: warm-up, training, test, with the seeds as replicas side by side. Files, clock and the
 * wish to pause are passed in. After a pause, a crash or a kill the same call goes on from the last checkpoint and ends
 * with the same bits.
 */
import type { Backend, Engine } from '../backends/backend.ts'
import type { Dataset } from '../datasets/dataset.ts'
import { initialize } from '../networks/initial-values.ts'
import type { Network } from '../networks/network.ts'
import type { Tensor } from '../numerics/dims.ts'
import { LabError } from '../errors/errors.ts'
import { goOnWith, lastTuning } from '../runs/engine-history.ts'
import type { Checkpoint, RunEvent, RunRecord, RunResult, RunWriter } from '../runs/run.ts'
import { CheckpointPace } from './checkpoint-pace.ts'
import { DeviceLosses } from './device-losses.ts'
import { currentPlace, findNonFinite, hasNotDiverged, requireFinite } from './divergence.ts'
import { train } from './epochs.ts'
import { evaluateSplit, type Evaluation } from './evaluate.ts'
import { captureCheckpoint, restoreCheckpoint, restoreSeed, startProgress, type Phase } from './progress.ts'
import { PauseSignal, type TrainingSession } from './session.ts'
import { hasWarmup, warmUp } from './warm-up.ts'

/** Milliseconds since 1970. */
export interface Clock {
  now(): number
  /** Resolves after so many milliseconds; absent: nothing is waited for. */
  wait?(ms: number): Promise<void>
}

export interface TrainControl {
  /** Asked before every step and chunk: a wish to leave after a checkpoint. A stopped run is not meant to go on, but can. */
  requested(): 'pause' | 'stop' | null
  /** Lets the host's event loop run (timers, signals); called before every step and chunk. */
  rest?(): Promise<void>
}

export interface TrainRunOptions {
  readonly record: RunRecord
  readonly network: Network
  /** One a seed, in the order of `config.seeds`. */
  readonly datasets: readonly Dataset[]
  readonly backend: Backend
  readonly writer: RunWriter
  readonly clock: Clock
  readonly control: TrainControl
  /** What is worth knowing before it goes on, */
  readonly notes?: readonly string[]
  /** and what to be warned of. */
  readonly remarks?: readonly string[]
  readonly onEvent?: (event: RunEvent) => void
  /** The run goes back to its last checkpoint: events that were told since will come again. */
  readonly onDeviceLost?: (error: LabError) => Promise<void>
  /** Whether it goes on where another backend began it: another one rounds differently. */
  readonly mayChangeBackend?: boolean
}

/** What a call of `trainRun` remembers from one device to the next. */
interface RunCall {
  readonly losses: DeviceLosses
  /** What is to be told that is in no checkpoint yet. */
  untold: readonly RunEvent[]
  /** Where the run has come to on the device that it has. */
  session: TrainingSession | null
}

/**
 * Trains a run to its end, to a pause or to a stop. Where its device is lost it goes on by itself from its last checkpoint, a few times for each.
 * @returns the test results, or 'paused' or 'stopped' once everything is saved
 * @throws LabError `non-finite` when every seed has diverged: the record then says `diverged`; `warm-up-restarts`, `checkpoint`, `config`,
 *   `device-lost`: it says `failed`. The last good checkpoint stays
 */
export async function trainRun(options: TrainRunOptions): Promise<RunResult | 'paused' | 'stopped'> {
  const call: RunCall = { losses: new DeviceLosses(), untold: logEvents(options), session: null }
  for (;;) {
    try {
      return await trainOnDevice(options, call)
    } catch (error) {
      // A checkpoint that this call cannot read says nothing against the run: its record stays as it was.
      if (error instanceof LabError && error.code === 'checkpoint') throw error
      const place = call.session && currentPlace(call.session)
      call.session = null
      const waitMs = call.losses.waitAfter(error, options.backend.name, place)
      if (waitMs === null) {
        await recordFailure(options, call, error)
        throw error
      }
      await options.onDeviceLost?.(error as LabError)
      await options.clock.wait?.(waitMs)
    }
  }
}

function logEvents({ notes = [], remarks = [] }: TrainRunOptions): readonly RunEvent[] {
  return [
    ...remarks.map((message): RunEvent => ({ type: 'log', level: 'warning', message })),
    ...notes.map((message): RunEvent => ({ type: 'log', level: 'info', message })),
  ]
}

const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString()

async function trainOnDevice(options: TrainRunOptions, call: RunCall): Promise<RunResult | 'paused' | 'stopped'> {
  const { record, network, backend, writer, clock } = options
  if (options.datasets.length !== record.config.seeds.length) throw new Error('one dataset a seed')
  const device = { backend: backend.name, device: backend.device ?? null }
  const tuning = lastTuning(writer.record.engines, device)
  const engine = await backend.createEngine(network, record.config.seeds.length, tuning)
  try {
    const session = await openSession(options, call, engine)
    call.session = session
    const place = currentPlace(session)
    await writer.update({
      status: 'running',
      backend: backend.name,
      engines: goOnWith(writer.record.engines, { ...device, tuning: engine.tuning }, place),
      ...call.losses.toRecord(writer.record, place),
      startedAt: writer.record.startedAt ?? isoTime(clock),
      endedAt: null,
      error: null,
      diverged: divergedOf(session),
    })
    const result = await takePhases(session, options)
    if (result === 'paused') await writer.update({ status: 'paused' })
    else if (result === 'stopped') await writer.update({ status: 'stopped', endedAt: isoTime(clock) })
    else await writer.update({ status: 'finished', endedAt: isoTime(clock), result })
    return result
  } finally {
    await engine.dispose()
  }
}

async function recordFailure(
  { writer, clock, onEvent }: TrainRunOptions,
  call: RunCall,
  error: unknown,
): Promise<void> {
  const { code, message } =
    error instanceof LabError
      ? error
      : { code: 'internal', message: error instanceof Error ? error.message : String(error) }
  const event: RunEvent = { type: 'log', level: 'error', message }
  writer.append([event])
  onEvent?.(event)
  const status = code === 'non-finite' ? 'diverged' : 'failed'
  const losses = call.losses.toRecord(writer.record, null)
  await writer.update({ status, endedAt: isoTime(clock), error: { code, message }, ...losses })
}

/** Fresh initial values, or those of the last checkpoint. */
async function openSession(options: TrainRunOptions, call: RunCall, engine: Engine): Promise<TrainingSession> {
  const { record, network, datasets, backend, writer, clock, control, onEvent, mayChangeBackend = false } = options
  const { config } = record
  const { seeds } = config
  const pace = new CheckpointPace(clock.now())
  const emit = (event: RunEvent): void => {
    writer.append([event])
    onEvent?.(event)
  }
  const saved = await writer.loadCheckpoint()
  if (saved !== null && record.backend !== null && record.backend !== backend.name && !mayChangeBackend)
    throw new LabError('checkpoint', 'a run is resumed on the backend that began it, since others round differently.', {
      where: record.id,
      expected: record.backend,
      found: backend.name,
      remedy: `Resume it with the backend \`${record.backend}\`, or say with \`--backend ${backend.name}\` that it may change.`,
    })
  for (const event of call.untold) emit(event)
  const restored = saved && (await restoreCheckpoint(engine, seeds, saved))
  let lastGood = saved
  const warmsUp = record.strategy !== 'none' && hasWarmup({ network, config })
  const session: TrainingSession = {
    engine,
    network,
    datasets,
    seeds,
    config,
    progress: restored?.progress ?? startProgress(seeds.length, warmsUp),
    best: restored?.best ?? seeds.map(() => null),
    emit,
    async breathe() {
      await control.rest?.()
      if (control.requested() !== null) throw new PauseSignal()
    },
    async recordDiverged() {
      await writer.update({ diverged: divergedOf(session) })
    },
    async checkWeights() {
      const broken = findNonFinite((await capture()).tensors)
      for (const [r, seed] of seeds.entries()) {
        const weights = broken.get(seed)
        if (weights !== undefined && hasNotDiverged(session.progress, r))
          await requireFinite(session, r, currentPlace(session), { weights })
      }
    },
    async checkpoint(keptAs) {
      const begunMs = clock.now()
      let checkpoint = await capture()
      const broken = findNonFinite(checkpoint.tensors)
      if (seeds.some((seed, r) => broken.has(seed) && hasNotDiverged(session.progress, r))) return
      if (broken.size > 0 && lastGood !== null) {
        for (const [r, seed] of seeds.entries())
          if (broken.has(seed)) session.best[r] = await restoreSeed(engine, r, seed, lastGood)
        checkpoint = await capture()
      }
      lastGood = checkpoint
      await writer.saveCheckpoint(checkpoint, keptAs)
      call.losses.forget()
      call.untold = []
      pace.note(begunMs, clock.now())
    },
    isCheckpointDue: () => pace.isDue(clock.now()),
  }
  const capture = (): Promise<Checkpoint> => captureCheckpoint(engine, seeds, session.progress, session.best)
  if (restored === null) {
    for (const [r, seed] of seeds.entries()) {
      await engine.writeParameters(r, initialize(network, seed, 0))
      await engine.resetOptimizer(r)
    }
    await enterPhase(session, session.progress.phase)
  }
  return session
}

async function takePhases(
  session: TrainingSession,
  options: TrainRunOptions,
): Promise<RunResult | 'paused' | 'stopped'> {
  const { progress, engine, seeds } = session
  try {
    if (progress.phase === 'warm-up') {
      await warmUp(session)
      // Algorithm 3 ends here: training starts with a fresh optimiser.
      for (const r of seeds.keys()) await engine.resetOptimizer(r)
      await enterPhase(session, 'training', 'warmed-up')
    }
    if (progress.phase === 'training') {
      await train(session)
      await enterPhase(session, 'test')
    }
    return await test(session, options)
  } catch (error) {
    if (!(error instanceof PauseSignal)) throw error
    // In the test nothing moves but the engine may hold the best weights; the checkpoint at its start is the one to keep.
    if (progress.phase !== 'test') await session.checkpoint()
    return options.control.requested() === 'stop' ? 'stopped' : 'paused'
  }
}

async function enterPhase(session: TrainingSession, phase: Phase, keptAs?: 'warmed-up'): Promise<void> {
  await session.checkWeights()
  session.progress.phase = phase
  session.emit({ type: 'phase', phase, step: phase === 'test' ? session.progress.training.step : 0 })
  await session.checkpoint(keptAs)
}

/** The one test of the seeds that have not diverged, with the last weights and with the best; writes the weights down. */
async function test(session: TrainingSession, { record, writer }: TrainRunOptions): Promise<RunResult> {
  const { engine, seeds, datasets, best, emit, progress } = session
  const lastWeights = await Promise.all(seeds.map((_, r) => engine.readParameters(r)))
  const bestWeights = best.map((weights, r) => weights ?? lastWeights[r]!)
  const goesOn = (r: number): boolean => hasNotDiverged(progress, r)
  const last = await evaluateSplit(session, 'test', goesOn)
  for (const [r, weights] of bestWeights.entries()) await engine.writeParameters(r, weights)
  const atBest = await evaluateSplit(session, 'test', goesOn)
  const metric = datasets.every(({ task }) => task === 'classification') ? 'accuracy' : 'mse'
  const valueOf = (evaluation: Evaluation): number => evaluation.accuracy ?? evaluation.loss
  const tested = seeds.map((seed, r) => ({ seed, r, best: atBest[r]!, last: last[r]! })).filter(({ r }) => goesOn(r))
  const place = currentPlace(session)
  for (const { r, best: atItsBest, last: atItsLast } of tested) {
    const lost = [valueOf(atItsBest), valueOf(atItsLast)].find((value) => !Number.isFinite(value))
    await requireFinite(session, r, place, { 'test-loss': lost ?? 0 })
  }
  const kept = tested.filter(({ r }) => goesOn(r))
  const result: RunResult = {
    metric,
    best: kept.map((each) => valueOf(each.best)),
    last: kept.map((each) => valueOf(each.last)),
    ...(datasets.some(({ counts }) => counts.validation === 0) && { bestIsLast: true }),
    seeds: kept.map(({ seed }) => seed),
    warmupRestarts: kept.map(({ r }) => progress.warmup.attempts[r]!),
  }
  const tensors = new Map<string, Tensor>()
  for (const { seed, r } of kept) {
    for (const [name, tensor] of bestWeights[r]!) tensors.set(`seed${seed}/best/${name}`, tensor)
    for (const [name, tensor] of lastWeights[r]!) tensors.set(`seed${seed}/last/${name}`, tensor)
  }
  await writer.saveWeights(tensors, {
    run: record.id,
    name: record.config.name,
    strategy: record.strategy,
    metric,
    seeds: result.seeds.join(','),
    best: result.best.join(','),
    last: result.last.join(','),
  })
  emit({ type: 'test', result })
  return result
}

/** The seeds that have diverged, in the order of the configuration. */
function divergedOf({ progress }: Pick<TrainingSession, 'progress'>): RunRecord['diverged'] {
  return progress.diverged.filter((divergence) => divergence !== null)
}
