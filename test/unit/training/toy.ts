/**
 * A toy to train without a backend: a linear dataset, an engine that depends on everything a real one depends on (parameters,
 * optimiser, batches, draws), and a writer that keeps a run in memory as the store keeps it in files.
 */
import type {
  Backend,
  Engine,
  OptimizerSettings,
  OptimizerState,
  PerReplica,
  TrainResult,
} from '../../../shared/backends/backend.ts'
import { compileCell } from '../../../shared/compiler/passes.ts'
import type { Dataset, SeriesBatch, Split } from '../../../shared/datasets/dataset.ts'
import type { ExperimentConfig, OptimizerConfig } from '../../../shared/experiments/config.ts'
import { CELL_INITIAL_VALUES, createNetwork, type Network } from '../../../shared/networks/network.ts'
import type { Tensor, TensorMap } from '../../../shared/numerics/dims.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import type { Checkpoint, RunEvent, RunRecord, RunWriter } from '../../../shared/runs/run.ts'
import { builtInCells } from '../../../shared/cells/library.ts'

const ADAM: OptimizerConfig = {
  kind: 'adam',
  learningRate: 0.05,
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  momentum: 0,
  weightDecay: 0,
  clipNorm: null,
}

/** Fewer than a chunk of the test's has, which tells the two apart. */
const VALIDATION_SERIES = 5

export function toyConfig(seeds: number[], change: Partial<ExperimentConfig> = {}): ExperimentConfig {
  return {
    name: 'toy',
    dataset: {
      kind: 'copy-first-input',
      steps: 3,
      counts: { train: 10, validation: VALIDATION_SERIES, test: 300 },
      fresh: false,
    },
    layers: [],
    strategies: ['warmed-up'],
    warmup: {
      steps: 5,
      target: 0.95,
      epsilon: 1e-4,
      curriculumIncrement: 3,
      maxConvergenceSteps: 8,
      batch: 4,
      masked: true,
      optimizer: ADAM,
      restartAbove: 0.98,
      maxRestarts: 20,
    },
    training: {
      epochs: 3,
      steps: null,
      batch: 4,
      optimizer: ADAM,
      schedule: { kind: 'cosine', finalFactor: 0 },
      truncateEvery: null,
      dropout: 0.25,
      validateEverySteps: 2,
      stopAtLoss: null,
      regulariser: { weight: 0.1, everySteps: 2, maxConvergenceSteps: 5, target: 0.9, epsilon: 1e-4 },
    },
    measures: {
      everySteps: 4,
      vaa: {
        series: 3,
        convergenceSteps: 4,
        maxConvergenceSteps: 10_000,
        epsilon: 1e-4,
        draws: 2,
        stopResidual: null,
      },
      vaaStar: { series: 3, convergenceSteps: 4, epsilon: 1e-4, draws: 2 },
      histograms: true,
    },
    seeds,
    backend: 'reference',
    cells: {},
    checkpointEverySteps: 3,
    keepCheckpointEverySteps: null,
    ...change,
  }
}

export function toyNetwork(): Network {
  const cell = compileCell(builtInCells['mgu']!, 'mgu')
  const part = { cell, units: 2, warm: true, initialValues: CELL_INITIAL_VALUES }
  return createNetwork({ inputSize: 1, outputSize: 1, layers: [[part], [part]], loss: 'mse', dropout: 0.25 })
}

/** y = 2 x_0 + 1, three steps. */
export function toyDataset(seed: number): Dataset {
  const counts = { train: 10, validation: VALIDATION_SERIES, test: 300 }
  return {
    inputSize: 1,
    outputSize: 1,
    task: 'regression',
    classNames: null,
    maxSteps: 3,
    targetSlots: 1,
    counts,
    groupCounts: null,
    batch(split: Split, indices: ArrayLike<number>): SeriesBatch {
      const batch = indices.length
      const inputs = new Float32Array(3 * batch)
      const targets = new Float32Array(batch)
      for (let b = 0; b < batch; b++) {
        const stream = new RandomStream(seed, `series-${split}`, indices[b])
        for (let t = 0; t < 3; t++) inputs[t * batch + b] = stream.normal()
        targets[b] = 2 * inputs[b]! + 1
      }
      const lengths = new Int32Array(batch).fill(3)
      return { steps: 3, batch, inputs, lengths, targetSteps: new Int32Array(batch).fill(2), targets }
    },
  }
}

export interface ToyBehaviour {
  /** VAA* of both layers; the check of warm-up reads it. */
  readonly vaaStar?: (parameters: TensorMap) => number
  /** The loss of a training step becomes this at that step (1-based). */
  readonly breakAt?: number
  /** The engine fails at that step (1-based) of training. */
  readonly failAt?: number
  /** Evaluations from this one on (1-based) sum to infinity. */
  readonly overflowFromEvaluation?: number
  /** What the seeds at these places come to at a step (1-based) of training, or of each round of the warm-up. */
  readonly breaks?: {
    readonly places: readonly number[]
    readonly step: number
    readonly in: 'warm-up' | 'loss' | 'weights' | 'evaluation' | 'test'
  }
}

interface ToyReplica {
  parameters: Map<string, Tensor<Float64Array>>
  momentum: Map<string, Tensor<Float64Array>>
  step: number
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0)
const copy = (tensors: TensorMap): Map<string, Tensor<Float64Array>> =>
  new Map([...tensors].map(([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }]))

/** Linear regression on the readout's bias and first two weights; every other number drifts with the draws. */
export function toyBackend(behaviour: ToyBehaviour = {}): Backend {
  return {
    name: 'reference',
    precision: 'float64',
    createEngine: (network, replicas) => Promise.resolve(toyEngine(network, replicas, behaviour)),
  }
}

function toyEngine(network: Network, replicas: number, behaviour: ToyBehaviour): Engine {
  let evaluations = 0
  const zeros = (): Map<string, Tensor<Float64Array>> =>
    new Map(
      network.parameters.map(({ name, shape }) => [
        name,
        { shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    )
  const all = Array.from({ length: replicas }, (): ToyReplica => ({ parameters: zeros(), momentum: zeros(), step: 0 }))
  const predict = (replica: ToyReplica, x: number): number =>
    replica.parameters.get('readout.weight')!.data[0]! * x + replica.parameters.get('readout.bias')!.data[0]!
  const move = (
    replica: ToyReplica,
    settings: OptimizerSettings,
    gradient: (name: string, k: number) => number,
  ): void => {
    replica.step++
    for (const [name, { data }] of replica.parameters)
      data.forEach((value, k) => {
        const momentum = replica.momentum.get(name)!.data
        momentum[k] = 0.9 * momentum[k]! + gradient(name, k)
        data[k] = value - (settings.learningRate * momentum[k]!) / replica.step ** 0.1
      })
  }
  const each = <Entry, Result>(
    requests: PerReplica<Entry>,
    act: (replica: ToyReplica, request: Entry, r: number) => Result,
  ): Promise<PerReplica<Result>> =>
    Promise.resolve(requests.map((request, r) => (request === null ? null : act(all[r]!, request, r))))
  const starOf = (replica: ToyReplica): number[] =>
    network.layers.map(() => behaviour.vaaStar?.(replica.parameters) ?? 0.9)
  const isBroken = (r: number, step: number, where: string): boolean => {
    const { breaks } = behaviour
    return breaks !== undefined && breaks.in === where && step >= breaks.step && breaks.places.includes(r)
  }
  const missing = (): never => {
    throw new Error('not part of the toy')
  }
  return {
    network,
    replicas,
    readParameters: (r) => Promise.resolve(copy(all[r]!.parameters)),
    writeParameters: (r, values) => Promise.resolve(void (all[r]!.parameters = copy(values))),
    readOptimizer: (r): Promise<OptimizerState> =>
      Promise.resolve({ step: all[r]!.step, first: copy(all[r]!.momentum), second: new Map() }),
    writeOptimizer: (r, { step, first }) =>
      Promise.resolve(void Object.assign(all[r]!, { step, momentum: copy(first) })),
    resetOptimizer: (r) => Promise.resolve(void Object.assign(all[r]!, { step: 0, momentum: zeros() })),
    trainStep: (requests, optimizers) =>
      each(requests, (replica, { batch, dropoutMasks, regulariser }, r): TrainResult => {
        const noise =
          1e-3 * Math.sin(sum(dropoutMasks![0]!) + (regulariser === null ? 0 : sum(regulariser.draw.truncations)))
        let loss = 0
        let dBias = 0
        let dWeight = 0
        for (let b = 0; b < batch.batch; b++) {
          const error = predict(replica, batch.inputs[b]!) - batch.targets[b]!
          loss += (error * error) / batch.batch
          dBias += (2 * error) / batch.batch
          dWeight += (2 * error * batch.inputs[b]!) / batch.batch
        }
        move(replica, optimizers[r]!, (name) =>
          name === 'readout.bias' ? dBias : name === 'readout.weight' ? dWeight : noise,
        )
        if (replica.step === behaviour.failAt) throw new Error('the toy has failed')
        if (replica.step === behaviour.breakAt || isBroken(r, replica.step, 'loss')) loss = Number.NaN
        if (isBroken(r, replica.step, 'weights')) replica.parameters.get('readout.bias')!.data[0] = Infinity
        return { loss, vaaStar: null, gradientNorm: Math.hypot(dBias, dWeight) }
      }),
    warmupStep: (requests, optimizers) =>
      each(requests, (replica, { batch, draw }, r) => {
        const seen = sum(draw.truncations) + sum(draw.perturbations[0]!) + sum(batch.inputs) + draw.convergenceSteps
        move(replica, optimizers[r]!, (name, k) => (name.startsWith('readout') ? 0 : 1e-2 * Math.sin(seen + k)))
        const loss = isBroken(r, replica.step, 'warm-up') ? -Infinity : 0.5
        return { loss, vaaStar: starOf(replica), gradientNorm: Math.abs(Math.sin(seen)) }
      }),
    vaaStar: (requests) => each(requests, starOf),
    evaluate: (requests) =>
      each(requests, (replica, batch, r) => {
        const errors = Array.from(batch.targets, (target, b) => (predict(replica, batch.inputs[b]!) - target) ** 2)
        const outputs = new Float64Array(batch.batch)
        const finalStates = new Float64Array(batch.batch * network.stateSize)
        evaluations++
        const overflows =
          evaluations >= (behaviour.overflowFromEvaluation ?? Infinity) ||
          isBroken(r, replica.step, batch.batch > VALIDATION_SERIES ? 'test' : 'evaluation')
        const lossSum = overflows ? Infinity : sum(errors)
        return { lossSum, lossCount: errors.length, correctCount: 0, outputs, finalStates }
      }),
    converge: (requests) =>
      each(requests, (_, { batch, truncations, perturbation }) => {
        const state = Float64Array.from(
          { length: batch.batch * network.stateSize },
          (__, k) => truncations[Math.floor(k / network.stateSize)]! * perturbation[0]!,
        )
        return { tail: [state, state], exactExit: { step: 2, period: 1 }, stoppedAt: null }
      }),
    convergeToRest: missing,
    trainGradients: (requests) =>
      each(requests, (replica, { batch, dropoutMasks, regulariser }) => {
        if (dropoutMasks !== null || regulariser !== null) return missing()
        const gradients = zeros()
        for (const [name, { data }] of gradients)
          data.forEach((_, k) => (data[k] = 1e-3 * (replica.parameters.get(name)!.data[k]! - batch.inputs[0]!)))
        return { loss: 0, vaaStar: null, gradientNorm: 0, gradients }
      }),
    warmupGradients: missing,
    gradientByLag: () => {
      throw new Error('The toy has no states.')
    },
    memoryBytes: () => Promise.resolve(null),
    dispose: () => Promise.resolve(),
  }
}

export interface MemoryRun {
  record: RunRecord
  events: RunEvent[]
  checkpoint: { value: Checkpoint; eventCount: number } | null
  weights: TensorMap | null
}

export function memoryRun(config: ExperimentConfig, strategy: RunRecord['strategy'] = 'warmed-up'): MemoryRun {
  const record: RunRecord = {
    formatVersion: 1,
    id: 'toy-run',
    groupId: 'toy-group',
    strategy,
    config,
    createdAt: '2000-01-01T00:00:00.000Z',
    forkedFrom: null,
    versions: { lab: '0', node: '0' },
    remarks: [],
    data: null,
    status: 'queued',
    backend: null,
    startedAt: null,
    endedAt: null,
    heartbeatAt: null,
    error: null,
    diverged: [],
    engines: [],
    deviceLosses: [],
    result: null,
    digests: null,
  }
  return { record, events: [], checkpoint: null, weights: null }
}

export function memoryWriter(run: MemoryRun): RunWriter {
  return {
    record: run.record,
    update: (change) => Promise.resolve(void Object.assign(run.record, change)),
    append: (events) => void run.events.push(...events),
    saveCheckpoint(checkpoint) {
      const counters = JSON.parse(JSON.stringify(checkpoint.counters)) as Record<string, unknown>
      run.checkpoint = { value: { counters, tensors: copy(checkpoint.tensors) }, eventCount: run.events.length }
      return Promise.resolve()
    },
    loadCheckpoint() {
      run.events.length = run.checkpoint?.eventCount ?? 0
      return Promise.resolve(run.checkpoint && structuredClone(run.checkpoint.value))
    },
    saveWeights: (tensors) => Promise.resolve(void (run.weights = copy(tensors))),
    heartbeat: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
}
