/**
 * Which series of a file stand in training, validation and test: their number, whose each is, what the file gives of them and the shares
 * enter; the members of each split leave. Drawing is by shares alone: classes are not balanced over the splits.
 */
import type { Split } from './dataset.ts'
import type { SplitOptions } from './options.ts'
import { RandomStream } from '../numerics/random.ts'
import { LabError, quoteStart } from '../errors/errors.ts'

export const SPLITS: readonly Split[] = ['train', 'validation', 'test']

export interface SplittableSeries {
  /** The file, for messages. */
  readonly where: string
  readonly seriesCount: number
  /** [series], whose each is; null: each is by itself. */
  readonly groups: readonly string[] | null
  /** [series], where the file says it. */
  readonly givenSplits: readonly Split[] | null
}

/** Series that go together, by their positions in the file. */
type Group = readonly number[]

/** In lower case. Numbers are not guessed: one file's 1 is another's 0. */
const WORDS: ReadonlyMap<string, Split> = new Map([
  ['train', 'train'],
  ['training', 'train'],
  ['validation', 'validation'],
  ['valid', 'validation'],
  ['val', 'validation'],
  ['dev', 'validation'],
  ['test', 'test'],
  ['testing', 'test'],
])
/** Words shown in a message. */
const MOST_LISTED = 10

const splitOf = (word: string): Split | undefined => WORDS.get(word.trim().toLowerCase())

/** Whether every word says a split, and there is one. */
export const saySplits = (words: readonly string[]): boolean =>
  words.length > 0 && words.every((word) => splitOf(word) !== undefined)

/**
 * Reads what a file says of each series.
 * @param words [series]
 * @param where the column or array, for messages
 * @throws LabError `dataset` for words that say something else
 */
export function parseGivenSplits(words: readonly string[], where: string): Split[] {
  const unknown = words.find((word) => splitOf(word) === undefined)
  if (unknown !== undefined) {
    const found = [...new Set(words)]
    throw new LabError('dataset', 'this does not say which split a series stands in.', {
      where,
      expected: '`train`, `validation` (or `val`) and `test`',
      found: `${found
        .slice(0, MOST_LISTED)
        .map((word) => (word.trim() === '' ? 'nothing' : quoteStart(word)))
        .join(', ')}${found.length > MOST_LISTED ? ', …' : ''}`,
      remedy: 'Write these words, or let the split be drawn: set `dataset.split.given` to null.',
    })
  }
  return words.map((word) => splitOf(word)!)
}

/**
 * Each share is met to within half a group, and by one group at least. What the file gives stays as it is; a split that it does not give is
 * drawn from its training series, as a share of those.
 * @param seed draws the order in which groups are taken
 * @returns positions in the file
 * @throws LabError `config` for shares that leave nothing for training or for the test, `dataset` for too few series or groups, and for a group
 * that the file gives to two splits
 */
export function drawSplits(
  series: SplittableSeries,
  { validation, test }: Pick<SplitOptions, 'validation' | 'test'>,
  seed: number,
): Record<Split, Int32Array> {
  const { where, seriesCount, groups, givenSplits } = series
  if (groups !== null && givenSplits !== null) requireWholeGroups(where, groups, givenSplits)
  const given = (split: Split): number[] =>
    givenSplits === null ? [] : givenSplits.flatMap((is, index) => (is === split ? [index] : []))
  const fixed = { validation: given('validation'), test: given('test') }
  const pool = givenSplits === null ? Array.from({ length: seriesCount }, (_, index) => index) : given('train')

  requireShares(validation, test, fixed)
  const isDrawn = { validation: fixed.validation.length === 0 && validation > 0, test: fixed.test.length === 0 }
  const inFileOrder = groupsOf(pool, groups)
  const needed = SPLITS.filter((split) => split === 'train' || isDrawn[split])
  requireEnough(series, inFileOrder.length, needed)
  if (needed.length === 1)
    return {
      train: Int32Array.from(pool),
      validation: Int32Array.from(fixed.validation),
      test: Int32Array.from(fixed.test),
    }

  const order = Array.from(new RandomStream(seed, 'split').permutation(inFileOrder.length), (g) => inFileOrder[g]!)
  const goal = (share: number): number => Math.max(1, Math.round(share * pool.length))
  const forTest = isDrawn.test ? take(order, goal(test), needed.length - 1) : new Set<Group>()
  const left = order.filter((group) => !forTest.has(group))
  const forValidation = isDrawn.validation ? take(left, goal(validation), 1) : new Set<Group>()
  const membersOf = (chosen: readonly Group[]): number[] => chosen.flat()
  return {
    train: Int32Array.from(membersOf(left.filter((group) => !forValidation.has(group)))),
    validation: Int32Array.from([...fixed.validation, ...membersOf(left.filter((group) => forValidation.has(group)))]),
    test: Int32Array.from([...fixed.test, ...membersOf(order.filter((group) => forTest.has(group)))]),
  }
}

/**
 * From the end of the order, each group that brings the number of series nearer to the goal; the one nearest to it where none does.
 * @param kept groups that are left over at least
 */
function take(order: readonly Group[], goal: number, kept: number): Set<Group> {
  const taken = new Set<Group>()
  let count = 0
  let nearest = order.at(-1)!
  for (let g = order.length - 1; g >= 0 && taken.size < order.length - kept; g--) {
    const group = order[g]!
    if (Math.abs(group.length - goal) < Math.abs(nearest.length - goal)) nearest = group
    if (Math.abs(count + group.length - goal) >= Math.abs(count - goal)) continue
    taken.add(group)
    count += group.length
  }
  return taken.size > 0 ? taken : new Set([nearest])
}

/** In the order of their first series. */
function groupsOf(pool: readonly number[], names: readonly string[] | null): Group[] {
  if (names === null) return pool.map((index) => [index])
  const groups = new Map<string, number[]>()
  for (const index of pool) {
    const known = groups.get(names[index]!)
    if (known) known.push(index)
    else groups.set(names[index]!, [index])
  }
  return [...groups.values()]
}

function requireWholeGroups(where: string, groups: readonly string[], givenSplits: readonly Split[]): void {
  const known = new Map<string, Split>()
  groups.forEach((group, index) => {
    const split = givenSplits[index]!
    const before = known.get(group) ?? split
    if (before !== split)
      throw new LabError('dataset', `the group ${quoteStart(group)} stands in more than one split.`, {
        where,
        expected: 'all its series in one',
        found: `one in ${before}, one in ${split}`,
        remedy: 'Correct the split that the file gives, or set `dataset.split.group` to null.',
      })
    known.set(group, split)
  })
}

function requireShares(
  validation: number,
  test: number,
  fixed: Readonly<Record<'validation' | 'test', readonly number[]>>,
): void {
  const shares = {
    validation,
    test,
    'validation + test': fixed.validation.length + fixed.test.length > 0 ? 0 : validation + test,
  }
  for (const [name, share] of Object.entries(shares)) {
    if (!(share >= 0 && share < 1))
      throw new LabError('config', 'the split leaves no series for training.', {
        where: `dataset.split.${name}`,
        expected: 'a fraction of 0 or more, under 1',
        found: `${share}`,
        remedy: 'Lower the fractions, such as 0.2 and 0.2.',
      })
  }
  if (test === 0 && fixed.test.length === 0)
    throw new LabError('config', 'the split leaves no series for the test.', {
      where: 'dataset.split.test',
      expected: 'a fraction above 0, or test series that the file gives',
      found: '0',
      remedy: 'Raise it, such as to 0.2: the result of a run is its test.',
    })
}

/** @param groupCount that the splits are drawn from */
function requireEnough(
  { where, groups, givenSplits }: SplittableSeries,
  groupCount: number,
  needed: readonly Split[],
): void {
  if (groupCount >= needed.length) return
  const what = `${givenSplits === null ? '' : 'training '}${groups === null ? 'series' : 'groups'}`
  throw new LabError('dataset', `too few ${what} to split.`, {
    where,
    expected: `${needed.length} ${what} or more, for ${needed.join(', ').replace('train', 'training')}`,
    found: `${groupCount}`,
    remedy:
      groups === null
        ? 'Add series to the file.'
        : 'Add series of other groups, or let each series stand by itself: set `dataset.split.group` to null.',
  })
}
