/** The user's own cells in a design: one name, the one in the text; and names inside that stand for nothing. */
import { describe, expect, it } from 'vitest'
import { createCellLookup } from '../../../main/engine/cell-lookup.ts'
import { namesSharedWithTheLab, requireOwnName } from '../../../shared/experiments/own-cells.ts'
import { parseConfig, readConfig } from '../../../shared/experiments/read-config.ts'

const EQUATIONS = "h' = tanh(W x + U h + b)"
const dataset = { kind: 'copy-first-input', steps: 5, counts: { train: 8, validation: 4, test: 4 } }

function mistakesOf(cells: Record<string, string>, cell: string, more: Record<string, unknown> = {}): string[] {
  const read = readConfig({ dataset, cells, layers: [{ cell, units: 4 }], ...more }, 'design.json')
  return read.ok ? [] : read.mistakes.map(({ field, error }) => `${field}: [${error.code}] ${error.message}`)
}

it.each([
  ['a text with the name', { 'my-cell': `cell my-cell\n${EQUATIONS}` }],
  ['a text without a name', { 'my-cell': EQUATIONS }],
  ['a text whose comment has another', { 'my-cell': `cell my-cell # not your-cell\n${EQUATIONS}` }],
  ['a cell that is not used', { 'my-cell': EQUATIONS, other: `cell another\nh' = tanh(U h_prev)` }],
])('%s is taken', (_, cells) => expect(mistakesOf(cells, 'my-cell')).toEqual([]))

describe('is refused', () => {
  it('a cell that is called otherwise than in its text', () =>
    expect(mistakesOf({ 'my-cell': `cell your-cell\n${EQUATIONS}` }, 'my-cell')).toEqual([
      'layers: [cell-name] design.json, cells.my-cell: The cell is called `your-cell` in its text and `my-cell` elsewhere. ' +
        'Expected the name of its text everywhere, found `my-cell`. ' +
        'Write `cell my-cell` in its text, or call it `your-cell` wherever it is used.',
    ]))
  it('a cell that a layer calls by its text’s name and the design by another', () =>
    expect(mistakesOf({ 'my-cell': `cell your-cell\n${EQUATIONS}` }, 'your-cell')).toEqual([
      expect.stringContaining('called `your-cell` in its text and `my-cell` elsewhere'),
    ]))
  it('a cell with the name of one of the lab’s, in the other part, too', () => {
    const expected = [expect.stringContaining('`gru` is a cell of the lab')]
    expect(mistakesOf({ gru: `cell gru\n${EQUATIONS}` }, 'gru')).toEqual(expected)
    const layers = [{ cell: 'lstm', coldCell: 'gru', units: 4 }]
    expect(mistakesOf({ gru: EQUATIONS }, 'lstm', { layers })).toEqual(expected)
  })
  it('in a design another name than the text’s, although the lab has gained a cell of it', () =>
    expect(mistakesOf({ irnn: `cell rnn-2\n${EQUATIONS}` }, 'irnn')).toEqual([
      expect.stringContaining('called `rnn-2` in its text and `irnn` elsewhere'),
    ]))
  it('a name inside that stands for nothing', () =>
    expect(mistakesOf({ 'my-cell': "h' = tanh(W x + U h_prev)" }, 'my-cell')).toEqual([
      expect.stringMatching(/^layers: \[cell-name\] my-cell, line 1, column 19: `h_prev` is not known here/),
    ]))
})

it('a design that was kept means its own cell, although the lab has gained one of its name: that is told', () => {
  const cells = { irnn: `cell irnn\n${EQUATIONS}` }
  expect(mistakesOf(cells, 'irnn')).toEqual([])
  const layers = (cell: string) => parseConfig({ dataset, cells, layers: [{ cell, units: 4 }] }, 'design.json')
  expect(namesSharedWithTheLab(layers('irnn'))).toEqual(['irnn'])
  expect(namesSharedWithTheLab(layers('gru'))).toEqual([])
  expect(() => requireOwnName('irnn', cells.irnn, 'mine.txt')).toThrow('`irnn` is a cell of the lab')
})

describe('a constant that a design sets', () => {
  const settingOf = (cell: string, constants: Record<string, number>): string[] =>
    mistakesOf({}, cell, { layers: [{ cell, units: 4, initialValues: { constants } }] })
  it('is one of the initial values, or of another cell', () => {
    expect(settingOf('janet', { T_max: 100 })).toEqual([])
    expect(settingOf('gru', { T_max: 100 })).toEqual([])
  })
  it('is refused when the equations alone use it: their text says it', () =>
    expect(settingOf('cornn', { dt: 0.1 })).toEqual([
      expect.stringMatching(
        /^layers\.0\.initialValues\.constants\.dt: \[config\] .*`dt` is a constant of the cell's equations/,
      ),
    ]))
})

it('a fork keeps the cells of its run, whatever their names', () =>
  expect(
    readConfig({ dataset, cells: { gru: "h' = tanh(W x + U h_prev)" }, layers: [{ cell: 'gru', units: 4 }] }, 'fork', {
      hasRecordedCells: true,
    }).ok,
  ).toBe(true))

it('a cell that is not there is answered with the nearest name', () =>
  expect(() => createCellLookup({ 'my-cell': EQUATIONS })('my-cel')).toThrow('Did you mean `my-cell`?'))

it('the cell of a recorded run is compiled whatever its names', () =>
  expect(createCellLookup({ gru: "cell old\nh' = tanh(W x + U h_prev)" })('gru').name).toBe('old'))
