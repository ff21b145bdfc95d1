/** Records of earlier versions: what their configurations do not say means what it meant then. */
import { describe, expect, it } from 'vitest'
import { createDatasets } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset, Split } from '../../../shared/datasets/dataset.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { completeConfig } from '../../../shared/runs/record.ts'
import { npz, range, sourcesOf, tensor } from '../datasets/helpers.ts'

type FileDataset = Extract<ExperimentConfig['dataset'], { kind: 'file' }>

const COUNT = 20
/** The first input of a series is its number; the classes are 1 and 2. */
const FILE = npz({
  inputs: tensor([COUNT, 1, 1], range(COUNT)),
  targets: tensor(
    [COUNT],
    range(COUNT).map((series) => 1 + (series % 2)),
  ),
})

/** As a version before the seed of the split wrote it. */
function recordedBefore(split: { validation: number; test: number }): ExperimentConfig {
  const config = parseConfig({ dataset: { kind: 'file', path: 'own.npz', task: 'classification' } }, 'x')
  const { kind, path, task, columns, arrays, targets } = config.dataset as FileDataset
  return { ...config, dataset: { kind, path, task, columns, arrays, targets, split } } as ExperimentConfig
}

const seriesOf = (dataset: Dataset, split: Split): number[] => [
  ...dataset.batch(split, range(dataset.counts[split])).inputs,
]

describe('a run on own series that was recorded before splits had a seed', () => {
  const config = completeConfig(recordedBefore({ validation: 0.2, test: 0.2 }))

  it('goes on with the split that each of its seeds drew', () => {
    const datasets = createDatasets(config.dataset, [3, 8], sourcesOf(FILE))
    datasets.forEach((dataset, index) => {
      const order = [...new RandomStream([3, 8][index]!, 'split').permutation(COUNT)]
      expect(seriesOf(dataset, 'train')).toEqual(order.slice(0, 12))
      expect(seriesOf(dataset, 'validation')).toEqual(order.slice(12, 16))
      expect(seriesOf(dataset, 'test')).toEqual(order.slice(16))
    })
  })

  it('goes on with its classes, numbered from 0 to the largest, and so with its weights', () => {
    const [dataset] = createDatasets(config.dataset, [0], sourcesOf(FILE))
    expect([dataset!.outputSize, dataset!.classNames]).toEqual([3, ['0', '1', '2']])
  })

  it('goes on with the one series that a fraction of 0 left it', () => {
    const { dataset } = completeConfig(recordedBefore({ validation: 0, test: 0 }))
    const [found] = createDatasets(dataset, [0], sourcesOf(FILE))
    expect(found!.counts).toEqual({ train: 18, validation: 1, test: 1 })
  })

  it('is told as such, so that it can be forked, and completing it twice changes nothing', () => {
    expect(config.dataset).toMatchObject({ classes: 'numbered', split: { seed: null, group: null, given: null } })
    expect(completeConfig(config)).toEqual(config)
    expect(parseConfig(config, 'x')).toEqual(config)
  })
})

it('a run that says how its series are split is left as it is', () => {
  const config = parseConfig({ dataset: { kind: 'file', path: 'own.npz', task: 'regression' } }, 'x')
  expect(completeConfig(config)).toEqual(config)
  expect(config.dataset).toMatchObject({ classes: 'occurring', split: { validation: 0.2, test: 0.2, seed: 0 } })
})
