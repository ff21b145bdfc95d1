/** NumPy's arrays of every type, byte order, order of axes and version, recorded by numpy-table.py: what is read is what NumPy reads. */
import { describe, expect, it } from 'vitest'
import { readSeriesFromNpz } from '../../../shared/datasets/series-from-npz.ts'
import { elementCount } from '../../../shared/numerics/dims.ts'
import { readNpy, readNpyLabels } from '../../../shared/numerics/npy.ts'
import { parseNpyType } from '../../../shared/numerics/npy-types.ts'
import { NpzArchive } from '../../../shared/numerics/npz.ts'
import { readFileContents } from '../../../shared/datasets/file-contents.ts'
import { labErrorOf, splitOf } from './helpers.ts'
import { fromBase64 } from './numpy-files.ts'
import table from './numpy-table.json' with { type: 'json' }

/** Python's text of a float. */
const numberOf = (text: string): number =>
  text === 'nan' ? NaN : text === 'inf' ? Infinity : text === '-inf' ? -Infinity : Number(text)
const isExact = (text: string): boolean => Number.isSafeInteger(Number(text))

describe.each(table.arrays)('$type, order $order, version $version', ({ type, npy, shape, elements }) => {
  const bytes = fromBase64(npy)
  const { kind, bytes: size } = parseNpyType(type)!
  const isText = kind === 'text' || kind === 'bytes'

  it('has the labels that NumPy reads', () => {
    const read = readNpyLabels(bytes, 'a.npy')
    expect(read.shape).toEqual(shape)
    expect(read.labels).toHaveLength(elementCount(shape))
    const labels = isText
      ? elements
      : elements.map((text) => (kind === 'float' || isExact(text) ? numberOf(text) : text))
    expect(Array.from(read.labels)).toEqual(labels)
  })

  it('has the numbers that NumPy reads, or says what is no exact number', () => {
    const inexact = elements.find((text) => (kind === 'int' || kind === 'uint') && !isExact(text))
    if (isText) expect(labErrorOf(() => readNpy(bytes, 'a.npy')).message).toContain(`'${type}'`)
    else if (inexact !== undefined) expect(labErrorOf(() => readNpy(bytes, 'a.npy')).message).toContain(inexact)
    else {
      const read = readNpy(bytes, 'a.npy')
      expect(read.shape).toEqual(shape)
      expect([...read.data]).toEqual(elements.map(numberOf))
      expect(read.data).toBeInstanceOf(size <= 2 || type.endsWith('f4') ? Float32Array : Float64Array)
    }
  })
})

it('the record has every type in both byte orders and orders of axes, and all versions', () => {
  const known = new Set(
    table.arrays.map(({ type, order, version }) => `${type.replace(/(?<=[US])\d+/, '')} ${order} ${version}`),
  )
  const numbers = ['i2', 'i4', 'i8', 'u2', 'u4', 'u8', 'f2', 'f4', 'f8', 'U'].flatMap((type) => [
    `<${type}`,
    `>${type}`,
  ])
  for (const type of [...numbers, '|b1', '|i1', '|u1', '|S'])
    for (const order of ['C', 'F'])
      for (const version of [1, 2, 3]) expect(known).toContain(`${type} ${order} ${version}`)
})

it.each(table.headers)('the header $header is read', ({ npy }) => {
  const { shape, data } = readNpy(fromBase64(npy), 'a.npy')
  expect([shape, [...data]]).toEqual([
    [2, 3],
    [0, 0.5, 1, 1.5, 2, 2.5],
  ])
})

describe.each(table.labelled)('labels: $labels', ({ npz, classes, ofSeries, subjects, splits }) => {
  const bytes = fromBase64(npz)
  const targets = ofSeries[0]!.length > 1 ? 'marked-steps' : 'last-step'
  const options = { task: 'classification', targets, arrays: null } as const

  it('are the classes that occur, in NumPy’s order', () => {
    const read = readSeriesFromNpz(bytes, { ...options, split: splitOf(0.2, 0.2) }, 'a.npz')
    expect(read.classNames).toEqual(classes)
    expect(read.series.map((one) => Array.from(one.targets, (index) => read.classNames![index]))).toEqual(ofSeries)
  })

  it('come with the group and the split of each series', () => {
    const split = { ...splitOf(0.2, 0.2), group: 'subject', given: 'split' }
    const read = readSeriesFromNpz(bytes, { ...options, split }, 'a.npz')
    expect(read.groups).toEqual(subjects)
    expect(read.givenSplits).toEqual(splits.map((word) => (word === 'val' ? 'validation' : word)))
  })
})

describe.each(table.archives)('$beside beside the arrays that are asked for', ({ npz, type, shape }) => {
  const bytes = fromBase64(npz)

  it('harm nothing', () => {
    const options = { task: 'regression', targets: 'last-step', arrays: null, split: splitOf(0.2, 0.2) } as const
    const { series, inputSize } = readSeriesFromNpz(bytes, options, 'a.npz')
    expect([series.length, inputSize]).toEqual([12, 2])
    const sum = series[3]!.inputs.reduce((total, value) => total + value, 0)
    expect(series[3]!.targets[0]).toBeCloseTo(sum, 5)
  })

  it('are listed with their type', () => {
    const contents = readFileContents(bytes, 'a.npz')
    const [extra] = contents.kind === 'npz' ? contents.arrays : []
    const isRecord = type.startsWith('|V')
    expect(extra).toMatchObject({ name: 'extra', type: isRecord ? null : type, shape })
    expect(extra!.holds).toBe(type.startsWith('<U') ? 'text' : 'other')
  })

  it('are told when they are asked for themselves', () => {
    const archive = new NpzArchive(bytes, 'a.npz')
    const error = labErrorOf(() => archive.numbers('extra'))
    expect(error.message).toContain('a.npz, array `extra`')
    expect(error.detail.remedy).toContain('astype')
  })
})
