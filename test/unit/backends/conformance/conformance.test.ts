/** Every claim of the suite on every backend that runs here. A backend is tested by being in the list. */
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../../shared/backends/backend.ts'
import { referenceBackend } from '../../../../shared/backends/reference/reference-backend.ts'
import { createWasmBackend } from '../../../../shared/backends/wasm/wasm-backend.ts'
import { isTooFar } from './check.ts'
import { conformanceChecks, WHOLE } from './checks.ts'

const BACKENDS: readonly Backend[] = [referenceBackend, createWasmBackend()]

describe.each(BACKENDS)('on $name', (backend) => {
  describe.each([...conformanceChecks(WHOLE)])('%s', (_topic, checks) => {
    it.each(checks.map(({ claim, run }) => [claim, run] as const))('%s', async (_claim, run) => {
      const differences = await run(backend)
      expect(differences.length).toBeGreaterThan(0)
      expect(differences.filter(isTooFar)).toEqual([])
    })
  })
})
