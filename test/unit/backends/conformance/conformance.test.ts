/**
 * Every claim of the suite on the processor's engines, and where those of the other backends are checked: whoever adds a name to the table is asked
 * for a line here.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { backendEntry } from '../../../../main/engine/backends/table.ts'
import { readEngineOptions } from '../../../../main/engine/engine-options.ts'
import type { Backend } from '../../../../shared/backends/backend.ts'
import type { BackendName } from '../../../../shared/backends/names.ts'
import { conformanceChecks, WHOLE } from './checks.ts'
import { describeClaims } from './describe-claims.ts'

/** Files under test/: what needs more than a processor has tests of its own. */
const CHECKED_IN: Readonly<Record<BackendName, string>> = {
  reference: 'unit/backends/conformance/conformance.test.ts',
  wasm: 'unit/backends/conformance/conformance.test.ts',
  webgpu: 'gpu/engine.test.ts',
  tensorflow: 'unit/backends/tensorflow/conformance.test.ts',
}

describe.each([
  ['reference', '1'],
  ['wasm', '1'],
  ['wasm', '3'],
])('%s on %s threads', (name, threads) => {
  let backend: Backend
  beforeAll(async () => {
    backend = await backendEntry(name).load(readEngineOptions({ threads }))
  })
  describeClaims(() => backend, conformanceChecks(WHOLE))
})

it.each(Object.entries(CHECKED_IN))('the claims are checked on %s', (_name, file) => {
  expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).toContain('describeClaims(')
})
