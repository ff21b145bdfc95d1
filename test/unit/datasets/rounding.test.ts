/** Whole numbers that float32 does not hold, in every kind of file: counted, the first of them told, and used rounded. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import { describeDataset, formatDescription } from '../../../shared/datasets/describe.ts'
import { joinRounded } from '../../../shared/datasets/rounding.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { npz, range, sourcesOf, tensor, text } from './helpers.ts'

const HELD = 16_777_216
const COLUMNS = { series: 'id', step: 't', inputs: ['x'], targets: ['y'] }

function datasetOf(path: string, bytes: Uint8Array, settings: object = {}): Dataset {
  const { dataset } = parseConfig({ dataset: { kind: 'file', path, task: 'regression', ...settings } }, 'config.json')
  return createDataset(dataset, 0, sourcesOf(bytes))
}

/** Five series of one step. */
const csvOf = (input: string, target: string): Uint8Array =>
  text(['id,t,x,y', ...range(5).map((id) => `${id},0,${id === 1 ? input : id},${id === 2 ? target : id}`)].join('\n'))
const npzOf = (input: number, target: number): Uint8Array =>
  npz({ inputs: tensor([5, 1, 1], [0, input, 2, 3, 4]), targets: tensor([5], [0, 1, target, 3, 4]) })

describe('a whole number that float32 does not hold is counted, and rounded', () => {
  it.each<[string, Dataset]>([
    ['CSV', datasetOf('own.csv', csvOf('16777217', '1700000001'), { columns: COLUMNS })],
    ['NPZ', datasetOf('own.npz', npzOf(HELD + 1, 1_700_000_001))],
    ['UCR', datasetOf('own.tsv', text('1\t2\n2\t16777217\n1700000001\t3\n4\t5\n5\t6\n'))],
  ])('%s', (_, dataset) => {
    expect(dataset.rounded).toMatchObject({ count: 2 })
    expect([HELD + 1, 1_700_000_001]).toContain(dataset.rounded!.first)
    const all = (['train', 'validation', 'test'] as const).flatMap((split) => {
      const { inputs, targets } = dataset.batch(split, range(dataset.counts[split]))
      return [...inputs, ...targets]
    })
    expect(all).toContain(HELD)
    expect(all).toContain(1_700_000_000)
  })

  it('and told at a glance', () => {
    const described = describeDataset(datasetOf('own.csv', csvOf('16777217', '1'), { columns: COLUMNS }))
    expect(described.rounded).toEqual({ count: 1, first: HELD + 1 })
    expect(formatDescription(described)).toContain(
      '1 whole number is rounded, since float32 does not hold it: 16777217 is used as 16777216.',
    )
  })

  it('of two files, those of both', () => {
    const one = { count: 1, first: HELD + 1 }
    expect(joinRounded(one, { count: 2, first: HELD + 3 })).toEqual({ count: 3, first: HELD + 1 })
    expect([joinRounded(null, one), joinRounded(one, null), joinRounded(null, null)]).toEqual([one, one, null])
  })
})

it.each<[string, Dataset]>([
  ['whole numbers that it holds', datasetOf('own.csv', csvOf('16777216', '33554432'), { columns: COLUMNS })],
  ['fractions', datasetOf('own.csv', csvOf('0.1', '16777217.5'), { columns: COLUMNS })],
  ['labels', datasetOf('own.csv', csvOf('1', '16777217'), { columns: COLUMNS, task: 'classification' })],
])('nothing is told of %s', (_, dataset) => expect(dataset.rounded).toBeNull())
