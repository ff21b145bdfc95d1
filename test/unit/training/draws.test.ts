import { describe, expect, it } from 'vitest'
import { FRESH_WARMUP_OFFSET, stepsPerEpoch, trainingOrder, warmupOrder } from '../../../shared/training/batches.ts'
import { curriculumBound } from '../../../shared/training/warm-up.ts'

const PART = { seed: 3, count: 10, batch: 4, fresh: false }

describe('the order of series', () => {
  it('an epoch reads every series once, in another order than the next', () => {
    const order = trainingOrder(PART)
    const epoch = (first: number): number[] => [0, 1, 2].flatMap((step) => Array.from(order(first + step)))
    expect(stepsPerEpoch(10, 4)).toBe(3)
    expect(order(2)).toHaveLength(2)
    expect(epoch(0).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(epoch(0)).not.toEqual(epoch(3))
    expect(Array.from(trainingOrder(PART)(4))).toEqual(Array.from(order(4)))
  })

  it('warm-up reads full batches only, without repeats in a pass', () => {
    const order = warmupOrder(PART)
    const pass = [0, 1].flatMap((step) => Array.from(order(0, step)))
    expect(new Set(pass).size).toBe(8)
    expect(order(1, 5)).toHaveLength(4)
    expect(Array.from(order(1, 0))).not.toEqual(Array.from(order(0, 0)))
    expect(() => warmupOrder({ ...PART, batch: 11 })).toThrow(/full batches/)
  })

  it('fresh data are never read twice', () => {
    const fresh = { ...PART, fresh: true }
    expect([...Array.from(trainingOrder(fresh)(0)), ...Array.from(trainingOrder(fresh)(1))]).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7,
    ])
    expect(Array.from(warmupOrder(fresh)(0, 1))[0]).toBe(FRESH_WARMUP_OFFSET + 4)
  })

  it('the curriculum grows by c a step up to M_max', () => {
    expect([0, 1, 19, 20, 99].map((step) => curriculumBound(step, 10, 200))).toEqual([1, 11, 191, 200, 200])
  })
})
