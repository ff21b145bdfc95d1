/** Tables as wide as files may be: the work grows with the file, and messages do not. */
import { expect, it } from 'vitest'
import { guessMapping, readFileContents } from '../../../shared/datasets/file-contents.ts'
import { readSeriesFromCsv } from '../../../shared/datasets/series-from-csv.ts'

const WIDTH = 200_000
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const names = (width: number): string[] => Array.from({ length: width }, (_, i) => `c${i}`)
const row = (width: number, value: string): string => Array(width).fill(value).join()
/** A series, a step and many inputs, the last of which is the target. */
const wide = bytes(
  `series,step,${names(WIDTH).join()}\n` + ['a', 'b', 'c'].map((one) => `${one},0,${row(WIDTH, '1')}\n`).join(''),
)
const columns = {
  series: 'series',
  step: 'step',
  inputs: names(WIDTH).slice(0, -1),
  targets: names(WIDTH).slice(-1),
}
const options = { task: 'regression', targets: 'last-step', columns } as const

// Comparing every name with every other would take hours for as many.
it('200,000 columns are read, described and guessed in one walk over their names', () => {
  expect(readSeriesFromCsv(wide, options, 'wide.csv')).toMatchObject({ inputSize: WIDTH - 1, targetSize: 1 })
  expect(guessMapping(readFileContents(wide, 'wide.csv')).columns).toEqual(columns)
})

it('a missing column is told with the first names, not with all', () => {
  const missing = { ...options, columns: { ...columns, step: 'time' } }
  let message = ''
  try {
    readSeriesFromCsv(wide, missing, 'wide.csv')
  } catch (error) {
    message = String(error)
  }
  expect(message).toMatch(/no column `time`.*found `series`, `step`, `c0`.* and 199982 more/)
  expect(message.length).toBeLessThan(500)
})

it('a name that stands twice among many is told', () => {
  const twice = bytes(`series,step,${names(WIDTH).join()},c7\n${row(WIDTH + 3, '1')}\n`)
  expect(() => readSeriesFromCsv(twice, options, 'wide.csv')).toThrow(/same name.*found `c7` twice/)
})

it('a cell of megabytes is quoted by its beginning', () => {
  const long = bytes(`series,step,x,y\na,0,${'word '.repeat(1_000_000)},1\n`)
  const small = { ...options, columns: { series: 'series', step: 'step', inputs: ['x'], targets: ['y'] } }
  let message = ''
  try {
    readSeriesFromCsv(long, small, 'long.csv')
  } catch (error) {
    message = String(error)
  }
  expect(message).toMatch(/not a number.*found `word word/)
  expect(message.length).toBeLessThan(500)
})

// Counting the lines of the text up to each row would take hours.
it('100,000 rows of decimal commas, in long form and as series of their own, are read in one walk', () => {
  const ROWS = 100_000
  const lines = Array.from({ length: ROWS }, (_, i) => `${i};0;0,5;${i},25`)
  const small = { ...options, columns: { series: 'series', step: 'step', inputs: ['x'], targets: ['y'] } }
  const long = readSeriesFromCsv(bytes(['series;step;x;y', ...lines].join('\n')), small, 'long.csv')
  expect(long.series).toHaveLength(ROWS)
  expect(long.series.at(-1)).toMatchObject({ inputs: Float32Array.of(0.5), targets: Float32Array.of(ROWS - 0.75) })
  const whole = readSeriesFromCsv(bytes(lines.join('\n')), { ...options, columns: null }, 'whole.csv')
  expect(whole.series).toHaveLength(ROWS)
  expect(whole.series.at(-1)).toMatchObject({ inputs: Float32Array.of(0, 0.5, ROWS - 0.75) })
})

// Papa Parse compares what follows each quote with all that stands before the next separator.
it('a cell of half a million misplaced quotes before as many spaces is refused in one walk', () => {
  const small = { ...options, columns: { series: 'series', step: 'step', inputs: ['x'], targets: ['y'] } }
  const cell = `"a${'"a'.repeat(500_000)}${' '.repeat(500_000)}`
  expect(() => readSeriesFromCsv(bytes(`series,step,x,y\n${cell},0,1,1\n`), small, 'long.csv')).toThrow(
    /line 2, column 4: text follows a quoted cell.*found `a`/,
  )
})

it('a cell of a million digits that is no number is refused in one walk', () => {
  for (const cell of [`${'1'.repeat(1_000_000)}x`, `${'0'.repeat(1_000_000)},${'0'.repeat(1_000_000)},`]) {
    const small = { ...options, columns: { series: 'series', step: 'step', inputs: ['x'], targets: ['y'] } }
    expect(() => readSeriesFromCsv(bytes(`series;step;x;y\na;0;${cell};1\n`), small, 'long.csv')).toThrow(
      /not a number/,
    )
  }
})
