/** Tests leave the user's cache folder as it is. */
import os from 'node:os'
import path from 'node:path'
import { expect } from 'vitest'
import { readEngineOptions } from '../main/engine/engine-options.ts'
import { cacheFolder } from '../main/store/home.ts'
import { itUnless, LINUX_LACK } from './needs.ts'

itUnless(LINUX_LACK)('what tests remember of this machine goes with them', () => {
  const own = path.join(os.tmpdir(), 'warmup-lab-cache-')
  expect(cacheFolder().startsWith(own)).toBe(true)
  expect(readEngineOptions().cacheFolder).toBe(cacheFolder())
})
