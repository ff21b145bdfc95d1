/** How vitest runs the tests of every folder: plain Node, one process a file, as many at a time as there are cores, two at least. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { PATIENCE_MS, TEST_PATIENCE_MS } from './patience.ts'

const root = join(import.meta.dirname, '..')

export default defineConfig({
  root,
  cacheDir: join(root, 'node_modules', '.cache', 'vite'),
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    watch: false,
    pool: 'forks', // tests kill writers and set V8's flags: a process each, never a shared one
    maxWorkers: Math.max(2, availableParallelism()),
    testTimeout: TEST_PATIENCE_MS,
    hookTimeout: TEST_PATIENCE_MS,
    expect: { poll: { timeout: PATIENCE_MS, interval: 50 } },
  },
})
