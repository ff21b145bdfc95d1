/**
 * Training and test series in two files, as the archives of UCR and UEA have them: a path or the tables of both enter; the path of the other
 * file, or one table in which the file says which series are for the test, leaves. Validation is drawn from the training series by splits.ts.
 */
import { isDecimal } from './cell-values.ts'
import { classify } from './classes.ts'
import type { OwnSeries, OwnSeriesTable } from './own-series.ts'
import { joinRounded } from './rounding.ts'
import { LabError } from '../errors/errors.ts'

/** @returns where `X_TRAIN.tsv` has its `X_TEST.tsv`, written alike; null for names that do not end so */
export function siblingTestPath(path: string): string | null {
  const found = /^(.*?)(train)(\.[a-z]+)$/i.exec(path)
  if (!found) return null
  const [, start, word, ending] = found
  if (!/(?:^|[_\-./\\ ])$/.test(start!)) return null
  const test = word === 'TRAIN' ? 'TEST' : word === 'Train' ? 'Test' : 'test'
  return `${start}${test}${ending}`
}

/**
 * Classes are those that occur in either file.
 * @throws LabError `dataset` for test series of other inputs or targets, `config` where a column gives the split too
 */
export function joinTestTable(train: OwnSeriesTable, test: OwnSeriesTable): OwnSeriesTable {
  if (train.givenSplits !== null)
    throw new LabError('config', 'the split is given twice.', {
      where: 'dataset.split.given',
      expected: 'null, as `dataset.testPath` names the test series',
      found: 'a column',
      remedy: 'Set one of them to null.',
    })
  for (const [size, what] of [
    ['inputSize', 'inputs'],
    ['targetSize', 'targets'],
  ] as const) {
    if (train[size] !== test[size])
      throw new LabError('dataset', `the test series have other ${what} than the training series.`, {
        where: test.where,
        expected: `${train[size]}, as ${train.where}`,
        found: `${test[size]}`,
        remedy: 'Take two files of one dataset.',
      })
  }
  const { classNames, series } = joinClasses(train, test)
  return {
    where: train.where,
    inputSize: train.inputSize,
    targetSize: train.targetSize,
    classNames,
    groups: train.groups && test.groups && [...train.groups, ...test.groups],
    givenSplits: [...train.series.map(() => 'train' as const), ...test.series.map(() => 'test' as const)],
    rounded: joinRounded(train.rounded, test.rounded),
    series,
  }
}

function joinClasses(train: OwnSeriesTable, test: OwnSeriesTable): Pick<OwnSeriesTable, 'classNames' | 'series'> {
  if (train.classNames === null || test.classNames === null)
    return { classNames: null, series: [...train.series, ...test.series] }
  const all = [...train.classNames, ...test.classNames]
  const { names, indices } = classify(all.every(isDecimal) ? all.map(Number) : all)
  const renumber = (one: OwnSeries, first: number): OwnSeries => ({
    ...one,
    targets: one.targets.map((index) => indices[first + index]!),
  })
  const testStart = train.classNames.length
  return {
    classNames: names,
    series: [...train.series.map((one) => renumber(one, 0)), ...test.series.map((one) => renumber(one, testStart))],
  }
}
