/** Where the cell that is open stands in a design, and what choosing another one there changes. */
import { expect, it } from 'vitest'
import { cellAt, chooseCell } from '../../../../../renderer/design/cell/use-open-cell.ts'
import { parseConfig } from '../../../../../shared/experiments/read-config.ts'

const design = (over: Record<string, unknown> = {}) =>
  parseConfig(
    {
      dataset: { kind: 'copy-first-input', steps: 20 },
      layers: [{ cell: 'gru', units: 12, warmUnits: 8, coldCell: 'lstm' }],
      strategies: ['double'],
      ...over,
    },
    'x',
  )
const EXPLICIT = {
  layers: [
    {
      parts: [
        { cell: 'gru', units: 4, warm: true },
        { cell: 'mgu', units: 3, warm: false },
      ],
    },
  ],
  strategies: null,
}

it('a cell is found at its place with the units that it has there', () => {
  expect(cellAt(design(), { layer: 0, of: 'cell' })).toEqual({ cell: 'gru', units: 8 })
  expect(cellAt(design(), { layer: 0, of: 'coldCell' })).toEqual({ cell: 'lstm', units: 4 })
  expect(cellAt(design({ strategies: ['none'] }), { layer: 0, of: 'cell' })).toEqual({ cell: 'gru', units: 12 })
  expect(cellAt(design(EXPLICIT), { layer: 0, of: { part: 1 } })).toMatchObject({ cell: 'mgu', units: 3 })
})

it('a place that the design has not any more holds none', () => {
  expect(cellAt(design(), { layer: 1, of: 'cell' })).toBeNull()
  expect(cellAt(design(), { layer: 0, of: { part: 0 } })).toBeNull()
  expect(cellAt(design({ strategies: ['none'] }), { layer: 0, of: 'coldCell' })).toBeNull()
  expect(cellAt(design(EXPLICIT), { layer: 0, of: 'cell' })).toBeNull()
  expect(cellAt(design(EXPLICIT), { layer: 0, of: { part: 2 } })).toBeNull()
})

it('the other part follows as long as it was the same', () => {
  const { layers } = design({ layers: [{ cell: 'gru', units: 4 }] })
  chooseCell(layers[0]!, 'cell', 'mgu')
  expect(layers[0]).toMatchObject({ cell: 'mgu', coldCell: 'mgu' })
  chooseCell(layers[0]!, 'coldCell', 'lstm')
  chooseCell(layers[0]!, 'cell', 'brc')
  expect(layers[0]).toMatchObject({ cell: 'brc', coldCell: 'lstm' })
})
