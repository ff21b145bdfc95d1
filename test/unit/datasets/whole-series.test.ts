/** The files of the archives of UCR and UEA as they are, and their TRAIN and TEST files as one dataset. */
import { describe, expect, it } from 'vitest'
import { createDataset, readOwnSeries } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset, Split } from '../../../shared/datasets/dataset.ts'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import type { DatasetSources, FileOptions } from '../../../shared/datasets/options.ts'
import type { OwnSeriesTable } from '../../../shared/datasets/own-series.ts'
import { siblingTestPath } from '../../../shared/datasets/test-file.ts'
import { labErrorOf, npz, range, splitOf, tensor, text } from './helpers.ts'

const options: FileOptions = {
  kind: 'file',
  path: 'own.tsv',
  testPath: null,
  task: 'classification',
  columns: null,
  arrays: null,
  targets: 'last-step',
  classes: 'occurring',
  split: splitOf(0.25, 0.25),
}

const sourcesOf = (files: Readonly<Record<string, string | Uint8Array>>): DatasetSources => ({
  mnist: () => expect.fail('not asked for'),
  file(path) {
    const content = files[path]!
    return typeof content === 'string' ? text(content) : content
  },
})

const read = (path: string, content: string, change: Partial<FileOptions> = {}): OwnSeriesTable =>
  readOwnSeries({ ...options, path, ...change }, sourcesOf({ [path]: content }))
const messageOf = (path: string, content: string, change: Partial<FileOptions> = {}): string =>
  labErrorOf(() => read(path, content, change)).message
const inputsOf = ({ series }: OwnSeriesTable): number[][] => series.map(({ inputs }) => [...inputs])
const labelsOf = ({ classNames, series }: OwnSeriesTable): string[] =>
  series.map(({ targets: [index] }) => classNames![index!]!)

describe('a file of UCR', () => {
  it.each<[string, string, string]>([
    ['of tabs, with NaN to the end', 'own.tsv', '1\t0.5\t1.5\tNaN\n2\t2.5\t3.5\t4.5\n'],
    [
      'of aligned spaces and powers of ten',
      'own.txt',
      '  1.0000000e+00   5.0e-01   1.5e+00   NaN\n  2.0000000e+00   2.5e+00   3.5e+00   4.5e+00\n',
    ],
    ['of commas, with rows of several lengths', 'own.csv', '1,0.5,1.5\r\n2,2.5,3.5,4.5\r\n'],
    ['of semicolons and decimal commas', 'own.csv', '1;0,5;1,5;\n2;2,5;3,5;4,5\n'],
    ['in upper case', 'OWN.TSV', '1\t0.5\t1.5\t?\n2\t2.5\t3.5\t4.5\n'],
  ])('%s', (_, path, content) => {
    const table = read(path, content)
    expect(inputsOf(table)).toEqual([
      [0.5, 1.5],
      [2.5, 3.5, 4.5],
    ])
    expect(labelsOf(table)).toEqual(['1', '2'])
    expect(table.series.map(({ targetSteps }) => [...targetSteps])).toEqual([[1], [2]])
  })

  it('may have words for labels, and numbers to predict', () => {
    expect(labelsOf(read('own.tsv', 'up\t1\t2\ndown\t2\t1\n'))).toEqual(['up', 'down'])
    const table = read('own.tsv', '0.25\t1\t2\n-3\t2\t1\n', { task: 'regression' })
    expect(table.classNames).toBeNull()
    expect(table.series.map(({ targets }) => [...targets])).toEqual([[0.25], [-3]])
  })

  it('is told from a table whose columns are named by numbers by the columns that are asked for', () => {
    const columns = { series: '0', step: '1', inputs: ['2'], targets: ['3'] }
    expect(inputsOf(read('own.csv', '0,1,2,3\n7,0,5,1\n7,1,6,1\n8,0,4,2\n', { columns }))).toEqual([[5, 6], [4]])
  })

  it('is not read as one where a `.csv` has lost the names that are asked for', () => {
    const columns = { series: 'id', step: 't', inputs: ['x'], targets: ['y'] }
    expect(messageOf('own.csv', 'a,0,5,1\na,1,6,1\n', { columns })).toMatch(
      /no column `id`.*needs no `dataset\.columns`/,
    )
  })

  it.each<[string, string, Partial<FileOptions>, RegExp]>([
    ['a gap', '1\t0.5\t1\n2\t0.5\tNaN\t1.5\n', {}, /own\.tsv, line 2: series 1, step 1 is missing.*found `NaN`/],
    ['a word among numbers', '1\t0.5\t1\n2\t0.5\tx\t1.5\n', {}, /line 2: series 1, step 1 is not a number.*`x`/],
    ['nothing but gaps', '1\t0.5\t1\n2\tNaN\tNaN\n', {}, /line 2: series 1 has no steps/],
    ['no label', '1\t0.5\t1\nNaN\t0.5\t1\n', {}, /line 2: series 1 has no label/],
    [
      'a word to be predicted',
      '1\t0.5\t1\nup\t0.5\t1\n',
      { task: 'regression' },
      /line 2: the target of series 1 is not a number.*`up`.*classification/,
    ],
    ['marked steps', '1\t0.5\t1\n', { targets: 'marked-steps' }, /dataset\.targets.*one target a series/],
    [
      'a group',
      '1\t0.5\t1\n',
      { split: { ...options.split, group: 'who' } },
      /dataset\.split\.group.*no named columns/,
    ],
  ])('with %s is refused, naming the series and the step', (_, content, change, message) => {
    expect(messageOf('own.tsv', content, change)).toMatch(message)
  })
})

const TS = `# made by hand
#
@problemName Toy
@timestamps false
@missing true
@univariate false
@dimensions 2
@equalLength false
@classLabel true Standing Running
@data
1,2,3:4,5,6:Standing
7,8:9,10.5:Running

1,2,?:3,4,?:Standing
`
const RELATIONAL = String.raw`% made by hand
@relation Toy
@attribute relationalAtt relational
	@attribute t0 numeric
	@attribute t1 numeric
	@attribute t2 numeric
@end relationalAtt
@attribute classAttribute {Standing,Running}
@data
"1.0,2.0,3.0\n4.0,5.0,6.0",Standing
'7.0,8.0\n9.0,10.5','Running'
"1,2,?\n3,4,?",Standing
`
const TWO_CHANNELS = [
  [1, 4, 2, 5, 3, 6],
  [7, 9, 8, 10.5],
  [1, 3, 2, 4],
]

describe('a file of UEA', () => {
  it.each([
    ['.ts', 'own.ts', TS],
    ['.arff of a relational attribute', 'own.arff', RELATIONAL],
  ])('%s has its channels, lengths and class names', (_, path, content) => {
    const table = read(path, content)
    expect(table).toMatchObject({ inputSize: 2, targetSize: 1, classNames: ['Running', 'Standing'] })
    expect(inputsOf(table)).toEqual(TWO_CHANNELS)
    expect(labelsOf(table)).toEqual(['Standing', 'Running', 'Standing'])
    const contents = readFileContents(text(content), path)
    expect(contents).toEqual({
      kind: 'series',
      seriesCount: 3,
      inputSize: 2,
      lengths: { shortest: 2, longest: 3 },
      task: 'classification',
      distinctCount: 2,
      sample: ['Standing', 'Running'],
    })
    expect(guessMapping(contents)).toEqual({
      task: 'classification',
      targets: 'last-step',
      columns: null,
      arrays: null,
      split: { group: null, given: null },
    })
  })

  it('.arff of one channel has an attribute a step', () => {
    const content = `@RELATION Toy\r\n@ATTRIBUTE att0 NUMERIC\r\n@ATTRIBUTE 'att 1' REAL\r\n@ATTRIBUTE target {-1, 1}\r\n\r\n@DATA\r\n0.5, 1.5, 1\r\n2.5,?,-1\r\n`
    const table = read('own.arff', content)
    expect(inputsOf(table)).toEqual([[0.5, 1.5], [2.5]])
    expect(labelsOf(table)).toEqual(['1', '-1'])
  })

  it('of numbers to predict is guessed to be a regression', () => {
    const ts = '@targetlabel true\n@data\n1,2:0.25\n3,4:-1\n'
    const arff = '@attribute a numeric\n@attribute y numeric\n@data\n1,0.25\n3,-1\n'
    for (const [path, content] of [
      ['own.ts', ts],
      ['own.arff', arff],
    ] as const) {
      expect(guessMapping(readFileContents(text(content), path)).task).toBe('regression')
      expect(read(path, content, { task: 'regression' }).series.map(({ targets: [target] }) => target)).toEqual([
        0.25, -1,
      ])
    }
  })

  it('.ts with time stamps has the values in their order', () => {
    const content =
      '@timestamps true\n@classlabel true a b\n@data\n(2024-01-01 00:00:00,1),(2024-01-01 00:05:00,2):(2024-01-01 00:00:00,3),(2024-01-01 00:05:00,4):a\n(0,5),(1,6):(0,7),(1,8):b\n'
    expect(inputsOf(read('own.ts', content))).toEqual([
      [1, 3, 2, 4],
      [5, 7, 6, 8],
    ])
  })

  it.each<[string, string, string, RegExp]>([
    [
      '.ts with a gap in one channel',
      'own.ts',
      TS.replace('9,10.5', '?,10.5'),
      /own\.ts, line 12: series 1, step 0, channel 1 is missing/,
    ],
    [
      '.ts with a shorter channel',
      'own.ts',
      TS.replace('4,5,6', '4,5'),
      /line 11: series 0, step 2, channel 1 is missing.*nothing/,
    ],
    [
      '.ts with a channel more',
      'own.ts',
      TS.replace('7,8:', '7,8:7,8:'),
      /line 12: series 1 has another number of channels.*2, found 3/,
    ],
    [
      '.ts without labels',
      'own.ts',
      TS.replace('@classLabel true Standing Running', '@classLabel false'),
      /line 10: .*neither classes nor targets/,
    ],
    ['.ts without data', 'own.ts', '@classLabel true a b\n', /no series.*`@data`/],
    ['.ts without a series', 'own.ts', '@classLabel true a b\n@data\n', /no series/],
    [
      '.ts whose line is no series',
      'own.ts',
      '@classLabel true a b\n@data\n1,2,3\n',
      /line 3: this line is not a series/,
    ],
    [
      '.ts whose times fall',
      'own.ts',
      '@timestamps true\n@classLabel true a\n@data\n(1,1),(0,2):a\n',
      /line 4: the times of channel 0 do not rise.*`0`/,
    ],
    [
      '.ts whose channels have other times',
      'own.ts',
      '@timestamps true\n@classLabel true a\n@data\n(0,1),(1,2):(0,1),(2,2):a\n',
      /line 4: channel 1 has other times/,
    ],
    ['.arff that is sparse', 'own.arff', '@attribute a numeric\n@attribute y {a}\n@data\n{0 1}\n', /line 4: .*sparse/],
    ['.arff of a short line', 'own.arff', '@attribute a numeric\n@attribute y {a}\n@data\na\n', /line 4: .*2, found 1/],
    [
      '.arff without quotes around channels',
      'own.arff',
      RELATIONAL.replaceAll('"', ''),
      /line 10: this line is not a series/,
    ],
    [
      '.arff of another table',
      'own.arff',
      RELATIONAL.replace('@relation Toy', '@attribute id string'),
      /not those of series/,
    ],
    ['.arff without data', 'own.arff', '@relation a\n', /no series.*`@data`/],
  ])('%s is refused with its line', (_, path, content, message) => {
    expect(messageOf(path, content)).toMatch(message)
  })
})

describe('a TRAIN and a TEST file', () => {
  const train = range(8)
    .map((s) => `${s % 2 ? 10 : 3}\t${s}\t${s}.5`)
    .join('\n')
  const test = '3\t100\t101\n2\t102\t103\n'
  const paired = {
    ...options,
    path: 'Toy_TRAIN.tsv',
    testPath: 'Toy_TEST.tsv',
    split: { ...splitOf(0.25, 0.2), seed: 1 },
  }
  const firstInputs = (dataset: Dataset, split: Split): number[] => {
    const { inputs } = dataset.batch(split, range(dataset.counts[split]))
    return [...inputs.subarray(0, dataset.counts[split])].sort((a, b) => a - b)
  }

  it('are given splits: the test is the TEST file, validation is drawn from TRAIN, classes are those of both', () => {
    const dataset = createDataset(paired, 0, sourcesOf({ 'Toy_TRAIN.tsv': train, 'Toy_TEST.tsv': test }))
    expect(dataset.counts).toEqual({ train: 6, validation: 2, test: 2 })
    expect(firstInputs(dataset, 'test')).toEqual([100, 102])
    expect([...firstInputs(dataset, 'train'), ...firstInputs(dataset, 'validation')].sort((a, b) => a - b)).toEqual(
      range(8),
    )
    expect(dataset.classNames).toEqual(['2', '3', '10'])
    const { targets, inputs } = dataset.batch('test', [0, 1])
    expect(Array.from(targets, (index, b) => [inputs[b], dataset.classNames![index]])).toEqual(
      expect.arrayContaining([
        [100, '3'],
        [102, '2'],
      ]),
    )
  })

  it('may be of any kind, also numbers to predict and groups of subjects', () => {
    const columns = { series: 'id', step: 't', inputs: ['x'], targets: ['y'] }
    const rows = (first: number, count: number) =>
      ['who,id,t,x,y', ...range(count, first).map((s) => `p${s},${s},0,${s},0.5`)].join('\n')
    const table = readOwnSeries(
      {
        ...paired,
        path: 'a.csv',
        testPath: 'b.csv',
        task: 'regression',
        columns,
        split: { ...paired.split, group: 'who' },
      },
      sourcesOf({ 'a.csv': rows(0, 3), 'b.csv': rows(3, 2) }),
    )
    expect(table.groups).toEqual(['p0', 'p1', 'p2', 'p3', 'p4'])
    expect(table.givenSplits).toEqual(['train', 'train', 'train', 'test', 'test'])
    expect(table.classNames).toBeNull()
  })

  it.each<[string, Partial<FileOptions>, string | Uint8Array, RegExp]>([
    [
      'other inputs',
      { testPath: 'b.npz' },
      npz({ inputs: tensor([1, 2, 2], range(4)), targets: tensor([1], [3]) }),
      /b\.npz: the test series have other inputs.*1, as Toy_TRAIN\.tsv, found 2/,
    ],
    ['a mistake in the second', {}, '3\t1\t1\n3\tx\t1\n', /Toy_TEST\.tsv, line 2/],
  ])('of %s are refused, naming the file', (_, change, second, message) => {
    const changed = { ...paired, ...change }
    const sources = sourcesOf({ 'Toy_TRAIN.tsv': train, [changed.testPath!]: second })
    expect(labErrorOf(() => readOwnSeries(changed, sources)).message).toMatch(message)
  })

  it('do not go with a column that gives the split too', () => {
    const columns = { series: 'id', step: 't', inputs: ['x'], targets: ['y'] }
    const given = { ...paired, path: 'a.csv', testPath: 'b.csv', columns, split: { ...paired.split, given: 'part' } }
    const content = 'part,id,t,x,y\ntrain,a,0,1,1\ntest,b,0,1,2\n'
    expect(labErrorOf(() => readOwnSeries(given, sourcesOf({ 'a.csv': content, 'b.csv': content }))).message).toMatch(
      /dataset\.split\.given.*given twice.*testPath/,
    )
  })

  it.each([
    ['Toy_TRAIN.tsv', 'Toy_TEST.tsv'],
    ['/data/Toy_TRAIN.arff', '/data/Toy_TEST.arff'],
    ['C:\\data\\train.csv', 'C:\\data\\test.csv'],
    ['toy-Train.npz', 'toy-Test.npz'],
    ['strain.csv', null],
    ['Toy_TEST.tsv', null],
    ['TRAIN/Toy.tsv', null],
  ])('%s has its test series in %s', (path, expected) => {
    expect(siblingTestPath(path)).toBe(expected)
  })
})
