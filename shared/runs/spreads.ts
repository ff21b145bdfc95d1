/**
 * How the weights of a network and the gradient of its loss spread over parts: tensors enter, two histograms a part leave; and those that a file
 * holds are read back. When they are taken is left to training, how they are merged over time to spread-columns.ts.
 */
import type { TensorMap } from '../numerics/dims.ts'
import { histogram, sumHistograms, widthFor, type Histogram } from '../statistics/histogram.ts'
import { parseJson } from '../exchange/parse-json.ts'
import type { LearningPhase } from '../experiments/phases.ts'

/** Both null: the readout; only the part: a whole layer. */
export interface SpreadSlice {
  readonly layerIndex: number | null
  readonly partIndex: number | null
}

export interface Spread {
  readonly weights: Histogram
  /** Of log10 |g|, where g is not 0. */
  readonly gradients: Histogram
  readonly zeroGradientCount: number
}

/** A part of a layer, or the readout. */
export interface PartSpread extends SpreadSlice, Spread {}

/** From the negative of the largest size to it. */
const WEIGHT_BINS = 128
/** In decades. */
const GRADIENT_WIDTH = 1 / 8
/** Decades of gradients: what is under them is nothing to float32's sums, and counts as this. */
const GRADIENT_DECADES = { low: -12, high: 4 } as const

/** `layers.1.parts.0.W_r` is of layer 1's part 0; the readout's are of none. */
function sliceOf(name: string): SpreadSlice {
  const [, layer, part] = /^layers\.(\d+)\.parts\.(\d+)\./.exec(name) ?? []
  return layer === undefined ? { layerIndex: null, partIndex: null } : { layerIndex: +layer, partIndex: Number(part) }
}

/** @param gradients by the same names @returns parts in their order, the readout last */
export function measureSpreads(weights: TensorMap, gradients: TensorMap): PartSpread[] {
  const names = new Map<string, string[]>()
  for (const name of weights.keys()) {
    const key = sliceKey(sliceOf(name))
    const known = names.get(key)
    if (known) known.push(name)
    else names.set(key, [name])
  }
  return [...names.values()].map((ofPart) => {
    const values = concatenate(weights, ofPart)
    const sizes = concatenate(gradients, ofPart).map(Math.abs)
    const { low, high } = GRADIENT_DECADES
    const decades = sizes.filter((size) => size > 0).map((size) => Math.min(high, Math.max(low, Math.log10(size))))
    return {
      ...sliceOf(ofPart[0]!),
      weights: histogram(values, widthFor(values, WEIGHT_BINS)),
      gradients: histogram(decades, GRADIENT_WIDTH),
      zeroGradientCount: sizes.reduce((count, size) => count + (size === 0 ? 1 : 0), 0),
    }
  })
}

function concatenate(tensors: TensorMap, names: readonly string[]): Float64Array {
  const pieces = names.flatMap((name) => tensors.get(name)?.data ?? [])
  const whole = new Float64Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}

export const sliceKey = ({ layerIndex, partIndex }: SpreadSlice): string => `${layerIndex} ${partIndex}`

/** Every part that was measured, each layer of several parts before its parts, and the readout. */
export function listSlices(parts: readonly SpreadSlice[]): SpreadSlice[] {
  const layers = [...new Set(parts.map(({ layerIndex }) => layerIndex))]
  return layers.flatMap((layerIndex): SpreadSlice[] => {
    const own = parts.filter((part) => part.layerIndex === layerIndex)
    const whole = { layerIndex, partIndex: null }
    if (layerIndex === null || own.length < 2) return [whole]
    return [whole, ...own.map(({ partIndex }) => ({ layerIndex, partIndex }))]
  })
}

/** All values of a slice together; null where no part of it was measured. */
export function spreadOfSlice(parts: readonly PartSpread[], { layerIndex, partIndex }: SpreadSlice): Spread | null {
  const own = parts.filter(
    (part) => part.layerIndex === layerIndex && (partIndex === null || part.partIndex === partIndex),
  )
  return own.length === 0 ? null : sumSpreads(own)
}

export function sumSpreads(spreads: readonly Spread[]): Spread {
  return {
    weights: sumHistograms(spreads.map(({ weights }) => weights)),
    gradients: sumHistograms(spreads.map(({ gradients }) => gradients)),
    zeroGradientCount: spreads.reduce((sum, { zeroGradientCount }) => sum + zeroGradientCount, 0),
  }
}

/** The spreads of one seed at one time. */
export interface SpreadMoment {
  readonly phase: LearningPhase
  /** Of the phase. */
  readonly step: number
  readonly parts: readonly PartSpread[]
}

/**
 * One seed of an event that a file holds.
 * @returns null where the seed was not measured @throws SyntaxError for a line that is damaged
 */
export function readSpreads(line: string, seedIndex: number): SpreadMoment | null {
  const event = parseJson(line) as Partial<Record<string, unknown>>
  const { phase, step, seeds } = event
  if ((phase !== 'warm-up' && phase !== 'training') || !isCount(step) || !Array.isArray(seeds)) throw damaged()
  const parts: unknown = seeds[seedIndex]
  if (parts === null) return null
  if (!Array.isArray(parts) || !parts.every(isPartSpread)) throw damaged()
  return { phase, step, parts }
}

const damaged = (): SyntaxError => new SyntaxError('not the spreads of a run')

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0
const isIndex = (value: unknown): boolean => value === null || isCount(value)

function isPartSpread(value: unknown): value is PartSpread {
  if (typeof value !== 'object' || value === null) return false
  const { layerIndex, partIndex, weights, gradients, zeroGradientCount } = value as Partial<PartSpread>
  return (
    isIndex(layerIndex) &&
    isIndex(partIndex) &&
    isHistogram(weights, WEIGHT_BINS) &&
    isHistogram(gradients, (GRADIENT_DECADES.high - GRADIENT_DECADES.low) / GRADIENT_WIDTH + 1) &&
    isCount(zeroGradientCount)
  )
}

function isHistogram(value: unknown, mostBins: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { low, high, counts } = value as Partial<Histogram>
  if (!Number.isFinite(low) || !Number.isFinite(high) || !Array.isArray(counts) || !counts.every(isCount)) return false
  if (counts.length === 0) return low === high
  const width = (high! - low!) / counts.length
  return counts.length <= mostBins && width > 0 && Number.isInteger(Math.log2(width)) && Number.isInteger(low! / width)
}
