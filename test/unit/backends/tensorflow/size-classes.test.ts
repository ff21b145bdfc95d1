import { describe, expect, it } from 'vitest'
import {
  padSeries,
  padSteps,
  roomFor,
  roomForConvergence,
  rowsFor,
} from '../../../../shared/backends/tensorflow/size-classes.ts'

describe('the sizes that graphs are compiled for', () => {
  const steps = Array.from({ length: 5000 }, (_, i) => i + 1)
  it('have room for all steps, and an eighth more at most', () => {
    for (const count of steps) {
      expect(roomFor(count)).toBeGreaterThanOrEqual(count)
      expect(roomFor(count)).toBeLessThanOrEqual(count * 1.125)
    }
  })
  it('are few: eight to every doubling', () => {
    expect(new Set(steps.map(roomFor)).size).toBeLessThanOrEqual(8 * Math.ceil(Math.log2(5000)))
  })
  it('are one for every number of convergence steps that a warm-up draws by default', () => {
    expect(new Set(steps.slice(0, 50).map(roomForConvergence))).toEqual(new Set([64]))
    expect(roomForConvergence(0)).toBe(64)
    expect(roomForConvergence(65)).toBe(128)
  })
  it('have rows by sixteens', () => {
    expect([1, 16, 17, 100].map(rowsFor)).toEqual([16, 16, 32, 112])
  })
})

describe('padding', () => {
  it('stands behind the last step', () => {
    expect(padSteps(Float32Array.of(1, 2, 3, 4), 2, 3)).toEqual(Float32Array.of(1, 2, 3, 4, 0, 0))
  })
  it('stands behind the last series of every step', () => {
    const padded = padSeries(Float32Array.of(1, 2, 3, 4), { steps: 2, batch: 1, rows: 2, width: 2 })
    expect(padded).toEqual(Float32Array.of(1, 2, 0, 0, 3, 4, 0, 0))
  })
  it('takes no memory where nothing is to be padded', () => {
    const data = Uint8Array.of(1, 2)
    expect(padSteps(data, 1, 2)).toBe(data)
    expect(padSeries(data, { steps: 1, batch: 2, rows: 2, width: 1 })).toBe(data)
  })
})
