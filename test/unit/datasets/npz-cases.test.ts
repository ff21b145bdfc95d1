/** Archives from public reports, `npz-cases.json` by their names: each once was refused, or read with classes that never occur. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { labErrorOf, npz, range, sourcesOf, tensor, text } from './helpers.ts'
import cases from './npz-cases.json' with { type: 'json' }
import { fromBase64 } from './numpy-files.ts'

function datasetOf(bytes: Uint8Array, settings: Readonly<Record<string, unknown>>): Dataset {
  const { dataset } = parseConfig({ dataset: { kind: 'file', path: 'data.npz', ...settings } }, 'config.json')
  return createDataset(dataset, 0, sourcesOf(bytes))
}

const SERIES = { inputSize: 2, maxSteps: 3, counts: { train: 4, validation: 2, test: 2 } }

describe('a case', () => {
  it.each(['npz-double-quotes', 'npz-extra-str', 'npz-x-f2', 'npz-x-i2'] as const)('%s is read', (name) => {
    const dataset = datasetOf(fromBase64(cases[name]), { task: 'regression' })
    expect(dataset).toMatchObject({ ...SERIES, outputSize: 1, classNames: null })
    // In all of them, in whatever type, the first input is a number of the same draw.
    const inputs = [...dataset.batch('train', range(4)).inputs]
    expect(inputs.every(Number.isFinite)).toBe(true)
    if (name === 'npz-x-i2') expect(inputs.every(Number.isInteger)).toBe(true)
    const [first] = [...dataset.batch('test', [0]).targets]
    expect(first).toBeCloseTo(
      datasetOf(fromBase64(cases['npz-x-i2']), { task: 'regression' }).batch('test', [0]).targets[0]!,
      6,
    )
  })

  it('npz-y-labels-1-2 has exactly the classes 1 and 2', () => {
    const dataset = datasetOf(fromBase64(cases['npz-y-labels-1-2']), { task: 'classification' })
    expect(dataset).toMatchObject({ ...SERIES, outputSize: 2, classNames: ['1', '2'] })
    const classes = (['train', 'validation', 'test'] as const).flatMap((split) => [
      ...dataset.batch(split, range(dataset.counts[split])).targets,
    ])
    expect(classes.sort()).toEqual([0, 0, 0, 0, 1, 1, 1, 1])
  })
})

describe('whose each series is, and its split, by arrays of the archive', () => {
  const inputs = tensor([12, 2, 1], range(24))
  const arrays = {
    inputs,
    targets: tensor([12], range(12)),
    subject: tensor(
      [12, 1],
      range(12).map((i) => i >> 2),
    ),
  }

  it('keep a subject together', () => {
    const dataset = datasetOf(npz(arrays), { task: 'regression', split: { group: 'subject' } })
    expect([dataset.counts, dataset.groupCounts]).toEqual([
      { train: 4, validation: 4, test: 4 },
      { train: 1, validation: 1, test: 1 },
    ])
    const { targets } = dataset.batch('test', range(4))
    expect(new Set(Array.from(targets, (target) => target >> 2)).size).toBe(1)
  })

  it('of groups are drawn once for all seeds: sizes would differ from seed to seed', () => {
    const split = { group: 'subject', seed: null }
    const error = labErrorOf(() => datasetOf(npz(arrays), { task: 'regression', split }))
    expect([error.code, error.detail.where]).toEqual(['config', 'config.json, dataset.split.seed'])
  })

  it.each<[string, Partial<FileOptions['split']>, Parameters<typeof npz>[0], string[]]>([
    [
      'an array that is not there',
      { group: 'person' },
      arrays,
      ['no array `person`', '`dataset.split.group`', '`subject`'],
    ],
    [
      'one thing for all series',
      { group: 'subject' },
      { ...arrays, subject: tensor([1], [1]) },
      ['expected [12], found [1]'],
    ],
    ['a thing for each step', { group: 'subject' }, { ...arrays, subject: tensor([12, 2], range(24)) }, ['[12, 2]']],
    ['numbers for splits', { given: 'subject' }, arrays, ['array `subject`', '`0`, `1`, `2`', '`train`']],
  ])('are refused: %s', (_, split, all, contents) => {
    const error = labErrorOf(() => datasetOf(npz(all), { task: 'regression', split }))
    expect(error.code).toBe('dataset')
    for (const content of contents) expect(error.message.toLowerCase()).toContain(content.toLowerCase())
    expect(error.detail.remedy).toBeTruthy()
  })
})

it('a single array, which has no targets, is refused with how to save both', () => {
  const error = labErrorOf(() => datasetOf(text('\x93NUMPY'), { task: 'regression', path: 'x.npy' }))
  expect(error.message).toContain('one array')
  expect(error.detail.remedy).toContain('numpy.savez')
})
