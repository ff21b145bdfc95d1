import { expect, it } from 'vitest'
import { matchItems, type PaletteItem } from '../../../../renderer/frame/palette-items.ts'

const item = (label: string, detail = ''): PaletteItem => ({
  id: label,
  kind: 'Do',
  label,
  detail,
  act: () => undefined,
})
const ITEMS = [item('Pause the run', 'p'), item('Runs'), item('table1-gru', 'Table 1, runs of GRU'), item('Next run')]

it('offers what holds every word, labels that begin with it first', () => {
  expect(matchItems(ITEMS, 'run').map(({ label }) => label)).toEqual([
    'Runs',
    'Pause the run',
    'Next run',
    'table1-gru',
  ])
  expect(matchItems(ITEMS, 'run  PAUSE').map(({ label }) => label)).toEqual(['Pause the run'])
  expect(matchItems(ITEMS, 'gru table').map(({ label }) => label)).toEqual(['table1-gru'])
  expect(matchItems(ITEMS, 'xyz')).toEqual([])
  expect(matchItems(ITEMS, ' ')).toEqual(ITEMS)
})
