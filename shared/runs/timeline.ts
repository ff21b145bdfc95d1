/**
 * A run's events on one time axis: events enter in order, points of series and marks of phases, restarts and forks leave. The axis counts
 * optimiser steps, those of warm-up (restarts included) before those of training. The same in main and in the renderer.
 */
import type { DivergedQuantity } from './divergence.ts'
import { readNumber, readObject, readUsedSteps, readVaa, type Fields } from './read-vaa.ts'
import type { RunEvent } from './run.ts'
import { sliceSeries, type SeriesPoint, type SeriesSlice, type SlicedSeries } from './series.ts'
import type { LearningPhase, Phase } from '../experiments/phases.ts'

export interface PhaseMark {
  readonly phase: Phase
  readonly position: number
}

/** Where warm-ups were thrown away and began anew. */
export interface RestartMark {
  readonly position: number
  /** Places in the run's list of seeds. */
  readonly seedIndices: readonly number[]
}

/** Where a seed diverged and its lines end. */
export interface DivergenceMark {
  readonly position: number
  readonly seed: number
  readonly quantity: DivergedQuantity
}

/** A step as it is counted everywhere but on the axis itself: from the beginning of its phase. */
export interface PhaseStep {
  readonly phase: LearningPhase
  readonly step: number
}

/** What is marked on the time axis beside the series. */
export interface TimelineMarks {
  readonly phases: readonly PhaseMark[]
  readonly restarts: readonly RestartMark[]
  readonly divergences: readonly DivergenceMark[]
  /** Where the run left the one that it is a fork of. */
  readonly forks: readonly number[]
}

export const NO_MARKS: TimelineMarks = { phases: [], restarts: [], divergences: [], forks: [] }

type Values = (number | null)[]

export class Timeline {
  readonly phases: PhaseMark[]
  readonly restarts: RestartMark[]
  readonly divergences: DivergenceMark[]
  readonly forks: number[]
  #warmupSteps = 0
  #lastPosition = 0

  /**
   * @param marks those already there, to go on after them
   * @param lastPosition the latest one already seen
   */
  constructor({ phases, restarts, divergences, forks }: TimelineMarks = NO_MARKS, lastPosition = 0) {
    this.phases = [...phases]
    this.restarts = [...restarts]
    this.divergences = [...divergences]
    this.forks = [...forks]
    this.#warmupSteps = phases.find(({ phase }) => phase === 'training')?.position ?? lastPosition
    this.#lastPosition = lastPosition
  }

  /** A copy, which stays as it is. */
  marks(): TimelineMarks {
    const { phases, restarts, divergences, forks } = this
    return { phases: [...phases], restarts: [...restarts], divergences: [...divergences], forks: [...forks] }
  }

  /** Of the latest point or mark. */
  get lastPosition(): number {
    return this.#lastPosition
  }

  /** Where step `step` of a phase stands. */
  position(phase: Phase, step: number): number {
    return phase === 'warm-up' ? step : this.#warmupSteps + step
  }

  /** The step that stands at `position`. Where the warm-up has ended, it is its last step: training has not taken one yet. */
  stepAt(position: number): PhaseStep {
    const warmsUp = this.#warmupSteps > 0 || this.phases.some(({ phase }) => phase === 'warm-up')
    return warmsUp && position <= this.#warmupSteps
      ? { phase: 'warm-up', step: position }
      : { phase: 'training', step: position - this.#warmupSteps }
  }

  /** @returns the points of this event, none for most kinds */
  push(event: RunEvent): SeriesPoint[] {
    const points = this.#read(event)
    for (const { position } of points) this.#lastPosition = Math.max(this.#lastPosition, position)
    return points
  }

  #read(event: RunEvent): SeriesPoint[] {
    switch (event.type) {
      case 'phase': {
        const position = this.position(event.phase, event.step)
        this.phases.push({ phase: event.phase, position })
        this.#lastPosition = Math.max(this.#lastPosition, position)
        return []
      }
      case 'warmup-step': {
        const position = event.step
        this.#warmupSteps = Math.max(this.#warmupSteps, position)
        return [
          { series: 'warmup-loss', position, values: event.loss },
          ...starPoints('warmup-vaa-star', position, event.vaaStar),
          { series: 'convergence-steps', position, values: event.convergenceSteps },
        ]
      }
      case 'warmup-end': {
        const seedIndices = event.restarted.flatMap((restarted, r) => (restarted ? [r] : []))
        if (seedIndices.length > 0) this.restarts.push({ position: this.#warmupSteps, seedIndices })
        return []
      }
      case 'diverged': {
        const { seed, phase, step, quantity } = event
        this.divergences.push({ position: this.position(phase, step), seed, quantity })
        return []
      }
      case 'fork':
        this.forks.push(this.#lastPosition)
        return []
      case 'train-step': {
        const position = this.position('training', event.step)
        return [
          { series: 'loss', position, values: event.loss },
          { series: 'gradient-norm', position, values: event.gradientNorm },
          { series: 'learning-rate', position, values: event.learningRate },
        ]
      }
      case 'validation': {
        const position = this.position('training', event.step)
        const accuracy: SeriesPoint[] =
          event.accuracy === null ? [] : [{ series: 'validation-accuracy', position, values: event.accuracy }]
        return [{ series: 'validation-loss', position, values: event.loss }, ...accuracy]
      }
      case 'measure': {
        const position = this.position(event.phase, event.step)
        return [
          ...(event.vaa ? vaaPoints(position, event.vaa) : []),
          ...(event.vaaStar ? starPoints('vaa-star', position, event.vaaStar) : []),
        ]
      }
      default:
        return []
    }
  }
}

/** Mean over the layers that have a value; JSON writes NaN as null. */
function meanOfKnown(layers: readonly (number | null)[] | null): Values[number] {
  const known = (layers ?? []).filter((value): value is number => value !== null && !Number.isNaN(value))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length
}

/** The mean over layers, and each layer where there are several. @param vaaStar one entry a seed, with a value a layer */
function starPoints(
  base: 'warmup-vaa-star' | 'vaa-star',
  position: number,
  vaaStar: readonly (readonly (number | null)[] | null)[],
): SeriesPoint[] {
  const layerCount = vaaStar.reduce((most, layers) => Math.max(most, layers?.length ?? 0), 0)
  return [
    { series: base, position, values: vaaStar.map(meanOfKnown) },
    ...Array.from({ length: layerCount > 1 ? layerCount : 0 }, (_, layerIndex): SeriesPoint => ({
      series: sliceSeries(base, { layerIndex, partIndex: null }),
      position,
      values: vaaStar.map((layers) => layers?.[layerIndex] ?? null),
    })),
  ]
}

const VAA_FIELDS = {
  'vaa-fixed': 'fixedCount',
  'vaa-periodic': 'periodicCount',
  'vaa-unconverged': 'unconvergedCount',
  'vaa-residual-median': 'residualMedian',
  'vaa-residual-max': 'residualMax',
} as const satisfies Partial<Record<SlicedSeries, string>>

const WHOLE: SeriesSlice = { layerIndex: null, partIndex: null }

/** VAA as points; where that of a seed is none, the ends of all seeds' intervals, of which a seed at rest has one of no length. */
function vaaOrEnds(slice: SeriesSlice, position: number, seeds: readonly (Fields | null)[]): SeriesPoint[] {
  const intervals = seeds.map(readVaa)
  const point = (base: 'vaa' | 'vaa-low' | 'vaa-high', values: Values): SeriesPoint => ({
    series: sliceSeries(base, slice),
    position,
    values,
  })
  if (intervals.every((interval) => interval === null || interval.low === interval.high))
    return [
      point(
        'vaa',
        intervals.map((interval) => interval && interval.low),
      ),
    ]
  return [
    point(
      'vaa',
      intervals.map(() => null),
    ),
    point(
      'vaa-low',
      intervals.map((interval) => interval && interval.low),
    ),
    point(
      'vaa-high',
      intervals.map((interval) => interval && interval.high),
    ),
  ]
}

/** VAA with its residuals and counts: of the whole network, of each layer where there are several, of each part of a layer of several. */
function vaaPoints(position: number, measurements: readonly unknown[]): SeriesPoint[] {
  const whole = measurements.map(readObject)
  const listOf = (seed: Fields | null, field: string): Fields[] => {
    const entries: unknown = seed?.[field]
    return Array.isArray(entries) ? entries.map(readObject).filter((entry) => entry !== null) : []
  }
  const template = whole.find((seed) => seed !== null) ?? null
  const layers = listOf(template, 'layers')
  const parts = listOf(template, 'parts')
  const partCount = (layerIndex: unknown): number => parts.filter((part) => part.layerIndex === layerIndex).length
  const slices = [
    ...(layers.length > 1 ? layers : []),
    ...parts.filter(({ layerIndex }) => partCount(layerIndex) > 1),
  ].flatMap((entry) => readSlice(entry) ?? [])
  const pointsOf = (slice: SeriesSlice, seeds: readonly (Fields | null)[]): SeriesPoint[] => [
    ...vaaOrEnds(slice, position, seeds),
    ...Object.entries(VAA_FIELDS).map(([base, field]) => ({
      series: sliceSeries(base as keyof typeof VAA_FIELDS, slice),
      position,
      values: seeds.map((seed) => readNumber(seed?.[field])),
    })),
  ]
  const steps = whole.map(readUsedSteps)
  return [
    ...pointsOf(WHOLE, whole),
    ...(steps.some((count) => count !== null) ? [{ series: 'vaa-steps', position, values: steps } as const] : []),
    ...slices.flatMap((slice) =>
      pointsOf(
        slice,
        whole.map(
          (seed) =>
            listOf(seed, slice.partIndex === null ? 'layers' : 'parts').find(
              (entry) => entry.layerIndex === slice.layerIndex && entry.partIndex === slice.partIndex,
            ) ?? null,
        ),
      ),
    ),
  ]
}

function readSlice({ layerIndex, partIndex }: Fields): SeriesSlice | null {
  if (typeof layerIndex !== 'number') return null
  return { layerIndex, partIndex: typeof partIndex === 'number' ? partIndex : null }
}
