/**
 * VAA and VAA* of networks: converged states (or an engine and draws) enter; values with their residuals and counts leave, for
 * the whole network, each layer and each part. The comparison of states is left to shared/attractors.
 */
import { judgeConvergence, median, type Convergence } from '../attractors/convergence.ts'
import type { Slice } from '../attractors/distances.ts'
import { vaa, vaaAtRest, type VaaInterval } from '../attractors/vaa.ts'
import type { ConvergedStates, Engine, RestedStates } from '../backends/backend.ts'
import type { Dataset } from '../datasets/dataset.ts'
import type { MeasuresConfig, VaaConfig } from '../experiments/config.ts'
import type { Network } from '../networks/network.ts'
import { RandomStream } from '../numerics/random.ts'
import { WARMUP_ATTEMPT_STRIDE } from './batches.ts'
import { drawVaa, drawVaaStar } from './draws.ts'

/** VAA of some columns of the state: the whole network (both indices null), a layer (part null), or a part. */
export interface SliceMeasurement {
  readonly layerIndex: number | null
  readonly partIndex: number | null
  /** Mean over the draws; null when a state was not finite, and where VAA at rest is no point. */
  readonly vaa: number | null
  /** VAA at rest lies between these: means over the draws of the lower and of the upper ends. Null with a given M. */
  readonly vaaLow: number | null
  readonly vaaHigh: number | null
  /** Of ‖x_M − x_{M−1}‖ over the series of all draws; null when M = 0. */
  readonly residualMedian: number | null
  readonly residualMax: number | null
  /** Series of all draws, at rest those fixed and periodic where no M was given: fixedCount + periodicCount + unconvergedCount = draws * series. */
  readonly fixedCount: number
  readonly periodicCount: number
  readonly unconvergedCount: number
}

/** Algorithm 1's result, ready for JSON. */
export interface VaaMeasurement extends SliceMeasurement {
  readonly layers: readonly SliceMeasurement[]
  readonly parts: readonly SliceMeasurement[]
  /** One entry a draw: where an exit that changes nothing fired. */
  readonly exactExit: readonly ConvergedStates['exactExit'][]
  /** One entry a draw: where the optional stop fired, which may change the result. */
  readonly stoppedAt: readonly ConvergedStates['stoppedAt'][]
  readonly epsilon: number
  /** n of each draw. */
  readonly series: number
  /** M asked for; null: until every state is at rest. */
  readonly convergenceSteps: number | null
  /** M_max; null with a given M. */
  readonly maxConvergenceSteps: number | null
  /** M of each draw: of the series that took longest. */
  readonly usedSteps: readonly number[]
  readonly draws: number
}

type VaaSettings = Pick<VaaConfig, 'series' | 'convergenceSteps' | 'maxConvergenceSteps' | 'epsilon'>

interface NamedSlice extends Slice {
  readonly layerIndex: number | null
  readonly partIndex: number | null
}

/** The columns of the whole network, then of each layer, then of each part. */
function comparedSlices(network: Network): NamedSlice[] {
  const width = network.stateSize
  const spanOf = (layerIndex: number, partIndex: number | null): NamedSlice => {
    const slices = network.stateSlices.filter(
      (slice) => slice.layerIndex === layerIndex && (partIndex === null || slice.partIndex === partIndex),
    )
    const offset = slices[0]?.offset ?? 0
    return { width, offset, size: slices.reduce((sum, { size }) => sum + size, 0), layerIndex, partIndex }
  }
  return [
    { width, offset: 0, size: width, layerIndex: null, partIndex: null },
    ...network.wiredLayers.map(({ index }) => spanOf(index, null)),
    ...network.wiredLayers.flatMap(({ index, parts }) => parts.map(({ partIndex }) => spanOf(index, partIndex))),
  ]
}

/** Both ends are the same where VAA is a point. */
interface SliceDraw extends Convergence, VaaInterval {}

/** One draw's comparison, a value a slice; slices with the same columns are compared once. */
function compareSlices(
  slices: readonly NamedSlice[],
  compare: (slice: NamedSlice, index: number) => SliceDraw,
): SliceDraw[] {
  const known = new Map<string, SliceDraw>()
  return slices.map((slice, index) => {
    const key = `${slice.offset}+${slice.size}`
    const compared = known.get(key) ?? compare(slice, index)
    known.set(key, compared)
    return compared
  })
}

function finiteOrNull(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null
}

/** @param isAtRest whether no M was given */
function combineDraws(
  { layerIndex, partIndex }: NamedSlice,
  draws: readonly SliceDraw[],
  isAtRest: boolean,
): SliceMeasurement {
  const residuals = Float64Array.from(draws.flatMap((draw) => [...draw.residuals]))
  const total = (count: (draw: SliceDraw) => number): number => draws.reduce((sum, draw) => sum + count(draw), 0)
  const low = finiteOrNull(total((draw) => draw.low) / draws.length)
  const high = finiteOrNull(total((draw) => draw.high) / draws.length)
  const isPoint = draws.every((draw) => draw.low === draw.high)
  return {
    layerIndex,
    partIndex,
    vaa: isPoint ? low : null,
    vaaLow: isAtRest ? low : null,
    vaaHigh: isAtRest ? high : null,
    residualMedian: finiteOrNull(median(residuals)),
    residualMax:
      residuals.length === 0 ? null : finiteOrNull(residuals.reduce((largest, value) => Math.max(largest, value), 0)),
    fixedCount: total((draw) => draw.fixedCount),
    periodicCount: total((draw) => draw.periodicCount),
    unconvergedCount: total((draw) => draw.unconvergedCount),
  }
}

/** Gathers the draws of one VAA measurement; each draw's states may be overwritten once it is added. */
class VaaGatherer {
  readonly #slices: NamedSlice[]
  readonly #settings: VaaSettings
  readonly #draws: SliceDraw[][] = []
  readonly #exactExit: ConvergedStates['exactExit'][] = []
  readonly #stoppedAt: ConvergedStates['stoppedAt'][] = []
  readonly #usedSteps: number[] = []

  constructor(network: Network, settings: VaaSettings) {
    this.#slices = comparedSlices(network)
    this.#settings = settings
  }

  add({ tail, exactExit, stoppedAt }: ConvergedStates, convergenceSteps: number): void {
    const { series: n, epsilon } = this.#settings
    this.#draws.push(
      compareSlices(this.#slices, (slice) => {
        const [value] = vaa(tail[0]!, n, slice, [epsilon])
        return { ...judgeConvergence(tail, n, slice, epsilon), low: value!, high: value! }
      }),
    )
    this.#exactExit.push(exactExit)
    this.#stoppedAt.push(stoppedAt)
    this.#usedSteps.push(stoppedAt ?? convergenceSteps)
  }

  addRested({ tail, isAtRest, steps }: RestedStates): void {
    const { series: n, epsilon } = this.#settings
    this.#draws.push(
      compareSlices(this.#slices, (slice, index) => vaaAtRest(tail, n, slice, epsilon, isAtRest[index]!)),
    )
    this.#exactExit.push(null)
    this.#stoppedAt.push(null)
    this.#usedSteps.push(steps.reduce((most, count) => Math.max(most, count), 0))
  }

  /** @returns the mean over the draws added so far, at least one */
  result(): VaaMeasurement {
    const measured = this.#slices.map((slice, index) =>
      combineDraws(
        slice,
        this.#draws.map((draw) => draw[index]!),
        this.#settings.convergenceSteps === null,
      ),
    )
    const { series, convergenceSteps, maxConvergenceSteps, epsilon } = this.#settings
    return {
      ...measured[0]!,
      layers: measured.filter(({ layerIndex, partIndex }) => layerIndex !== null && partIndex === null),
      parts: measured.filter(({ partIndex }) => partIndex !== null),
      exactExit: this.#exactExit,
      stoppedAt: this.#stoppedAt,
      epsilon,
      series,
      convergenceSteps,
      maxConvergenceSteps: convergenceSteps === null ? maxConvergenceSteps : null,
      usedSteps: this.#usedSteps,
      draws: this.#draws.length,
    }
  }
}

/** Which draws a measurement of a seed uses: those of a training step, or of a warm-up step of an attempt. */
export type MeasureMoment =
  | { readonly phase: 'training'; readonly step: number }
  | { readonly phase: 'warm-up'; readonly attempt: number; readonly step: number }

/** Streams 2k and 2k + 1 belong to VAA and VAA* at moment k; those of warm-up start above every training step. */
const WARMUP_MOMENTS = 2 ** 50

function momentStream(seed: number, moment: MeasureMoment, kind: 0 | 1): RandomStream {
  const index =
    moment.phase === 'training'
      ? 2 * moment.step
      : WARMUP_MOMENTS + 2 * (moment.attempt * WARMUP_ATTEMPT_STRIDE + moment.step)
  return new RandomStream(seed, 'vaa', index + kind)
}

export interface Measures {
  readonly vaa: (VaaMeasurement | null)[] | null
  /** Per seed and layer, the mean of the draws; null where the engine gives none. */
  readonly vaaStar: (number | null)[][] | null
}

/** What is measured: replica r of the engine runs seed r on dataset r. */
export interface MeasureSubject {
  readonly engine: Engine
  readonly datasets: readonly Dataset[]
  readonly seeds: readonly number[]
  /** Called between draws; may throw to leave. */
  readonly breathe: () => Promise<void>
}

/**
 * Measures VAA and VAA* of the replicas that have a moment, each with that moment's own draws.
 * @param moments one a replica; null leaves it out
 */
export async function takeMeasures(
  subject: MeasureSubject,
  config: MeasuresConfig,
  moments: readonly (MeasureMoment | null)[],
): Promise<Measures> {
  return {
    vaa: config.vaa === null ? null : await takeVaa(subject, config.vaa, moments),
    vaaStar: config.vaaStar === null ? null : await takeVaaStar(subject, config.vaaStar, moments),
  }
}

async function takeVaa(
  { engine, datasets, seeds, breathe }: MeasureSubject,
  settings: VaaConfig,
  moments: readonly (MeasureMoment | null)[],
): Promise<(VaaMeasurement | null)[]> {
  const streams = moments.map((moment, r) => moment && momentStream(seeds[r]!, moment, 0))
  const gatherers = moments.map((moment) => moment && new VaaGatherer(engine.network, settings))
  const { convergenceSteps, maxConvergenceSteps, epsilon, stopResidual } = settings
  const slices = comparedSlices(engine.network)
  for (let draw = 0; draw < settings.draws; draw++) {
    await breathe()
    const drawn = streams.map((stream, r) => stream && drawVaa(stream, datasets[r]!, settings.series))
    if (convergenceSteps === null) {
      const states = await engine.convergeToRest(
        drawn.map((request) => request && { ...request, maxConvergenceSteps, epsilon, slices }),
        breathe,
      )
      gatherers.forEach((gatherer, r) => gatherer?.addRested(states[r]!))
    } else {
      const states = await engine.converge(
        drawn.map((request) => request && { ...request, convergenceSteps, stopResidual }),
        breathe,
      )
      gatherers.forEach((gatherer, r) => gatherer?.add(states[r]!, convergenceSteps))
    }
  }
  return gatherers.map((gatherer) => gatherer && gatherer.result())
}

async function takeVaaStar(
  subject: MeasureSubject,
  settings: NonNullable<MeasuresConfig['vaaStar']>,
  moments: readonly (MeasureMoment | null)[],
): Promise<(number | null)[][]> {
  const streams = moments.map((moment, r) => moment && momentStream(subject.seeds[r]!, moment, 1))
  const means = await meanVaaStar(subject, settings, streams)
  return means.map((layers) => layers?.map(finiteOrNull) ?? [])
}

/**
 * VAA* of each layer as the mean of fresh draws (science.md: the check after warm-up uses 10 on n = 32).
 * @param streams one a replica; null leaves it out
 * @returns per replica, one a layer
 */
export async function meanVaaStar(
  { engine, datasets, breathe }: MeasureSubject,
  settings: NonNullable<MeasuresConfig['vaaStar']>,
  streams: readonly (RandomStream | null)[],
): Promise<(number[] | null)[]> {
  const sums = streams.map((stream) => stream && engine.network.wiredLayers.map(() => 0))
  for (let draw = 0; draw < settings.draws; draw++) {
    await breathe()
    const values = await engine.vaaStar(
      streams.map((stream, r) => stream && drawVaaStar(stream, datasets[r]!, engine.network, settings)),
    )
    sums.forEach((sum, r) => sum?.forEach((_, layer) => (sum[layer]! += values[r]![layer]!)))
  }
  return sums.map((sum) => sum && sum.map((total) => total / settings.draws))
}
