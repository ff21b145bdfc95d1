/** The layout of a cell's diagram: what is given stands before what is made of it, wires lead on and over no box, matrices stand on their wires. */
import { describe, expect, it } from 'vitest'
import { layOutCell } from '../../../../../renderer/design/cell/cell-diagram.ts'
import { builtInCells } from '../../../../../shared/cells/library.ts'
import { parseCell } from '../../../../../shared/compiler/parse.ts'

const layOut = (text: string) => layOutCell(parseCell(text, 'cell'))

describe.each(Object.entries(builtInCells))('the diagram of %s', (_, text) => {
  const { boxes, wires, columnCount, rowCount } = layOut(text)
  const placeOf = ({ column, row }: { column: number; row: number }): string => `${column} ${row}`

  it('has one box a name, none upon another', () => {
    expect(new Set(boxes.map(({ name }) => name)).size).toBe(boxes.length)
    expect(new Set(boxes.map(placeOf)).size).toBe(boxes.length)
    for (const { column, row } of boxes) {
      expect(column).toBeLessThan(columnCount)
      expect(row).toBeGreaterThanOrEqual(0)
      expect(row).toBeLessThanOrEqual(rowCount - 1)
    }
  })

  it('leads every wire from column to column, over no box', () => {
    const taken = new Map(boxes.map((box) => [placeOf(box), box.name]))
    for (const { from, to, points } of wires) {
      expect(points.map(({ column }) => column)).toEqual(points.map((_point, index) => points[0]!.column + index))
      expect([taken.get(placeOf(points[0]!)), taken.get(placeOf(points.at(-1)!))]).toEqual([from, to])
      for (const point of points.slice(1, -1)) expect(taken.has(placeOf(point))).toBe(false)
    }
  })

  it('ends with a new state', () => {
    const last = boxes.filter(({ column }) => column === columnCount - 1)
    expect(last.map(({ kind }) => kind)).toContain('new-state')
  })
})

it('of a GRU shows which matrix reads what', () => {
  const { wires } = layOut(builtInCells.gru!)
  const told = wires.map(({ from, to, matrices }) => `${from} ${matrices.join()} ${to}`)
  expect(told).toEqual(expect.arrayContaining(['x W_r r', 'h U_r r', 'h U_n n', 'r  n', "z  h'", "h  h'"]))
  expect(told).toHaveLength(10)
})

it('a transposed matrix is told apart, and a sum of matrices is both', () => {
  const [wire] = layOut("h' = tanh((W - W^T) h + V x)").wires.filter(({ from }) => from === 'h')
  expect(wire!.matrices).toEqual(['W', 'W^T'])
})

it('what no equation reads has no box', () => {
  expect(layOut("h' = tanh(W x + b)").boxes.map(({ name }) => name)).toEqual(['x', "h'"])
})
