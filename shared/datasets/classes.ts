/**
 * The classes of a classification: labels as a file has them enter, numbers or words; the classes that occur leave, in a stated order, and
 * each label as the index of its class. A network, a loss and a confusion matrix know indices only; people read the names.
 */
import { LabError } from '../errors/errors.ts'

/** As a file has it: a whole number, or a word. */
export type Label = number | string

export interface Classes {
  /** The names of the classes that occur: numbers in rising order when every label is a number, else words in the order of their code points. */
  readonly names: readonly string[]
  /** [labels], the class of each label: a position in `names`. */
  readonly indices: Int32Array
}

/** As everywhere the same, whatever the language of the machine; `<` would compare halves of characters. */
function byCodePoint(a: string, b: string): number {
  const [left, right] = [a, b].map((text) => Array.from(text, (character) => character.codePointAt(0)!)) as [
    number[],
    number[],
  ]
  const at = left.findIndex((code, index) => code !== right[index])
  return at < 0 ? left.length - right.length : left[at]! - (right[at] ?? -1)
}

/** Names in their order, and the position of each label among them. */
function indexLabels(distinct: ReadonlySet<Label>): { names: readonly string[]; indexOf: ReadonlyMap<Label, number> } {
  const labels = [...distinct]
  const names = labels.every((label) => typeof label === 'number')
    ? labels.sort((a, b) => a - b).map(String)
    : [...new Set(labels.map(String))].sort(byCodePoint)
  const position = new Map(names.map((name, index) => [name, index]))
  return { names, indexOf: new Map(labels.map((label) => [label, position.get(String(label))!])) }
}

/** Classes are exactly those that occur: labels 3 and 5 are two classes, named `3` and `5`. */
export function classify(labels: readonly Label[]): Classes {
  const { names, indexOf } = indexLabels(new Set(labels))
  return { names, indices: Int32Array.from(labels, (label) => indexOf.get(label)!) }
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
export function classifyTargets(labels: readonly ArrayLike<Label>[], where: string): ClassifiedTargets {
  const distinct = new Set<Label>()
  labels.forEach((own, series) => {
    for (let k = 0; k < own.length; k++) {
      const label = own[k]!
      if (typeof label === 'number' && !Number.isInteger(label))
        throw new LabError('dataset', `the target of series ${series} is not a class.`, {
          where,
          expected: 'a whole number or a word',
          found: `${label}`,
          remedy: REMEDY,
        })
      distinct.add(label)
    }
  })
  const { names, indexOf } = indexLabels(distinct)
  const targets = labels.map((own) => {
    const indices = new Float32Array(own.length)
    for (let k = 0; k < own.length; k++) indices[k] = indexOf.get(own[k]!)!
    return indices
  })
  return { classNames: names, targets }
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
