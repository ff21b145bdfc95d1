/**
 * The classes of a classification: labels as a file has them enter, numbers or words; the classes that occur leave, in a stated order, and
 * each label as the index of its class. A network, a loss and a confusion matrix know indices only; people read the names.
 */
import { LabError } from '../protocol/errors.ts'

/** As a file has it: a whole number, or a word. */
export type Label = number | string

export interface Classes {
  /** The names of the classes that occur: numbers in rising order when every label is a number, else words in the order of their code points. */
  readonly names: readonly string[]
  /** [labels], the class of each label: a position in `names`. */
  readonly indices: Int32Array
}

/** `a` before `b` by code points, as everywhere the same whatever the language of the machine. */
const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Classes are exactly those that occur: labels 3 and 5 are two classes, named `3` and `5`. */
export function classify(labels: readonly Label[]): Classes {
  const isNumeric = labels.every((label) => typeof label === 'number')
  const names = isNumeric
    ? [...new Set(labels)].sort((a, b) => Number(a) - Number(b)).map(String)
    : [...new Set(labels.map(String))].sort(byCodePoint)
  const position = new Map(names.map((name, index) => [name, index]))
  return { names, indices: Int32Array.from(labels, (label) => position.get(String(label))!) }
}

/** More classes than this are taken for a mistake, such as an identifier in place of a class. */
const MOST_CLASSES = 65_536
const REMEDY = 'Name a column or array of labels, or set `dataset.task` to `regression`.'

/** What a reader of files needs: the classes of all series, and each series' targets as it is trained on. */
export interface ClassifiedTargets {
  readonly classNames: readonly string[]
  /** [series][K_i], indices of classes. */
  readonly targets: readonly Float32Array[]
}

/**
 * @param labels [series][K_i]
 * @param where the file's name, for messages
 * @throws LabError `dataset` for a number that is not whole
 */
export function classifyTargets(labels: readonly (readonly Label[])[], where: string): ClassifiedTargets {
  labels.forEach((own, series) => {
    const wrong = own.find((label) => typeof label === 'number' && !Number.isInteger(label))
    if (wrong !== undefined)
      throw new LabError('dataset', `the target of series ${series} is not a class.`, {
        where,
        expected: 'a whole number or a word',
        found: `${wrong}`,
        remedy: REMEDY,
      })
  })
  const { names, indices } = classify(labels.flat())
  let next = 0
  return {
    classNames: names,
    targets: labels.map((own) => Float32Array.from(indices.subarray(next, (next += own.length)))),
  }
}

/** @throws LabError `dataset` for one class, which is nothing to tell apart, and for more than are likely */
export function requireClasses(names: readonly string[], where: string): void {
  if (names.length >= 2 && names.length <= MOST_CLASSES) return
  throw new LabError('dataset', names.length < 2 ? 'there is nothing to classify.' : 'there are too many classes.', {
    where,
    expected: names.length < 2 ? 'two classes or more' : `at most ${MOST_CLASSES} classes`,
    found: names.length < 2 ? `class ${names.join('')} only` : `${names.length}`,
    remedy: REMEDY,
  })
}

/**
 * Classes numbered from 0 to the largest label, those between that never occur among them.
 * @param names of the classes that occur
 * @returns the number of each of them
 * @throws LabError `dataset` for a class that is not such a number
 */
export function numbersOfClasses(names: readonly string[], where: string): readonly number[] {
  return names.map((name) => {
    const number = Number(name)
    if (String(number) === name && Number.isInteger(number) && number >= 0 && number < MOST_CLASSES) return number
    throw new LabError('dataset', 'this class is not a number.', {
      where,
      expected: `a whole number from 0 to ${MOST_CLASSES - 1}`,
      found: `\`${name}\``,
      remedy: 'Set `dataset.classes` to `occurring`, which takes any labels.',
    })
  })
}
