/**
 * `npm test`: types, lint, format and every test, one after another, each under a heading; the last line is the sum
 * `N passed, N failed, N skipped`. Types, lint and format count as one each. With arguments (paths, vitest's flags)
 * only vitest runs, on those. The commands of the first three stand in package.json's scripts. What was skipped is told with its reason (needs.ts);
 * a test that was skipped without one counts as failed.
 */
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from './needs.ts'

interface Counts {
  passed: number
  failed: number
  skipped: number
}

/** What is read of vitest's JSON report. */
interface VitestReport {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
  }[]
}

const root = join(import.meta.dirname, '..')
const cacheFolder = join(root, 'node_modules', '.cache')
const reportFile = join(cacheFolder, 'vitest-report.json')

/** Runs this Node with these arguments in the repository's root, its output passed through. */
function succeeds(nodeArguments: readonly string[]): boolean {
  return spawnSync(process.execPath, nodeArguments, { cwd: root, stdio: 'inherit' }).status === 0
}

/** One of package.json's scripts, counted as one. */
function runScript(name: string): Counts {
  const ok = succeeds(['--run', name])
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

function runVitest(selection: readonly string[]): Counts {
  mkdirSync(cacheFolder, { recursive: true })
  rmSync(reportFile, { force: true })
  const ok = succeeds([
    join(root, 'node_modules', 'vitest', 'vitest.mjs'),
    ...['run', '--config', join('test', 'vitest.config.ts')],
    ...['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`],
    ...selection,
  ])
  const counts = countTests()
  // No test file, an error outside of any test, a killed vitest: nothing in the report failed, yet the run did.
  if (!ok && counts.failed === 0) counts.failed = 1
  return counts
}

/** How many tests were left out, by reason. */
const leftOut = new Map<string, number>()
/** Names of those that were skipped without one. */
const silent: string[] = []

function countTests(): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 }
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8')) as VitestReport
  } catch (error) {
    process.stderr.write(`vitest left no readable report: ${String(error)}\n`)
    return { ...counts, failed: 1 }
  }
  for (const file of report.testResults) {
    const statuses = file.assertionResults.map(({ status }) => status)
    const failed = statuses.filter((status) => status === 'failed').length
    const passed = statuses.filter((status) => status === 'passed').length
    counts.passed += passed
    counts.failed += file.status === 'failed' ? Math.max(1, failed) : failed // a file that does not load has no tests
    counts.skipped += statuses.length - passed - failed
    // Of a file that failed, the rest may not have been reached.
    if (file.status === 'failed' || isPicked) continue
    for (const { fullName } of file.assertionResults.filter(({ status }) => status !== 'passed')) {
      const reason = reasonOf(fullName)
      if (reason === null) silent.push(fullName)
      else leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1)
    }
  }
  counts.failed += silent.length
  counts.skipped -= silent.length
  return counts
}

// The hundreds of commands and threads that tests start compile the same files.
process.env['NODE_COMPILE_CACHE'] ??= join(cacheFolder, 'compiled')

const selection = process.argv.slice(2)
/** By name: vitest skips the others. */
const isPicked = selection.some((argument) => /^(-t\b|--testNamePattern\b)/.test(argument))
const steps: readonly (readonly [heading: string, run: () => Counts])[] = [
  ...(selection.length > 0
    ? []
    : ([
        ['Types', () => runScript('types')],
        ['Lint', () => runScript('lint')],
        ['Format', () => runScript('format:check')],
      ] as const)),
  ['Tests', () => runVitest(selection)],
]

const total: Counts = { passed: 0, failed: 0, skipped: 0 }
const failedSteps: string[] = []
for (const [heading, run] of steps) {
  process.stdout.write(`\n== ${heading} ==\n`)
  const counts = run()
  if (counts.failed > 0) failedSteps.push(heading.toLowerCase())
  total.passed += counts.passed
  total.failed += counts.failed
  total.skipped += counts.skipped
}
for (const [reason, count] of leftOut) process.stdout.write(`\nLeft out, ${count}: ${reason}.\n`)
for (const name of silent) process.stdout.write(`\nSkipped without a reason (test/needs.ts): ${name}\n`)
if (failedSteps.length > 0) process.stdout.write(`\nFailed: ${failedSteps.join(', ')}.\n`)
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`)
process.exitCode = total.failed > 0 ? 1 : 0
