/**
 * Sequences, rows and measurements of one replica on a model's signatures: what programs hand on stays in TensorFlow until it is read. Rows are
 * padded to as many as the program's first sequence had, so that one that goes on with fewer needs no other graph and changes no bit.
 */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { Network } from '../../networks/network.ts'
import { isCut, reachedRows, type AdjointEntries } from '../adjoint-reach.ts'
import { finished, type Program } from '../programs/program.ts'
import { lossCount } from '../programs/readout.ts'
import type {
  FloatArray,
  Handles,
  MeasuringRecurrence,
  Moments,
  Readout,
  SequenceAdjoints,
  SequenceInput,
  StepWatch,
} from '../recurrence.ts'
import {
  fedCount,
  fedFlags,
  fedFloats,
  fedIntegers,
  fedNumber,
  type Feed,
  type FetchedTensor,
  type GraphSession,
} from './graph-session.ts'
import { padSeries, padSteps, roomFor, rowsFor } from './size-classes.ts'

/** Rows [count, width], and others behind them that nobody reads. */
export interface TensorRows {
  value: Feed
  readonly count: number
  readonly width: number
}

export interface TensorHandles extends Handles {
  readonly job: () => Promise<void>
  readonly rows: TensorRows
  readonly scalar: FetchedTensor
}

type Job = TensorHandles['job']

/** Constant inputs run in blocks of at most so many steps: one graph for all of them. */
const CONSTANT_ROOM = 64

/** The last sequence: where its states and outputs are, or what it is to be made of on the way back. */
interface Sequence {
  readonly input: SequenceInput<TensorRows>
  readonly history: FetchedTensor | null
  readonly outputs: FetchedTensor | null
}

export class TensorflowRecurrence implements MeasuringRecurrence<TensorHandles> {
  readonly network: Network
  /** Steps of the optimiser so far. */
  step = 0
  readonly #session: GraphSession
  readonly #replica: number
  /** Rows of the program's sequences; 0 before the first. */
  #roomRows = 0
  #sequence: Sequence | null = null
  #initialAdjoint: TensorRows | null = null
  readonly #hiddenAdjoints = new WeakMap<Readout<TensorHandles>, TensorRows>()
  /** What the program has made, to be freed when the next one begins. */
  readonly #made = new Set<FetchedTensor>()

  constructor(network: Network, session: GraphSession, replica: number) {
    this.network = network
    this.#session = session
    this.#replica = replica
  }

  takePlace(): void {
    for (const tensor of this.#made) tensor.dispose()
    this.#made.clear()
    this.#roomRows = 0
    this.#sequence = null
    this.#initialAdjoint = null
  }

  /** Runs a signature for this replica. @returns what it leaves, good until the program ends */
  *run(
    signature: string,
    feeds: Readonly<Record<string, Feed>>,
  ): Program<Job, Readonly<Record<string, FetchedTensor>>> {
    let fetched: Readonly<Record<string, FetchedTensor>> = {}
    yield async () => {
      fetched = await this.#session.run(signature, { ...feeds, replica: fedCount(this.#replica) })
    }
    for (const tensor of Object.values(fetched)) this.#made.add(tensor)
    return fetched
  }

  *readParameters(): Program<Job, FloatArray> {
    return (yield* this.run('read-parameters', {})).values!.read()
  }

  *writeParameters(values: FloatArray): Program<Job, void> {
    yield* this.run('write-parameters', { values: fedFloats(Float32Array.from(values), values.length) })
  }

  *readMoments(): Program<Job, Moments> {
    const first = yield* this.run('read-first', {})
    const second = yield* this.run('read-second', {})
    return { step: this.step, first: first.values!.read(), second: second.values!.read() }
  }

  *writeMoments({ step, first, second }: Moments): Program<Job, void> {
    yield* this.run('write-first', { values: fedFloats(Float32Array.from(first), first.length) })
    yield* this.run('write-second', { values: fedFloats(Float32Array.from(second), second.length) })
    this.step = step
  }

  clearGradients(): Program<Job, void> {
    return finished(undefined) // a graph's gradients leave with it: none are kept
  }

  read(scalars: readonly FetchedTensor[]): Program<Job, number[]> {
    return finished(scalars.map((scalar) => scalar.read()[0]!))
  }

  newRows(count: number, width: number): Program<Job, TensorRows> {
    return finished({ value: fedFloats(new Float32Array(count * width), count, width), count, width })
  }

  *selectRows({ value }: TensorRows, places: Int32Array, width: number): Program<Job, TensorRows> {
    const padded = new Int32Array(Math.max(this.#roomRows, places.length))
    padded.set(places)
    const { rows } = yield* this.run('select-rows', { rows: value, places: fedIntegers(padded, padded.length) })
    return { value: rows!, count: places.length, width }
  }

  readRows({ value, count, width }: TensorRows): Program<Job, FloatArray> {
    const all = 'read' in value ? value.read() : (value.data as Float32Array)
    return finished(all.slice(0, count * width))
  }

  letGo({ value }: TensorRows): Program<Job, void> {
    if ('read' in value) this.#free(value)
    return finished(undefined)
  }

  *forward(input: SequenceInput<TensorRows>): Program<Job, void> {
    if (this.#roomRows === 0) this.#roomRows = rowsFor(input.batch)
    // A run of many thousand steps goes through many sequences.
    for (const tensor of [this.#sequence?.history, this.#sequence?.outputs]) if (tensor) this.#free(tensor)
    if (input.saving) {
      // Forward and backward are one graph, which is run on the way back.
      this.#sequence = { input, history: null, outputs: null }
      return
    }
    const { steps, inputs, isConstant, initialStates } = input
    const { inputSize, stateSize } = this.network
    const begin = {
      initialStates: initialStates
        ? this.#padRows(initialStates)
        : fedFloats(new Float32Array(this.#roomRows * stateSize), this.#roomRows, stateSize),
      steps: fedCount(steps),
    }
    const { history, outputs } = isConstant
      ? yield* this.run('constant', {
          ...begin,
          perturbation: fedFloats(inputs, inputSize),
          room: fedFloats(new Float32Array(CONSTANT_ROOM), CONSTANT_ROOM),
        })
      : yield* this.run('sequence', {
          ...begin,
          inputs: this.#padInputs(input),
          isFromStart: fedFlags(Uint8Array.of(initialStates ? 0 : 1)),
        })
    this.#sequence = { input, history: history!, outputs: outputs ?? null }
  }

  *takeOutputs(steps: Int32Array, target: TensorRows): Program<Job, void> {
    const { input, outputs } = this.#lastSequence()
    const { rows } = yield* this.run('take-outputs', {
      outputs: outputs!,
      steps: fedIntegers(steps, steps.length / input.batch, input.batch),
      target: target.value,
    })
    target.value = rows!
  }

  *takeStates(steps: Int32Array, target: TensorRows): Program<Job, void> {
    const { history } = this.#lastSequence()
    const padded = new Int32Array(history!.shape[1]!).fill(-1)
    padded.set(steps)
    const { rows } = yield* this.run('take-states', {
      history: history!,
      steps: fedIntegers(padded, padded.length),
      target: this.#padRows(target),
    })
    target.value = rows!
  }

  *watchSteps(remembered: TensorRows | null, wantsResiduals: boolean): Program<Job, StepWatch> {
    const { input, history } = this.#lastSequence()
    const like = remembered ?? (yield* this.newRows(input.batch, this.network.stateSize))
    const { equal, residuals } = yield* this.run('watch-steps', {
      history: history!,
      remembered: this.#padRows(like),
      batch: fedCount(input.batch),
    })
    const watch = {
      equal: remembered && Uint8Array.from(equal!.read().subarray(0, input.steps)),
      residuals: wantsResiduals ? Float64Array.from(residuals!.read().subarray(0, input.steps)) : null,
    }
    this.#free(equal!)
    this.#free(residuals!)
    return watch
  }

  readSteps(): Program<Job, (step: number) => FloatArray> {
    const { input, history } = this.#lastSequence()
    return finished((step: number) => history!.readEntry(step).slice(0, input.batch * this.network.stateSize))
  }

  *backward(adjoints: SequenceAdjoints<TensorRows>): Program<Job, void> {
    const { input } = this.#lastSequence()
    const { steps, batch, initialStates } = input
    const { outputs } = adjoints
    const { adjoint } = yield* this.run('start-adjoint', {
      ...feedReach(adjoints, steps, batch, this.#roomRows),
      initialStates: this.#padRows(initialStates!),
      steps: fedCount(steps),
      inputs: this.#padInputs(input),
      targetSteps: fedIntegers(outputs!.steps, outputs!.steps.length / batch, batch),
      hiddenAdjoint: outputs!.data.value,
    })
    this.#initialAdjoint = { value: adjoint!, count: batch, width: this.network.stateSize }
  }

  initialStateAdjoint(): Program<Job, TensorRows> {
    return finished(this.#initialAdjoint!)
  }

  *readOut(hidden: TensorRows, batch: SeriesBatch): Program<Job, Readout<TensorHandles>> {
    const { outputs, hiddenAdjoint, lossSum, correctCount } = yield* this.run('read-out', {
      ...feedTargets(this.network, batch),
      hidden: hidden.value,
    })
    const readout = {
      lossSum: lossSum!,
      correctCount: correctCount!,
      outputs: { value: outputs!, count: hidden.count, width: this.network.outputSize },
    }
    this.#hiddenAdjoints.set(readout, { ...hidden, value: hiddenAdjoint! })
    return readout
  }

  readOutBackward(readout: Readout<TensorHandles>): Program<Job, TensorRows> {
    return finished(this.#hiddenAdjoints.get(readout)!)
  }

  *convergeLayer(
    layerIndex: number,
    states: TensorRows,
    perturbation: Float32Array,
    convergenceSteps: number,
  ): Program<Job, TensorRows> {
    const after = yield* this.run(`converge-layer-${layerIndex}`, {
      states: states.value,
      perturbation: fedFloats(perturbation, perturbation.length),
      steps: fedCount(convergenceSteps),
    })
    return { ...states, value: after.states! }
  }

  *vaaStar(
    states: TensorRows,
    batch: number,
    columns: readonly number[],
    epsilon: number,
  ): Program<Job, FetchedTensor> {
    const places = Int32Array.from({ length: batch }, (_, b) => b)
    const { rows } = yield* this.run('select-rows', { rows: states.value, places: fedIntegers(places, batch) })
    const { value } = yield* this.run('vaa-star', {
      states: rows!,
      columns: fedIntegers(Int32Array.from(columns), columns.length),
      epsilon: fedNumber(epsilon),
    })
    return value!
  }

  #free(tensor: FetchedTensor): void {
    if (this.#made.delete(tensor)) tensor.dispose()
  }

  #padInputs({ inputs, steps, batch }: SequenceInput<TensorRows>): Feed {
    const { inputSize } = this.network
    const rows = this.#roomRows
    const room = roomFor(steps)
    const padded = padSeries(inputs, { steps, batch, rows, width: inputSize })
    return fedFloats(padSteps(padded, rows * inputSize, room), room, rows, inputSize)
  }

  #lastSequence(): Sequence {
    if (this.#sequence === null) throw new TypeError('no sequence was run')
    return this.#sequence
  }

  /** Rows of states as many as the program's sequences have. */
  #padRows({ value, width }: TensorRows): Feed {
    const rows = value.shape[0]!
    if ('read' in value || rows >= this.#roomRows) return value
    return fedFloats(padSteps(value.data as Float32Array, width, this.#roomRows), this.#roomRows, width)
  }
}

/** What a batch's targets are fed as. */
export function feedTargets(network: Network, batch: SeriesBatch): Readonly<Record<string, Feed>> {
  const { targetSteps, targets, batch: series } = batch
  const slots = [targetSteps.length / series, series]
  return {
    targetSteps: fedIntegers(targetSteps, ...slots),
    targets: fedFloats(targets, ...slots, ...(network.loss === 'mse' ? [network.outputSize] : [])),
    lossCount: fedNumber(lossCount(batch, network)),
  }
}

/**
 * Where adjoints can be, and where they go on; not in the room behind the last step and the last series.
 * @param rows of the sequence, the batch's or more
 */
export function feedReach(
  adjoints: AdjointEntries,
  steps: number,
  batch: number,
  rows = batch,
): Readonly<Record<'reached' | 'passed', Feed>> {
  const room = roomFor(steps)
  const reached = reachedRows(adjoints, steps, batch) ?? new Uint8Array(steps * batch).fill(1)
  const passed = reached.slice()
  for (let t = 0; t < steps; t++) if (isCut(t, adjoints.truncateEvery)) passed.fill(0, t * batch, (t + 1) * batch)
  const feed = (flags: Uint8Array): Feed =>
    fedFlags(padSteps(padSeries(flags, { steps, batch, rows, width: 1 }), rows, room), room, rows)
  return { reached: feed(reached), passed: feed(passed) }
}
