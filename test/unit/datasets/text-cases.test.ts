/** Small files of the kinds that people have, each read with the configuration that stands beside it. */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { createDataset, readOwnSeries } from '../../../shared/datasets/create-dataset.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import type { OwnSeries, OwnSeriesTable } from '../../../shared/datasets/own-series.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'

interface Case {
  readonly dataset: FileOptions
  readonly read: (change?: Partial<FileOptions>) => OwnSeriesTable
}

function open(name: string): Case {
  const folder = new URL(`cases/${name}/`, import.meta.url)
  const config = parseConfig(JSON.parse(readFileSync(new URL('config.json', folder), 'utf8')), name)
  const dataset = config.dataset as FileOptions
  const sources = {
    mnist: () => expect.fail('not asked for'),
    file: (path: string) => readFileSync(new URL(path, folder)),
  }
  expect(createDataset(dataset, 0, sources).counts.train).toBeGreaterThan(0)
  return { dataset, read: (change) => readOwnSeries({ ...dataset, ...change }, sources) }
}

const targetsOf = ({ series }: OwnSeriesTable): number[] => series.map(({ targets }) => targets[0]!)
const inputsOf = ({ inputs }: OwnSeries): number[] => [...inputs]

it('labels 3 and 5 are two classes of these names', () => {
  const table = open('csv-labels-3-5').read()
  expect(table.classNames).toEqual(['3', '5'])
  expect(targetsOf(table)).toEqual([1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
})

it('words are classes in the order of their letters', () => {
  const table = open('csv-labels-words').read()
  expect(table.classNames).toEqual(['run', 'walk'])
  expect(targetsOf(table).slice(0, 4)).toEqual([0, 1, 0, 1])
})

it('a label that stands in the first row alone is its series’, read out at the last step', () => {
  const table = open('csv-label-first-row-only').read()
  expect(targetsOf(table)).toEqual([0, 1, 0, 1, 0, 1, 0, 1])
  expect(table.series.map(({ targetSteps }) => [...targetSteps])).toEqual(Array(8).fill([2]))
})

it('semicolons and decimal commas are found', () => {
  const table = open('csv-semicolon-decimal-comma').read()
  expect(inputsOf(table.series[0]!)).toEqual([0, 0.25, 0.5])
  expect(targetsOf(table)).toEqual([0, 0.5, 1, 1.5, 2, 2.5])
})

it('points in time are steps', () => {
  const table = open('csv-timestamps').read()
  expect(table.series).toHaveLength(6)
  expect(table.series.every(({ inputs }) => inputs.length === 3)).toBe(true)
})

it('nanoseconds that are equal once rounded are different steps', () => {
  expect(
    open('csv-ns-steps-close')
      .read()
      .series.map(({ inputs }) => inputs.length),
  ).toEqual(Array(6).fill(3))
})

it('a file of UCR has its label first and its lengths by NaN, whatever columns are named', () => {
  const { read } = open('ucr-tsv')
  const numbers = read()
  expect(numbers.classNames).toBeNull()
  expect(targetsOf(numbers)).toEqual([1, 2, 3, 1, 2, 3])
  expect(inputsOf(numbers.series[0]!)).toEqual([0.1, 0.2, 0.3].map(Math.fround))
  expect(numbers.series.map(({ inputs }) => inputs.length)).toEqual([3, 4, 2, 4, 3, 4])
  expect(numbers.series.map(({ targetSteps }) => [...targetSteps])).toEqual([[2], [3], [1], [3], [2], [3]])
  const classes = read({ task: 'classification', columns: null })
  expect(classes.classNames).toEqual(['1', '2', '3'])
  expect(targetsOf(classes)).toEqual([0, 1, 2, 0, 1, 2])
})
