/** How far a sweep is: what has failed or is gone is done, what was interrupted or waits is not. */
import { expect, it } from 'vitest'
import { sweepProgress } from '../../../../renderer/sweeps/sweep-progress.ts'

it('counts what is done once, whatever it has come to', () => {
  const counts = {
    finished: 3,
    stopped: 1,
    diverged: 6,
    failed: 5,
    missing: 2,
    crashed: 7,
    paused: 1,
    running: 1,
    'not made': 9,
  }
  expect(sweepProgress({ counts })).toEqual({
    goodCount: 4,
    divergedCount: 6,
    failedCount: 5,
    missingCount: 2,
    doneCount: 17,
  })
  expect(sweepProgress({ counts: {} })).toEqual({
    goodCount: 0,
    divergedCount: 0,
    failedCount: 0,
    missingCount: 0,
    doneCount: 0,
  })
})
