/** The engine on TensorFlow: steps are single graphs with their own derivative and the optimiser in them; measurements are the programs that all backends share. */
import type { Network } from '../../networks/network.ts'
import { elementCount, type TensorMap } from '../../numerics/dims.ts'
import type {
  ConvergenceDraw,
  OptimizerSettings,
  PerReplica,
  TrainRequest,
  TrainResult,
  WarmupRequest,
  WarmupResult,
} from '../backend.ts'
import { longest } from '../programs/evaluate.ts'
import { batchOf, MeasuringEngine, optimizerOf } from '../programs/measuring-engine.ts'
import { parameterRanges, toTensors } from '../programs/parameter-ranges.ts'
import type { Program } from '../programs/program.ts'
import { lossCount } from '../programs/readout.ts'
import { suitsCudnn } from './cudnn.ts'
import {
  fedCount,
  fedFloats,
  fedIntegers,
  fedNumber,
  type Feed,
  type GraphSession,
  type OpenSession,
} from './graph-session.ts'
import { CUDNN_TRAINING, dropoutMaskName, perturbationName } from './learning-model.ts'
import type { ModelOptions } from './model-options.ts'
import { writeModel } from './model.ts'
import { stepNumbers, STEP_NUMBER_COUNT } from './optimizer-graph.ts'
import { padSteps, roomFor, roomForConvergence } from './size-classes.ts'
import { feedReach, feedTargets, TensorflowRecurrence, type TensorHandles } from './tensorflow-recurrence.ts'

type Feeds = Readonly<Record<string, Feed>>
type Job = TensorHandles['job']

/** What a gradient's signatures are called with: their name without its ending, and what is fed. */
interface Step {
  readonly name: string
  readonly feeds: Feeds
}

export async function createTensorflowEngine(
  network: Network,
  replicas: number,
  openSession: OpenSession,
  options: ModelOptions,
): Promise<TensorflowEngine> {
  const session = await openSession(writeModel(network, replicas, options))
  const count = network.parameters.reduce((sum, { shape }) => sum + elementCount(shape), 0)
  const { done } = await session.run('initialize', {
    zeros: fedFloats(new Float32Array(replicas * count), replicas, count),
  })
  done!.dispose()
  return new TensorflowEngine(network, replicas, session, options.usesCudnn && suitsCudnn(network))
}

export class TensorflowEngine extends MeasuringEngine<TensorHandles, TensorflowRecurrence> {
  readonly #hasCudnn: boolean

  /** @param hasCudnn whether the model trains on cuDNN, too */
  constructor(network: Network, replicas: number, session: GraphSession, hasCudnn: boolean) {
    const recurrences = Array.from({ length: replicas }, (_, r) => new TensorflowRecurrence(network, session, r))
    super(network, recurrences, {
      run: async (jobs) => {
        for (const job of jobs) await job()
      },
      sideBySide: () => 1,
      dispose: async () => {
        for (const recurrence of recurrences) recurrence.takePlace()
        await session.dispose()
      },
      memoryBytes: () => null,
    })
    this.#hasCudnn = hasCudnn
  }

  trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>> {
    const hasCudnn = this.#hasCudnn
    return this.runAll(requests, batchOf, function* ({ recurrence }, request, index) {
      const numbers = yield* takeStep(
        recurrence,
        trainingStep(recurrence.network, request, hasCudnn),
        optimizerOf(optimizers, index),
      )
      return trainResult(recurrence.network, request, numbers)
    })
  }

  trainGradients(requests: PerReplica<TrainRequest>): Promise<PerReplica<TrainResult & { gradients: TensorMap }>> {
    const hasCudnn = this.#hasCudnn
    return this.runAll(requests, batchOf, function* ({ recurrence }, request) {
      const { numbers, gradients } = yield* readGradients(
        recurrence,
        trainingStep(recurrence.network, request, hasCudnn),
      )
      return { ...trainResult(recurrence.network, request, numbers), gradients }
    })
  }

  warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>> {
    return this.runAll(requests, batchOf, function* ({ recurrence }, request, index) {
      const numbers = yield* takeStep(
        recurrence,
        warmingUpStep(recurrence.network, request),
        optimizerOf(optimizers, index),
      )
      return warmupResult(request, numbers)
    })
  }

  warmupGradients(requests: PerReplica<WarmupRequest>): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>> {
    return this.runAll(requests, batchOf, function* ({ recurrence }, request) {
      const { numbers, gradients } = yield* readGradients(recurrence, warmingUpStep(recurrence.network, request))
      return { ...warmupResult(request, numbers), gradients }
    })
  }
}

/** @returns the step's numbers: the norm, and what its gradient found out */
function* takeStep(
  recurrence: TensorflowRecurrence,
  { name, feeds }: Step,
  settings: OptimizerSettings,
): Program<Job, Float32Array> {
  const optimizer = fedFloats(stepNumbers(settings, recurrence.step + 1), STEP_NUMBER_COUNT)
  const { numbers } = yield* recurrence.run(`${name}-step`, { ...feeds, optimizer })
  const read = numbers!.read()
  if (Number.isFinite(read[0]!)) recurrence.step++
  return read
}

function* readGradients(
  recurrence: TensorflowRecurrence,
  { name, feeds }: Step,
): Program<Job, { readonly numbers: Float32Array; readonly gradients: TensorMap }> {
  const { numbers, gradients } = yield* recurrence.run(`${name}-gradients`, feeds)
  const learned = parameterRanges(recurrence.network).filter(({ isFrozen }) => !isFrozen)
  return { numbers: numbers!.read(), gradients: toTensors(learned, gradients!.read()) }
}

function trainingStep(network: Network, request: TrainRequest, hasCudnn: boolean): Step {
  const { batch, truncateEvery, dropoutMasks, regulariser } = request
  const room = roomFor(batch.steps)
  const feeds: Feeds = {
    ...feedTargets(network, batch),
    ...feedReach({ outputs: { steps: batch.targetSteps }, states: null, truncateEvery }, batch.steps, batch.batch),
    inputs: fedFloats(
      padSteps(batch.inputs, batch.batch * network.inputSize, room),
      room,
      batch.batch,
      network.inputSize,
    ),
    steps: fedCount(batch.steps),
    ...Object.fromEntries(
      network.wiredLayers.slice(0, -1).map(({ index, outputSize }) => {
        const mask = dropoutMasks?.[index]
        return [
          dropoutMaskName(index),
          mask
            ? fedFloats(padSteps(mask, batch.batch * outputSize, room), room, batch.batch, outputSize)
            : fedFloats(Float32Array.of(1), 1, 1, 1), // all outputs as they are
        ]
      }),
    ),
  }
  // cuDNN's way back has no cuts.
  if (regulariser === null) return { name: hasCudnn && truncateEvery === null ? CUDNN_TRAINING : 'train', feeds }
  const { weight, draw, target, epsilon } = regulariser
  return { name: 'train-regularised', feeds: { ...feeds, ...feedDraw(draw, target, epsilon, weight) } }
}

function warmingUpStep(network: Network, { batch, draw, target, epsilon, masked }: WarmupRequest): Step {
  const steps = longest(draw.truncations)
  const room = roomFor(steps)
  const stepSize = batch.batch * network.inputSize
  return {
    name: masked ? 'warm-up-masked' : 'warm-up',
    feeds: {
      inputs: fedFloats(
        padSteps(batch.inputs.subarray(0, steps * stepSize), stepSize, room),
        room,
        batch.batch,
        network.inputSize,
      ),
      ...feedDraw(draw, target, epsilon, 1),
    },
  }
}

function feedDraw(
  { truncations, perturbations, convergenceSteps }: ConvergenceDraw,
  target: number,
  epsilon: number,
  scale: number,
): Feeds {
  const room = roomForConvergence(convergenceSteps)
  return {
    truncations: fedIntegers(truncations, truncations.length),
    ...Object.fromEntries(perturbations.map((u, index) => [perturbationName(index), fedFloats(u, u.length)])),
    convergenceSteps: fedCount(convergenceSteps),
    convergenceRoom: fedFloats(new Float32Array(room), room),
    epsilon: fedNumber(epsilon),
    target: fedNumber(target),
    scale: fedNumber(scale),
  }
}

function trainResult(
  network: Network,
  { batch, regulariser }: TrainRequest,
  [gradientNorm, lossSum, ...vaaStar]: Iterable<number>,
): TrainResult {
  return {
    loss: lossSum! / lossCount(batch, network),
    vaaStar: regulariser ? vaaStar : null,
    gradientNorm: gradientNorm!,
  }
}

function warmupResult({ target }: WarmupRequest, [gradientNorm, ...vaaStar]: Iterable<number>): WarmupResult {
  const loss = vaaStar.reduce((sum, value) => sum + (value - target) ** 2 / vaaStar.length, 0)
  return { loss, vaaStar, gradientNorm: gradientNorm! }
}
