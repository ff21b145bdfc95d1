/** How vitest runs the tests of every folder: plain Node, one process a file, as many at a time as there are cores, two at least. */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { PATIENCE_MS, TEST_PATIENCE_MS } from './patience.ts'

const root = join(import.meta.dirname, '..')

/** What takes a minute and more: begun first, so that none of them is left alone at the end. */
const LONG_FILES = [
  'unit/backends/tensorflow/conformance.test.ts',
  'gpu/engine.test.ts',
  'desktop/shell.test.ts',
  'unit/backends/webgpu/recurrence.test.ts',
  'desktop/webgpu.test.ts',
  'gpu/engine-page.test.ts',
]

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = LONG_FILES.findIndex((file) => moduleId.endsWith(`/test/${file}`))
      return index < 0 ? LONG_FILES.length : index
    }
    return (await super.sort(files)).sort((a, b) => place(a) - place(b))
  }
}

export default defineConfig({
  root,
  cacheDir: join(root, 'node_modules', '.cache', 'vite'),
  test: {
    environment: 'node',
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/own-cache.ts',
    watch: false,
    expect: { requireAssertions: true, poll: { timeout: PATIENCE_MS, interval: 50 } },
    pool: 'forks', // tests kill writers and set V8's flags: a process each, never a shared one
    maxWorkers: Math.max(2, availableParallelism()),
    sequence: { sequencer: LongFirst },
    testTimeout: TEST_PATIENCE_MS,
    hookTimeout: TEST_PATIENCE_MS,
  },
})
