/** Steps, epochs and time across a run's charts: places and positions lead back to each other. */
import { describe, expect, it } from 'vitest'
import type { ChartTokens } from '../../../../renderer/charts/chart-tokens.ts'
import { epochsAcross, stepsAcross, timeAcross } from '../../../../renderer/charts/x-axis.ts'
import { NO_MARKS } from '../../../../shared/runs/timeline.ts'

const TOKENS = { quiet: '#555' } as ChartTokens
const STEPS = {
  marks: {
    ...NO_MARKS,
    phases: [
      { phase: 'warm-up', position: 0 },
      { phase: 'training', position: 40 },
    ],
  },
  lastPosition: 240,
} as const

interface Ticks {
  readonly axisLabel: { readonly customValues: readonly number[]; readonly formatter: (value: number) => string }
}

describe('the axis across the charts of a run', () => {
  it('counts epochs from where the training begins', () => {
    const { placeOf, ticks } = epochsAcross(STEPS, 50)
    expect(placeOf(90)).toBe(90)
    const { axisLabel } = ticks({ from: 0, to: 240 }, false, TOKENS) as unknown as Ticks
    const told = axisLabel.customValues.map((position) => [position, axisLabel.formatter(position)])
    expect(told).toContainEqual([40, '0'])
    expect(told).toContainEqual([90, '1'])
    expect(told).toContainEqual([240, '4'])
  })

  it('tells parts of an epoch where less than one is in sight', () => {
    const { axisLabel } = epochsAcross(STEPS, 50).ticks({ from: 90, to: 110 }, false, TOKENS) as unknown as Ticks
    expect(axisLabel.customValues.length).toBeGreaterThan(2)
    expect(axisLabel.formatter(100)).toBe('1.2')
  })

  it('goes with the time of every phase at its own speed, in the largest unit that has three', () => {
    const across = timeAcross(STEPS, [
      { phase: 'warm-up', step: 0, ms: 0 },
      { phase: 'warm-up', step: 40, ms: 240_000 },
      { phase: 'training', step: 200, ms: 360_000 },
    ])
    expect(across.unit).toBe('min')
    expect([0, 20, 40, 140, 240].map(across.placeOf)).toEqual([0, 2, 4, 5, 6])
    for (const position of [0, 7, 40, 133, 240, 260])
      expect(across.positionAt(across.placeOf(position))).toBeCloseTo(position, 9)
  })

  it('goes on at the last speed beyond what is timed: a run that is trained is further than its log', () => {
    const { placeOf, unit } = timeAcross(STEPS, [{ phase: 'training', step: 100, ms: 10_000 }])
    expect(unit).toBe('s')
    expect(placeOf(280)).toBe(20)
  })

  it('is of steps without anything else known', () => {
    expect(stepsAcross(STEPS).placeOf(17)).toBe(17)
  })
})
