/**
 * A dataset at a glance: a dataset enters, a plain object of shapes, ranges and one example leaves, ready for JSON, and
 * the same as readable text. It looks at a sample of the training series, never at all of them.
 */
import { LabError } from '../errors/errors.ts'
import type { Dataset, SeriesBatch, Split } from './dataset.ts'
import { describeRounded, type RoundedNumbers } from './rounding.ts'

/** Training series that are looked at, at most. */
const SAMPLE_SERIES = 256
/** Input values that are looked at, at most: of long series, fewer. */
const MOST_SAMPLE_VALUES = 2 ** 22
/** Series in memory at once. */
const CHUNK_SERIES = 32
/** Classes listed in a text; more are counted. */
const MOST_LISTED_CLASSES = 100
/** Steps shown of the example series. */
const EXAMPLE_STEPS = 8

export interface NumberSummary {
  readonly least: number
  readonly most: number
  readonly mean: number
  readonly standardDeviation: number
}

export interface ExampleSeries {
  readonly steps: number
  /** The first steps, each [I]. */
  readonly firstInputs: readonly (readonly number[])[]
  /** In order of slots: the 0-based step and its target, [O] or one class. */
  readonly targets: readonly { readonly step: number; readonly values: readonly number[] }[]
}

export interface DatasetDescription {
  readonly task: Dataset['task']
  /** Of a classification; null for a regression. */
  readonly classNames: readonly string[] | null
  readonly shapes: {
    /** T, the longest series. */
    readonly maxSteps: number
    /** I */
    readonly inputSize: number
    /** O, or classes. */
    readonly outputSize: number
    /** K */
    readonly targetSlots: number
  }
  readonly counts: Readonly<Record<Split, number>>
  /** Different groups in each split; null where series are not grouped. */
  readonly groupCounts: Readonly<Record<Split, number>> | null
  /** Whole numbers that float32 does not hold, of all series; null where there are none. */
  readonly rounded: RoundedNumbers | null
  /** Training series that the summaries below are over. */
  readonly sampledSeries: number
  readonly lengths: { readonly shortest: number; readonly longest: number }
  /** One for each input, over all steps of the sample. */
  readonly inputs: readonly NumberSummary[]
  /** One for each output of a regression; null for a classification. */
  readonly targets: readonly NumberSummary[] | null
  /** Targets of each class in the sample; null for a regression. */
  readonly classCounts: readonly number[] | null
  /** The first training series. */
  readonly example: ExampleSeries
}

/** Running moments after Welford, so that large offsets do not cancel. */
class Moments {
  #count = 0
  #mean = 0
  #squares = 0
  #least = Infinity
  #most = -Infinity

  add(value: number): void {
    this.#count++
    const before = value - this.#mean
    this.#mean += before / this.#count
    this.#squares += before * (value - this.#mean)
    this.#least = Math.min(this.#least, value)
    this.#most = Math.max(this.#most, value)
  }

  summary(): NumberSummary {
    return {
      least: this.#least,
      most: this.#most,
      mean: this.#mean,
      standardDeviation: Math.sqrt(this.#squares / this.#count),
    }
  }
}

/** One series of a batch, without padding. */
export function takeSeries({ batch, inputs, lengths, targetSteps, targets }: SeriesBatch, b: number): ExampleSeries {
  const inputSize = inputs.length / (lengths.reduce((longest, length) => Math.max(longest, length), 0) * batch)
  const targetSize = targets.length / targetSteps.length
  const slots = Array.from({ length: targetSteps.length / batch }, (_, k) => k * batch + b)
  return {
    steps: lengths[b]!,
    firstInputs: Array.from({ length: lengths[b]! }, (_, t) => {
      const start = (t * batch + b) * inputSize
      return Array.from(inputs.subarray(start, start + inputSize))
    }),
    targets: slots
      .filter((slot) => targetSteps[slot]! >= 0)
      .map((slot) => ({
        step: targetSteps[slot]!,
        values: Array.from(targets.subarray(slot * targetSize, (slot + 1) * targetSize)),
      })),
  }
}

/** Whole series of a dataset that have so many input values together; may be none. */
export function seriesWithin({ maxSteps, inputSize }: Dataset, mostValues: number): number {
  return Math.floor(mostValues / (maxSteps * inputSize))
}

/**
 * Describes a dataset by its first training series, 256 at most.
 * @returns an object of plain values
 * @throws LabError `dataset` for a series that is too long to be looked at
 */
export function describeDataset(dataset: Dataset): DatasetDescription {
  const {
    task,
    classNames,
    maxSteps,
    inputSize,
    outputSize,
    targetSlots,
    counts,
    groupCounts,
    rounded = null,
  } = dataset
  const sampledSeries = Math.min(SAMPLE_SERIES, counts.train, seriesWithin(dataset, MOST_SAMPLE_VALUES))
  if (sampledSeries === 0)
    throw new LabError('dataset', 'a series is too long to be looked at.', {
      where: 'dataset',
      expected: `at most ${MOST_SAMPLE_VALUES} values, steps x inputs`,
      found: `${maxSteps} x ${inputSize}`,
      remedy: 'Take fewer steps, or cut the series into pieces.',
    })
  const inputs = Array.from({ length: inputSize }, () => new Moments())
  const targets = Array.from({ length: task === 'regression' ? outputSize : 0 }, () => new Moments())
  const classCounts = Array.from({ length: task === 'classification' ? outputSize : 0 }, () => 0)
  const lengths = { shortest: Infinity, longest: 0 }
  let example: ExampleSeries | undefined
  for (let first = 0; first < sampledSeries; first += CHUNK_SERIES) {
    const size = Math.min(CHUNK_SERIES, sampledSeries - first)
    const batch = dataset.batch(
      'train',
      Array.from({ length: size }, (_, b) => first + b),
    )
    for (let b = 0; b < size; b++) {
      const series = takeSeries(batch, b)
      lengths.shortest = Math.min(lengths.shortest, series.steps)
      lengths.longest = Math.max(lengths.longest, series.steps)
      for (const step of series.firstInputs) step.forEach((value, i) => inputs[i]!.add(value))
      for (const { values } of series.targets) {
        if (task === 'classification') classCounts[values[0]!]!++
        else values.forEach((value, o) => targets[o]!.add(value))
      }
      example ??= { ...series, firstInputs: series.firstInputs.slice(0, EXAMPLE_STEPS) }
    }
  }
  return {
    task,
    classNames,
    shapes: { maxSteps, inputSize, outputSize, targetSlots },
    counts,
    groupCounts,
    rounded,
    sampledSeries,
    lengths,
    inputs: inputs.map((moments) => moments.summary()),
    targets: task === 'regression' ? targets.map((moments) => moments.summary()) : null,
    classCounts: task === 'classification' ? classCounts : null,
    example: example ?? { steps: 0, firstInputs: [], targets: [] },
  }
}

/** Three significant digits. */
function short(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)))
}

function formatSummary(name: string, { least, most, mean, standardDeviation }: NumberSummary): string {
  return `  ${name}: ${short(least)} to ${short(most)}, mean ${short(mean)}, standard deviation ${short(standardDeviation)}`
}

const formatSplits = ({ train, validation, test }: Readonly<Record<Split, number>>): string =>
  `${train} training, ${validation} validation, ${test} test`

function formatClasses(names: readonly string[], counts: readonly number[]): string {
  const listed = counts.slice(0, MOST_LISTED_CLASSES).map((count, index) => `${names[index]}: ${count}`)
  const left = counts.length - listed.length
  return `  classes: ${listed.join(', ')}${left > 0 ? ` and ${left} more` : ''}`
}

/** The description as lines of text, steps 0-based. */
export function formatDescription(description: DatasetDescription): string {
  const { task, classNames, shapes, counts, groupCounts, rounded, sampledSeries, lengths, inputs, targets, example } =
    description
  const outputs = task === 'regression' ? `${shapes.outputSize} outputs` : `${shapes.outputSize} classes`
  const span = lengths.shortest === lengths.longest ? `${lengths.longest}` : `${lengths.shortest} to ${lengths.longest}`
  return [
    `Task: ${task}, ${shapes.inputSize} inputs, ${outputs}, at most ${shapes.maxSteps} steps and ${shapes.targetSlots} targets a series`,
    `Series: ${formatSplits(counts)}`,
    ...(groupCounts ? [`Groups: ${formatSplits(groupCounts)}`] : []),
    ...(rounded ? [describeRounded(rounded)] : []),
    `In ${sampledSeries} training series of ${span} steps:`,
    ...inputs.map((summary, i) => formatSummary(`input ${i}`, summary)),
    ...(targets ?? []).map((summary, o) => formatSummary(`target ${o}`, summary)),
    ...(classNames ? [formatClasses(classNames, description.classCounts ?? [])] : []),
    `First training series (${example.steps} steps):`,
    ...example.firstInputs.map((step, t) => `  step ${t}: ${step.map(short).join(', ')}`),
    ...(example.steps > example.firstInputs.length ? ['  …'] : []),
    ...example.targets.map(
      ({ step, values }) =>
        `  target at step ${step}: ${values.map((value) => classNames?.[value] ?? short(value)).join(', ')}`,
    ),
  ].join('\n')
}
