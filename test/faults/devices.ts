/**
 * `npm run faults:devices`: destroys 50 devices in the middle of trainings, on this machine's graphics adapter or, with `--software`, on a software
 * one; exits 1 when a run does not end with the bits of one that was left alone.
 */
import process from 'node:process'
import { openDawn } from '../../main/engine/webgpu/dawn.ts'
import { openTestGpu } from '../gpu/adapter.ts'
import { WHOLE_TRAINING } from './losing-devices.ts'
import { disturbRuns } from './lost-devices.ts'

const DEVICES = 50

const gpu = await (process.argv.includes('--software') ? openTestGpu() : openDawn())
let lossCount = 0
for await (const run of disturbRuns(gpu, DEVICES, WHOLE_TRAINING)) {
  lossCount += run.lossCount
  process.stdout.write(
    `run ${run.seed}: ${run.lossCount} devices destroyed, ${run.isSame ? 'the same bits' : 'OTHER BITS'} (${lossCount} of ${DEVICES})\n`,
  )
  if (!run.isSame) process.exitCode = 1
}
