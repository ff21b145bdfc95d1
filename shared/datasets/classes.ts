/**
 * The classes of a classification: labels as a file has them enter, numbers or words; the classes that occur leave, in a stated order, and
 * each label as the index of its class. A network, a loss and a confusion matrix know indices only; people read the names.
 */

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
