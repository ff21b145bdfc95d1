/** Devices destroyed in the middle of a training cost it nothing but time. `npm run faults:devices` destroys 50. */
import { expect, it } from 'vitest'
import { PLAIN_TRAINING } from '../faults/losing-devices.ts'
import { disturbRuns, type DisturbedRun } from '../faults/lost-devices.ts'
import { openTestGpu } from './adapter.ts'

it('a run that loses three devices ends with the bits of one that lost none', async () => {
  const runs: DisturbedRun[] = []
  for await (const run of disturbRuns(await openTestGpu('swiftshader'), 3, PLAIN_TRAINING)) runs.push(run)
  expect(runs.reduce((sum, { lossCount }) => sum + lossCount, 0)).toBe(3)
  expect(runs.filter(({ isSame }) => !isSame)).toEqual([])
})
