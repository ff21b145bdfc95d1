/** The large figures of a run: what each is of, and what is not known yet. */
import { describe, expect, it } from 'vitest'
import { headlineFigures, type LatestPoints } from '../../../../renderer/run/headline.ts'
import { placeOfRun } from '../../../../renderer/run/run-place.ts'
import type { RunSettings } from '../../../../shared/protocol/views.ts'
import type { SeriesName } from '../../../../shared/runs/series.ts'
import { NO_MARKS } from '../../../../shared/runs/timeline.ts'

const RUNNING = { state: 'running', task: 'regression', vaaSeries: 16, result: null } as const

const latestOf = (points: Readonly<Record<string, readonly [number, readonly (number | null)[]]>>): LatestPoints =>
  new Map(
    Object.entries(points).map(([name, [position, values]]) => {
      const series = name as SeriesName
      return [series, { series, position, values }]
    }),
  )

const figureOf = (name: string, ...given: Parameters<typeof headlineFigures>) =>
  headlineFigures(...given).find((figure) => figure.name === name)

describe('the headline of a run', () => {
  it('is the mean over seeds with their deviation, without those that have no value', () => {
    const latest = latestOf({ loss: [120, [1, null, 3]] })
    expect(figureOf('loss', RUNNING, latest)).toMatchObject({
      mean: 2,
      std: expect.closeTo(Math.SQRT2, 12) as number,
      seeds: [1, 3],
      position: 120,
    })
  })

  it('has no deviation of one seed', () => {
    expect(figureOf('loss', RUNNING, latestOf({ loss: [1, [0.5]] }))).toMatchObject({ mean: 0.5, std: null })
  })

  it('tells VAA between two values where it is no point, and as a point once it is one again', () => {
    const low = [100, [0.1, 0.3]] as const
    const high = [100, [0.5, 0.7]] as const
    const between = latestOf({ vaa: [100, [null, null]], 'vaa-low': low, 'vaa-high': high })
    expect(figureOf('vaa', RUNNING, between)).toMatchObject({ mean: 0.2, upTo: 0.6, std: null })
    const later = latestOf({ vaa: [200, [0.5, 0.5]], 'vaa-low': low, 'vaa-high': high })
    expect(figureOf('vaa', RUNNING, later)).toMatchObject({ mean: 0.5, upTo: null, std: 0, position: 200 })
  })

  it('has a place for the test before there is one, and for the accuracy of a classification alone', () => {
    const names = (task: 'regression' | 'classification') =>
      headlineFigures({ ...RUNNING, task }, latestOf({})).map(({ name }) => name)
    expect(names('regression')).toEqual(['loss', 'validation', 'vaa', 'test'])
    expect(names('classification')).toEqual(['loss', 'validation', 'accuracy', 'vaa', 'test'])
    expect(figureOf('test', RUNNING, latestOf({}))).toMatchObject({ mean: null })
  })

  it('shows VAA* while the network is warmed up', () => {
    const warming = latestOf({ 'warmup-vaa-star': [7, [0.4]], 'vaa-star': [0, [0.1]] })
    expect(figureOf('vaa-star', RUNNING, warming)).toMatchObject({ mean: 0.4, position: 7 })
    expect(figureOf('vaa-star', RUNNING, latestOf({ loss: [9, [1]], 'vaa-star': [9, [0.1]] }))).toBeUndefined()
  })
})

describe('the place of a run at rest', () => {
  const settings = { warmupSteps: 40, trainingSteps: null, epochs: 3, stepsPerEpoch: 50 } as RunSettings
  const marks = {
    ...NO_MARKS,
    phases: [
      { phase: 'warm-up', position: 0 },
      { phase: 'training', position: 40 },
    ],
  } as const

  it('is the step of its phase, of as many as the phase has', () => {
    expect(placeOfRun({ marks, lastPosition: 100 }, settings)).toEqual({ phase: 'training', step: 60, totalSteps: 150 })
    const warming = { ...NO_MARKS, phases: [{ phase: 'warm-up', position: 0 }] } as const
    expect(placeOfRun({ marks: warming, lastPosition: 30 }, settings)).toEqual({
      phase: 'warm-up',
      step: 30,
      totalSteps: 40,
    })
  })

  it('counts a warm-up that began anew on', () => {
    const again = { ...NO_MARKS, phases: [{ phase: 'warm-up', position: 0 }] } as const
    expect(placeOfRun({ marks: again, lastPosition: 60 }, settings)!.totalSteps).toBe(80)
  })

  it('is none before the first step, and has no total where none is known', () => {
    expect(placeOfRun({ marks: NO_MARKS, lastPosition: 0 }, settings)).toBeNull()
    expect(placeOfRun({ marks, lastPosition: 100 }, { ...settings, stepsPerEpoch: null })!.totalSteps).toBeNull()
  })
})
