/** Golden cases and the suite of claims that every backend keeps, on the adapter: each claim's verdict, with what differs and by how much. */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Backend } from '../../../shared/backends/backend.ts'
import { isTooFar, type Check } from '../../unit/backends/conformance/check.ts'
import { conformanceChecks } from '../../unit/backends/conformance/checks.ts'
import { goldenChecks } from '../../unit/backends/conformance/golden.ts'
import type { Report } from './report.ts'
import type { Section } from './section.ts'

const GOLDEN_FOLDER = path.join(import.meta.dirname, '..', '..', 'golden')

export const goldenSection: Section = {
  name: 'golden cases',
  limitSeconds: 60,
  run: async ({ report, scale, openBackend }) => {
    const texts = readdirSync(GOLDEN_FOLDER)
      .filter((file) => scale.golden.test(file))
      .map((file): [string, string] => [file, readFileSync(path.join(GOLDEN_FOLDER, file), 'utf8')])
    await runChecks('golden', goldenChecks(new Map(texts)), await openBackend('likeliest'), report)
  },
}

export const claimsSection: Section = {
  name: 'claims and random cells',
  limitSeconds: 100,
  run: async ({ report, scale, openBackend }) => {
    const backend = await openBackend('likeliest')
    for (const [topic, checks] of conformanceChecks(scale.cells)) await runChecks(topic, checks, backend, report)
  },
}

/** One that throws is one that is not kept; the others are run all the same. */
async function runChecks(topic: string, checks: readonly Check[], backend: Backend, report: Report): Promise<void> {
  for (const { claim, run } of checks) {
    const start = performance.now()
    const { failures, worst } = await judge(run, backend)
    const ms = performance.now() - start
    const word = failures.length === 0 ? 'ok    ' : 'FAILED'
    report.add(`${word} ${topic}: ${claim}${failures.map((failure) => `\n         ${failure}`).join('')}`, {
      ...{ topic, claim, ok: failures.length === 0, failures, worst, ms },
    })
  }
}

/** @returns `worst`: the largest error as a share of what is allowed */
async function judge(
  run: Check['run'],
  backend: Backend,
): Promise<{ readonly failures: readonly string[]; readonly worst: number }> {
  try {
    const differences = await run(backend)
    return {
      failures: differences
        .filter(isTooFar)
        .map(({ of, error, allowed }) => `${of}: ${error.toExponential(1)}, allowed ${allowed.toExponential(1)}`),
      worst: differences.reduce((most, { error, allowed }) => Math.max(most, allowed > 0 ? error / allowed : 0), 0),
    }
  } catch (error) {
    return { failures: [error instanceof Error ? error.message : String(error)], worst: Infinity }
  }
}
