/** The marks of an axis of steps: each names a step of its phase where it stands, those of training from where training begins. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stepTicks } from '../../../../renderer/charts/step-axis.ts'
import { Timeline, type TimelineMarks } from '../../../../shared/runs/timeline.ts'

const marksOf = (warmupSteps: number): TimelineMarks => ({
  phases: [
    { phase: 'warm-up', position: 0 },
    { phase: 'training', position: warmupSteps },
  ],
  restarts: [],
  divergences: [],
  forks: [],
})

describe('the marks of an axis of steps', () => {
  it('stand at the steps that they name, in order, within what is shown, and not too many', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 200_000 }),
        fc.double({ min: 0, max: 0.9, noNaN: true }),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        fc.boolean(),
        (warmupSteps, trainingSteps, start, width, isLog) => {
          const last = warmupSteps + trainingSteps
          const from = Math.floor(start * last)
          const to = Math.min(last, Math.ceil(from + width * last))
          const ticks = stepTicks(marksOf(warmupSteps), from, to, isLog)!
          const timeline = new Timeline(marksOf(warmupSteps), last)
          expect(ticks.length).toBeLessThanOrEqual(18)
          ticks.forEach(({ position, step }, index) => {
            expect(position).toBeGreaterThanOrEqual(from)
            expect(position).toBeLessThanOrEqual(to)
            if (index > 0) expect(position).toBeGreaterThan(ticks[index - 1]!.position)
            const at = timeline.stepAt(position)
            if (position === warmupSteps) expect(step).toBe(0)
            else expect(step).toBe(at.step)
          })
        },
      ),
    )
  })

  it('are round numbers of training, not of warm-up and training together', () => {
    const ticks = stepTicks(marksOf(100), 0, 1300, false)!
    expect(ticks.map(({ step }) => step)).toEqual([0, 200, 400, 600, 800, 1000, 1200])
    expect(ticks.map(({ position }) => position)).toEqual([100, 300, 500, 700, 900, 1100, 1300])
  })

  it('are the axis’s own where there is one phase', () => {
    expect(
      stepTicks(
        { phases: [{ phase: 'training', position: 0 }], restarts: [], divergences: [], forks: [] },
        0,
        100,
        false,
      ),
    ).toBeNull()
    expect(
      stepTicks(
        { phases: [{ phase: 'warm-up', position: 0 }], restarts: [], divergences: [], forks: [] },
        0,
        100,
        true,
      ),
    ).toBeNull()
  })
})
