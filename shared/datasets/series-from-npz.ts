/**
 * Series from an NPZ archive: arrays `inputs` [series, T, I], `targets`, optionally `lengths` [series] and `mask`
 * [series, T] enter, a checked table of series leaves. The archive's bytes are numerics/npz.ts's, splits own-series.ts's.
 */
import { classifyTargets } from './classes.ts'
import type { FileOptions, NpzArrays } from './options.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { readNpz } from '../numerics/npz.ts'
import type { Tensor } from '../numerics/dims.ts'
import { LabError } from '../protocol/errors.ts'

type NpzOptions = Pick<FileOptions, 'task' | 'targets'> & { readonly arrays?: FileOptions['arrays'] }
/** What an array is for. */
type Role = keyof NpzArrays

function describeShape({ shape }: Tensor): string {
  return `[${shape.join(', ')}]`
}

/** What each array of the archive must be, read once and checked against the others. */
class Archive {
  readonly where: string
  readonly #arrays: ReadonlyMap<string, Tensor>
  readonly #names: NpzArrays | null

  constructor(bytes: Uint8Array, where: string, names: NpzArrays | null) {
    this.where = where
    this.#arrays = readNpz(bytes, where)
    this.#names = names
  }

  /** The array's name in the file. */
  #nameOf(role: Role): string | null {
    return this.#names === null ? role : this.#names[role]
  }

  /** Where names are given, a name that is given must be there. */
  optional(role: 'lengths' | 'mask'): Tensor | undefined {
    const name = this.#nameOf(role)
    if (name === null) return undefined
    return this.#names === null ? this.#arrays.get(name) : this.required(role)
  }

  required(role: Role): Tensor {
    const name = this.#nameOf(role)!
    const array = this.#arrays.get(name)
    if (array) return array
    throw new LabError('dataset', `the archive has no array \`${name}\`.`, {
      where: this.where,
      expected:
        this.#names === null
          ? 'arrays `inputs` and `targets`, and if needed `lengths` and `mask`'
          : `\`${name}\` (\`dataset.arrays.${role}\`)`,
      found: [...this.#arrays.keys()].map((key) => `\`${key}\``).join(', ') || 'none',
      remedy:
        this.#names === null
          ? 'Save with `numpy.savez(path, inputs=…, targets=…)`, or name its arrays in `dataset.arrays`.'
          : 'Name an array of the file.',
    })
  }

  fail(role: Role, message: string, expected: string, found: string, remedy: string): never {
    throw new LabError('dataset', message, {
      where: `${this.where}, array \`${this.#nameOf(role)}\``,
      expected,
      found,
      remedy,
    })
  }
}

/** @returns [series], whole numbers from 1 to T */
function readLengths(archive: Archive, seriesCount: number, steps: number): ArrayLike<number> {
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
  archive: Archive,
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
function readTargetSize(archive: Archive, targets: Tensor, leading: readonly number[], options: NpzOptions): number {
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

function requireFinite(archive: Archive, name: Role, value: number, series: number, step: number): number {
  const rounded = Math.fround(value)
  if (!Number.isFinite(rounded))
    archive.fail(
      name,
      `series ${series}, step ${step} is not a number.`,
      'a finite float32',
      `${value}`,
      'Fill or leave out missing values, or shorten `lengths`.',
    )
  return rounded
}

/**
 * Reads the series of an archive. Values beyond a series' length and targets of unmarked steps are not looked at.
 * Without a mask, `marked-steps` reads out every step.
 * @param where the file's name, for messages
 * @throws LabError `dataset` for missing arrays, shapes that do not fit and values that are not finite
 */
export function readSeriesFromNpz(bytes: Uint8Array, options: NpzOptions, where: string): OwnSeriesTable {
  const archive = new Archive(bytes, where, options.arrays ?? null)
  const inputs = archive.required('inputs')
  const targets = archive.required('targets')
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
  const marked = options.targets === 'marked-steps'
  const targetSize = readTargetSize(archive, targets, marked ? [seriesCount, steps] : [seriesCount], options)
  const series = readTargetSteps(archive, options, lengths, steps).map((targetSteps, s): OwnSeries => {
    const start = s * steps * inputSize
    const own = new Float32Array(lengths[s]! * inputSize)
    for (let i = 0; i < own.length; i++)
      own[i] = requireFinite(archive, 'inputs', inputs.data[start + i]!, s, Math.floor(i / inputSize))
    const ownTargets = new Float32Array(targetSteps.length * targetSize)
    targetSteps.forEach((step, k) => {
      const from = (marked ? s * steps + step : s) * targetSize
      for (let o = 0; o < targetSize; o++)
        ownTargets[k * targetSize + o] = requireFinite(archive, 'targets', targets.data[from + o]!, s, step)
    })
    return { inputs: own, targetSteps, targets: ownTargets }
  })
  const classified =
    options.task === 'classification'
      ? classifyTargets(
          series.map(({ targets }) => [...targets]),
          where,
        )
      : null
  return {
    where,
    inputSize,
    targetSize,
    classNames: classified?.classNames ?? null,
    groups: null,
    givenSplits: null,
    series: classified ? series.map((one, index) => ({ ...one, targets: classified.targets[index]! })) : series,
  }
}
