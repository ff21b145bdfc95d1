/**
 * A user's own data: series already read into arrays enter, a dataset leaves. Reading files is left to series-from-npz.ts and
 * series-from-csv.ts, the split into training, validation and test to splits.ts.
 */
import { numbersOfClasses, requireClasses } from './classes.ts'
import type { Dataset, SeriesBatch, Split } from './dataset.ts'
import { requireIndex } from './indices.ts'
import type { FileOptions } from './options.ts'
import type { RoundedNumbers } from './rounding.ts'
import { drawSplits } from './splits.ts'

/** One series as read from a file; all its numbers are finite. */
export interface OwnSeries {
  /** [T_i, I] */
  readonly inputs: Float32Array
  /** [K_i], rising, each in 0 .. T_i-1; at least one. */
  readonly targetSteps: Int32Array
  /** [K_i, O] for regression; [K_i] for classification, indices of `classNames`. */
  readonly targets: Float32Array
}

export interface OwnSeriesTable {
  /** The file, for messages. */
  readonly where: string
  /** I */
  readonly inputSize: number
  /** Numbers of one target: O for regression, 1 for classification. */
  readonly targetSize: number
  /** Of a classification, in the order of their indices; null for a regression. */
  readonly classNames: readonly string[] | null
  /** [series], the group that each is of, where `split.group` names what says it; else null. */
  readonly groups: readonly string[] | null
  /** [series], where `split.given` names what says it; else null. */
  readonly givenSplits: readonly Split[] | null
  /** Inputs and targets that float32 does not hold; null where all are as they stand in the file. */
  readonly rounded: RoundedNumbers | null
  readonly series: readonly OwnSeries[]
}

/** Classes by the numbers that their labels are, as `dataset.classes` asks for it. */
function numberClasses(table: OwnSeriesTable): OwnSeriesTable {
  const numbers = numbersOfClasses(table.classNames!, table.where)
  const classCount = numbers.reduce((largest, number) => Math.max(largest, number), 0) + 1
  return {
    ...table,
    classNames: Array.from({ length: classCount }, (_, index) => String(index)),
    series: table.series.map((one) => ({ ...one, targets: one.targets.map((index) => numbers[index]!) })),
  }
}

/** Different groups in each split. */
function countGroups(groups: readonly string[], members: Readonly<Record<Split, Int32Array>>): Record<Split, number> {
  const countOf = (split: Split): number => new Set(Array.from(members[split], (index) => groups[index]!)).size
  return { train: countOf('train'), validation: countOf('validation'), test: countOf('test') }
}

/**
 * K = the most targets of a series, T = the longest series; O = targets of a step, or classes.
 * @param seed of the run; it draws which series stand in which split where `split.seed` is null
 * @throws LabError `dataset` for fewer than two classes, and as drawSplits
 */
export function createOwnSeries(
  asRead: OwnSeriesTable,
  { task, classes, split }: Pick<FileOptions, 'task' | 'classes' | 'split'>,
  seed: number,
): Dataset {
  const table = task === 'classification' && classes === 'numbered' ? numberClasses(asRead) : asRead
  const { where, inputSize, targetSize, classNames, groups, givenSplits, rounded, series } = table
  if (classNames !== null) requireClasses(classNames, where)
  const outputSize = classNames?.length ?? targetSize
  const members = drawSplits({ where, seriesCount: series.length, groups, givenSplits }, split, split.seed ?? seed)
  const counts = { train: members.train.length, validation: members.validation.length, test: members.test.length }
  const lengthOf = ({ inputs }: OwnSeries) => inputs.length / inputSize
  const maxSteps = series.reduce((longest, one) => Math.max(longest, lengthOf(one)), 0)
  const targetSlots = series.reduce((most, { targetSteps }) => Math.max(most, targetSteps.length), 0)
  return {
    inputSize,
    outputSize,
    task,
    classNames,
    maxSteps,
    targetSlots,
    counts,
    groupCounts: groups && countGroups(groups, members),
    rounded,
    targetsOf: (name: Split) => Array.from(members[name], (index) => series[index]!.targets),
    batch(name: Split, indices: ArrayLike<number>): SeriesBatch {
      const chosen = Array.from(indices, (index) => series[members[name][requireIndex(name, index, counts[name])]!]!)
      const batch = chosen.length
      const lengths = Int32Array.from(chosen, lengthOf)
      const steps = lengths.reduce((longest, length) => Math.max(longest, length), 0)
      const inputs = new Float32Array(steps * batch * inputSize)
      const targetSteps = new Int32Array(targetSlots * batch).fill(-1)
      const targets = new Float32Array(targetSlots * batch * targetSize)
      chosen.forEach((one, b) => {
        for (let t = 0; t < lengths[b]!; t++) {
          const from = t * inputSize
          const to = (t * batch + b) * inputSize
          for (let i = 0; i < inputSize; i++) inputs[to + i] = one.inputs[from + i]!
        }
        one.targetSteps.forEach((step, k) => {
          targetSteps[k * batch + b] = step
          for (let o = 0; o < targetSize; o++)
            targets[(k * batch + b) * targetSize + o] = one.targets[k * targetSize + o]!
        })
      })
      return { steps, batch, inputs, lengths, targetSteps, targets }
    },
  }
}
