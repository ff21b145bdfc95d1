/** Classes of labels: those that occur, once each, in an order that is the same everywhere, and each label as the position of its class. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  classify,
  classifyTargets,
  numbersOfClasses,
  requireClasses,
  type Label,
} from '../../../shared/datasets/classes.ts'
import { labErrorOf } from './helpers.ts'

describe('classes', () => {
  it.each<[string, Label[], string[]]>([
    ['numbers in rising order, not that of their digits', [10, 9, -1, 9], ['-1', '9', '10']],
    ['words by code points', ['b', 'B', 'a', 'é', 'ab'], ['B', 'a', 'ab', 'b', 'é']],
    ['words beyond the first 65,536 characters last', ['🙂', '～', 'z'], ['z', '～', '🙂']],
    ['numbers among words as words', [10, 'walk', 9], ['10', '9', 'walk']],
    ['a number and its digits as one', [1, '1', 'x'], ['1', 'x']],
  ])('are %s', (_, labels, names) => {
    expect(classify(labels).names).toEqual(names)
  })

  it('give back each label by its position', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.string({ unit: 'binary' }))), (labels) => {
        const { names, indices } = classify(labels)
        expect(Array.from(indices, (index) => names[index])).toEqual(labels.map(String))
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })

  it('of all series are the same as of each, whatever their lengths', () => {
    const { classNames, targets } = classifyTargets([Float64Array.of(5, 3), [3], [], [5, 5, 3]], 'x')
    expect(classNames).toEqual(['3', '5'])
    expect(targets.map((own) => [...own])).toEqual([[1, 0], [0], [], [1, 1, 0]])
  })

  it('are whole numbers or words: the series of another label is told', () => {
    for (const wrong of [0.5, NaN, Infinity]) {
      const error = labErrorOf(() => classifyTargets([[1], [2, wrong]], 'own.npz'))
      expect(error.message).toContain('own.npz: the target of series 1 is not a class.')
      expect(error.message).toContain(`found ${wrong}`)
    }
  })

  it('must be two at least, and no more than there can be', () => {
    expect(labErrorOf(() => requireClasses(['walk'], 'x')).message).toContain('class walk only')
    const many = Array.from({ length: 65_537 }, (_, index) => String(index))
    expect(labErrorOf(() => requireClasses(many, 'x')).message).toContain('at most 65536 classes')
    requireClasses(many.slice(1), 'x')
  })

  it('are numbered from 0 only where they are such numbers', () => {
    expect(numbersOfClasses(['1', '10'], 'x')).toEqual([1, 10])
    for (const wrong of ['-1', '01', '1.5', 'walk', '65536', ''])
      expect(labErrorOf(() => numbersOfClasses(['1', wrong], 'x')).message).toContain(`\`${wrong}\``)
  })
})
