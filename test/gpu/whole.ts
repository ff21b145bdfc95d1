/** `npm run test:gpu`: the tests of the engines outside of this process with every case: webgpu on every software adapter that can be had, and TensorFlow. Minutes of the processor. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

/** Set to 1, tests run all that they have. */
export const WHOLE_SUITE = 'WARMUP_LAB_WHOLE_GPU_SUITE'

if (process.argv[1] === import.meta.filename) {
  const runner = path.join(import.meta.dirname, '..', 'run.ts')
  const { status } = spawnSync(process.execPath, [runner, 'test/gpu', 'test/unit/backends/tensorflow'], {
    env: { ...process.env, [WHOLE_SUITE]: '1' },
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
