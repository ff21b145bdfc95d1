/** What the data decides about settings, before a run is made: clamped and told, or refused at its field. */
import { describe, expect, it } from 'vitest'
import { createOwnSeries } from '../../../shared/datasets/own-series.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { withDefaults } from '../../../shared/experiments/field-rules.ts'
import { describeRemark } from '../../../shared/experiments/remarks.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { fitToData } from '../../../shared/training/fit-to-data.ts'
import { complaintOf } from '../store/store-helpers.ts'

const { split: SPLIT } = withDefaults('dataset', { kind: 'file' }) as FileOptions

/** Series of one step, each with these targets. */
function datasetOf(targets: readonly (readonly number[])[], classNames: string[] | null = null): Dataset {
  const series = targets.map((own) => ({
    inputs: Float32Array.of(0.5),
    targetSteps: Int32Array.of(0),
    targets: Float32Array.from(own),
  }))
  const targetSize = classNames === null ? targets[0]!.length : 1
  return createOwnSeries(
    { where: 'test.npz', inputSize: 1, targetSize, classNames, series, groups: null, givenSplits: null, rounded: null },
    { task: classNames === null ? 'regression' : 'classification', classes: 'occurring', split: SPLIT },
    0,
  )
}

const changing = (seriesCount: number): Dataset => datasetOf(Array.from({ length: seriesCount }, (_, i) => [i]))
/** Without a validation set. */
const unvalidated = (dataset: Dataset): Dataset => ({ ...dataset, counts: { ...dataset.counts, validation: 0 } })

const configOf = (change: object = {}): ExperimentConfig =>
  parseConfig({ dataset: { kind: 'file', path: 'test.npz', task: 'regression' }, ...change }, 'test')

describe('batches', () => {
  it('are no larger than the training set, and it is said', () => {
    const asked = configOf({ training: { batch: 32 }, warmup: { batch: 16 } })
    const { config, remarks } = fitToData(asked, [changing(10)])
    expect(config).toEqual({
      ...asked,
      training: { ...asked.training, batch: 6 },
      warmup: { ...asked.warmup, batch: 6 },
    })
    expect(remarks).toEqual([
      { kind: 'batch', field: 'training.batch', asked: 32, used: 6 },
      { kind: 'batch', field: 'warmup.batch', asked: 16, used: 6 },
    ])
    expect(fitToData(config, [changing(10)])).toEqual({ config, remarks: [] })
  })

  it('of a warm-up that is not made are as they were', () => {
    const asked = configOf({ strategies: ['none'], training: { batch: 2 } })
    expect(fitToData(asked, [changing(10)])).toEqual({ config: asked, remarks: [] })
  })

  it('of new series for every step have no end', () => {
    const fresh = configOf({ dataset: { kind: 'copy-first-input', steps: 9, counts: { train: 4 }, fresh: true } })
    expect(fitToData(fresh, [{ ...changing(10), counts: { train: 4, validation: 1, test: 1 } }]).config).toEqual(fresh)
  })

  it('of a warm-up need two series', async () => {
    const one = { ...changing(10), counts: { train: 1, validation: 1, test: 1 } }
    expect((await complaintOf(() => fitToData(configOf(), [one]))).detail.where).toBe('warmup.batch')
    expect(fitToData(configOf({ strategies: ['none'] }), [one]).config.training.batch).toBe(1)
  })
})

describe('data from which nothing can be learned is refused', () => {
  it.each([
    ['no training series', { train: 0, validation: 1, test: 1 }],
    ['no test series', { train: 1, validation: 1, test: 0 }],
  ])('%s', async (_, counts) => {
    const { code, detail } = await complaintOf(() => fitToData(configOf(), [{ ...changing(10), counts }]))
    expect([code, detail.where]).toEqual(['config', 'dataset'])
  })

  it('a class that no training series has', async () => {
    const labels = Array.from({ length: 10 }, (_, i) => [i % 2])
    const names = ['calm', 'storm', 'hail']
    const split = datasetOf(labels, names)
    expect(fitToData(configOf({ training: { batch: 2 }, strategies: ['none'] }), [split]).remarks).toEqual([])
    const hidden: Dataset = {
      ...split,
      targetsOf: (part) => [...split.targetsOf!(part), ...(part === 'test' ? [Float32Array.of(2)] : [])],
    }
    const { code, message, detail } = await complaintOf(() => fitToData(configOf(), [split, hidden]))
    expect([code, detail.where, detail.found]).toEqual(['dataset', 'dataset.split', '`hail`'])
    expect(message).toContain('the test series have classes that no training series has')
  })

  it('a target that never changes', async () => {
    const { code, detail } = await complaintOf(() =>
      fitToData(configOf(), [datasetOf(Array(10).fill([3]) as number[][])]),
    )
    expect([code, detail.found]).toEqual(['dataset', '3'])
  })
})

it('an output that never changes beside others that do is told', () => {
  const { remarks } = fitToData(configOf({ training: { batch: 2 }, strategies: ['none'] }), [
    datasetOf(Array.from({ length: 10 }, (_, i) => [i, 7])),
  ])
  expect(remarks).toEqual([{ kind: 'constant-outputs', outputs: [1] }])
  expect(describeRemark(remarks[0]!)).toContain('output 1')
})

it('whole numbers of the file that float32 does not hold are told', () => {
  const dataset = { ...changing(10), rounded: { count: 3, first: 16_777_217 } }
  const { remarks } = fitToData(configOf({ training: { batch: 2 }, strategies: ['none'] }), [dataset])
  expect(remarks).toEqual([{ kind: 'rounded', count: 3, first: 16_777_217 }])
  expect(describeRemark(remarks[0]!)).toContain('the first is 16777217, used as 16777216')
})

it('an own cell with a name that the lab has given to one of its own since is told', () => {
  const cells = { irnn: "cell irnn\nh' = relu(U h + W x + b)" }
  const { remarks } = fitToData(
    configOf({ training: { batch: 2 }, strategies: ['none'], cells, layers: [{ cell: 'irnn', units: 4 }] }),
    [changing(10)],
  )
  expect(remarks).toEqual([{ kind: 'own-cell', cell: 'irnn' }])
  expect(describeRemark(remarks[0]!)).toContain('`irnn` is the cell whose text the configuration has')
})

describe('without a validation set', () => {
  it('a run goes on, and it is said that its best weights are the last', () => {
    const { remarks } = fitToData(configOf({ training: { batch: 2 }, strategies: ['none'] }), [
      unvalidated(changing(10)),
    ])
    expect(remarks).toEqual([{ kind: 'no-validation' }])
    expect(describeRemark(remarks[0]!)).toContain('the best weights are the last')
  })

  it.each([
    ['an early stop', 'training.stopAtLoss', { stopAtLoss: 0.1 }],
    ['a plateau', 'training.schedule', { schedule: { kind: 'plateau', patienceEpochs: 0 } }],
  ])('%s is refused, since it follows the validation loss', async (_, field, training) => {
    const config = configOf({ training })
    expect((await complaintOf(() => fitToData(config, [unvalidated(changing(10))]))).detail.where).toBe(field)
    expect(fitToData(config, [changing(10)]).config.training).toMatchObject(training)
  })
})
