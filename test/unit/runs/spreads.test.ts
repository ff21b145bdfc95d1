/** Spreads of weights and gradients: each part's are plain counts of its own values, and merging over time and parts loses none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { initialize } from '../../../shared/networks/initial-values.ts'
import type { Tensor, TensorMap } from '../../../shared/numerics/dims.ts'
import { SpreadColumns } from '../../../shared/runs/spread-columns.ts'
import {
  listSlices,
  measureSpreads,
  readSpreads,
  spreadOfSlice,
  type PartSpread,
  type SpreadMoment,
} from '../../../shared/runs/spreads.ts'
import type { Histogram } from '../../../shared/statistics/histogram.ts'
import { toyNetwork } from '../training/toy.ts'

const total = ({ counts }: Histogram): number => counts.reduce((sum, count) => sum + count, 0)
const tensor = (values: readonly number[]): Tensor => ({ shape: [values.length], data: Float32Array.from(values) })

/** Values of each bin by a comparison with its edges. */
function plainCounts(values: readonly number[], { low, high, counts }: Histogram): number[] {
  const width = (high - low) / counts.length
  return counts.map(
    (_, bin) => values.filter((value) => value >= low + bin * width && value < low + (bin + 1) * width).length,
  )
}

describe('the spreads of a network', () => {
  const weights = initialize(toyNetwork(), 3, 0)
  const gradients: TensorMap = new Map(
    [...weights].map(([name, { shape, data }], index) => [
      name,
      { shape, data: Float32Array.from(data, (value, k) => (k % 3 === 2 ? 0 : value * 10 ** -index)) },
    ]),
  )
  const spreads = measureSpreads(weights, gradients)

  it('are plain histograms of the values of each part and of the readout', () => {
    expect(spreads.map(({ layerIndex, partIndex }) => [layerIndex, partIndex])).toEqual([
      [0, 0],
      [1, 0],
      [null, null],
    ])
    for (const { layerIndex, partIndex, ...spread } of spreads) {
      const prefix = layerIndex === null ? 'readout.' : `layers.${layerIndex}.parts.${partIndex}.`
      const valuesOf = (tensors: TensorMap): number[] =>
        [...tensors].flatMap(([name, { data }]) => (name.startsWith(prefix) ? Array.from(data) : []))
      expect(spread.weights.counts).toEqual(plainCounts(valuesOf(weights), spread.weights))
      expect(total(spread.weights)).toBe(valuesOf(weights).length)
      const sizes = valuesOf(gradients).map(Math.abs)
      const decades = sizes.filter((size) => size > 0).map((size) => Math.max(-12, Math.log10(size)))
      expect(spread.gradients.counts).toEqual(plainCounts(decades, spread.gradients))
      expect(total(spread.gradients) + spread.zeroGradientCount).toBe(sizes.length)
      expect(spread.zeroGradientCount).toBe(sizes.filter((size) => size === 0).length)
    }
  })

  it('of a layer are those of its parts together', () => {
    const names = ['layers.0.parts.0.W', 'layers.0.parts.1.W', 'readout.weight']
    const double: TensorMap = new Map(names.map((name, i) => [name, tensor([0.1, -0.3, 10 ** i])]))
    const parts = measureSpreads(double, double)
    expect(listSlices(parts)).toEqual([
      { layerIndex: 0, partIndex: null },
      { layerIndex: 0, partIndex: 0 },
      { layerIndex: 0, partIndex: 1 },
      { layerIndex: null, partIndex: null },
    ])
    const layer = spreadOfSlice(parts, { layerIndex: 0, partIndex: null })!
    expect(total(layer.weights)).toBe(6)
    expect(layer.weights.counts).toEqual(plainCounts([0.1, -0.3, 1, 0.1, -0.3, 10].map(Math.fround), layer.weights))
    expect(spreadOfSlice(parts, { layerIndex: 7, partIndex: null })).toBeNull()
  })

  it('come back from a line, and a damaged line is told from one that is whole', () => {
    const event = { type: 'spreads', phase: 'training', step: 5, seeds: [null, spreads] }
    const line = JSON.stringify(event)
    expect(readSpreads(line, 1)).toEqual({ phase: 'training', step: 5, parts: spreads })
    expect(readSpreads(line, 0)).toBeNull()
    const withPart = (change: Record<string, unknown>): string =>
      JSON.stringify({ ...event, seeds: [null, [{ ...spreads[0], ...change }]] })
    const damaged = [
      line.slice(0, -3),
      line.replace('training', 'sleep'),
      line.replace('"step":5', '"step":-5'),
      JSON.stringify({ ...event, seeds: 3 }),
      withPart({ layerIndex: 'one' }),
      withPart({ zeroGradientCount: null }),
      withPart({ weights: { low: 0, high: 3, counts: [1] } }),
      withPart({ weights: { low: 0.25, high: 1.25, counts: [1, 2] } }),
      withPart({ weights: { low: 0, high: 1, counts: [-1, 2] } }),
      withPart({ gradients: { low: 0, high: 1e9, counts: Array.from({ length: 4096 }, () => 0) } }),
      withPart({ gradients: null }),
    ]
    for (const text of damaged) expect(() => readSpreads(text, 1)).toThrow(SyntaxError)
  })
})

describe('columns over time', () => {
  const momentOf = (phase: SpreadMoment['phase'], step: number, values: readonly number[]): SpreadMoment => {
    const tensors: TensorMap = new Map([
      ['layers.0.parts.0.W', tensor(values)],
      ['readout.weight', tensor([step])],
    ])
    return { phase, step, parts: measureSpreads(tensors, tensors) }
  }
  const valueLists = fc.array(fc.array(fc.float({ noNaN: true, min: -100, max: 100 }), { maxLength: 5 }), {
    maxLength: 60,
  })

  it('keep every value, in order, and never more columns than asked for', () => {
    fc.assert(
      fc.property(valueLists, valueLists, fc.integer({ min: 4, max: 12 }), (before, after, most) => {
        const columns = new SpreadColumns(most)
        const moments = [
          ...before.map((values, step) => momentOf('warm-up', step, values)),
          ...after.map((values, step) => momentOf('training', step, values)),
        ]
        for (const moment of moments) {
          columns.push(moment)
          expect(columns.columns.length).toBeLessThanOrEqual(most)
        }
        const steps = columns.columns.flatMap(({ phase, fromStep, toStep }) =>
          Array.from({ length: toStep - fromStep + 1 }, (_, i) => `${phase} ${fromStep + i}`),
        )
        expect(steps).toEqual(moments.map(({ phase, step }) => `${phase} ${step}`))
        for (const { fromStep, toStep, momentCount } of columns.columns) expect(momentCount).toBe(toStep - fromStep + 1)
        const partOf = (parts: readonly PartSpread[]): PartSpread | undefined =>
          parts.find(({ layerIndex }) => layerIndex === 0)
        const counted = (kind: 'weights' | 'gradients'): number =>
          columns.columns.reduce((sum, { parts }) => sum + total(partOf(parts)![kind]), 0)
        const values = [...before, ...after].flat()
        expect(counted('weights')).toBe(values.length)
        const zeros = columns.columns.reduce((sum, { parts }) => sum + partOf(parts)!.zeroGradientCount, 0)
        expect(counted('gradients') + zeros).toBe(values.length)
      }),
    )
  })

  it('are as they were told where there are few', () => {
    const columns = new SpreadColumns(8)
    const moments = [momentOf('warm-up', 0, [1, 2]), momentOf('warm-up', 60, [3]), momentOf('training', 50, [4])]
    moments.forEach((moment) => columns.push(moment))
    expect(columns.columns).toEqual(
      moments.map(({ phase, step, parts }) => ({ phase, fromStep: step, toStep: step, momentCount: 1, parts })),
    )
  })
})
