/** The suite as tests of vitest: wherever a backend can be had, one line checks it whole. */
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../../shared/backends/backend.ts'
import { isTooFar, type Check } from './check.ts'

/**
 * @param backend asked by each test, so that it may be opened before them
 * @param topics of `conformanceChecks`
 */
export function describeClaims(
  backend: () => Backend | Promise<Backend>,
  topics: ReadonlyMap<string, readonly Check[]>,
): void {
  describe.each([...topics])('%s', (_topic, checks) => {
    it.each(checks.map(({ claim, run }) => [claim, run] as const))('%s', async (_claim, run) => {
      const differences = await run(await backend())
      expect(differences.length).toBeGreaterThan(0)
      expect(differences.filter(isTooFar)).toEqual([])
    })
  })
}
