/** Which series stand in which split: shares, groups that stay together, and splits that the file gives. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Split } from '../../../shared/datasets/dataset.ts'
import { drawSplits, parseGivenSplits, SPLITS } from '../../../shared/datasets/splits.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { labErrorOf, range } from './helpers.ts'

const SHARES = { validation: 0.2, test: 0.2 }

interface Asked {
  readonly count?: number
  readonly groups?: readonly string[]
  readonly given?: readonly Split[]
  readonly shares?: { readonly validation: number; readonly test: number }
  readonly seed?: number
}

function draw({ groups, given, count = (groups ?? given)!.length, shares = SHARES, seed = 0 }: Asked) {
  const series = { where: 'own.npz', seriesCount: count, groups: groups ?? null, givenSplits: given ?? null }
  const members = drawSplits(series, shares, seed)
  return { train: [...members.train], validation: [...members.validation], test: [...members.test] }
}

/** Sizes of groups, and shares that leave something for training. */
const grouped = fc.record({
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 3, maxLength: 40 }),
  validation: fc.option(fc.double({ min: 0.01, max: 0.45, noNaN: true }), { nil: 0 }),
  test: fc.double({ min: 0.01, max: 0.45, noNaN: true }),
  seed: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
})
const groupsOfSizes = (sizes: readonly number[]): string[] =>
  sizes.flatMap((size, group) => Array<string>(size).fill(`p${group}`))

describe('shares', () => {
  it('without groups draw what they have drawn since there are own series', () => {
    const order = [...new RandomStream(7, 'split').permutation(23)]
    const { train, validation, test } = draw({ count: 23, shares: { validation: 0.3, test: 0.1 }, seed: 7 })
    expect([...train, ...validation, ...test]).toEqual(order)
    expect([train.length, validation.length, test.length]).toEqual([14, 7, 2])
  })

  it('hold every series once, whatever they and the groups are', () => {
    fc.assert(
      fc.property(grouped, ({ sizes, validation, test, seed }) => {
        const groups = groupsOfSizes(sizes)
        const splits = draw({ groups, shares: { validation, test }, seed })
        expect(SPLITS.flatMap((split) => splits[split]).sort((a, b) => a - b)).toEqual(range(groups.length))
        expect(splits.train.length).toBeGreaterThan(0)
        expect(splits.test.length).toBeGreaterThan(0)
        expect(splits.validation.length > 0).toBe(validation > 0)
      }),
    )
  })
})

describe('groups', () => {
  it('stand whole in one split', () => {
    fc.assert(
      fc.property(grouped, ({ sizes, validation, test, seed }) => {
        const groups = groupsOfSizes(sizes)
        const splits = draw({ groups, shares: { validation, test }, seed })
        const named = SPLITS.flatMap((split) => [...new Set(splits[split].map((index) => groups[index]!))])
        expect(new Set(named).size).toBe(named.length)
      }),
    )
  })

  it('meet the share of the test to within half the largest group, where it takes more than one', () => {
    fc.assert(
      fc.property(grouped, ({ sizes, validation, test, seed }) => {
        const groups = groupsOfSizes(sizes)
        const splits = draw({ groups, shares: { validation, test }, seed })
        const leftGroups = new Set([...splits.train, ...splits.validation].map((index) => groups[index]!)).size
        const taken = new Set(splits.test.map((index) => groups[index]!)).size
        const isHeldBack = leftGroups === (validation > 0 ? 2 : 1)
        if (taken < 2 || isHeldBack) return
        const goal = Math.max(1, Math.round(test * groups.length))
        expect(Math.abs(splits.test.length - goal)).toBeLessThanOrEqual(Math.max(...sizes) / 2)
      }),
    )
  })

  it('of one size meet it exactly when the groups allow it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 2 ** 32 - 1 }), (size, seed) => {
        const groups = groupsOfSizes(Array<number>(10).fill(size))
        const { train, validation, test } = draw({ groups, seed })
        expect([train.length, validation.length, test.length]).toEqual([6 * size, 2 * size, 2 * size])
      }),
    )
  })

  it('are drawn by the seed', () => {
    const groups = groupsOfSizes(Array<number>(10).fill(3))
    expect(draw({ groups, seed: 1 })).toEqual(draw({ groups, seed: 1 }))
    expect(draw({ groups, seed: 2 })).not.toEqual(draw({ groups, seed: 1 }))
  })

  it('that are all larger than the share give the smallest of them', () => {
    const groups = groupsOfSizes([60, 30, 9, 50])
    expect(draw({ groups, shares: { validation: 0, test: 0.01 } }).test.map((index) => groups[index]!)).toEqual(
      Array(9).fill('p2'),
    )
  })

  it('too few for three splits are refused, with what to do', () => {
    const error = labErrorOf(() => draw({ groups: ['a', 'a', 'b', 'b'] }))
    expect(error.message).toContain('3 groups or more, for training, validation, test, found 2')
    expect(error.detail.remedy).toContain('dataset.split.group')
    expect(draw({ groups: ['a', 'a', 'b', 'b'], shares: { validation: 0, test: 0.5 } }).test).toHaveLength(2)
  })
})

describe('a split that the file gives', () => {
  const given: Split[] = ['test', 'train', 'validation', 'train', 'test', 'train', 'train', 'train']

  it('stays as it is, in the order of the file', () => {
    expect(draw({ given })).toEqual({ train: [1, 3, 5, 6, 7], validation: [2], test: [0, 4] })
  })

  it('has validation drawn from its training series where it gives none', () => {
    const pairs: Split[] = Array.from({ length: 20 }, (_, index) => (index < 10 ? 'train' : 'test'))
    const { train, validation, test } = draw({ given: pairs })
    expect(test).toEqual(range(10, 10))
    expect(validation).toHaveLength(2)
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual(range(10))
    expect(draw({ given: pairs, shares: { validation: 0, test: 0 } })).toEqual({
      train: range(10),
      validation: [],
      test: range(10, 10),
    })
  })

  it('has the test drawn from its training series where it gives none', () => {
    const noTest: Split[] = ['train', 'train', 'train', 'train', 'train', 'validation']
    const { train, validation, test } = draw({ given: noTest })
    expect([train.length, validation, test.length]).toEqual([4, [5], 1])
  })

  it('keeps groups whole where the rest of it is drawn', () => {
    const groups = ['a', 'a', 'b', 'b', 'c', 'c']
    const { train, validation } = draw({ groups, given: ['train', 'train', 'train', 'train', 'test', 'test'] })
    expect([groups[train[0]!], groups[validation[0]!]].sort()).toEqual(['a', 'b'])
    expect([train.length, validation.length]).toEqual([2, 2])
  })

  it('without series for training is refused', () => {
    const error = labErrorOf(() => draw({ given: ['test', 'test', 'validation'] }))
    expect(error.message).toContain('1 training series or more, for training, found 0')
  })

  it('that parts a group is refused with its name', () => {
    const error = labErrorOf(() => draw({ groups: ['a', 'b', 'b', 'c'], given: ['train', 'train', 'test', 'train'] }))
    expect(error.message).toContain('`b`')
    expect(error.message).toContain('one in train, one in test')
  })

  it('is read in any case, with the usual short words', () => {
    expect(parseGivenSplits(['Train', 'TEST ', 'val', 'valid', 'Validation', 'training', 'dev'], 'x')).toEqual([
      'train',
      'test',
      'validation',
      'validation',
      'validation',
      'train',
      'validation',
    ])
  })

  it('is not guessed from numbers or other words: they are listed', () => {
    const error = labErrorOf(() => parseGivenSplits(['0', '1', '2', '0'], 'own.csv, column `fold`'))
    expect(error.code).toBe('dataset')
    expect(error.message).toBe(
      'own.csv, column `fold`: this does not say which split a series stands in. Expected `train`, `validation` (or `val`) and `test`, ' +
        'found `0`, `1`, `2`. Write these words, or let the split be drawn: set `dataset.split.given` to null.',
    )
    const known = fc.constantFrom('train', 'val', 'test')
    fc.assert(
      fc.property(fc.array(known), fc.string(), fc.array(known), (before, word, after) => {
        const isKnown = ['train', 'training', 'validation', 'valid', 'val', 'dev', 'test', 'testing'].includes(
          word.trim().toLowerCase(),
        )
        const read = () => parseGivenSplits([...before, word, ...after], 'x')
        if (isKnown) expect(read()).toHaveLength(before.length + 1 + after.length)
        else expect(labErrorOf(read).code).toBe('dataset')
      }),
    )
  })
})
