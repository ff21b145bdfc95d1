/** A user's file before it is mapped: what it holds, what it is guessed to mean, and that series can be read by the guess. */
import { describe, expect, it } from 'vitest'
import { createDataset } from '../../../shared/datasets/create-dataset.ts'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import { writeNpz } from '../../../shared/numerics/npz.ts'
import { fromBase64 } from './numpy-files.ts'
import table from './numpy-table.json' with { type: 'json' }
import { labErrorOf, range, splitOf, tensor, text } from './helpers.ts'

function datasetOf(bytes: Uint8Array, path: string, change: Partial<FileOptions> = {}) {
  const { split, ...guess } = guessMapping(readFileContents(bytes, path))
  const options: FileOptions = {
    kind: 'file',
    path,
    testPath: null,
    classes: 'occurring',
    split: { ...splitOf(0.25, 0.25), seed: 0, ...split },
    ...guess,
    ...change,
  }
  return createDataset(options, 0, { file: () => bytes, mnist: () => expect.fail('not asked for') })
}

const archive = writeNpz([
  ['y', tensor([8], range(8))],
  ['seq_len', tensor([8], [3, 4, 5, 5, 5, 5, 5, 5])],
  ['X', tensor([8, 5, 2], range(80))],
  ['note', tensor([1], [7])],
])

describe('an archive of any names', () => {
  it('is told with shapes, types and first values', () => {
    expect(readFileContents(archive, 'a.npz')).toEqual({
      kind: 'npz',
      arrays: [
        { name: 'y', type: '<f8', holds: 'numbers', shape: [8], saysSplits: false, sample: [0, 1, 2, 3, 4] },
        { name: 'seq_len', type: '<f8', holds: 'numbers', shape: [8], saysSplits: false, sample: [3, 4, 5, 5, 5] },
        { name: 'X', type: '<f8', holds: 'numbers', shape: [8, 5, 2], saysSplits: false, sample: [0, 1, 2, 3, 4] },
        { name: 'note', type: '<f8', holds: 'numbers', shape: [1], saysSplits: false, sample: [7] },
      ],
    })
  })

  it('is guessed by names and shapes, and its series are read by the guess', () => {
    expect(guessMapping(readFileContents(archive, 'a.npz'))).toEqual({
      task: 'regression',
      targets: 'last-step',
      columns: null,
      arrays: { inputs: 'X', targets: 'y', lengths: 'seq_len', mask: null },
      split: { group: null, given: null },
    })
    const dataset = datasetOf(archive, 'a.npz')
    expect(dataset).toMatchObject({ inputSize: 2, outputSize: 1, maxSteps: 5, counts: { train: 4 } })
    const all = (['train', 'validation', 'test'] as const).flatMap((split) =>
      Array.from(dataset.batch(split, range(dataset.counts[split])).lengths),
    )
    expect(all.sort()).toEqual([3, 4, 5, 5, 5, 5, 5, 5])
  })

  it('without its lengths has series of all steps', () => {
    const arrays = { inputs: 'X', targets: 'y', lengths: null, mask: null }
    expect([...datasetOf(archive, 'a.npz', { arrays }).batch('train', [0, 1, 2, 3]).lengths]).toEqual([5, 5, 5, 5])
  })

  it('whose chosen array is not there, or does not fit, is told by the array’s own name', () => {
    const choose = (arrays: FileOptions['arrays']) => labErrorOf(() => datasetOf(archive, 'a.npz', { arrays }))
    const missing = choose({ inputs: 'Z', targets: 'y', lengths: null, mask: null })
    expect(missing.message).toContain('no array `Z`')
    expect(missing.message).toContain('dataset.arrays.inputs')
    const unfit = choose({ inputs: 'X', targets: 'note', lengths: null, mask: null })
    expect(unfit.message).toContain('array `note`')
    expect(choose({ inputs: 'y', targets: 'X', lengths: null, mask: null }).message).toContain('array `y`')
  })
})

it('an archive with words for classes, subjects and splits, and things that cannot be read, is guessed by what can', () => {
  const bytes = fromBase64(table.labelled.find(({ labels }) => labels === 'words')!.npz)
  const guess = guessMapping(readFileContents(bytes, 'a.npz'))
  expect(guess).toMatchObject({
    task: 'classification',
    targets: 'last-step',
    arrays: { inputs: 'inputs', targets: 'targets', lengths: null, mask: null },
    split: { group: 'subject', given: 'split' },
  })
  const beside = fromBase64(table.archives.find((one) => one.beside === 'Python objects')!.npz)
  expect(guessMapping(readFileContents(beside, 'a.npz')).arrays).toMatchObject({ inputs: 'inputs', targets: 'targets' })
})

describe('a CSV in long form', () => {
  const rows = range(40).map((row) => {
    const [series, step] = [Math.floor(row / 5), row % 5]
    return `${series},${step},${row / 10},${-row},${step === 4 ? series % 2 : ''}`
  })
  const bytes = text(['trial,time,a,b,label', ...rows].join('\n'))

  it('is told with its columns, and guessed: series, step, inputs and a class at the last step', () => {
    const contents = readFileContents(bytes, 'a.csv')
    expect(contents).toMatchObject({ kind: 'csv', rowCount: 40 })
    expect(contents.kind === 'csv' && contents.columns.at(-1)).toEqual({
      name: 'label',
      holds: 'numbers',
      emptyCount: 32,
      distinctCount: 2,
      saysSplits: false,
      sample: ['', '', '', '', '0'],
    })
    expect(guessMapping(contents)).toEqual({
      task: 'classification',
      targets: 'last-step',
      columns: { series: 'trial', step: 'time', inputs: ['a', 'b'], targets: ['label'] },
      arrays: null,
      split: { group: null, given: null },
    })
    expect(datasetOf(bytes, 'a.csv')).toMatchObject({ inputSize: 2, outputSize: 2, maxSteps: 5 })
  })

  it('whose columns name subjects and splits has them guessed, and neither is an input or target', () => {
    const rows = range(24).map((row) => {
      const series = row >> 1
      return `s${series >> 2},w${series},${row % 2},${row},${series % 2},${['train', 'val', 'test'][series % 3]}`
    })
    const grouped = text(['subject,window,t,x,label,split', ...rows].join('\n'))
    expect(guessMapping(readFileContents(grouped, 'a.csv'))).toMatchObject({
      columns: { series: 'window', step: 't', inputs: ['x'], targets: ['label'] },
      split: { group: 'subject', given: 'split' },
    })
    const numbered = text(
      ['subject,window,t,x,fold', ...range(8).map((row) => `0,${row},0,${row},${row % 2}`)].join('\n'),
    )
    expect(guessMapping(readFileContents(numbered, 'a.csv')).split).toEqual({ group: 'subject', given: null })
    const own = text(['subject,t,x,y', ...range(8).map((row) => `${row >> 1},${row % 2},${row},${row}`)].join('\n'))
    expect(guessMapping(readFileContents(own, 'a.csv'))).toMatchObject({
      columns: { series: 'subject' },
      split: { group: null },
    })
  })

  it('with texts and none of the usual names still has a guess that the user can change', () => {
    const odd = readFileContents(text('p,q,r,s\nx,1,2,3\nx,2,2,4\nz,1,5,6\n'), 'odd.csv')
    expect(guessMapping(odd).columns).toEqual({ series: 'p', step: 'q', inputs: ['r'], targets: ['s'] })
  })
})

it('a file of another kind is refused with what is read', () => {
  const error = labErrorOf(() => readFileContents(text('a'), 'a.xlsx'))
  expect(error.message).toContain('.npz, .csv, .tsv, .txt, .ts or .arff')
})
