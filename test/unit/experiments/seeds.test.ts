/** Seeds as people write them, in fields, flags, sweeps and files: one reading, and never another list than the one that was meant. */
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../../shared/experiments/read-config.ts'
import { MOST_SEEDS, readSeeds } from '../../../shared/experiments/seeds.ts'

describe('seeds', () => {
  it.each([
    ['0, 1, 2', [0, 1, 2]],
    ['0 1 2', [0, 1, 2]],
    ['3;1', [3, 1]],
    ['0-4', [0, 1, 2, 3, 4]],
    ['0..4', [0, 1, 2, 3, 4]],
    ['0 – 2, 7', [0, 1, 2, 7]],
    [' 5 ', [5]],
    ['4294967295', [4294967295]],
    ['2-2', [2]],
  ])('%j are %j', (text, seeds) => {
    expect(readSeeds(text)).toEqual({ ok: true, seeds })
  })

  it.each([
    ['a,b', 'seedsUnread', 'a'],
    ['0, 1, x', 'seedsUnread', 'x'],
    ['1.5', 'seedsUnread', '1.5'],
    ['-1', 'seedsUnread', '-1'],
    ['1e3', 'seedsUnread', '1e3'],
    ['4294967296', 'seedsUnread', '4294967296'],
    ['4-0', 'seedsReversed', '4-0'],
    ['0-999999999', 'seedsTooMany', '0-999999999'],
    [' , ', 'seedsEmpty', ''],
  ])('%j are none: %s', (text, fault, piece) => {
    expect(readSeeds(text)).toEqual({ ok: false, fault, piece })
  })

  it('are as many as train side by side, and not one more', () => {
    expect(readSeeds(`1-${MOST_SEEDS}`)).toMatchObject({ ok: true })
    expect(readSeeds(`0-${MOST_SEEDS}`)).toMatchObject({ ok: false, fault: 'seedsTooMany' })
  })

  it('may be text in a configuration, and what cannot be read is told at the field', () => {
    const dataset = { kind: 'copy-first-input', steps: 10 }
    const read = readConfig({ dataset, seeds: '0-4' }, 'test')
    expect(read.ok && read.config.seeds).toEqual([0, 1, 2, 3, 4])
    const wrong = readConfig({ dataset, seeds: 'a,b' }, 'test')
    expect(wrong.ok ? [] : wrong.mistakes.map(({ field, error }) => [field, error.detail.fault])).toEqual([
      ['seeds', { id: 'seedsUnread', values: { piece: 'a' } }],
    ])
  })
})
