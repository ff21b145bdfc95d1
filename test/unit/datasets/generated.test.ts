/** Copy first input and Denoising: what is drawn, from what, and where the targets stand. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset, SeriesBatch } from '../../../shared/datasets/dataset.ts'
import type { CopyFirstInputOptions, DatasetOptions, DenoisingOptions } from '../../../shared/datasets/options.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { labErrorOf, noSources, range } from './helpers.ts'

const counts = { train: 100, validation: 20, test: 20 }
const copy: CopyFirstInputOptions = { kind: 'copy-first-input', steps: 12, counts }
const denoising: DenoisingOptions = { kind: 'denoising', steps: 30, forbiddenSteps: 8, counts }

/** Five standard errors: a right generator fails once in two million draws of a seed, and seeds are fixed. */
const STANDARD_ERRORS = 5

function make(options: DatasetOptions, seed = 7): Dataset {
  return createDataset(options, seed, noSources)
}

/** Input i of series b, over time. */
function inputOf({ inputs, batch, steps }: SeriesBatch, b: number, i: number): number[] {
  const inputSize = inputs.length / (steps * batch)
  return range(steps).map((t) => inputs[(t * batch + b) * inputSize + i]!)
}

describe.each([
  ['copy first input', copy],
  ['denoising', denoising],
])('%s', (_, options) => {
  it('gives the same bits for the same seed', () => {
    expect(make(options).batch('train', [3, 9])).toEqual(make(options).batch('train', [3, 9]))
  })

  it('gives other series to another seed, split and index', () => {
    const first = inputOf(make(options).batch('train', [3]), 0, 0)
    expect(inputOf(make(options, 8).batch('train', [3]), 0, 0)).not.toEqual(first)
    expect(inputOf(make(options).batch('validation', [3]), 0, 0)).not.toEqual(first)
    expect(inputOf(make(options).batch('test', [3]), 0, 0)).not.toEqual(first)
    expect(inputOf(make(options).batch('train', [4]), 0, 0)).not.toEqual(first)
  })

  it('gives a series the same bits in any batch, order and place', () => {
    const dataset = make(options)
    const alone = dataset.batch('train', [5])
    dataset.batch('test', range(20))
    const among = dataset.batch('train', [9, 2, 5, 5])
    for (let i = 0; i < dataset.inputSize; i++) {
      expect(inputOf(among, 2, i)).toEqual(inputOf(alone, 0, i))
      expect(inputOf(among, 3, i)).toEqual(inputOf(alone, 0, i))
    }
    expect(range(dataset.targetSlots).map((k) => among.targets[k * 4 + 2])).toEqual([...alone.targets])
  })

  it('leaves a batch as it was when the next is made', () => {
    const dataset = make(options)
    const batch = dataset.batch('train', [0, 1])
    const before = structuredClone(batch)
    dataset.batch('train', [2, 3])
    expect(batch).toEqual(before)
  })

  it('accepts training indices beyond its count, up to those of fresh warm-up, and no others', () => {
    const dataset = make(options)
    const far = dataset.batch('train', [100, 2 ** 32 + 5])
    expect(inputOf(far, 0, 0)).not.toEqual(inputOf(far, 1, 0))
    expect(inputOf(far, 1, 0)).not.toEqual(inputOf(dataset.batch('train', [5]), 0, 0))
    expect(() => dataset.batch('validation', [20])).toThrow(RangeError)
    expect(() => dataset.batch('test', [20])).toThrow(RangeError)
    expect(() => dataset.batch('train', [-1])).toThrow(RangeError)
    expect(() => dataset.batch('train', [0.5])).toThrow(RangeError)
  })

  it('draws its values from a standard normal distribution', () => {
    const values = range(3).flatMap((chunk) => {
      const batch = make(options).batch('train', range(400, chunk * 400))
      return range(400).flatMap((b) => inputOf(batch, b, 0))
    })
    const count = values.length
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / count
    expect(Math.abs(moment(1))).toBeLessThan(STANDARD_ERRORS * Math.sqrt(1 / count))
    expect(Math.abs(moment(2) - 1)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(2 / count))
    expect(Math.abs(moment(3))).toBeLessThan(STANDARD_ERRORS * Math.sqrt(15 / count))
    expect(Math.abs(moment(4) - 3)).toBeLessThan(STANDARD_ERRORS * Math.sqrt(96 / count))
  })

  it('runs every series to the last step', () => {
    const batch = make(options).batch('validation', range(6))
    expect([...batch.lengths]).toEqual(Array(6).fill(options.steps))
    expect(batch.inputs).toHaveLength(options.steps * 6 * make(options).inputSize)
  })
})

describe('copy first input', () => {
  it('reads out the first input at the last step', () => {
    const batch = make(copy).batch('train', range(10))
    expect([...batch.targetSteps]).toEqual(Array(10).fill(11))
    expect([...batch.targets]).toEqual(range(10).map((b) => inputOf(batch, b, 0)[0]))
  })

  it('draws series i from the stream (seed, split, i)', () => {
    const stream = new RandomStream(7, 'series-test', 4)
    expect(inputOf(make(copy).batch('test', [4]), 0, 0)).toEqual(range(12).map(() => Math.fround(stream.normal())))
  })

  it('has one input, one output and one slot', () => {
    expect(make(copy)).toMatchObject({ inputSize: 1, outputSize: 1, targetSlots: 1, maxSteps: 12, task: 'regression' })
  })
})

describe('denoising', () => {
  const marked = (markers: number[], marker: number) => markers.flatMap((value, t) => (value === marker ? [t] : []))

  it('marks five different steps before the forbidden ones with +1, step T-5 with -1, and no other', () => {
    const batch = make(denoising).batch('train', range(100))
    for (let b = 0; b < 100; b++) {
      const markers = inputOf(batch, b, 1)
      const steps = marked(markers, 1)
      expect(steps).toHaveLength(5)
      expect(Math.max(...steps)).toBeLessThanOrEqual(30 - 8 - 1)
      expect(marked(markers, -1)).toEqual([25])
      expect(marked(markers, 0)).toHaveLength(24)
    }
  })

  it('draws every step of {0 .. T-N-1} equally often', () => {
    const frequencies = Array<number>(22).fill(0)
    const series = 2000
    const batch = make(denoising).batch('train', range(series))
    for (let b = 0; b < series; b++) for (const t of marked(inputOf(batch, b, 1), 1)) frequencies[t]!++
    const share = 5 / 22
    const tolerance = STANDARD_ERRORS * Math.sqrt(series * share * (1 - share))
    for (const frequency of frequencies) expect(Math.abs(frequency - series * share)).toBeLessThan(tolerance)
  })

  it('reads out the marked values at T-5 .. T-1 in their order in time', () => {
    const batch = make(denoising).batch('train', range(40))
    for (let b = 0; b < 40; b++) {
      const values = inputOf(batch, b, 0)
      const expected = marked(inputOf(batch, b, 1), 1).map((t) => values[t])
      expect(range(5).map((k) => batch.targets[k * 40 + b])).toEqual(expected)
      expect(range(5).map((k) => batch.targetSteps[k * 40 + b])).toEqual([25, 26, 27, 28, 29])
    }
  })

  it('takes the narrowest settings: ten steps, all first five marked', () => {
    const batch = make({ ...denoising, steps: 10, forbiddenSteps: 5 }).batch('train', [0])
    expect(inputOf(batch, 0, 1)).toEqual([1, 1, 1, 1, 1, -1, 0, 0, 0, 0])
  })
})

describe('settings out of range are refused with their field and range', () => {
  it.each<[string, DatasetOptions, string, string]>([
    ['one step to copy over', { ...copy, steps: 1 }, 'dataset.steps', 'of 2 or more'],
    ['half a step', { ...copy, steps: 10.5 }, 'dataset.steps', '10.5'],
    ['no training series', { ...copy, counts: { ...counts, train: 0 } }, 'dataset.counts.train', 'of 1 or more'],
    ['a negative count', { ...copy, counts: { ...counts, test: -1 } }, 'dataset.counts.test', 'found -1'],
    ['fewer than ten steps', { ...denoising, steps: 9 }, 'dataset.steps', 'of 10 or more'],
    ['room for four values', { ...denoising, forbiddenSteps: 26 }, 'dataset.forbiddenSteps', 'from 5 to 25'],
    ['values among the outputs', { ...denoising, forbiddenSteps: 4 }, 'dataset.forbiddenSteps', 'found 4'],
  ])('%s', (_, options, field, content) => {
    const error = labErrorOf(() => make(options))
    expect(error.code).toBe('config')
    expect(error.message).toContain(field)
    expect(error.message).toContain(content)
    expect(error.detail.remedy).toBeTruthy()
  })
})
