import { describe, expect, it } from 'vitest'
import { alternate, repeat, summarize, trainingGflops, type Contestant } from '../../bench/measure.ts'

describe('a summary of times', () => {
  it('has the middle of an odd count and the mean of the middle two of an even one', () => {
    expect(summarize([9, 1, 5])).toEqual({ stepMs: 5, minMs: 1 })
    expect(summarize([4, 1, 10, 2])).toEqual({ stepMs: 3, minMs: 1 })
  })

  it('counts six operations a weight, series and step', () => {
    // 1000 weights, 32 series of 200 steps in 2 ms.
    expect(trainingGflops(1000, 200 * 32, 2)).toBeCloseTo(19.2, 12)
  })
})

describe('contestants', () => {
  it('take turns, and the first tenth of a second of each turn is not counted', async () => {
    const turns: string[] = []
    const contestant = (name: string, settledMs: number): Contestant => ({
      name,
      time: async (steps) => {
        turns.push(name)
        return Array.from({ length: steps }, (_, step) => (step === 0 ? 1000 : settledMs))
      },
    })
    const times = await alternate([contestant('ours', 25), contestant('theirs', 200)], { rounds: 3, pauseMs: 0 })
    // A look at how long a step is, then three rounds.
    expect(turns).toEqual(Array.from({ length: 4 }, () => ['ours', 'theirs']).flat())
    expect(times).toEqual([Array(3 * 8).fill(25), Array(3 * 2).fill(200)])
  })

  it('that are too long for rounds run at least as often as asked, whatever the budget', async () => {
    let runs = 0
    const times = await repeat(
      async () => {
        runs++
      },
      { least: 3, most: 10, budgetMs: 0 },
    )
    expect(runs).toBe(3)
    expect(times).toHaveLength(3)
  })
})
