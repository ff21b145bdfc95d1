/**
 * The whole programs of backend.ts, written once over the recurrence of a processor backend: readout and loss, VAA* and
 * its adjoint, curriculum's convergence runs, optimiser. Replicas are independent recurrences, whose programs may run side by side.
 */
import { vaaStar, vaaStarWithGradient } from '../attractors/vaa-star.ts'
import type { SeriesBatch } from '../datasets/dataset.ts'
import { comparedParts, type Layer, type Network } from '../networks/network.ts'
import { elementCount, type Tensor, type TensorMap } from '../numerics/dims.ts'
import { LabError } from '../protocol/errors.ts'
import {
  STOP_PATIENCE,
  TAIL_STEPS,
  type ConvergeRequest,
  type ConvergedStates,
  type ConvergenceDraw,
  type Engine,
  type EvaluateResult,
  type OptimizerSettings,
  type OptimizerState,
  type PerReplica,
  type TrainRequest,
  type TrainResult,
  type WarmupRequest,
  type WarmupResult,
} from './backend.ts'
import { runSideBySide, type Program } from './program.ts'
import { readOut, readOutBackward } from './readout.ts'
import type { FlatRange, FloatArray, Recurrence } from './recurrence.ts'

/** Where each parameter stands in the flat arrays. */
interface ParameterRange {
  readonly name: string
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
  readonly warm: boolean
}

export function parameterRanges(network: Network): ParameterRange[] {
  let start = 0
  return network.parameters.map(({ name, shape, part }) => {
    const range = { name, shape, start, end: start + elementCount(shape), warm: part?.warm ?? false }
    start = range.end
    return range
  })
}

/** Ranges in their order, those that touch made one. */
function joinRanges(ranges: readonly FlatRange[]): FlatRange[] {
  const joined: { start: number; end: number }[] = []
  for (const { start, end } of ranges) {
    const last = joined.at(-1)
    if (last?.end === start) last.end = end
    else joined.push({ start, end })
  }
  return joined
}

/** Columns of the state rows that VAA* compares in a layer. */
function comparedColumns(network: Network, layer: Layer): number[] {
  const compared = new Set(comparedParts(layer).map(({ partIndex }) => partIndex))
  return network.stateSlices
    .filter(({ layerIndex, partIndex }) => layerIndex === layer.index && compared.has(partIndex))
    .flatMap(({ offset, size }) => Array.from({ length: size }, (_, i) => offset + i))
}

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

/** Steps of a convergence run between two looks at its states. */
const CONVERGENCE_BLOCK = 32

export class ProgramEngine<Job> implements Engine {
  readonly network: Network
  readonly replicas: number
  readonly #recurrences: readonly Recurrence<Job>[]
  readonly #ranges: readonly ParameterRange[]
  /** What training moves, and what a masked warm-up does; neighbours joined. */
  readonly #allParameters: readonly FlatRange[]
  readonly #warmParameters: readonly FlatRange[]
  readonly #newArray: (length: number) => FloatArray
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
    this.#recurrences = recurrences
    this.#newArray = newArray
    this.#ranges = parameterRanges(network)
    this.#allParameters = joinRanges(this.#ranges)
    this.#warmParameters = joinRanges(this.#ranges.filter(({ warm }) => warm))
    this.#host = host
  }

  readParameters(replica: number): TensorMap {
    return this.#toTensors(this.#recurrences[replica]!.parameters)
  }

  writeParameters(replica: number, values: TensorMap): void {
    this.#fromTensors(values, this.#recurrences[replica]!.parameters, 'parameters')
    runSideBySide([this.#take(replica, 0, 1).parametersChanged()], (jobs) => this.#host.run(jobs))
  }

  readOptimizer(replica: number): OptimizerState {
    const { step, first, second } = this.#recurrences[replica]!.moments
    return { step, first: this.#toTensors(first), second: this.#toTensors(second) }
  }

  writeOptimizer(replica: number, state: OptimizerState): void {
    const moments = this.#recurrences[replica]!.moments
    moments.step = state.step
    this.#fromTensors(state.first, moments.first, 'first moments')
    this.#fromTensors(state.second, moments.second, 'second moments')
  }

  resetOptimizer(replica: number): void {
    const moments = this.#recurrences[replica]!.moments
    moments.step = 0
    moments.first.fill(0)
    moments.second.fill(0)
  }

  async trainStep(
    requests: PerReplica<TrainRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<TrainResult>> {
    return this.#runAll(requests, batchOf, (recurrence, request, replica) =>
      this.#trainStep(recurrence, request, this.#optimizer(optimizers, replica)),
    )
  }

  async trainGradients(
    requests: PerReplica<TrainRequest>,
  ): Promise<PerReplica<TrainResult & { gradients: TensorMap }>> {
    return this.#runAll(requests, batchOf, (recurrence, request) => this.#trainGradients(recurrence, request))
  }

  async evaluate(requests: PerReplica<SeriesBatch>): Promise<PerReplica<EvaluateResult>> {
    return this.#runAll(
      requests,
      (batch) => batch,
      (recurrence, batch) => this.#evaluate(recurrence, batch),
    )
  }

  async warmupStep(
    requests: PerReplica<WarmupRequest>,
    optimizers: PerReplica<OptimizerSettings>,
  ): Promise<PerReplica<WarmupResult>> {
    return this.#runAll(requests, batchOf, (recurrence, request, replica) =>
      this.#warmupStep(recurrence, request, this.#optimizer(optimizers, replica)),
    )
  }

  async warmupGradients(
    requests: PerReplica<WarmupRequest>,
  ): Promise<PerReplica<WarmupResult & { gradients: TensorMap }>> {
    return this.#runAll(requests, batchOf, (recurrence, request) => this.#warmupGradients(recurrence, request))
  }

  async vaaStar(
    requests: PerReplica<{ batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number }>,
  ): Promise<PerReplica<readonly number[]>> {
    return this.#runAll(requests, batchOf, (recurrence, request) => this.#vaaStar(recurrence, request))
  }

  async converge(requests: PerReplica<ConvergeRequest>): Promise<PerReplica<ConvergedStates>> {
    return this.#runAll(requests, batchOf, (recurrence, request) => this.#converge(recurrence, request))
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
    program: (recurrence: Recurrence<Job>, request: Request, replica: number) => Program<Job, Result>,
  ): PerReplica<Result> {
    const results: (Result | null)[] = requests.map(() => null)
    const asked = requests.flatMap((request, replica) => (request === null ? [] : [{ request, replica }]))
    const most = Math.min(...asked.map(({ request }) => this.#host.sideBySide(sizeOf(request))))
    for (let start = 0; start < asked.length; start += most) {
      const group = asked.slice(start, start + most)
      const programs = group.map(({ request, replica }, place) =>
        program(this.#take(replica, place, group.length), request, replica),
      )
      runSideBySide(programs, (jobs) => this.#host.run(jobs)).forEach(
        (result, place) => (results[group[place]!.replica] = result),
      )
    }
    return results
  }

  #take(replica: number, place: number, count: number): Recurrence<Job> {
    const recurrence = this.#recurrences[replica]!
    recurrence.takePlace(place, count)
    return recurrence
  }

  #optimizer(optimizers: PerReplica<OptimizerSettings>, replica: number): OptimizerSettings {
    const settings = optimizers[replica]
    if (!settings) throw new LabError('internal', `Replica ${replica} has a request but no optimiser settings.`)
    return settings
  }

  *#trainStep(
    recurrence: Recurrence<Job>,
    request: TrainRequest,
    settings: OptimizerSettings,
  ): Program<Job, TrainResult> {
    const result = yield* this.#train(recurrence, request)
    return { ...result, gradientNorm: yield* this.#move(recurrence, settings, this.#allParameters) }
  }

  *#trainGradients(
    recurrence: Recurrence<Job>,
    request: TrainRequest,
  ): Program<Job, TrainResult & { gradients: TensorMap }> {
    const result = yield* this.#train(recurrence, request)
    const gradientNorm = yield* recurrence.gradientNorm(this.#allParameters)
    return { ...result, gradientNorm, gradients: this.#toTensors(recurrence.gradients) }
  }

  *#evaluate(recurrence: Recurrence<Job>, batch: SeriesBatch): Program<Job, EvaluateResult> {
    yield* recurrence.forward({
      steps: batch.steps,
      batch: batch.batch,
      inputs: batch.inputs,
      isConstant: false,
      initialStates: null,
      dropoutMasks: null,
      saving: false,
    })
    const { weight, bias } = this.#readout(recurrence.parameters)
    const { lossSum, lossCount, correctCount, outputs } = readOut(
      recurrence.outputsAt(batch.targetSteps),
      weight,
      bias,
      batch,
      this.network.loss,
    )
    return { lossSum, lossCount, correctCount, outputs, finalStates: recurrence.statesAt(batch.lengths) }
  }

  *#warmupStep(
    recurrence: Recurrence<Job>,
    request: WarmupRequest,
    settings: OptimizerSettings,
  ): Program<Job, WarmupResult> {
    const result = yield* this.#warmUp(recurrence, request)
    const moving = request.masked ? this.#warmParameters : this.#allParameters
    return { ...result, gradientNorm: yield* this.#move(recurrence, settings, moving) }
  }

  *#warmupGradients(
    recurrence: Recurrence<Job>,
    request: WarmupRequest,
  ): Program<Job, WarmupResult & { gradients: TensorMap }> {
    const result = yield* this.#warmUp(recurrence, request)
    const { gradients } = recurrence
    if (request.masked) for (const { start, end, warm } of this.#ranges) if (!warm) gradients.fill(0, start, end)
    const gradientNorm = yield* recurrence.gradientNorm(this.#allParameters)
    return { ...result, gradientNorm, gradients: this.#toTensors(gradients) }
  }

  *#vaaStar(
    recurrence: Recurrence<Job>,
    { batch, draw, epsilon }: { batch: SeriesBatch; draw: ConvergenceDraw; epsilon: number },
  ): Program<Job, readonly number[]> {
    yield* this.#forwardTruncated(recurrence, batch, draw.truncations, false)
    const states = recurrence.statesAt(draw.truncations)
    const values: number[] = []
    for (const layer of this.network.wiredLayers) {
      const columns = comparedColumns(this.network, layer)
      const converged = yield* recurrence.convergeLayer(
        layer.index,
        states,
        draw.perturbations[layer.index]!,
        draw.convergenceSteps,
        false,
      )
      values.push(vaaStar(this.#gather(converged, columns, batch.batch), batch.batch, columns.length, epsilon))
    }
    return values
  }

  /** Loss and gradients of a training step, the regulariser's included; leaves the gradients in the recurrence. */
  *#train(
    recurrence: Recurrence<Job>,
    { batch, truncateEvery, dropoutMasks, regulariser }: TrainRequest,
  ): Program<Job, Omit<TrainResult, 'gradientNorm'>> {
    yield* recurrence.clearGradients()
    yield* recurrence.forward({
      steps: batch.steps,
      batch: batch.batch,
      inputs: batch.inputs,
      isConstant: false,
      initialStates: null,
      dropoutMasks,
      saving: true,
    })
    const hidden = recurrence.outputsAt(batch.targetSteps)
    const { weight, bias } = this.#readout(recurrence.parameters)
    const gradient = this.#readout(recurrence.gradients)
    const result = readOut(hidden, weight, bias, batch, this.network.loss)
    const data = readOutBackward(result, hidden, weight, gradient.weight, gradient.bias, batch, this.network.loss)
    yield* recurrence.backward({
      outputs: { steps: batch.targetSteps, data },
      states: null,
      truncateEvery,
      movesColdParts: true,
    })
    let vaaStars: readonly number[] | null = null
    if (regulariser !== null) {
      const { weight: scale, draw, target, epsilon } = regulariser
      const request = { batch, draw, target, epsilon, masked: false }
      vaaStars = (yield* this.#addWarmupGradients(recurrence, request, scale)).vaaStar
    }
    return { loss: result.lossSum / result.lossCount, vaaStar: vaaStars }
  }

  *#warmUp(recurrence: Recurrence<Job>, request: WarmupRequest): Program<Job, Omit<WarmupResult, 'gradientNorm'>> {
    yield* recurrence.clearGradients()
    return yield* this.#addWarmupGradients(recurrence, request, 1)
  }

  /** Algorithm 2 and its adjoint: adds `scale` times the gradient of mean_l (VAA*_l - k)^2. */
  *#addWarmupGradients(
    recurrence: Recurrence<Job>,
    { batch, draw, target, epsilon, masked }: WarmupRequest,
    scale: number,
  ): Program<Job, Omit<WarmupResult, 'gradientNorm'>> {
    yield* this.#forwardTruncated(recurrence, batch, draw.truncations, true)
    const states = recurrence.statesAt(draw.truncations)
    const stateAdjoint = this.#newArray(states.length)
    const layers = this.network.wiredLayers.map((layer) => ({
      index: layer.index,
      columns: comparedColumns(this.network, layer),
    }))
    let loss = 0
    const vaaStars: number[] = []
    for (const { index, columns } of layers) {
      const converged = yield* recurrence.convergeLayer(
        index,
        states,
        draw.perturbations[index]!,
        draw.convergenceSteps,
        true,
      )
      const { value, gradient } = vaaStarWithGradient(
        this.#gather(converged, columns, batch.batch),
        batch.batch,
        columns.length,
        epsilon,
      )
      loss += (value - target) ** 2 / layers.length
      const factor = (scale * 2 * (value - target)) / layers.length
      const finalAdjoint = this.#newArray(states.length)
      columns.forEach((column, i) => {
        for (let b = 0; b < batch.batch; b++)
          finalAdjoint[b * this.network.stateSize + column] = factor * gradient[b * columns.length + i]!
      })
      const initialAdjoint = yield* recurrence.convergeLayerBackward(index, finalAdjoint)
      for (let i = 0; i < stateAdjoint.length; i++) stateAdjoint[i]! += initialAdjoint[i]!
      vaaStars.push(value)
    }
    yield* recurrence.backward({
      outputs: null,
      states: { steps: draw.truncations, data: stateAdjoint },
      truncateEvery: null,
      movesColdParts: !masked,
    })
    return { loss, vaaStar: vaaStars }
  }

  /** Runs all series together up to the longest truncation; states are picked per series afterwards. */
  *#forwardTruncated(
    recurrence: Recurrence<Job>,
    batch: SeriesBatch,
    truncations: Int32Array,
    saving: boolean,
  ): Program<Job, void> {
    const steps = truncations.reduce((longest, c) => Math.max(longest, c), 1)
    yield* recurrence.forward({
      steps,
      batch: batch.batch,
      inputs: batch.inputs.subarray(0, steps * batch.batch * this.network.inputSize),
      isConstant: false,
      initialStates: null,
      dropoutMasks: null,
      saving,
    })
  }

  *#converge(
    recurrence: Recurrence<Job>,
    { batch, truncations, perturbation, convergenceSteps, stopResidual }: ConvergeRequest,
  ): Program<Job, ConvergedStates> {
    yield* this.#forwardTruncated(recurrence, batch, truncations, false)
    const statesAfter = (step: number): FloatArray => recurrence.statesAt(new Int32Array(batch.batch).fill(step))
    // The last states, newest first. Brent's cycle search: one remembered state, renewed at powers of two.
    const tail: FloatArray[] = []
    let states = recurrence.statesAt(truncations)
    let remembered = states
    let rememberedAt = 0
    let renewAt = 1
    let exactExit: ConvergedStates['exactExit'] = null
    let calmSteps = 0
    let remaining = convergenceSteps
    let step = 0
    if (stopResidual !== null || remaining <= TAIL_STEPS) tail.push(states)
    while (remaining > 0) {
      const steps = Math.min(remaining, CONVERGENCE_BLOCK)
      yield* recurrence.forward({
        steps,
        batch: batch.batch,
        inputs: perturbation,
        isConstant: true,
        initialStates: states,
        dropoutMasks: null,
        saving: false,
      })
      for (let k = 1; k <= steps && remaining > 0; k++) {
        step++
        remaining--
        if (exactExit === null && recurrence.statesEqual(k, remembered)) {
          const period = step - rememberedAt
          exactExit = { step, period }
          // Whole periods are skipped, but for as many steps as the tail needs.
          if (remaining > TAIL_STEPS) remaining -= Math.floor((remaining - TAIL_STEPS) / period) * period
        }
        if (step === renewAt) {
          remembered = statesAfter(k)
          rememberedAt = step
          renewAt *= 2
        }
        if (stopResidual === null && remaining > TAIL_STEPS) continue
        tail.unshift(statesAfter(k))
        if (tail.length > TAIL_STEPS + 1) tail.pop()
        if (stopResidual !== null && exactExit === null) {
          calmSteps = largestRowDistance(tail[0]!, tail[1]!, this.network.stateSize) < stopResidual ? calmSteps + 1 : 0
          if (calmSteps >= STOP_PATIENCE) return { tail, exactExit, stoppedAt: step }
        }
      }
      states = statesAfter(steps)
    }
    return { tail, exactExit, stoppedAt: null }
  }

  /** Moves the parameters. @returns the norm of the moving gradients */
  *#move(recurrence: Recurrence<Job>, settings: OptimizerSettings, moving: readonly FlatRange[]): Program<Job, number> {
    const norm = yield* recurrence.gradientNorm(moving)
    if (!Number.isFinite(norm)) return norm // the caller ends the run; parameters stay the last good ones
    yield* recurrence.moveParameters(settings, moving, norm)
    return norm
  }

  #gather(states: FloatArray, columns: readonly number[], batch: number): FloatArray {
    const rows = this.#newArray(batch * columns.length)
    for (let b = 0; b < batch; b++)
      columns.forEach((column, i) => (rows[b * columns.length + i] = states[b * this.network.stateSize + column]!))
    return rows
  }

  #readout(flat: FloatArray): { weight: FloatArray; bias: FloatArray } {
    const [weight, bias] = this.#ranges.slice(-2)
    return { weight: flat.subarray(weight!.start, weight!.end), bias: flat.subarray(bias!.start, bias!.end) }
  }

  #toTensors(flat: FloatArray): TensorMap {
    return new Map(
      this.#ranges.map(({ name, shape, start, end }): [string, Tensor] => [
        name,
        { shape, data: flat.slice(start, end) },
      ]),
    )
  }

  #fromTensors(values: TensorMap, flat: FloatArray, what: string): void {
    for (const { name, shape, start } of this.#ranges) {
      const tensor = values.get(name)
      if (!tensor || tensor.shape.join('x') !== shape.join('x'))
        throw new LabError('weights', `The ${what} do not fit the network.`, {
          where: name,
          expected: `a tensor [${shape.join(', ')}]`,
          found: tensor ? `[${tensor.shape.join(', ')}]` : 'none',
          remedy: 'Use the configuration that the weights were made with.',
        })
      flat.set(tensor.data, start)
    }
  }
}

function largestRowDistance(a: FloatArray, b: FloatArray, size: number): number {
  let largest = 0
  for (let row = 0; row < a.length; row += size) {
    let sum = 0
    for (let i = row; i < row + size; i++) sum += (a[i]! - b[i]!) ** 2
    largest = Math.max(largest, sum)
  }
  return Math.sqrt(largest)
}
