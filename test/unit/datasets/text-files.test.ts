/** Text in rows as people have it: what is found by itself, what puts steps in order, where labels stand, and what is told rather than guessed. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareSteps, parseStep } from '../../../shared/datasets/csv-steps.ts'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import type { FileOptions } from '../../../shared/datasets/options.ts'
import type { OwnSeriesTable } from '../../../shared/datasets/own-series.ts'
import { readSeriesFromCsv } from '../../../shared/datasets/series-from-csv.ts'
import { labErrorOf, text } from './helpers.ts'

const columns = { series: 'id', step: 't', inputs: ['x'], targets: ['y'] }
const options = { task: 'regression', targets: 'last-step', columns } as const

const read = (content: string | Uint8Array, change: Partial<FileOptions> = {}): OwnSeriesTable =>
  readSeriesFromCsv(typeof content === 'string' ? text(content) : content, { ...options, ...change }, 'own.csv')
const readClasses = (content: string): OwnSeriesTable => read(content, { task: 'classification' })
const inputsOf = ({ series }: OwnSeriesTable): number[][] => series.map(({ inputs }) => [...inputs])
const targetsOf = ({ series }: OwnSeriesTable): number[] => series.flatMap(({ targets }) => [...targets])
const labelsOf = ({ classNames, series }: OwnSeriesTable): string[] =>
  series.flatMap(({ targets }) => Array.from(targets, (index) => classNames![index]!))
const messageOf = (content: string | Uint8Array, change: Partial<FileOptions> = {}): string =>
  labErrorOf(() => read(content, change)).message

describe('encodings that are no text are told with their line', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'UTF-16 without a mark',
      Buffer.from('id,t\na,0', 'utf16le'),
      /not text\. .*UTF-16 with its byte order mark.*line 1/,
    ],
    [
      'half a character of UTF-16',
      Buffer.from('\uFEFFid,t,x,y\na,0,1,1', 'utf16le').subarray(0, -1),
      /not text.*line 2/,
    ],
    ['Latin-1', Buffer.from('id,t,x,y\na,0,1,"é"', 'latin1'), /UTF-8.*byte 0xe9 on line 2, `é` in Latin-1.*iconv/],
    ['Windows-1252', Buffer.from([0x80, 10]), /byte 0x80 on line 1\. .*iconv/],
    [
      'a character of three bytes before Latin-1',
      Buffer.from([0xe2, 0x82, 0xac, 10, 0xfc]),
      /byte 0xfc on line 2, `ü`/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(messageOf(bytes)).toMatch(message)
  })
})

describe('separators and names of columns are found', () => {
  it.each<[string, string]>([
    ['cells aligned by spaces', 'id   t    x  y\n a   0  1.5  2\n a  10  2.5  2\n'],
    ['a separator that the text names', 'sep=;\nid;t;x;y\na;0;1,5;2\na;10;2,5;2\n'],
    [
      'names in a comment, as NumPy writes them',
      '# id t x y\n1.0e+00 0.0e+00 1.5e+00 2e0\n1.0e+00 1.0e+01 2.5e+00 2e0\n',
    ],
    ['comments before, between and after', '# by hand\n#\nid,t,x,y\na,0,1.5,2\n# a,5,9,9\na,10,2.5,2\n# end'],
    ['times with a space in each row', 'id,t s,x,y\na,2024-01-01 10:00,1.5,2\na,2024-01-01 11:00,2.5,2\n'],
    ['empty rows of separators', 'id,t,x,y\na,0,1.5,2\n,,,\na,10,2.5,2\n,,,\n'],
    ['a separator at the end of each row but the first', 'id t,x,t,y\na b,1.5,0,2,\na b,2.5,10,2,\n'],
    ['a column without a name', ',id,t,x,y\n0,a,0,1.5,2\n1,a,10,2.5,2\n'],
  ])('%s', (_, content) => {
    const given = new Set(content.split(/[,\n]/))
    const named = {
      ...columns,
      series: given.has('id t') ? 'id t' : 'id',
      step: given.has('t s') ? 't s' : 't',
    }
    const table = read(content, { columns: named })
    expect(inputsOf(table)).toEqual([[1.5, 2.5]])
    expect(targetsOf(table)).toEqual([2])
  })

  it('semicolons, where decimal commas and commas in names give as many cells in each row too', () => {
    const named = { ...columns, inputs: ['x, m/s'], targets: ['y, kg'] }
    const table = read('id;t;x, m/s;y, kg\na;0;1,5;2,5\na;1;3,5;2,5\n', { columns: named })
    expect(inputsOf(table)).toEqual([[1.5, 3.5]])
    expect(targetsOf(table)).toEqual([2.5])
  })

  it('a missing column is told at the line of the names', () => {
    expect(messageOf('# note\n\nid,t,x\na,0,1\n')).toMatch(/own\.csv, line 3: there is no column `y`/)
  })

  it('the line of a wrong cell counts comments, quoted line ends and the line that names the separator', () => {
    const content = 'sep=;\n# note\nid;t;x;y\n"a\nb";0;1;2\n\n# note\n"a\nb";1;wrong;2\n'
    const { detail } = labErrorOf(() => read(content))
    expect(detail.location).toEqual({ line: 9, column: 6 })
    const aligned = labErrorOf(() => read('id   t  x  y\na    0  1  2\na   10  wrong  2\n'))
    expect(aligned.detail.location).toEqual({ line: 3, column: 9 })
  })
})

describe('decimal marks are of the whole file', () => {
  it.each<[string, string, number[]]>([
    ['commas between semicolons', 'id;t;x;y\na;0;0,5;1\na;1;1,234;1', [0.5, 1.234]],
    ['commas in three digits alone, between semicolons', 'id;t;x;y\na;0;1,500;1\na;1;2,250;1', [1.5, 2.25]],
    ['commas in quotes between commas', 'id,t,x,y\na,0,"0,5",1\na,1,"-1,25e1",1', [0.5, -12.5]],
    ['commas between tabs, beside whole numbers', 'id\tt\tx\ty\na\t0\t3\t1\na\t1\t,5\t1', [3, 0.5]],
    ['points between semicolons', 'id;t;x;y\na;0;0.5;1\na;1;1.234;1', [0.5, 1.234]],
  ])('%s', (_, content, inputs) => {
    expect(inputsOf(read(content))).toEqual([inputs.map(Math.fround)])
  })

  it.each<[string, string, RegExp]>([
    [
      'thousands in quotes',
      'id,t,x,y\na,0,"1,234",1\na,1,"2,345",1',
      /in thousands.*line 2, column 5 \(`x`\)|line 2, column 5 \(`x`\).*thousands/,
    ],
    [
      'points and commas',
      'id;t;x;y\na;0;0.5;1\na;1;0,5;1',
      /line 3, column 5 \(`x`\).*decimal commas, others decimal points.*`0\.5` on line 2/,
    ],
    ['both in one number', 'id;t;x;y\na;0;1.234,5;1\na;1;0,5;1', /line 2.*not a number.*`1\.234,5`/],
  ])('%s are told, not guessed', (_, content, message) => {
    expect(messageOf(content)).toMatch(message)
  })
})

describe('steps', () => {
  const orderOf = (...steps: string[]): number[] =>
    inputsOf(read(['id,t,x,y', ...steps.map((step, index) => `a,${step},${index},1`)].join('\n')))[0]!

  it.each<[string, string[], number[]]>([
    ['zones', ['2024-03-01T10:00:00+02:00', '2024-03-01T09:30:00Z', '2024-03-01T02:00-05:30'], [2, 0, 1]],
    [
      'fractions of a second beyond milliseconds',
      ['2024-03-01 10:00:00.000000002', '2024-03-01 10:00:00.0000000011', '2024-03-01 10:00:00'],
      [2, 1, 0],
    ],
    ['days at uneven distances', ['2024-03-01', '2023-12-31', '2024-02-29'], [1, 2, 0]],
    ['days and times of day', ['2024-03-01 00:00:01', '2024-03-01', '2024-02-29T23:59'], [2, 1, 0]],
    ['months', ['2024-10', '2024-09', '2023-11'], [2, 1, 0]],
    ['times without hyphens', ['20240301T100000Z', '20240301T095959Z'], [1, 0]],
    ['times of day', ['10:00:00.5', '9:59', '10:00:00'], [1, 2, 0]],
    ['fractions of epoch seconds', ['1700000000.0000000002', '1700000000.0000000001', '17e8'], [2, 1, 0]],
    ['negative ones that are equal once rounded', ['-9007199254740993', '-9007199254740992', '-1e300'], [2, 0, 1]],
  ])('%s are in order', (_, steps, order) => {
    expect(orderOf(...steps)).toEqual(order)
  })

  it.each<[string, string[], RegExp]>([
    ['a day that there is not', ['2024-02-30'], /neither a number nor a time.*`2024-02-30`/],
    ['a day by slashes, month or day first', ['01/02/2024'], /neither a number nor a time.*ISO 8601/],
    ['zones beside none', ['2024-03-01T10:00:00Z', '2024-03-01T11:00:00'], /line 3.*cannot be put in order/],
    ['times beside numbers', ['2024-03-01', '5'], /line 3.*cannot be put in order.*such as `2024-03-01`/],
    [
      'one moment in two zones',
      ['2024-03-01T10:00Z', '2024-03-01T11:00+01:00'],
      /has step 2024-03-01T11:00\+01:00 twice.*line 2/,
    ],
    ['one number in two ways', ['1', '1.0'], /has step 1\.0 twice/],
  ])('%s: told', (_, steps, message) => {
    expect(() => orderOf(...steps)).toThrow(message)
  })

  it('numbers of any length and exponent are in the order that whole numbers of any size give', () => {
    const decimal = fc
      .record({
        sign: fc.constantFrom('', '-', '+'),
        whole: fc.bigInt({ min: 0n, max: 10n ** 25n }),
        fraction: fc.stringMatching(/^\d{0,12}$/),
        exponent: fc.integer({ min: -6, max: 6 }),
      })
      .map(({ sign, whole, fraction, exponent }) => ({
        text: `${sign}${whole}.${fraction}e${exponent}`,
        exact:
          (sign === '-' ? -1n : 1n) *
          BigInt(`${whole}${fraction}`) *
          10n ** BigInt(exponent + 6 + 12 - fraction.length),
      }))
    const near = fc
      .tuple(decimal, fc.bigInt({ min: -2n, max: 2n }))
      .map(([{ exact }, by]) => ({ text: `${exact + by}e-18`, exact: exact + by }))
    fc.assert(
      fc.property(fc.oneof(decimal, near), fc.oneof(decimal, near), fc.bigInt({ min: -2n, max: 2n }), (a, b, by) => {
        const close = { text: `${a.exact + by}e-18`, exact: a.exact + by }
        for (const other of [b, close])
          expect(Math.sign(compareSteps(parseStep(a.text)!, parseStep(other.text)!))).toBe(
            a.exact < other.exact ? -1 : a.exact > other.exact ? 1 : 0,
          )
      }),
      { seed: 15, numRuns: 500 },
    )
  })
})

describe('labels', () => {
  const rowsOf = (...rows: string[]): string => ['id,t,x,y', ...rows].join('\n')

  it('are numbers when all are, so that 1 and 1.0 are one class', () => {
    const table = readClasses(rowsOf('a,0,1,1', 'b,0,1,10', 'c,0,1,1.0', 'd,0,1,-2'))
    expect(table.classNames).toEqual(['-2', '1', '10'])
    expect(labelsOf(table)).toEqual(['1', '10', '1', '-2'])
  })

  it('are words as they stand when one is a word', () => {
    const table = readClasses(rowsOf('a,0,1,1', 'b,0,1,1.0', 'c,0,1,x'))
    expect(table.classNames).toEqual(['1', '1.0', 'x'])
  })

  it('that would be rounded into one another stay two', () => {
    expect(readClasses(rowsOf('a,0,1,9007199254740993', 'b,0,1,9007199254740992')).classNames).toHaveLength(2)
  })

  it.each<[string, string[]]>([
    ['in the first row', ['a,0,1,u', 'a,1,1,']],
    ['in the last row', ['a,0,1,', 'a,1,1,u']],
    ['in a row between', ['a,0,1,', 'a,1,1,u', 'a,2,1,NaN']],
    ['in some rows, the same', ['a,0,1,u', 'a,1,1,u', 'a,2,1,NA']],
    ['in every row, and the last is it', ['a,0,1,v', 'a,1,1,u']],
    ['in rows that are out of order', ['a,1,1,u', 'a,0,1,v']],
  ])('may stand %s', (_, rows) => {
    const table = readClasses(rowsOf(...rows, 'b,0,1,v'))
    expect(labelsOf(table)).toEqual(['u', 'v'])
    expect([...table.series[0]!.targetSteps]).toEqual([rows.length - 1])
  })

  it('that differ where not every row has one are told with both lines', () => {
    expect(messageOf(rowsOf('a,0,1,u', 'a,1,1,', 'a,2,1,v'), { task: 'classification' })).toMatch(
      /line 4, column 7 \(`y`\).*series `a` has two targets.*`last-step`.*`u` on line 2, found `v`.*`marked-steps`/,
    )
  })

  it('of one target may stand elsewhere than those of another', () => {
    const both = { ...columns, targets: ['y', 'z'] }
    const table = read('id,t,x,y,z\na,0,1,5,\na,1,1,,6\n', { columns: both })
    expect(targetsOf(table)).toEqual([5, 6])
  })

  it('of each marked step are classes too', () => {
    const table = read(rowsOf('a,0,1,v', 'a,1,1,', 'a,2,1,u'), { task: 'classification', targets: 'marked-steps' })
    expect([...table.series[0]!.targetSteps]).toEqual([0, 2])
    expect(labelsOf(table)).toEqual(['v', 'u'])
  })

  it('that are words are guessed to be classes', () => {
    const contents = readFileContents(
      text('id,t,x,state\na,2024-03-01,1,u\na,2024-03-02,2,u\nb,2024-03-01,3,v\n'),
      'a.csv',
    )
    expect(contents).toMatchObject({ columns: [{}, { holds: 'times' }, { holds: 'numbers' }, { holds: 'text' }] })
    expect(guessMapping(contents)).toMatchObject({
      task: 'classification',
      targets: 'last-step',
      columns: { step: 't', inputs: ['x'], targets: ['state'] },
    })
  })
})

describe('what a column says of whole series', () => {
  const content = 'who,part,id,t,x,y\np0,train,a,0,1,1\np0,train,a,1,1,1\np1,TEST,b,0,1,1\np0,val,c,0,1,1\n'
  const split = (change: Partial<FileOptions['split']>) => ({
    split: { validation: 0.2, test: 0.2, seed: 0, group: null, given: null, ...change },
  })

  it('groups them, and gives their split', () => {
    const table = read(content, split({ group: 'who', given: 'part' }))
    expect(table.groups).toEqual(['p0', 'p1', 'p0'])
    expect(table.givenSplits).toEqual(['train', 'test', 'validation'])
    expect(read(content)).toMatchObject({ groups: null, givenSplits: null })
  })

  it.each<[string, string, Partial<FileOptions['split']>, RegExp]>([
    [
      'two in one series',
      content.replace('p0,train,a,1', 'p2,train,a,1'),
      { group: 'who' },
      /line 3, column 1 \(`who`\).*series `a` has two values.*`p0`, as on line 2, found `p2`/,
    ],
    [
      'none',
      content.replace('p1,TEST', ',TEST'),
      { group: 'who' },
      /line 4, column 1 \(`who`\).*is empty.*`dataset.split.group`/,
    ],
    ['a column that is not there', content, { given: 'fold' }, /no column `fold` \(`dataset.split.given`\)/],
    [
      'another word',
      content.replace('TEST', 'last'),
      { given: 'part' },
      /column `part`.*`train`, `validation`.*`last`/,
    ],
  ])('%s: told', (_, given, change, message) => {
    expect(messageOf(given, split(change))).toMatch(message)
  })
})
