/**
 * One replica of a network on the device, as the programs ask for it: every call becomes a job that is done together with the same one of the other
 * replicas. Rows and numbers stay on the device until they are read.
 */
import type { SeriesBatch } from '../../datasets/dataset.ts'
import type { OptimizerSettings } from '../backend.ts'
import type { Program } from '../programs/program.ts'
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
import type { ReadPart } from './command-queue.ts'
import { ask, type GpuJob, type JobEntry } from './jobs.ts'
import { LayerConvergence } from './layer-convergence.ts'
import type { DeviceRows, DeviceScalar, NetworkWork } from './network-work.ts'
import type { ReadoutBlocks } from './readout-work.ts'
import { takeBlock, type ReplicaBlock } from './replica-blocks.ts'
import { Sequence } from './sequence.ts'

export interface DeviceHandles {
  readonly job: GpuJob
  readonly rows: DeviceRows
  readonly scalar: DeviceScalar
}

interface DeviceReadout extends Readout<DeviceHandles> {
  readonly blocks: ReadoutBlocks
}

const replicasOf = (entries: readonly JobEntry<unknown>[]): number[] => entries.map(({ replica }) => replica)
/** Tells blocks apart in keys. */
const idOf = (rows: DeviceRows | null): string => (rows === null ? 'none' : `${rows.block.buffer.id}`)
const rangesKey = (ranges: readonly FlatRange[]): string => ranges.map(({ start, end }) => `${start}-${end}`).join()

export class WebGpuRecurrence implements Recurrence<DeviceHandles> {
  readonly #work: NetworkWork
  readonly #replica: number
  #sequence: SharedSequence | null = null
  /** Adjoint of the states that the last sequence began with. */
  #initialAdjoint: DeviceRows | null = null
  readonly #converged = new Map<number, LayerConvergence>()
  /** The norm of a move of which nobody knows yet whether it was finite: only then has the move been a step. */
  #openNorm: DeviceScalar | null = null

  constructor(work: NetworkWork, replica: number) {
    this.#work = work
    this.#replica = replica
  }

  takePlace(): void {
    this.endProgram()
  }

  /** Gives back what the last program held. */
  endProgram(): void {
    this.#work.held.release(this.#replica)
    this.#sequence?.letGo()
    this.#sequence = null
    this.#initialAdjoint = null
  }

  *readParameters(): Program<GpuJob, FloatArray> {
    const [values] = yield* this.#read([this.#work.store.readPart('parameters', this.#replica)])
    return new Float32Array(values!)
  }

  *writeParameters(values: FloatArray): Program<GpuJob, void> {
    const { store } = this.#work
    yield* this.#ask('write-parameters', values, (entries) => {
      for (const { replica, request } of entries) store.write('parameters', replica, Float32Array.from(request))
      store.pack(replicasOf(entries))
      return entries
    })
  }

  *readMoments(): Program<GpuJob, Moments> {
    yield* this.#settleSteps()
    const { store } = this.#work
    const parts = (['first', 'second'] as const).map((held) => store.readPart(held, this.#replica))
    const [first, second] = yield* this.#read(parts)
    return {
      step: store.steps[this.#replica]!,
      first: new Float32Array(first!),
      second: new Float32Array(second!),
    }
  }

  *writeMoments(moments: Moments): Program<GpuJob, void> {
    yield* this.#settleSteps()
    yield* this.#ask('write-moments', moments, (entries) => {
      for (const { replica, request } of entries) this.#work.store.writeMoments(replica, request)
      return entries
    })
  }

  *readGradients(): Program<GpuJob, FloatArray> {
    const [values] = yield* this.#read([this.#work.store.readPart('gradients', this.#replica)])
    return new Float32Array(values!)
  }

  *clearGradients(ranges?: readonly FlatRange[]): Program<GpuJob, void> {
    yield* this.#ask('clear-gradients', ranges ?? null, (entries) => {
      for (const { replica, request } of entries) this.#work.store.clearGradients(replica, request)
      return entries
    })
  }

  *gradientNorm(moving: readonly FlatRange[]): Program<GpuJob, DeviceScalar> {
    const work = this.#work
    return yield* this.#ask(`norm ${rangesKey(moving)}`, null, (entries) => {
      const replicas = replicasOf(entries)
      const block = work.hold(takeBlock(work.device, replicas, 1), replicas)
      work.store.measure(moving, block, replicas)
      return entries.map(() => ({ block, word: 0 }))
    })
  }

  *move(settings: OptimizerSettings, moving: readonly FlatRange[], norm: DeviceScalar): Program<GpuJob, void> {
    yield* this.#settleSteps()
    this.#openNorm = norm
    const kind = settings.kind === 'sgd' ? 'sgd' : 'adam'
    yield* this.#ask(`move ${kind} ${norm.block.buffer.id} ${rangesKey(moving)}`, settings, (entries) => {
      const each = entries.map(({ request }) => request)
      this.#work.store.move(each, moving, norm.block, replicasOf(entries))
      return entries
    })
  }

  *read(scalars: readonly DeviceScalar[]): Program<GpuJob, number[]> {
    const copies = yield* this.#read(scalars.map((scalar) => this.#work.scalarPart(scalar, this.#replica)))
    const values = copies.map((copy) => new Float32Array(copy)[0]!)
    scalars.forEach((scalar, index) => {
      if (scalar === this.#openNorm) this.#countStep(values[index]!)
    })
    return values
  }

  *newRows(count: number, width: number): Program<GpuJob, DeviceRows> {
    return yield* this.#ask(`new-rows ${count} ${width}`, null, (entries) => {
      const rows = this.#work.zeroRows(count, width, replicasOf(entries))
      return entries.map(() => rows)
    })
  }

  *selectRows(rows: DeviceRows, places: Int32Array, width: number): Program<GpuJob, DeviceRows> {
    return yield* this.#ask(`select-rows ${idOf(rows)} ${places.length} ${width}`, places, (entries) => {
      const selected = this.#work.selectRows(rows, entries)
      return entries.map(() => selected)
    })
  }

  *addRows(target: DeviceRows, rows: DeviceRows): Program<GpuJob, void> {
    yield* this.#ask(`add-rows ${idOf(target)} ${idOf(rows)}`, null, (entries) => {
      this.#work.addRows(target, rows, replicasOf(entries))
      return entries
    })
  }

  *readRows(rows: DeviceRows): Program<GpuJob, FloatArray> {
    const [values] = yield* this.#read([this.#work.rowsPart(rows, this.#replica)])
    return new Float32Array(values!)
  }

  *letGo(rows: DeviceRows): Program<GpuJob, void> {
    yield* []
    this.#work.held.letGo(rows.block, this.#replica)
  }

  *forward(input: SequenceInput<DeviceRows>): Program<GpuJob, void> {
    const { steps, batch, isConstant, initialStates, dropoutMasks, saving } = input
    this.#sequence?.letGo()
    this.#sequence = null
    const key = `forward ${steps} ${batch} ${isConstant} ${idOf(initialStates)} ${dropoutMasks?.length ?? 0} ${saving}`
    this.#sequence = yield* this.#ask(
      key,
      { ...input, initialStates: initialStates?.block ?? null },
      async (entries) => {
        const shared = new SharedSequence(await Sequence.run(this.#work, entries), entries.length)
        return entries.map(() => shared)
      },
    )
  }

  *takeOutputs(steps: Int32Array, target: DeviceRows): Program<GpuJob, void> {
    const { id, sequence } = this.#last
    yield* this.#ask(`take-outputs ${id} ${idOf(target)}`, { steps, target: target.block }, (entries) => {
      sequence.takeOutputs(entries)
      return entries
    })
  }

  *takeStates(steps: Int32Array, target: DeviceRows): Program<GpuJob, void> {
    const { id, sequence } = this.#last
    yield* this.#ask(`take-states ${id} ${idOf(target)}`, { steps, target: target.block }, (entries) => {
      sequence.takeStates(entries)
      return entries
    })
  }

  *watchSteps(remembered: DeviceRows | null, wantsResiduals: boolean): Program<GpuJob, StepWatch> {
    const { id, sequence } = this.#last
    const { steps, batch } = sequence
    const key = `watch ${id} ${idOf(remembered)} ${wantsResiduals}`
    const { differences, squares } = yield* this.#ask(key, null, (entries) =>
      this.#work.watch(sequence, remembered?.block ?? null, wantsResiduals, replicasOf(entries)),
    )
    const rowsOf = (step: number): [number, number] => [step * batch, (step + 1) * batch]
    return {
      equal:
        remembered &&
        Uint8Array.from({ length: steps }, (_, step) =>
          Number(differences.subarray(...rowsOf(step)).every((count) => count === 0)),
        ),
      residuals: wantsResiduals
        ? Float64Array.from({ length: steps }, (_, step) => Math.sqrt(Math.max(...squares.subarray(...rowsOf(step)))))
        : null,
    }
  }

  *readSteps(): Program<GpuJob, (step: number) => FloatArray> {
    const { sequence } = this.#last
    const { stateSize, stateSlices } = this.#work.network
    const { batch } = sequence
    const states = (yield* this.#read(sequence.stateParts(this.#replica))).map((copy) => new Float32Array(copy))
    return (step) => {
      const rows = new Float32Array(batch * stateSize)
      stateSlices.forEach(({ offset, size }, slice) => {
        for (let b = 0; b < batch; b++) {
          const from = (step * batch + b) * size
          rows.set(states[slice]!.subarray(from, from + size), b * stateSize + offset)
        }
      })
      return rows
    }
  }

  *backward(adjoints: SequenceAdjoints<DeviceRows>): Program<GpuJob, void> {
    const { outputs, states, truncateEvery, movesColdParts } = adjoints
    const { id, sequence } = this.#last
    const { stateSize } = this.#work.network
    const key = `backward ${id} ${idOf(outputs?.data ?? null)} ${idOf(states?.data ?? null)} ${truncateEvery} ${movesColdParts}`
    const request = {
      ...adjoints,
      outputs: outputs && { steps: outputs.steps, data: outputs.data.block },
      states: states && { steps: states.steps, data: states.data.block },
    }
    this.#initialAdjoint = yield* this.#ask(key, request, async (entries) => {
      const block = this.#work.hold(await sequence.backward(entries), replicasOf(entries))
      return entries.map(() => ({ block, count: sequence.batch, width: stateSize }))
    })
  }

  *initialStateAdjoint(): Program<GpuJob, DeviceRows> {
    yield* []
    return this.#initialAdjoint!
  }

  *readOut(hidden: DeviceRows, batch: SeriesBatch): Program<GpuJob, DeviceReadout> {
    const work = this.#work
    return yield* this.#ask(`read-out ${idOf(hidden)}`, { hidden: hidden.block, batch }, (entries) => {
      const replicas = replicasOf(entries)
      const blocks = work.readout.forward(entries)
      for (const block of Object.values(blocks)) work.hold(block as ReplicaBlock, replicas)
      const readout: DeviceReadout = {
        lossSum: { block: blocks.totals, word: 0 },
        correctCount: { block: blocks.totals, word: 1 },
        outputs: { block: blocks.outputs, count: hidden.count, width: work.network.outputSize },
        blocks,
      }
      return entries.map(() => readout)
    })
  }

  *readOutBackward(
    readout: Readout<DeviceHandles>,
    hidden: DeviceRows,
    batch: SeriesBatch,
  ): Program<GpuJob, DeviceRows> {
    const work = this.#work
    const { blocks } = readout as DeviceReadout
    const key = `read-out-backward ${idOf(readout.outputs)} ${idOf(hidden)}`
    return yield* this.#ask(key, { hidden: hidden.block, batch }, (entries) => {
      const block = work.hold(work.readout.backward(entries, blocks), replicasOf(entries))
      return entries.map(() => ({ block, count: hidden.count, width: hidden.width }))
    })
  }

  *convergeLayer(
    layerIndex: number,
    states: DeviceRows,
    perturbation: Float32Array,
    convergenceSteps: number,
    saving: boolean,
  ): Program<GpuJob, DeviceRows> {
    const work = this.#work
    const request = { layerIndex, states: states.block, batch: states.count, perturbation, convergenceSteps, saving }
    const key = `converge ${layerIndex} ${idOf(states)} ${convergenceSteps} ${saving}`
    const { rows, run } = yield* this.#ask(key, request, async (entries) => {
      const convergence = new LayerConvergence(work, entries)
      const block = work.hold(await convergence.forward(), replicasOf(entries))
      if (!saving) convergence.release()
      return entries.map(() => ({ rows: { ...states, block }, run: convergence }))
    })
    if (saving) this.#converged.set(layerIndex, run)
    return rows
  }

  *convergeLayerBackward(layerIndex: number, finalAdjoint: DeviceRows): Program<GpuJob, DeviceRows> {
    const work = this.#work
    const run = this.#converged.get(layerIndex)!
    this.#converged.delete(layerIndex)
    return yield* this.#ask(`converge-back ${layerIndex} ${idOf(finalAdjoint)}`, null, async (entries) => {
      const block = work.hold(await run.backward(finalAdjoint.block), replicasOf(entries))
      run.release()
      return entries.map(() => ({ ...finalAdjoint, block }))
    })
  }

  *vaaStar(
    states: DeviceRows,
    batch: number,
    columns: readonly number[],
    epsilon: number,
  ): Program<GpuJob, DeviceScalar> {
    return (yield* this.#compare(states, batch, columns, epsilon, null)).value
  }

  *vaaStarWithAdjoint(
    states: DeviceRows,
    batch: number,
    columns: readonly number[],
    epsilon: number,
    pull: VaaStarPull,
  ): Program<GpuJob, { readonly value: DeviceScalar; readonly adjoint: DeviceRows }> {
    const { value, adjoint } = yield* this.#compare(states, batch, columns, epsilon, pull)
    return { value, adjoint: adjoint! }
  }

  *#compare(
    states: DeviceRows,
    batch: number,
    columns: readonly number[],
    epsilon: number,
    pull: VaaStarPull | null,
  ): Program<GpuJob, { readonly value: DeviceScalar; readonly adjoint: DeviceRows | null }> {
    const work = this.#work
    const key = `vaa-star ${idOf(states)} ${columns.join()} ${epsilon} ${JSON.stringify(pull)}`
    return yield* this.#ask(key, null, (entries) => {
      const replicas = replicasOf(entries)
      const { value, adjoint } = work.vaaStar.run({ states: states.block, batch, columns, epsilon, pull }, replicas)
      work.hold(value, replicas)
      if (adjoint) work.hold(adjoint, replicas)
      const rows = adjoint && { block: adjoint, count: batch, width: states.width }
      return entries.map(() => ({ value: { block: value, word: 0 }, adjoint: rows }))
    })
  }

  get #last(): SharedSequence {
    if (!this.#sequence) throw new TypeError('the recurrence was asked for a sequence before it ran one')
    return this.#sequence
  }

  /** Takes back a step that was none, if there may be one. */
  *#settleSteps(): Program<GpuJob, void> {
    if (this.#openNorm !== null) yield* this.read([this.#openNorm])
  }

  #countStep(norm: number): void {
    this.#openNorm = null
    if (!Number.isFinite(norm)) this.#work.store.steps[this.#replica]!--
  }

  /** Reads pieces of buffers, those of all replicas with one wait. */
  #read(parts: readonly ReadPart[]): Program<GpuJob, readonly ArrayBuffer[]> {
    return this.#ask('read', parts, async (entries) => {
      const copies = await this.#work.device.queue.read(entries.flatMap(({ request }) => request))
      let start = 0
      return entries.map(({ request }) => copies.slice(start, (start += request.length)))
    })
  }

  #ask<Request, Answer>(
    key: string,
    request: Request,
    work: (entries: readonly JobEntry<Request>[]) => readonly Answer[] | Promise<readonly Answer[]>,
  ): Program<GpuJob, Answer> {
    return ask(key, this.#replica, request, work)
  }
}

let sequenceCount = 0

/** A sequence that several replicas have run, until the last of them lets go. */
class SharedSequence {
  /** Tells sequences apart in keys. */
  readonly id = sequenceCount++
  readonly sequence: Sequence
  #holders: number

  constructor(sequence: Sequence, holders: number) {
    this.sequence = sequence
    this.#holders = holders
  }

  letGo(): void {
    if (--this.#holders === 0) this.sequence.release()
  }
}
