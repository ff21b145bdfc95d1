/**
 * Series from an NPZ archive: arrays `inputs` [series, T, I], `targets`, optionally `lengths` [series] and `mask` [series, T], and whose each
 * series is and the split that it is given to [series] enter; a checked table of series leaves. Arrays by their names are npz-arrays.ts's,
 * the archive's bytes numerics/npz.ts's, splits splits.ts's.
 */
import { classifyTargets, type Label } from './classes.ts'
import type { Split } from './dataset.ts'
import { describeShape, NamedArrays, type Role, type Shaped } from './npz-arrays.ts'
import type { FileOptions } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { RoundingCounter } from './rounding.ts'
import { parseGivenSplits } from './splits.ts'
import { LabError } from '../errors/errors.ts'

type NpzOptions = Pick<FileOptions, 'task' | 'targets' | 'arrays' | 'split'>

/** @returns [series], whole numbers from 1 to T */
function readLengths(archive: NamedArrays, seriesCount: number, steps: number): ArrayLike<number> {
  const lengths = archive.optional('lengths')
  if (!lengths) return new Int32Array(seriesCount).fill(steps)
  if (lengths.shape.length !== 1 || lengths.shape[0] !== seriesCount)
    archive.fail(
      'lengths',
      'there must be one length a series.',
      `[${seriesCount}]`,
      describeShape(lengths),
      'Save `lengths` as one row.',
    )
  const wrong = lengths.data.findIndex((length) => !Number.isInteger(length) || length < 1 || length > steps)
  if (wrong >= 0)
    archive.fail(
      'lengths',
      `the length of series ${wrong} does not fit.`,
      `a whole number from 1 to ${steps}`,
      `${lengths.data[wrong]}`,
      'Count the steps of each series, without padding.',
    )
  return lengths.data
}

/** Steps at which each series is read out: its last, or those the mask marks. */
function readTargetSteps(
  archive: NamedArrays,
  { targets }: NpzOptions,
  lengths: ArrayLike<number>,
  steps: number,
): Int32Array[] {
  const seriesCount = lengths.length
  if (targets === 'last-step') return Array.from(lengths, (length) => Int32Array.of(length - 1))
  const mask = archive.optional('mask')
  if (mask && (mask.shape.length !== 2 || mask.shape[0] !== seriesCount || mask.shape[1] !== steps))
    archive.fail(
      'mask',
      'the mask must say for each step of each series whether it is read out.',
      `[${seriesCount}, ${steps}]`,
      describeShape(mask),
      'Save `mask` as bool of that shape.',
    )
  return Array.from(lengths, (length, series) => {
    const marked: number[] = []
    for (let t = 0; t < steps; t++) {
      const mark = mask ? mask.data[series * steps + t]! : t < length ? 1 : 0
      if (mark !== 0 && mark !== 1)
        archive.fail(
          'mask',
          `series ${series}, step ${t} is neither marked nor not.`,
          '0 or 1',
          `${mark}`,
          'Save `mask` as bool.',
        )
      if (mark === 0) continue
      if (t >= length)
        archive.fail(
          'mask',
          `series ${series} is marked beyond its end.`,
          `marks at steps under ${length}`,
          `one at step ${t}`,
          'Correct `mask` or `lengths`.',
        )
      marked.push(t)
    }
    if (marked.length === 0)
      archive.fail(
        'mask',
        `series ${series} has no marked step.`,
        'at least one',
        'none',
        'Mark a step or leave the series out.',
      )
    return Int32Array.from(marked)
  })
}

/** Checks that `targets` is [series, (T,) O], where O may be left out when it is 1. @returns O */
function readTargetSize(
  archive: NamedArrays,
  targets: Shaped,
  leading: readonly number[],
  options: NpzOptions,
): number {
  const { shape } = targets
  const targetSize = shape.length === leading.length ? 1 : shape[leading.length]!
  const fits =
    shape.length <= leading.length + 1 && leading.every((size, axis) => shape[axis] === size) && targetSize >= 1
  if (!fits)
    archive.fail(
      'targets',
      `the targets do not fit the inputs (\`dataset.targets\` is \`${options.targets}\`).`,
      `[${leading.join(', ')}, O] or [${leading.join(', ')}]`,
      describeShape(targets),
      'Save one target a series for `last-step`, one a step for `marked-steps`.',
    )
  if (options.task === 'classification' && targetSize !== 1)
    archive.fail(
      'targets',
      'a classification has one target.',
      `[${leading.join(', ')}]`,
      describeShape(targets),
      'Save class numbers, not one-hot rows.',
    )
  return targetSize
}

/** Numbers of a series, as they are used. */
class NumberReader {
  readonly rounding = new RoundingCounter()
  readonly #archive: NamedArrays

  constructor(archive: NamedArrays) {
    this.#archive = archive
  }

  /** @throws LabError `dataset` */
  number(name: Role, value: number, series: number, step: number): number {
    const used = this.rounding.round(value)
    if (!Number.isFinite(used))
      this.#archive.fail(
        name,
        `series ${series}, step ${step} is not a number.`,
        'a finite float32',
        `${value}`,
        'Fill or leave out missing values, or shorten `lengths`.',
      )
    return used
  }
}

/** Where targets stand in their array. */
interface TargetPlaces {
  /** T */
  readonly steps: number
  /** [series][K_i] */
  readonly targetSteps: readonly Int32Array[]
  /** Axes before that of a target's numbers: [series], or [series, T] where each step has one. */
  readonly leading: readonly number[]
}

interface Targets {
  /** O, or 1 for a class. */
  readonly size: number
  readonly classNames: readonly string[] | null
  /** [series][K_i, O] */
  readonly ofSeries: readonly Float32Array[]
}

/** Position of a target among all. */
const placeOf = ({ leading, steps }: TargetPlaces, series: number, step: number): number =>
  leading.length === 2 ? series * steps + step : series

function readNumbers(archive: NamedArrays, reader: NumberReader, options: NpzOptions, places: TargetPlaces): Targets {
  const targets = archive.numbers('targets')
  const size = readTargetSize(archive, targets, places.leading, options)
  const ofSeries = places.targetSteps.map((own, s) => {
    const numbers = new Float32Array(own.length * size)
    own.forEach((step, k) => {
      const from = placeOf(places, s, step) * size
      for (let o = 0; o < size; o++) numbers[k * size + o] = reader.number('targets', targets.data[from + o]!, s, step)
    })
    return numbers
  })
  return { size, classNames: null, ofSeries }
}

function readClasses(archive: NamedArrays, options: NpzOptions, places: TargetPlaces): Targets {
  const targets = archive.labels('targets')
  readTargetSize(archive, targets, places.leading, options)
  const labels = places.targetSteps.map((own, s) =>
    Array.from(own, (step): Label => targets.labels[placeOf(places, s, step)]!),
  )
  const classified = classifyTargets(labels, archive.where)
  return { size: 1, classNames: classified.classNames, ofSeries: classified.targets }
}

/** One label a series, as text. @param field of the configuration that names the array */
function readSeriesTexts(archive: NamedArrays, name: string, field: string, seriesCount: number): string[] {
  const found = archive.labelsOf(name, field)
  const [first, second = 1] = found.shape
  if (first === seriesCount && second === 1 && found.shape.length <= 2) return Array.from(found.labels, String)
  throw new LabError('dataset', 'this array must say one thing of each series.', {
    where: `${archive.where}, array \`${name}\``,
    expected: `[${seriesCount}]`,
    found: describeShape(found),
    remedy: `Save it as one row, or name another array in \`${field}\`.`,
  })
}

function readGivenSplits(archive: NamedArrays, name: string, seriesCount: number): Split[] {
  return parseGivenSplits(
    readSeriesTexts(archive, name, 'dataset.split.given', seriesCount),
    `${archive.where}, array \`${name}\``,
  )
}

/**
 * Reads the series of an archive, of which no other arrays are looked at than those that are asked for. Values beyond a series' length and
 * targets of unmarked steps are not looked at. Without a mask, `marked-steps` reads out every step.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for missing arrays, shapes that do not fit and values that are not finite
 */
export function readSeriesFromNpz(bytes: Uint8Array, options: NpzOptions, where: string): OwnSeriesTable {
  const archive = new NamedArrays(bytes, where, options.arrays)
  const inputs = archive.numbers('inputs')
  const [seriesCount = 0, steps = 0, inputSize = 0] = inputs.shape
  if (inputs.shape.length !== 3 || steps < 1 || inputSize < 1)
    archive.fail(
      'inputs',
      'the inputs must be series of steps of inputs.',
      '[series, T, I], each 1 or more',
      describeShape(inputs),
      'Add an axis for a single input: `inputs[:, :, None]`.',
    )
  const lengths = readLengths(archive, seriesCount, steps)
  const targetSteps = readTargetSteps(archive, options, lengths, steps)
  const places: TargetPlaces = {
    steps,
    targetSteps,
    leading: options.targets === 'marked-steps' ? [seriesCount, steps] : [seriesCount],
  }
  const reader = new NumberReader(archive)
  const targets =
    options.task === 'classification'
      ? readClasses(archive, options, places)
      : readNumbers(archive, reader, options, places)
  const series = targetSteps.map((own, s): OwnSeries => {
    const start = s * steps * inputSize
    const ownInputs = new Float32Array(lengths[s]! * inputSize)
    for (let i = 0; i < ownInputs.length; i++)
      ownInputs[i] = reader.number('inputs', inputs.data[start + i]!, s, Math.floor(i / inputSize))
    return { inputs: ownInputs, targetSteps: own, targets: targets.ofSeries[s]! }
  })
  const { group, given } = options.split
  return {
    where,
    inputSize,
    targetSize: targets.size,
    classNames: targets.classNames,
    groups: group === null ? null : readSeriesTexts(archive, group, 'dataset.split.group', seriesCount),
    givenSplits: given === null ? null : readGivenSplits(archive, given, seriesCount),
    rounded: reader.rounding.found(),
    series,
  }
}
