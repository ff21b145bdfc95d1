/**
 * The programs of backend.ts that move no parameter, over the recurrence of a backend: which program a call runs for each replica, and how
 * many side by side. Calls take their turns in the order in which they were made. How a step is taken, its heirs say.
 */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { Network } from '../../networks/network.ts'
import type { TensorMap } from '../../numerics/dims.ts'
import { LabError } from '../../errors/errors.ts'
import type {
  ConvergeRequest,
  ConvergedStates,
  ConvergenceDraw,
  Engine,
  EvaluateResult,
  GradientByLag,
  LagRequest,
  OptimizerSettings,
  OptimizerState,
  PerReplica,
  RestedStates,
  RestRequest,
  TrainRequest,
  TrainResult,
  WarmupRequest,
  WarmupResult,
} from '../backend.ts'
import type { Handles, MeasuringRecurrence } from '../recurrence.ts'
import type { Tuning } from '../tuning.ts'
import { converge } from './converge.ts'
import { convergeToRest } from './converge-to-rest.ts'
import { evaluate } from './evaluate.ts'
import { gradientByLag } from './gradient-by-lag.ts'
import { fromTensors, joinRanges, parameterRanges, toTensors, type ParameterRange } from './parameter-ranges.ts'
import { runSideBySide, type Program, type RunJobs } from './program.ts'
import type { Replica } from './replica.ts'
import { vaaStarOfLayers } from './warm-up.ts'

/** What carries the jobs of an engine out, and what it holds outside JavaScript's heap. */
export interface JobHost<Job> {
  /** See `Engine`. */
  readonly tuning?: Tuning
  /** Does independent jobs, of different replicas, together. */
  readonly run: RunJobs<Job>
  /** How many replicas' programs on sequences of this size run side by side. */
  sideBySide(size: SequenceSize): number
  dispose(): void | Promise<void>
  /** null where nobody counts */
  memoryBytes(): number | null
}

export const batchOf = ({ batch }: { readonly batch: SeriesBatch }): SequenceSize => batch

/** T and B. */
export type SequenceSize = Pick<SeriesBatch, 'steps' | 'batch'>

export abstract class MeasuringEngine<H extends Handles, R extends MeasuringRecurrence<H>> implements Engine {
  readonly network: Network
  readonly replicas: number
  readonly tuning?: Tuning
  readonly #replicas: readonly Replica<H, R>[]
  readonly #ranges: readonly ParameterRange[]
  readonly #host: JobHost<H['job']>
  /** Settled when the call made last has had its turn. */
  #lastTurn: Promise<unknown> = Promise.resolve()

  constructor(network: Network, recurrences: readonly R[], host: JobHost<H['job']>) {
    this.network = network
    this.replicas = recurrences.length
    this.tuning = host.tuning
    this.#ranges = parameterRanges(network)
    const learned = this.#ranges.filter(({ isFrozen }) => !isFrozen)
    const allParameters = joinRanges(learned)
    const warmParameters = joinRanges(learned.filter(({ warm }) => warm))
    this.#replicas = recurrences.map((recurrence) => ({ network, recurrence, learned, allParameters, warmParameters }))
    this.#host = host
  }

  readParameters(replica: number): Promise<TensorMap> {
    const ranges = this.#ranges
    return this.#runOne(replica, function* ({ recurrence }) {
      return toTensors(ranges, yield* recurrence.readParameters())
    })
  }

  writeParameters(replica: number, values: TensorMap): Promise<void> {
    const ranges = this.#ranges
    return this.#runOne(replica, function* ({ recurrence }) {
      const flat = yield* recurrence.readParameters()
      fromTensors(ranges, values, flat, 'parameters')
      yield* recurrence.writeParameters(flat)
    })
  }

  readOptimizer(replica: number): Promise<OptimizerState> {
    return this.#runOne(replica, function* ({ recurrence, learned }) {
      const { step, first, second } = yield* recurrence.readMoments()
      return { step, first: toTensors(learned, first), second: toTensors(learned, second) }
    })
  }

  writeOptimizer(replica: number, { step, first, second }: OptimizerState): Promise<void> {
    return this.#runOne(replica, function* ({ recurrence, learned }) {
      const moments = yield* recurrence.readMoments()
      fromTensors(learned, first, moments.first, 'first moments')
      fromTensors(learned, second, moments.second, 'second moments')
      yield* recurrence.writeMoments({ ...moments, step })
    })
  }

  resetOptimizer(replica: number): Promise<void> {
    return this.#runOne(replica, function* ({ recurrence }) {
      const moments = yield* recurrence.readMoments()
      moments.first.fill(0)
      moments.second.fill(0)
      yield* recurrence.writeMoments({ ...moments, step: 0 })
    })
  }

  evaluate(requests: PerReplica<SeriesBatch>): Promise<PerReplica<EvaluateResult>> {
    return this.runAll(requests, (batch) => batch, evaluate)
  }

  abstract trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>>

  abstract trainGradients(
    requests: PerReplica<TrainRequest>,
  ): Promise<PerReplica<TrainResult & { gradients: TensorMap }>>

  abstract warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>>

  abstract warmupGradients(
    requests: PerReplica<WarmupRequest>,
  ): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>>

  vaaStar(
    requests: PerReplica<{ batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number }>,
  ): Promise<PerReplica<readonly number[]>> {
    return this.runAll(requests, batchOf, vaaStarOfLayers)
  }

  converge(requests: PerReplica<ConvergeRequest>, breathe?: () => Promise<void>): Promise<PerReplica<ConvergedStates>> {
    return this.runAll(requests, batchOf, converge, breathe)
  }

  convergeToRest(requests: PerReplica<RestRequest>, breathe?: () => Promise<void>): Promise<PerReplica<RestedStates>> {
    return this.runAll(requests, batchOf, convergeToRest, breathe)
  }

  gradientByLag(requests: PerReplica<LagRequest>): Promise<PerReplica<GradientByLag>> {
    return this.runAll(requests, batchOf, gradientByLag)
  }

  memoryBytes(): Promise<number | null> {
    return Promise.resolve(this.#host.memoryBytes())
  }

  async dispose(): Promise<void> {
    await this.#host.dispose()
  }

  async #runOne<Result>(
    index: number,
    program: (replica: Replica<H, R>) => Program<H['job'], Result>,
  ): Promise<Result> {
    return this.#inTurn(async () => {
      const [result] = await runSideBySide([program(this.#take(index, 0, 1))], this.#host.run)
      return result!
    })
  }

  /**
   * Runs one program for each request, as many side by side as the host does together.
   * @param breathe for programs that take long: see runSideBySide
   */
  protected runAll<Request, Result>(
    requests: PerReplica<Request>,
    sizeOf: (request: Request) => SequenceSize,
    program: (replica: Replica<H, R>, request: Request, index: number) => Program<H['job'], Result>,
    breathe?: () => Promise<void>,
  ): Promise<PerReplica<Result>> {
    return this.#inTurn(async () => {
      const results: (Result | null)[] = requests.map(() => null)
      for (const { indices, programs } of this.#groups(requests, sizeOf, program)) {
        const found = await runSideBySide(programs, this.#host.run, breathe)
        found.forEach((result, place) => (results[indices[place]!] = result))
      }
      return results
    })
  }

  /** What a call asks for begins when those before it have ended, well or not. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#lastTurn.then(work)
    this.#lastTurn = turn.catch(() => undefined) // its caller hears of it
    return turn
  }

  /** The programs that run side by side, one group after the other; a group is made once the one before it has run. */
  *#groups<Request, Result>(
    requests: PerReplica<Request>,
    sizeOf: (request: Request) => SequenceSize,
    program: (replica: Replica<H, R>, request: Request, index: number) => Program<H['job'], Result>,
  ): Generator<{ readonly indices: readonly number[]; readonly programs: readonly Program<H['job'], Result>[] }> {
    const asked = requests.flatMap((request, index) => (request === null ? [] : [{ request, index }]))
    const most = Math.min(...asked.map(({ request }) => this.#host.sideBySide(sizeOf(request))))
    for (let start = 0; start < asked.length; start += most) {
      const group = asked.slice(start, start + most)
      yield {
        indices: group.map(({ index }) => index),
        programs: group.map(({ request, index }, place) =>
          program(this.#take(index, place, group.length), request, index),
        ),
      }
    }
  }

  #take(index: number, place: number, count: number): Replica<H, R> {
    const replica = this.#replicas[index]!
    replica.recurrence.takePlace(place, count)
    return replica
  }
}

export function optimizerOf(optimizers: PerReplica<OptimizerSettings>, index: number): OptimizerSettings {
  const settings = optimizers[index]
  if (!settings) throw new LabError('internal', `Replica ${index} has a request but no optimiser settings.`)
  return settings
}
