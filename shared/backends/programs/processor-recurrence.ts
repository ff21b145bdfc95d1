/**
 * What the processor backends have in common below the programs: rows are arrays and scalars numbers, and readout, VAA*, norm and optimiser are
 * JavaScript in double precision, whose cost is a thousandth of the recurrence's. A backend adds its sequences, and may do anything here its own way.
 */
import { vaaStar, vaaStarWithGradient } from '../../attractors/vaa-star.ts'
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { Network } from '../../networks/network.ts'
import type { OptimizerSettings } from '../backend.ts'
import { applyOptimizer, gradientNorm } from '../optimizer.ts'
import type {
  FlatRange,
  FloatArray,
  Moments,
  Readout,
  Recurrence,
  SequenceAdjoints,
  SequenceInput,
  StepWatch,
  VaaStarPull,
} from '../recurrence.ts'
import { parameterRanges, readoutOf, type ParameterRange } from './parameter-ranges.ts'
import { finished, type Program } from './program.ts'
import { readOut, readOutBackward } from './readout.ts'

export interface ProcessorHandles<Job> {
  readonly job: Job
  readonly rows: FloatArray
  readonly scalar: number
}

export abstract class ProcessorRecurrence<Job> implements Recurrence<ProcessorHandles<Job>> {
  protected readonly network: Network
  readonly #ranges: readonly ParameterRange[]

  constructor(network: Network) {
    this.network = network
    this.#ranges = parameterRanges(network)
  }

  /** Flat, in the order of `network.parameters`; so are the others. */
  protected abstract readonly parameters: FloatArray
  protected abstract readonly gradients: FloatArray
  protected abstract readonly moments: Moments
  /** An array of the backend's precision, all zeros. */
  protected abstract newArray(length: number): FloatArray
  /** Said when `parameters` have been written. */
  protected abstract parametersChanged(): Program<Job, void>
  /** The states after `step` steps of the last sequence: [B, stateSize]. */
  protected abstract statesAfterStep(step: number): FloatArray
  /** Whether those states are `rows`, bit for bit; never if one is a NaN. */
  protected abstract statesEqual(step: number, rows: FloatArray): boolean
  /** T of the last sequence. */
  protected abstract readonly sequenceSteps: number

  abstract takePlace(place: number, count: number): void
  abstract forward(input: SequenceInput<FloatArray>): Program<Job, void>
  abstract takeOutputs(steps: Int32Array, target: FloatArray): Program<Job, void>
  abstract takeStates(steps: Int32Array, target: FloatArray): Program<Job, void>
  abstract backward(adjoints: SequenceAdjoints<FloatArray>): Program<Job, void>
  abstract initialStateAdjoint(): Program<Job, FloatArray>
  abstract convergeLayer(
    layerIndex: number,
    states: FloatArray,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<Job, FloatArray>
  abstract convergeLayerBackward(layerIndex: number, finalAdjoint: FloatArray): Program<Job, FloatArray>

  readParameters(): Program<Job, FloatArray> {
    return finished(this.parameters.slice())
  }

  *writeParameters(values: FloatArray): Program<Job, void> {
    this.parameters.set(values)
    yield* this.parametersChanged()
  }

  readMoments(): Program<Job, Moments> {
    const { step, first, second } = this.moments
    return finished({ step, first: first.slice(), second: second.slice() })
  }

  writeMoments({ step, first, second }: Moments): Program<Job, void> {
    this.moments.step = step
    this.moments.first.set(first)
    this.moments.second.set(second)
    return finished(undefined)
  }

  readGradients(): Program<Job, FloatArray> {
    return finished(this.gradients.slice())
  }

  clearGradients(ranges?: readonly FlatRange[]): Program<Job, void> {
    if (ranges) for (const { start, end } of ranges) this.gradients.fill(0, start, end)
    else this.gradients.fill(0)
    return finished(undefined)
  }

  gradientNorm(moving: readonly FlatRange[]): Program<Job, number> {
    return finished(gradientNorm(this.gradients, moving))
  }

  move(settings: OptimizerSettings, moving: readonly FlatRange[], norm: number): Program<Job, void> {
    return Number.isFinite(norm) ? this.moveParameters(settings, moving, norm) : finished(undefined)
  }

  read(scalars: readonly number[]): Program<Job, number[]> {
    return finished([...scalars])
  }

  newRows(count: number, width: number): Program<Job, FloatArray> {
    return finished(this.newArray(count * width))
  }

  selectRows(rows: FloatArray, places: Int32Array, width: number): Program<Job, FloatArray> {
    const selected = this.newArray(places.length * width)
    places.forEach((place, row) => selected.set(rows.subarray(place * width, (place + 1) * width), row * width))
    return finished(selected)
  }

  addRows(target: FloatArray, rows: FloatArray): Program<Job, void> {
    for (let i = 0; i < target.length; i++) target[i]! += rows[i]!
    return finished(undefined)
  }

  readRows(rows: FloatArray): Program<Job, FloatArray> {
    return finished(rows)
  }

  letGo(): Program<Job, void> {
    return finished(undefined) // arrays are collected
  }

  watchSteps(remembered: FloatArray | null, wantsResiduals: boolean): Program<Job, StepWatch> {
    const steps = this.sequenceSteps
    const equal =
      remembered && Uint8Array.from({ length: steps }, (_, t) => Number(this.statesEqual(t + 1, remembered)))
    if (!wantsResiduals) return finished({ equal, residuals: null })
    const residuals = new Float64Array(steps)
    let before = this.statesAfterStep(0)
    for (let t = 0; t < steps; t++) {
      const after = this.statesAfterStep(t + 1)
      residuals[t] = largestRowDistance(after, before, this.network.stateSize)
      before = after
    }
    return finished({ equal, residuals })
  }

  readSteps(): Program<Job, (step: number) => FloatArray> {
    return finished((step) => this.statesAfterStep(step))
  }

  readOut(hidden: FloatArray, batch: SeriesBatch): Program<Job, Readout<ProcessorHandles<Job>>> {
    const { weight, bias } = readoutOf(this.#ranges, this.parameters)
    return finished(readOut(hidden, weight, bias, batch, this.network.loss))
  }

  readOutBackward(
    { outputs }: Readout<ProcessorHandles<Job>>,
    hidden: FloatArray,
    batch: SeriesBatch,
  ): Program<Job, FloatArray> {
    const { weight } = readoutOf(this.#ranges, this.parameters)
    const gradient = readoutOf(this.#ranges, this.gradients)
    return finished(readOutBackward(outputs, hidden, weight, gradient.weight, gradient.bias, batch, this.network.loss))
  }

  vaaStar(states: FloatArray, batch: number, columns: readonly number[], epsilon: number): Program<Job, number> {
    return finished(vaaStar(this.#gather(states, batch, columns), batch, columns.length, epsilon))
  }

  vaaStarWithAdjoint(
    states: FloatArray,
    batch: number,
    columns: readonly number[],
    epsilon: number,
    { target, weight, count }: VaaStarPull,
  ): Program<Job, { readonly value: number; readonly adjoint: FloatArray }> {
    const { stateSize } = this.network
    const compared = this.#gather(states, batch, columns)
    const { value, gradient } = vaaStarWithGradient(compared, batch, columns.length, epsilon)
    const factor = (weight * (value - target)) / count
    const adjoint = this.newArray(states.length)
    columns.forEach((column, i) => {
      for (let b = 0; b < batch; b++) adjoint[b * stateSize + column] = factor * gradient[b * columns.length + i]!
    })
    return finished({ value, adjoint })
  }

  /** @param norm finite */
  protected moveParameters(
    settings: OptimizerSettings,
    moving: readonly FlatRange[],
    norm: number,
  ): Program<Job, void> {
    applyOptimizer(this.parameters, this.gradients, this.moments, settings, moving, norm)
    return finished(undefined)
  }

  /** Columns of state rows, side by side. */
  #gather(states: FloatArray, batch: number, columns: readonly number[]): FloatArray {
    const { stateSize } = this.network
    const rows = this.newArray(batch * columns.length)
    for (let b = 0; b < batch; b++)
      columns.forEach((column, i) => (rows[b * columns.length + i] = states[b * stateSize + column]!))
    return rows
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
