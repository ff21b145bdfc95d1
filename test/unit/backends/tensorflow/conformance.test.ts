/** The claims about all backends, kept by graphs on TensorFlow's real library: operation by operation, and compiled by XLA where that takes little. */
import { readFileSync, readdirSync } from 'node:fs'
import { expect, it } from 'vitest'
import { describeTensorflow } from '../../../tensorflow.ts'
import { isTooFar, type Check } from '../conformance/check.ts'
import { conformanceChecks, SHORT } from '../conformance/checks.ts'
import { goldenChecks } from '../conformance/golden.ts'
import { libraryBackend } from './library-backend.ts'

const GOLDEN = new URL('../../../golden/', import.meta.url)
const recorded = new Map(
  readdirSync(GOLDEN)
    .filter((file) => file.endsWith('.json'))
    .map((file) => [file, readFileSync(new URL(file, GOLDEN), 'utf8')]),
)

async function expectKept({ run }: Check, isCompiled: boolean): Promise<void> {
  const differences = await run(await libraryBackend({ isCompiled }))
  expect(differences.length).toBeGreaterThan(0)
  expect(differences.filter(isTooFar)).toEqual([])
}

describeTensorflow.each([...conformanceChecks(SHORT), ['recorded', goldenChecks(recorded)] as const])(
  '%s, operation by operation',
  (_topic, checks) => {
    it.each(checks.map((check) => [check.claim, check] as const))('%s', (_claim, check) => expectKept(check, false))
  },
)

const COMPILED = ['train-lstm-double.json', 'train-nbrc.json', 'warmup-gru-double.json', 'vaa-mgu.json']

describeTensorflow('compiled by XLA', () => {
  const checks = goldenChecks(new Map(COMPILED.map((name) => [name, recorded.get(name)!])))
  it.each(checks.map((check) => [check.claim, check] as const))('%s', (_claim, check) => expectKept(check, true))
})
