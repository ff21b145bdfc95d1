/** Which axes of a sweep matter, on rows whose results are known functions of their axes. */
import { describe, expect, it } from 'vitest'
import { axisEffects } from '../../../shared/runs/axis-effects.ts'
import type { SweepRow } from '../../../shared/runs/sweep-table.ts'
import { summarize } from '../../../shared/statistics/summary.ts'

function row(index: number, values: Record<string, unknown>, result: number | null): SweepRow {
  return {
    index,
    point: index + 1,
    values,
    strategy: 'none',
    runId: result === null ? null : `run-${index}`,
    status: result === null ? 'not made' : 'finished',
    metric: 'mse',
    seeds: [],
    summary: result === null ? null : summarize([result]),
    diverged: [],
    elapsedMs: null,
    error: null,
  }
}

const grid = ['gru', 'mgu'].flatMap((cell) =>
  [50, 100, 200].flatMap((steps) => [0, 1].map((other) => ({ cell, steps, other }))),
)

describe('the effects of axes', () => {
  it('give everything to the axis that decides, nothing to the others, and its best value', () => {
    const rows = grid.map((values, index) => row(index, values, values.steps / 100))
    const [first, ...others] = axisEffects(rows, ['cell', 'steps', 'other'], [], false)
    expect(first).toMatchObject({ axis: 'steps', share: 1 })
    expect(first!.levels).toEqual([
      { values: ['50'], runCount: 4, mean: 0.5 },
      { values: ['100'], runCount: 4, mean: 1 },
      { values: ['200'], runCount: 4, mean: 2 },
    ])
    expect(others.map(({ share }) => share)).toEqual([0, 0])
  })

  it('take logarithms where factors matter', () => {
    const rows = grid.map((values, index) =>
      row(index, values, (values.cell === 'gru' ? 1e-4 : 1) * (values.other === 0 ? 1 : 1.1)),
    )
    const shareOf = (isLog: boolean): number =>
      axisEffects(rows, ['cell', 'steps', 'other'], [], isLog).find(({ axis }) => axis === 'cell')!.share!
    expect(shareOf(true)).toBeGreaterThan(0.999)
    expect(shareOf(false)).toBeLessThan(0.999)
  })

  it('divide drawn values into quarters from the least to the greatest, and leave out what has not finished', () => {
    const drawn = [0.7, 0.1, 0.9, 0.3, 0.5, 0.2, 0.8, 0.4]
    const rows = drawn.map((rate, index) => row(index, { rate }, 10 * rate))
    const [{ levels, share }] = axisEffects([...rows, row(8, { rate: 0.95 }, null)], ['rate'], ['rate'], false) as [
      ReturnType<typeof axisEffects>[number],
    ]
    expect(levels.map(({ values }) => values)).toEqual([
      ['0.1', '0.2'],
      ['0.3', '0.4'],
      ['0.5', '0.7'],
      ['0.8', '0.9'],
    ])
    expect(levels.every(({ runCount }) => runCount === 2)).toBe(true)
    // Sums of squares by hand: 58.875 in all, 3.5 within the quarters.
    expect(share).toBeCloseTo((58.875 - 3.5 - (3 * 3.5) / 4) / 58.875, 12)
  })

  it('say nothing of an axis none of whose values has two runs', () => {
    const rows = [1, 2, 3].map((units, index) => row(index, { units }, units))
    expect(axisEffects(rows, ['units'], [], false)[0]!.share).toBeNull()
  })
})
