import { describe, expect, it } from 'vitest'
import type { ScheduleConfig } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { advancePlateau, FRESH_PLATEAU, learningRateFactor } from '../../../shared/training/schedules.ts'

const factorAt = (schedule: ScheduleConfig, step: number): number =>
  learningRateFactor(schedule, { step, stepsPerEpoch: 10, totalSteps: 100 }, FRESH_PLATEAU)

describe('learning rate schedules', () => {
  it('constant is 1', () => expect(factorAt({ kind: 'constant' }, 57)).toBe(1))

  it('step multiplies every n epochs', () => {
    const schedule: ScheduleConfig = { kind: 'step', everyEpochs: 2, factor: 0.5 }
    expect([0, 19, 20, 39, 40].map((step) => factorAt(schedule, step))).toEqual([1, 1, 0.5, 0.5, 0.25])
  })

  it('cosine goes from 1 over the mean to the final factor', () => {
    const schedule: ScheduleConfig = { kind: 'cosine', finalFactor: 0.1 }
    expect(factorAt(schedule, 0)).toBe(1)
    expect(factorAt(schedule, 50)).toBeCloseTo(0.55, 15)
    expect(factorAt(schedule, 100)).toBeCloseTo(0.1, 15)
  })

  it('warm restarts begin anew after periods that grow', () => {
    const schedule: ScheduleConfig = { kind: 'warm-restarts', periodEpochs: 1, periodFactor: 2, finalFactor: 0 }
    expect([0, 10, 30].map((step) => factorAt(schedule, step))).toEqual([1, 1, 1])
    expect(factorAt(schedule, 5)).toBeCloseTo(0.5, 15)
    expect(factorAt(schedule, 20)).toBeCloseTo(0.5, 15)
    expect(factorAt({ ...schedule, periodFactor: 0.5 }, 99)).toBeGreaterThanOrEqual(0)
  })

  it('plateau cuts after more than its patience of epochs without progress, not under its minimum', () => {
    const schedule: ScheduleConfig = {
      kind: 'plateau',
      patienceEpochs: 1,
      factor: 0.1,
      minimumFactor: 0.05,
    }
    let state = FRESH_PLATEAU
    const factors = [5, 4, 4, 4, 4, 4, 3].map((loss) => {
      state = advancePlateau(schedule, state, loss)
      return learningRateFactor(schedule, { step: 0, stepsPerEpoch: 1, totalSteps: 1 }, state)
    })
    expect(factors).toEqual([1, 1, 1, 0.1, 0.1, 0.05, 0.05])
    expect(JSON.parse(JSON.stringify(state))).toEqual(state)
  })

  it('plateau without patience cuts at the first epoch without progress', () => {
    const dataset = { kind: 'copy-first-input', steps: 5 }
    const { training } = parseConfig(
      { dataset, training: { schedule: { kind: 'plateau', patienceEpochs: 0, factor: 0.5 } } },
      'test',
    )
    let state = FRESH_PLATEAU
    const factors = [5, 4, 4, 3].map((loss) => (state = advancePlateau(training.schedule, state, loss)).factor)
    expect(factors).toEqual([1, 1, 0.5, 0.5])
  })
})
