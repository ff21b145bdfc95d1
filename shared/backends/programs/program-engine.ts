/**
 * The whole programs of backend.ts, written once over the recurrence of a processor backend: which program a call runs for each
 * replica, and how many side by side. The programs stand beside this file.
 */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { Network } from '../../networks/network.ts'
import type { TensorMap } from '../../numerics/dims.ts'
import { LabError } from '../../protocol/errors.ts'
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
import type { FloatArray, Recurrence } from '../recurrence.ts'
import { converge } from './converge.ts'
import { convergeToRest } from './converge-to-rest.ts'
import { evaluate } from './evaluate.ts'
import { gradientByLag } from './gradient-by-lag.ts'
import { fromTensors, joinRanges, parameterRanges, toTensors, type ParameterRange } from './parameter-ranges.ts'
import { runInPieces, runSideBySide, type Program } from './program.ts'
import type { Replica } from './replica.ts'
import { trainGradients, trainStep } from './train.ts'
import { vaaStarOfLayers, warmupGradients, warmupStep } from './warm-up.ts'

/** What carries the jobs of an engine out, and what it holds outside JavaScript's heap. */
export interface JobHost<Job> {
  /** Does independent jobs, of different replicas, together. */
  run(jobs: readonly Job[]): void
  /** How many replicas' programs on sequences of this size run side by side. */
  sideBySide(size: SequenceSize): number
  dispose(): void
  /** null where nobody counts */
  memoryBytes(): number | null
}

const batchOf = ({ batch }: { readonly batch: SeriesBatch }): SequenceSize => batch

/** T and B. */
export type SequenceSize = Pick<SeriesBatch, 'steps' | 'batch'>

export class ProgramEngine<Job> implements Engine {
  readonly network: Network
  readonly replicas: number
  readonly #replicas: readonly Replica<Job>[]
  readonly #ranges: readonly ParameterRange[]
  readonly #host: JobHost<Job>

  /** @param newArray an array of the backend's precision */
  constructor(
    network: Network,
    recurrences: readonly Recurrence<Job>[],
    newArray: (length: number) => FloatArray,
    host: JobHost<Job>,
  ) {
    this.network = network
    this.replicas = recurrences.length
    this.#ranges = parameterRanges(network)
    const ranges = this.#ranges
    const allParameters = joinRanges(ranges)
    const warmParameters = joinRanges(ranges.filter(({ warm }) => warm))
    this.#replicas = recurrences.map((recurrence) => ({
      network,
      recurrence,
      ranges,
      allParameters,
      warmParameters,
      newArray,
    }))
    this.#host = host
  }

  readParameters(replica: number): TensorMap {
    return toTensors(this.#ranges, this.#recurrence(replica).parameters)
  }

  writeParameters(replica: number, values: TensorMap): void {
    fromTensors(this.#ranges, values, this.#recurrence(replica).parameters, 'parameters')
    runSideBySide([this.#take(replica, 0, 1).recurrence.parametersChanged()], (jobs) => this.#host.run(jobs))
  }

  readOptimizer(replica: number): OptimizerState {
    const { step, first, second } = this.#recurrence(replica).moments
    return { step, first: toTensors(this.#ranges, first), second: toTensors(this.#ranges, second) }
  }

  writeOptimizer(replica: number, state: OptimizerState): void {
    const moments = this.#recurrence(replica).moments
    moments.step = state.step
    fromTensors(this.#ranges, state.first, moments.first, 'first moments')
    fromTensors(this.#ranges, state.second, moments.second, 'second moments')
  }

  resetOptimizer(replica: number): void {
    const moments = this.#recurrence(replica).moments
    moments.step = 0
    moments.first.fill(0)
    moments.second.fill(0)
  }

  async trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>> {
    return this.#runAll(requests, batchOf, (replica, request, index) =>
      trainStep(replica, request, optimizerOf(optimizers, index)),
    )
  }

  async trainGradients(
    requests: PerReplica<TrainRequest>,
  ): Promise<PerReplica<TrainResult & { gradients: TensorMap }>> {
    return this.#runAll(requests, batchOf, trainGradients)
  }

  async evaluate(requests: PerReplica<SeriesBatch>): Promise<PerReplica<EvaluateResult>> {
    return this.#runAll(requests, (batch) => batch, evaluate)
  }

  async warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>> {
    return this.#runAll(requests, batchOf, (replica, request, index) =>
      warmupStep(replica, request, optimizerOf(optimizers, index)),
    )
  }

  async warmupGradients(
    requests: PerReplica<WarmupRequest>,
  ): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>> {
    return this.#runAll(requests, batchOf, warmupGradients)
  }

  async vaaStar(
    requests: PerReplica<{ batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number }>,
  ): Promise<PerReplica<readonly number[]>> {
    return this.#runAll(requests, batchOf, vaaStarOfLayers)
  }

  async converge(
    requests: PerReplica<ConvergeRequest>,
    breathe?: () => Promise<void>,
  ): Promise<PerReplica<ConvergedStates>> {
    return this.#runLong(requests, converge, breathe)
  }

  async convergeToRest(
    requests: PerReplica<RestRequest>,
    breathe?: () => Promise<void>,
  ): Promise<PerReplica<RestedStates>> {
    return this.#runLong(requests, convergeToRest, breathe)
  }

  async gradientByLag(requests: PerReplica<LagRequest>): Promise<PerReplica<GradientByLag>> {
    return this.#runAll(requests, batchOf, gradientByLag)
  }

  memoryBytes(): number | null {
    return this.#host.memoryBytes()
  }

  dispose(): void {
    this.#host.dispose()
  }

  /** Runs one program for each request, as many side by side as the host does together. */
  #runAll<Request, Result>(
    requests: PerReplica<Request>,
    sizeOf: (request: Request) => SequenceSize,
    program: (replica: Replica<Job>, request: Request, index: number) => Program<Job, Result>,
  ): PerReplica<Result> {
    const results: (Result | null)[] = requests.map(() => null)
    for (const { indices, programs } of this.#groups(requests, sizeOf, program))
      runSideBySide(programs, (jobs) => this.#host.run(jobs)).forEach(
        (result, place) => (results[indices[place]!] = result),
      )
    return results
  }

  /** As `#runAll`, for programs that take long. @param breathe see runInPieces */
  async #runLong<Request extends { readonly batch: SeriesBatch }, Result>(
    requests: PerReplica<Request>,
    program: (replica: Replica<Job>, request: Request) => Program<Job, Result>,
    breathe: (() => Promise<void>) | undefined,
  ): Promise<PerReplica<Result>> {
    if (breathe === undefined) return this.#runAll(requests, batchOf, program)
    const results: (Result | null)[] = requests.map(() => null)
    for (const { indices, programs } of this.#groups(requests, batchOf, program)) {
      const found = await runInPieces(programs, (jobs) => this.#host.run(jobs), breathe)
      found.forEach((each, place) => (results[indices[place]!] = each))
    }
    return results
  }

  /** The programs that run side by side, one group after the other; a group is made once the one before it has run. */
  *#groups<Request, Result>(
    requests: PerReplica<Request>,
    sizeOf: (request: Request) => SequenceSize,
    program: (replica: Replica<Job>, request: Request, index: number) => Program<Job, Result>,
  ): Generator<{ readonly indices: readonly number[]; readonly programs: readonly Program<Job, Result>[] }> {
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

  #take(index: number, place: number, count: number): Replica<Job> {
    const replica = this.#replicas[index]!
    replica.recurrence.takePlace(place, count)
    return replica
  }

  #recurrence(index: number): Recurrence<Job> {
    return this.#replicas[index]!.recurrence
  }
}

function optimizerOf(optimizers: PerReplica<OptimizerSettings>, index: number): OptimizerSettings {
  const settings = optimizers[index]
  if (!settings) throw new LabError('internal', `Replica ${index} has a request but no optimiser settings.`)
  return settings
}
