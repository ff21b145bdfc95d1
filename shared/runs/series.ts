/**
 * The values of a run over time as columns, and a range of them in buckets: positions and one value a seed enter, each bucket's
 * least, greatest and mean value of each seed leave, so that no peak is lost at any zoom. A curve is smoothed here, where all of it is.
 */
import { smoothColumn, type SmoothingState } from './smooth.ts'

export const SERIES_NAMES = [
  'warmup-loss',
  'warmup-vaa-star',
  'convergence-steps',
  'loss',
  'gradient-norm',
  'learning-rate',
  'validation-loss',
  'validation-accuracy',
  'vaa',
  /** Instead of it, for all seeds, where states of one were not at rest: VAA lies between these. */
  'vaa-low',
  'vaa-high',
  'vaa-star',
  /** M that VAA took, of the series that took longest. */
  'vaa-steps',
  /** How many of the series compared ended fixed, periodic or neither: only the first two have reached an attractor. */
  'vaa-fixed',
  'vaa-periodic',
  'vaa-unconverged',
  /** Of ‖x_M − x_{M−1}‖. */
  'vaa-residual-median',
  'vaa-residual-max',
] as const

type WholeSeriesName = (typeof SERIES_NAMES)[number]

/** Measured of a layer or part too: of the whole network by its own name, of a layer as `vaa.layer0`, of a part as `vaa.layer0.part1`. */
export const SLICED_SERIES = [
  'warmup-vaa-star',
  'vaa',
  'vaa-low',
  'vaa-high',
  'vaa-star',
  'vaa-fixed',
  'vaa-periodic',
  'vaa-unconverged',
  'vaa-residual-median',
  'vaa-residual-max',
] as const satisfies readonly WholeSeriesName[]

/**
 * Logged at every step and drawn anew from a batch each time: a curve over them is smoothed for the eye. All others are points that were
 * measured now and then, which stay what was measured, or a learning rate, which was set.
 */
const SMOOTHABLE_SERIES: ReadonlySet<WholeSeriesName> = new Set([
  'warmup-loss',
  'warmup-vaa-star',
  'convergence-steps',
  'loss',
  'gradient-norm',
])

export type SlicedSeries = (typeof SLICED_SERIES)[number]

export type SeriesName =
  WholeSeriesName | `${SlicedSeries}.layer${number}` | `${SlicedSeries}.layer${number}.part${number}`

/** Both null: the whole network; only the part: a layer. */
export interface SeriesSlice {
  readonly layerIndex: number | null
  readonly partIndex: number | null
}

const SLICED_NAME = new RegExp(`^(${SLICED_SERIES.join('|')})\\.layer(\\d{1,3})(?:\\.part(\\d{1,3}))?$`)

export function sliceSeries(base: SlicedSeries, { layerIndex, partIndex }: SeriesSlice): SeriesName {
  if (layerIndex === null) return base
  return partIndex === null ? `${base}.layer${layerIndex}` : `${base}.layer${layerIndex}.part${partIndex}`
}

/** What a series is of. */
export function splitSeriesName(name: SeriesName): SeriesSlice & { readonly base: WholeSeriesName } {
  const [, base, layer, part] = SLICED_NAME.exec(name) ?? []
  if (base === undefined) return { base: name as WholeSeriesName, layerIndex: null, partIndex: null }
  return {
    base: base as WholeSeriesName,
    layerIndex: Number(layer),
    partIndex: part === undefined ? null : Number(part),
  }
}

export function isSeriesName(name: string): name is SeriesName {
  return (SERIES_NAMES as readonly string[]).includes(name) || SLICED_NAME.test(name)
}

export const isSmoothable = (name: SeriesName): boolean => SMOOTHABLE_SERIES.has(splitSeriesName(name).base)

/** One position of one series: a value a seed, null where a seed has none. */
export interface SeriesPoint {
  readonly series: SeriesName
  /** Optimiser steps since the run began, those of warm-up included. */
  readonly position: number
  readonly values: readonly (number | null)[]
}

/** The values of a seed, one a bucket; null where it has none there. */
export interface SeedBuckets {
  readonly least: readonly (number | null)[]
  readonly greatest: readonly (number | null)[]
  readonly mean: readonly (number | null)[]
  /** The smoothed value at each bucket's first point, where the seed has one; null for a series that is not smoothed. */
  readonly smoothed: readonly (number | null)[] | null
  /** From which the seed's next value is smoothed. */
  readonly smoothing: SmoothingState | null
}

export interface DecimatedSeries {
  readonly name: SeriesName
  /** Whether a bucket may hold more than one point. */
  readonly decimated: boolean
  /** Points in the range. */
  readonly pointCount: number
  /** Weight of the past a step, of the smoothed values; 0 for a series that is not smoothed. */
  readonly smoothing: number
  /** Position of each bucket's first point; buckets without points are left out. */
  readonly positions: readonly number[]
  /** Position of each bucket's last point. */
  readonly lastPositions: readonly number[]
  /** Points in each bucket. */
  readonly counts: readonly number[]
  /** One a seed. */
  readonly seeds: readonly SeedBuckets[]
}

const FIRST_CAPACITY = 256

/** One series, growing; NaN where a seed has no value. Positions never go back. */
export class SeriesColumns {
  readonly seedCount: number
  #length = 0
  #positions = new Float64Array(FIRST_CAPACITY)
  #values: Float64Array[]

  constructor(seedCount: number) {
    this.seedCount = seedCount
    this.#values = Array.from({ length: seedCount }, () => new Float64Array(FIRST_CAPACITY))
  }

  get length(): number {
    return this.#length
  }

  /** Views of what is filled; valid until the next push. */
  get positions(): Float64Array {
    return this.#positions.subarray(0, this.#length)
  }

  values(seedIndex: number): Float64Array {
    return this.#values[seedIndex]!.subarray(0, this.#length)
  }

  push(position: number, values: readonly (number | null)[]): void {
    this.#reserve(1)
    this.#positions[this.#length] = position
    this.#values.forEach((column, r) => (column[this.#length] = values[r] ?? Number.NaN))
    this.#length++
  }

  /** Many positions at once. @param values one column a seed, NaN where it has none */
  pushColumns(positions: Float64Array, values: readonly Float64Array[]): void {
    this.#reserve(positions.length)
    this.#positions.set(positions, this.#length)
    values.forEach((column, r) => this.#values[r]!.set(column, this.#length))
    this.#length += positions.length
  }

  #reserve(count: number): void {
    const needed = this.#length + count
    if (needed <= this.#positions.length) return
    const capacity = Math.max(needed, this.#positions.length * 2)
    const larger = (column: Float64Array): Float64Array<ArrayBuffer> => {
      const copy = new Float64Array(capacity)
      copy.set(column)
      return copy
    }
    this.#positions = larger(this.#positions)
    this.#values = this.#values.map(larger)
  }
}

/** The first index whose position is at least `position`. */
export function lowerBound(positions: Float64Array, position: number): number {
  let low = 0
  let high = positions.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (positions[middle]! < position) low = middle + 1
    else high = middle
  }
  return low
}

/** What of a series is asked for. */
export interface SeriesRange {
  /** First position, inclusive; null: the beginning. */
  readonly from: number | null
  /** Last position, inclusive; null: the end. */
  readonly to: number | null
  /** At most so many entries leave. */
  readonly buckets: number
  /** Weight of the past a step, in [0, 1); 0: not smoothed. Series that are not smoothed at any weight stay as they are. */
  readonly smoothing: number
}

export function decimate(
  name: SeriesName,
  columns: SeriesColumns,
  { from, to, buckets, smoothing }: SeriesRange,
): DecimatedSeries {
  const { positions } = columns
  const start = from === null ? 0 : lowerBound(positions, from)
  const end = to === null ? positions.length : lowerBound(positions, nextAfter(to))
  const pointCount = Math.max(0, end - start)
  const edges = pointCount <= buckets ? null : bucketEdges(positions, start, end, buckets)
  const bounds = edges ?? Array.from({ length: pointCount + 1 }, (_, index) => start + index)
  const weight = isSmoothable(name) ? smoothing : 0
  return {
    name,
    decimated: edges !== null,
    pointCount,
    smoothing: weight,
    positions: bounds.slice(0, -1).map((index) => positions[index]!),
    lastPositions: bounds.slice(1).map((index) => positions[index - 1]!),
    counts: bounds.slice(1).map((index, bucket) => index - bounds[bucket]!),
    seeds: Array.from({ length: columns.seedCount }, (_, r) => ({
      ...seedBuckets(columns.values(r), bounds),
      ...smoothBuckets(positions, columns.values(r), bounds, weight),
    })),
  }
}

/** Buckets that a curve needs to begin and end where it was measured. */
const FEWEST_WITH_ENDS = 3

/**
 * Indices where buckets of equal width in position begin, empty ones left out, and the end. The first and the last point stand alone: what a
 * curve begins and ends with is read off it.
 */
function bucketEdges(positions: Float64Array, start: number, end: number, buckets: number): number[] {
  const alone = buckets < FEWEST_WITH_ENDS ? 0 : 1
  const [from, to, count] = [start + alone, end - alone, buckets - 2 * alone]
  const first = positions[from]!
  const width = (positions[to - 1]! - first) / count
  const edges = alone ? [start, from] : [start]
  for (let bucket = 1; bucket < count; bucket++) {
    const index = lowerBound(positions, first + bucket * width)
    if (index > edges.at(-1)! && index < to) edges.push(index)
  }
  if (alone) edges.push(to)
  edges.push(end)
  return edges
}

/** Of the whole series up to the range's end, so that no range changes a value; what leaves is that of the buckets' first points. */
function smoothBuckets(
  positions: Float64Array,
  values: Float64Array,
  bounds: readonly number[],
  weight: number,
): Pick<SeedBuckets, 'smoothed' | 'smoothing'> {
  if (weight === 0) return { smoothed: null, smoothing: null }
  const { smoothed, state } = smoothColumn(positions, values, bounds, weight)
  return { smoothed, smoothing: state }
}

function seedBuckets(
  values: Float64Array,
  bounds: readonly number[],
): Pick<SeedBuckets, 'least' | 'greatest' | 'mean'> {
  const least: (number | null)[] = []
  const greatest: (number | null)[] = []
  const mean: (number | null)[] = []
  for (let bucket = 0; bucket + 1 < bounds.length; bucket++) {
    let low = Infinity
    let high = -Infinity
    let sum = 0
    let count = 0
    for (let index = bounds[bucket]!; index < bounds[bucket + 1]!; index++) {
      const value = values[index]!
      if (Number.isNaN(value)) continue
      if (value < low) low = value
      if (value > high) high = value
      sum += value
      count++
    }
    least.push(count === 0 ? null : low)
    greatest.push(count === 0 ? null : high)
    mean.push(count === 0 ? null : sum / count)
  }
  return { least, greatest, mean }
}

/** Anything greater: positions are whole numbers. */
function nextAfter(position: number): number {
  return Math.floor(position) + 1
}
