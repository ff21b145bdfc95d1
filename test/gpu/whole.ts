/** `npm run test:gpu`: the tests of this folder with every case, on every software adapter that can be had. Minutes of the processor. */
import { spawnSync } from 'node:child_process'
import path from 'node:path'

/** Set to 1, tests run all that they have. */
export const WHOLE_SUITE = 'WARMUP_LAB_WHOLE_GPU_SUITE'

if (process.argv[1] === import.meta.filename) {
  const runner = path.join(import.meta.dirname, '..', 'run.ts')
  const { status } = spawnSync(process.execPath, [runner, path.join('test', 'gpu')], {
    env: { ...process.env, [WHOLE_SUITE]: '1' },
    stdio: 'inherit',
  })
  process.exitCode = status ?? 1
}
