/** Predictions asked for at once: two are at work, and each is answered. */
import { expect, it, onTestFinished } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { createEvaluator } from '../../../main/engine/host/evaluator.ts'
import { makeHome } from '../lab/lab-helpers.ts'

const REQUEST = { seed: null, weights: 'best', firstSeries: 0, seriesCount: 1, sampleCount: 1 } as const

it('no more than two predictions are ever at work, and one that fails leaves its place to the next', async () => {
  const evaluator = createEvaluator(await makeHome(), readEngineOptions())
  onTestFinished(() => evaluator.close())
  const counts = new Set<number>()
  let isOver = false
  const look = (): void => {
    counts.add(evaluator.runningCount)
    if (!isOver) setImmediate(look)
  }
  const asked = [1, 2, 3, 4, 5, 6].map((number) => evaluator.ask('predict', { runId: `none-${number}`, ...REQUEST }))
  look()
  const ends = await Promise.allSettled(asked)
  isOver = true
  expect(Math.max(...counts)).toBe(2)
  const codes = ends.map((end) => end.status === 'rejected' && (end.reason as { code: string }).code)
  expect(codes).toEqual(Array(6).fill('run-folder'))
})
