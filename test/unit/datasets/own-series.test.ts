/** A user's own data from NPZ and CSV: what is read, how it is split, and what is refused. */
import { describe, expect, it } from 'vitest'
import { createDataset, createDatasets } from '../../../shared/datasets/create-dataset.ts'
import type { Dataset } from '../../../shared/datasets/dataset.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import { labErrorOf, npz, range, sourcesOf, splitOf, tensor, text } from './helpers.ts'

const columns = { series: 'id', step: 't', inputs: ['a', 'b'], targets: ['y'] }
const archive: FileOptions = {
  kind: 'file',
  path: 'own.npz',
  testPath: null,
  task: 'regression',
  columns: null,
  arrays: null,
  targets: 'last-step',
  classes: 'occurring',
  split: splitOf(0.25, 0.25),
}
const table: FileOptions = { ...archive, path: 'own.csv', columns }

function make(options: FileOptions, bytes: Uint8Array, seed = 1): Dataset {
  return createDataset(options, seed, sourcesOf(bytes))
}

/** Every series of every split, by its first input, which the data below make its name. */
function namesOf(dataset: Dataset): Record<'train' | 'validation' | 'test', number[]> {
  const names = (split: 'train' | 'validation' | 'test') => {
    const count = dataset.counts[split]
    return [
      ...dataset
        .batch(split, range(count))
        .inputs.filter((_, i) => i % dataset.inputSize === 0)
        .subarray(0, count),
    ]
  }
  return { train: names('train'), validation: names('validation'), test: names('test') }
}

/** Finds a series by its name. */
function batchOf(dataset: Dataset, name: number) {
  for (const split of ['train', 'validation', 'test'] as const) {
    const index = namesOf(dataset)[split].indexOf(name)
    if (index >= 0) return dataset.batch(split, [index])
  }
  throw new Error(`no series ${name}`)
}

/** Eight series of four steps of one input: 0, 0.1, 0.2, 0.3; 1, 1.1, … */
const inputs = tensor(
  [8, 4, 1],
  range(32).map((i) => Math.floor(i / 4) + (i % 4) / 10),
)
const lastTargets = tensor([8, 2], range(16))

describe('an archive', () => {
  it('gives the target of each series at its last step', () => {
    const dataset = make(archive, npz({ inputs, targets: lastTargets }))
    expect(dataset).toMatchObject({ inputSize: 1, outputSize: 2, maxSteps: 4, targetSlots: 1, task: 'regression' })
    const batch = batchOf(dataset, 3)
    expect([...batch.inputs]).toEqual([3, 3.1, 3.2, 3.3].map(Math.fround))
    expect([...batch.targetSteps]).toEqual([3])
    expect([...batch.targets]).toEqual([6, 7])
  })

  it('ends each series at its length, looks at nothing beyond and pads with zeros', () => {
    const ragged = { ...inputs, data: inputs.data.map((value, i) => (i === 7 ? NaN : value)) }
    const lengths = tensor([8], [4, 3, 4, 4, 1, 4, 4, 4])
    const dataset = make(archive, npz({ inputs: ragged, targets: lastTargets, lengths }))
    const short = batchOf(dataset, 1)
    expect([short.steps, ...short.lengths, ...short.targetSteps]).toEqual([3, 3, 2])
    expect([...batchOf(dataset, 4).inputs]).toEqual([4])
    const { train, validation, test } = namesOf(dataset)
    for (const [split, names] of Object.entries({ train, validation, test }) as ['train', number[]][]) {
      const batch = dataset.batch(split, range(names.length))
      names.forEach((name, b) => {
        const own = range(batch.steps).map((t) => batch.inputs[t * names.length + b])
        expect(own.slice(batch.lengths[b]!).every((value) => value === 0)).toBe(true)
        expect(batch.targetSteps[b]).toBe(lengths.data[name]! - 1)
      })
    }
  })

  it('reads out the marked steps in slots, unused ones at -1', () => {
    const mask = tensor(
      [8, 4],
      range(32).map((i) => (i < 4 ? (i === 2 ? 1 : 0) : i % 2)),
    )
    const targets = tensor(
      [8, 4, 1],
      range(32).map((i) => (mask.data[i] === 1 ? i : NaN)),
    )
    const dataset = make({ ...archive, targets: 'marked-steps' }, npz({ inputs, targets, mask }))
    expect(dataset.targetSlots).toBe(2)
    expect([...batchOf(dataset, 0).targetSteps]).toEqual([2, -1])
    expect(batchOf(dataset, 0).targets[0]).toBe(2)
    expect([...batchOf(dataset, 5).targetSteps]).toEqual([1, 3])
    expect([...batchOf(dataset, 5).targets]).toEqual([21, 23])
  })

  it('reads out every step when there is no mask', () => {
    const targets = tensor([8, 4], range(32))
    const dataset = make(
      { ...archive, targets: 'marked-steps' },
      npz({ inputs, targets, lengths: tensor([8], [3, 4, 4, 4, 4, 4, 4, 4]) }),
    )
    expect([...batchOf(dataset, 0).targetSteps]).toEqual([0, 1, 2, -1])
  })

  it('has exactly the classes that occur', () => {
    const bytes = npz({ inputs, targets: tensor([8], [0, 1, 2, 4, 0, 1, 2, 4]) })
    const dataset = make({ ...archive, task: 'classification' }, bytes)
    expect(dataset).toMatchObject({ outputSize: 4, classNames: ['0', '1', '2', '4'], targetSlots: 1 })
    expect([...batchOf(dataset, 3).targets]).toEqual([3])
  })

  it('has classes numbered up to the largest where they are asked for', () => {
    const bytes = npz({ inputs, targets: tensor([8], [0, 1, 2, 4, 0, 1, 2, 4]) })
    const dataset = make({ ...archive, task: 'classification', classes: 'numbered' }, bytes)
    expect(dataset).toMatchObject({ outputSize: 5, classNames: ['0', '1', '2', '3', '4'] })
    expect([...batchOf(dataset, 3).targets]).toEqual([4])
  })
})

describe('a table in long form', () => {
  const lines = [
    'id,t,a,b,y,note',
    ...range(6).flatMap((s) => range(s + 1).map((t) => `s${s},${t},${s},${t},${t === s ? s * 10 : ''},"x, ""y"""`)),
  ]
  const csv = lines.join('\r\n')

  it('gives series of unequal lengths with the target of their last row', () => {
    const dataset = make(table, text(csv))
    expect(dataset).toMatchObject({ inputSize: 2, outputSize: 1, maxSteps: 6, targetSlots: 1 })
    const batch = batchOf(dataset, 4)
    expect([...batch.inputs]).toEqual([4, 0, 4, 1, 4, 2, 4, 3, 4, 4])
    expect([...batch.targetSteps, ...batch.targets]).toEqual([4, 40])
  })

  it('does not depend on the order of rows within a series', () => {
    const [header, ...rows] = lines
    const shuffled = [
      header,
      ...rows.slice().sort((a, b) => a.slice(0, 2).localeCompare(b.slice(0, 2)) || b.localeCompare(a)),
    ]
    const [one, other] = [make(table, text(csv)), make(table, text(shuffled.join('\n')))]
    expect(shuffled).not.toEqual(lines)
    expect(other.batch('train', range(2))).toEqual(one.batch('train', range(2)))
  })

  it('marks the steps whose target is filled', () => {
    const marked = [
      'id,t,a,b,y',
      ...range(3).flatMap((s) => range(4).map((t) => `${s},${t},${s},0,${(t + s) % 2 ? t : ''}`)),
    ]
    const dataset = make({ ...table, targets: 'marked-steps' }, text(marked.join('\n')))
    expect([...batchOf(dataset, 0).targetSteps]).toEqual([1, 3])
    expect([...batchOf(dataset, 1).targets]).toEqual([0, 2])
  })

  it('may start with a byte-order mark, end in empty lines and hold line ends in quotes', () => {
    const quoted = csv.replace('"x, ""y"""', '"two\nlines"')
    expect(make(table, text(`\uFEFF${quoted}\r\n\r\n`)).batch('test', [0])).toEqual(
      make(table, text(csv)).batch('test', [0]),
    )
  })
})

describe('splits', () => {
  const bytes = npz({ inputs, targets: lastTargets })

  it('hold each series once, in numbers after the fractions', () => {
    const dataset = make(archive, bytes)
    expect(dataset.counts).toEqual({ train: 4, validation: 2, test: 2 })
    const { train, validation, test } = namesOf(dataset)
    expect([...train, ...validation, ...test].sort()).toEqual(range(8))
  })

  it('are drawn by the seed', () => {
    expect(namesOf(make(archive, bytes, 1))).toEqual(namesOf(make(archive, bytes, 1)))
    expect(namesOf(make(archive, bytes, 2))).not.toEqual(namesOf(make(archive, bytes, 1)))
  })

  it.each([
    [0.01, 0.01, { train: 6, validation: 1, test: 1 }],
    [0.5, 0.49, { train: 1, validation: 3, test: 4 }],
  ])('of fractions %d and %d leave each at least one series', (validation, test, counts) => {
    const found = make({ ...archive, split: splitOf(validation, test) }, bytes).counts
    expect(found.train + found.validation + found.test).toBe(8)
    expect(Math.min(found.train, found.validation, found.test)).toBeGreaterThanOrEqual(1)
    expect(found).toEqual(counts)
  })

  it('have no validation where its fraction is 0', () => {
    expect(make({ ...archive, split: splitOf(0, 0.25) }, bytes).counts).toEqual({ train: 6, validation: 0, test: 2 })
  })

  it('are the same for every seed of a run, unless each is to draw its own', () => {
    const ofSeeds = (split: FileOptions['split']) =>
      createDatasets({ ...archive, split }, [1, 2], sourcesOf(bytes)).map((dataset) => namesOf(dataset).test)
    const [first, second] = ofSeeds({ ...splitOf(0.25, 0.25), seed: 0 })
    expect(first).toEqual(second)
    const [own, other] = ofSeeds(splitOf(0.25, 0.25))
    expect(own).not.toEqual(other)
  })

  it('keep the windows of a subject together, and share one test subject among all seeds', () => {
    // The case subjects-split: five subjects of four windows of three steps; the class and the value are the subject's.
    const rows = range(60).map((row) => {
      const [subject, window, t] = [Math.floor(row / 12), Math.floor(row / 3) % 4, row % 3]
      return `p${subject},p${subject}w${window},${t},${subject + 0.5},${subject % 2}`
    })
    const options: FileOptions = {
      ...table,
      task: 'classification',
      columns: { series: 'window', step: 't', inputs: ['x'], targets: ['y'] },
      split: { ...splitOf(0.2, 0.2), seed: 0, group: 'subject' },
    }
    const datasets = createDatasets(options, [0, 1, 2], sourcesOf(text(['subject,window,t,x,y', ...rows].join('\n'))))
    for (const dataset of datasets) {
      expect(dataset.counts).toEqual({ train: 12, validation: 4, test: 4 })
      expect(dataset.groupCounts).toEqual({ train: 3, validation: 1, test: 1 })
      const { train, validation, test } = namesOf(dataset)
      const subjects = [train, validation, test].map((names) => new Set(names))
      expect(subjects.map(({ size }) => size)).toEqual([3, 1, 1])
      expect(new Set([...train, ...validation, ...test]).size).toBe(5)
      expect(test).toEqual(namesOf(datasets[0]!).test)
    }
  })

  it('refuse an index beyond their end', () => {
    expect(() => make(archive, bytes).batch('train', [4])).toThrow(RangeError)
  })
})

const without = (name: string) =>
  npz(Object.fromEntries(Object.entries({ inputs, targets: lastTargets }).filter(([key]) => key !== name)))
const withArrays = (change: Record<string, Tensor>) => npz({ inputs, targets: lastTargets, ...change })
const csvOf = (...rows: string[]) => text(['id,t,a,b,y', ...rows].join('\n'))
const threeRows = ['1,0,1,1,1', '2,0,1,1,0', '3,0,1,1,1']

describe('malformed archives and settings are refused, saying where, what was found and what to do', () => {
  const marked: FileOptions = { ...archive, targets: 'marked-steps' }
  const classes: FileOptions = { ...archive, task: 'classification' }
  const stepTargets = tensor([8, 4], range(32))
  it.each<[string, FileOptions, Uint8Array, string[], 'dataset' | 'config']>([
    ['no inputs', archive, without('inputs'), ['no array `inputs`', '`targets`'], 'dataset'],
    ['no targets', archive, without('targets'), ['no array `targets`', 'numpy.savez'], 'dataset'],
    [
      'inputs of two axes',
      archive,
      withArrays({ inputs: tensor([8, 4], range(32)) }),
      ['`inputs`', '[series, T, I]', '[8, 4]'],
      'dataset',
    ],
    ['series without steps', archive, withArrays({ inputs: tensor([8, 0, 1], []) }), ['[8, 0, 1]'], 'dataset'],
    [
      'a missing input',
      archive,
      withArrays({ inputs: { ...inputs, data: inputs.data.map((v, i) => (i === 9 ? NaN : v)) } }),
      ['`inputs`', 'series 2, step 1', 'NaN'],
      'dataset',
    ],
    [
      'an input that overflows float32',
      archive,
      withArrays({ inputs: tensor([8, 4, 1], Array(32).fill(1e39)) }),
      ['finite float32', '1e+39'],
      'dataset',
    ],
    [
      'a missing target',
      archive,
      withArrays({ targets: tensor([8], [1, 2, 3, 4, 5, 6, 7, NaN]) }),
      ['`targets`', 'series 7', 'NaN'],
      'dataset',
    ],
    [
      'targets of fewer series',
      archive,
      withArrays({ targets: tensor([7], range(7)) }),
      ['[8, O] or [8]', '[7]', 'last-step'],
      'dataset',
    ],
    [
      'targets of last steps for marked steps',
      marked,
      withArrays({}),
      ['[8, 4, O]', '[8, 2]', 'marked-steps'],
      'dataset',
    ],
    [
      'two lengths a series',
      archive,
      withArrays({ lengths: tensor([8, 2], range(16)) }),
      ['`lengths`', '[8, 2]'],
      'dataset',
    ],
    [
      'a length of 0',
      archive,
      withArrays({ lengths: tensor([8], [1, 1, 0, 1, 1, 1, 1, 1]) }),
      ['series 2', 'from 1 to 4', 'found 0'],
      'dataset',
    ],
    [
      'a length beyond the steps',
      archive,
      withArrays({ lengths: tensor([8], Array(8).fill(5)) }),
      ['found 5'],
      'dataset',
    ],
    [
      'a mask of another shape',
      marked,
      withArrays({ targets: stepTargets, mask: tensor([8], range(8)) }),
      ['`mask`', '[8, 4]'],
      'dataset',
    ],
    [
      'a mask of twos',
      marked,
      withArrays({ targets: stepTargets, mask: tensor([8, 4], Array(32).fill(2)) }),
      ['0 or 1', 'found 2'],
      'dataset',
    ],
    [
      'a mask that marks nothing',
      marked,
      withArrays({ targets: stepTargets, mask: tensor([8, 4], Array(32).fill(0)) }),
      ['series 0 has no marked step'],
      'dataset',
    ],
    [
      'a mark beyond the end',
      marked,
      withArrays({
        targets: stepTargets,
        mask: tensor([8, 4], Array(32).fill(1)),
        lengths: tensor([8], Array(8).fill(3)),
      }),
      ['beyond its end', 'step 3'],
      'dataset',
    ],
    [
      'a class of 1.5',
      classes,
      withArrays({ targets: tensor([8], [0, 1, 1.5, 1, 0, 1, 0, 1]) }),
      ['series 2', 'found 1.5', 'regression'],
      'dataset',
    ],
    [
      'a label between whole numbers',
      classes,
      withArrays({ targets: tensor([8], [0, 1, 0.5, 1, 0, 1, 0, 1]) }),
      ['series 2', 'found 0.5'],
      'dataset',
    ],
    [
      'a negative class among numbered ones',
      { ...classes, classes: 'numbered' },
      withArrays({ targets: tensor([8], [0, 1, -1, 1, 0, 1, 0, 1]) }),
      ['found `-1`', '`occurring`'],
      'dataset',
    ],
    [
      'an identifier for a numbered class',
      { ...classes, classes: 'numbered' },
      withArrays({ targets: tensor([8], Array(8).fill(1e6)) }),
      ['65535', 'found `1000000`'],
      'dataset',
    ],
    ['one class', classes, withArrays({ targets: tensor([8], Array(8).fill(0)) }), ['two classes or more'], 'dataset'],
    ['one-hot classes', classes, withArrays({}), ['one target', 'one-hot'], 'dataset'],
    [
      'two series',
      archive,
      npz({ inputs: tensor([2, 1, 1], [1, 2]), targets: tensor([2], [1, 2]) }),
      ['3 series or more', 'found 2'],
      'dataset',
    ],
    [
      'fractions that leave nothing',
      { ...archive, split: splitOf(0.5, 0.5) },
      withArrays({}),
      ['dataset.split', 'found 1'],
      'config',
    ],
    [
      'a negative fraction',
      { ...archive, split: splitOf(-0.1, 0.2) },
      withArrays({}),
      ['dataset.split.validation', '-0.1'],
      'config',
    ],
    [
      'a fraction that is no number',
      { ...archive, split: splitOf(0.1, NaN) },
      withArrays({}),
      ['dataset.split.test', 'NaN'],
      'config',
    ],
    [
      'a file of another kind',
      { ...archive, path: 'data/own.mat' },
      withArrays({}),
      ['.csv, .tsv, .txt, .ts or .arff', '`own.mat`'],
      'dataset',
    ],
  ])('%s', (_, options, bytes, contents, code) => {
    const error = labErrorOf(() => make(options, bytes))
    expect(error.code).toBe(code)
    for (const content of contents) expect(error.message).toContain(content)
    if (code === 'dataset') expect(error.message).toContain(options.path)
    expect(error.detail.remedy).toBeTruthy()
  })
})

describe('malformed tables are refused, saying the line and the column', () => {
  const marked: FileOptions = { ...table, targets: 'marked-steps' }
  const classes: FileOptions = { ...table, task: 'classification' }
  const named = (change: Partial<typeof columns>): FileOptions => ({ ...table, columns: { ...columns, ...change } })
  it.each<[string, FileOptions, Uint8Array, string[], 'dataset' | 'config']>([
    ['an empty file', table, new Uint8Array(0), ['is empty'], 'dataset'],
    ['empty lines', table, text('\n \n\r\n'), ['is empty'], 'dataset'],
    ['a header alone', table, csvOf(), ['no rows'], 'dataset'],
    [
      'bytes that are no text',
      table,
      new Uint8Array([105, 100, 44, 0xff, 0xfe, 10]),
      ['not text', 'line 1', 'UTF-8'],
      'dataset',
    ],
    ['an archive named .csv', table, npz({ inputs }), ['not text'], 'dataset'],
    ['a short row', table, csvOf('1,0,1,1,1', '1,1,1,1'), ['line 3', '5 cells, found 4'], 'dataset'],
    ['a long row', table, csvOf('1,0,1,1,1', '1,1,1,1,1,1'), ['line 3', '5 cells, found 6'], 'dataset'],
    ['a decimal comma', table, csvOf('1,0,1,5,1,1'), ['found 6', 'Quote cells that hold commas'], 'dataset'],
    ['a column named twice', table, text('id,t,a,a,y\n1,0,1,1,1'), ['`a` twice'], 'dataset'],
    [
      'a missing input column',
      named({ inputs: ['a', 'c'] }),
      csvOf(...threeRows),
      ['no column `c`', 'dataset.columns.inputs', '`id`, `t`, `a`, `b`, `y`'],
      'dataset',
    ],
    [
      'a missing series column',
      named({ series: 'run' }),
      csvOf(...threeRows),
      ['no column `run`', 'dataset.columns.series'],
      'dataset',
    ],
    [
      'a word for a number',
      table,
      csvOf('1,0,1,1,1', '2,0,12.5,high,1'),
      ['line 3, column 10 (`b`)', '`high`'],
      'dataset',
    ],
    ['an empty input', table, csvOf('1,0,,1,1'), ['line 2, column 5 (`a`)', 'found nothing'], 'dataset'],
    ['NaN', table, csvOf('1,0,NaN,1,1'), ['`NaN`', '(`a`)'], 'dataset'],
    ['infinity', table, csvOf('1,0,1,-inf,1'), ['`-inf`'], 'dataset'],
    ['a number too large for float32', table, csvOf('1,0,1e300,1,1'), ['`1e300`'], 'dataset'],
    ['a hexadecimal number', table, csvOf('1,0,0x10,1,1'), ['`0x10`'], 'dataset'],
    ['a step that is no number', table, csvOf('1,first,1,1,1'), ['(`t`)', '`first`'], 'dataset'],
    [
      'a step given twice',
      table,
      csvOf('1,0,1,1,1', '2,0,1,1,1', '1,0,2,2,2'),
      ['series `1` has step 0 twice', 'line 4', 'line 2'],
      'dataset',
    ],
    ['a row of no series', table, csvOf(' ,0,1,1,1'), ['no series', 'line 2, column 1 (`id`)'], 'dataset'],
    [
      'a series without a target in any row',
      table,
      csvOf('1,0,1,1,5', '2,0,1,1,', '2,1,1,1,NaN'),
      ['line 3', '(`id`)', 'no target'],
      'dataset',
    ],
    [
      'two targets in some rows of a series',
      table,
      csvOf('1,0,1,1,5', '1,1,1,1,', '1,2,1,1,6'),
      ['series `1` has two targets', 'line 4', '(`y`)', '`5` on line 2', 'found `6`', 'marked-steps'],
      'dataset',
    ],
    ['a series without a mark', marked, csvOf(...threeRows, '4,0,1,1,'), ['line 5', 'no target'], 'dataset'],
    [
      'half a target',
      { ...marked, columns: { ...columns, inputs: ['a'], targets: ['b', 'y'] } },
      csvOf('1,0,1,1,'),
      ['only some targets', 'line 2', '(`y`)'],
      'dataset',
    ],
    ['a class of 0.5', classes, csvOf(...threeRows, '4,0,1,1,0.5'), ['found 0.5'], 'dataset'],
    ['a quote without end', table, csvOf('1,0,1,1,"1', '2,0,1,1,1'), ['line 2, column 9', 'closing quote'], 'dataset'],
    ['text after a quote', table, csvOf('1,0,"1"x,1,1'), ['line 2, column 8', '`x`'], 'dataset'],
    [
      'a wrong cell after a quoted line end',
      table,
      csvOf('"1\n2",0,1,bad,1'),
      ['line 3, column 8', '`bad`'],
      'dataset',
    ],
    ['two series', table, csvOf(...threeRows.slice(1)), ['3 series or more'], 'dataset'],
    ['no column names', { ...table, columns: null }, csvOf(...threeRows), ['dataset.columns'], 'config'],
    ['no input names', named({ inputs: [] }), csvOf(...threeRows), ['dataset.columns.inputs'], 'config'],
    ['no target names', named({ targets: [] }), csvOf(...threeRows), ['dataset.columns.targets'], 'config'],
    [
      'two targets of a classification',
      { ...classes, columns: { ...columns, targets: ['b', 'y'] } },
      csvOf(...threeRows),
      ['one name, found 2'],
      'config',
    ],
  ])('%s', (_, options, bytes, contents, code) => {
    const error = labErrorOf(() => make(options, bytes))
    expect(error.code).toBe(code)
    for (const content of contents) expect(error.message).toContain(content)
    if (code === 'dataset') expect(error.message).toContain('own.csv')
    expect(error.detail.remedy).toBeTruthy()
  })

  it('a wrong cell has its location as numbers', () => {
    const error = labErrorOf(() => make(table, csvOf('1,0,1,1,1', '2,0,12.5,high,1')))
    expect(error.detail.location).toEqual({ line: 3, column: 10 })
  })
})
