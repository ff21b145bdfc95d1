/** `npm run bench`: runs the chosen cases one after another and prints what they leave; progress goes to stderr. */
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { formatNumber, print, printJson } from '../../main/cli/output.ts'
import { chromeTrace } from '../../shared/backends/trace.ts'
import { LabError } from '../../shared/errors/errors.ts'
import type { Bench, BenchCase } from './bench-case.ts'
import { startBusyCore, type BusyCore } from './busy-core.ts'
import { openBackend, type OpenedBackend } from './engines.ts'
import { describeMachine, measureBusyCores } from './machine.ts'
import { readOptions, USAGE, type BenchOptions } from './options.ts'
import { startPeers } from './peers.ts'
import { benchCases, selectCases } from './registry.ts'
import type { BenchResult, ResultGroup, ResultGroups } from './result.ts'
import { markdownReport } from './table.ts'
import { startTilePeak, type TilePeak } from './tile-peak.ts'

/** Above it, warn: what a quiet machine's services use. */
const TOLERATED_BUSY_CORES = 0.2

function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** Opens each number of threads once. */
function createOpener(): Bench['open'] {
  const opened = new Map<number, Promise<OpenedBackend>>()
  return (threads) => {
    const known = opened.get(threads) ?? openBackend(threads)
    opened.set(threads, known)
    return known
  }
}

async function runCases(cases: readonly BenchCase[], bench: Bench, json: boolean): Promise<ResultGroups> {
  const groups: Record<ResultGroup, BenchResult[]> = { training: [], programs: [], scaling: [] }
  for (const [index, benchCase] of cases.entries()) {
    progress(`${index + 1}/${cases.length}  ${benchCase.name}`)
    for (const result of await benchCase.run(bench)) {
      groups[benchCase.group].push(result)
      if (json) printJson(result)
      const speed = result.gflops === null ? '' : `, ${formatNumber(result.gflops)} GFLOP/s`
      progress(`  ${result.case}: ${formatNumber(result.stepMs)} ms${speed}`)
    }
  }
  return groups
}

/** @param busyShare of a core that the process of --busy has got; null without it */
function describeSession(
  { rounds, tilePeak, peers }: Bench,
  othersBusy: readonly number[],
  busyShare: number | null,
): string[] {
  return [
    ...describeMachine(),
    `cores that other processes kept busy before and after: ${othersBusy.map((count) => count.toFixed(1)).join(', ')}`,
    ...(busyShare === null
      ? []
      : [`a process of our own kept one core busy meanwhile (--busy): it got ${busyShare.toFixed(2)} of one`]),
    `${rounds} rounds in which all contestants take turns; medians`,
    `peak: the best register tile (${tilePeak.tile}) in the same rounds, times our threads`,
    ...(peers.length > 0 ? [`peers: ${peers.map(({ name }) => name).join(', ')}`] : []),
  ]
}

/** Cores that others keep busy; says so when they are too many. */
async function watchOthers(): Promise<number> {
  const busyCores = await measureBusyCores()
  if (busyCores > TOLERATED_BUSY_CORES)
    progress(`warning: other processes keep ${busyCores.toFixed(1)} cores busy; do not trust these figures`)
  return busyCores
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2))
  if (options.help) return print(USAGE.trimEnd())
  if (options.list) return print(benchCases.map(({ name }) => name).join('\n'))
  const cases = selectCases(options.cases)
  const busyBefore = await watchOthers()
  const peers = options.peers ? await startPeers(progress) : []
  let tilePeak: TilePeak | null = null
  let busyCore: BusyCore | null = null
  try {
    progress('looking for the best register tile')
    tilePeak = await startTilePeak()
    if (options.busy) busyCore = await startBusyCore()
    const { rounds, threads } = options
    const bench: Bench = { rounds, threads, peers, tilePeak, traces: [], open: createOpener() }
    const groups = await runCases(cases, bench, options.json)
    if (options.trace !== null) await writeFile(options.trace, chromeTrace(bench.traces))
    const busyShare = busyCore && (await busyCore.share())
    busyCore?.close()
    await report(describeSession(bench, [busyBefore, await watchOthers()], busyShare), groups, options)
  } finally {
    busyCore?.close()
    tilePeak?.close()
    for (const peer of peers) peer.close()
  }
}

async function report(session: readonly string[], groups: ResultGroups, { json, out }: BenchOptions): Promise<void> {
  const markdown = markdownReport(session, groups)
  if (!json) print(markdown)
  if (out === null) return
  await mkdir(out, { recursive: true })
  await writeFile(path.join(out, 'bench.md'), `# Benchmark\n\n${markdown}`)
  await writeFile(path.join(out, 'bench.json'), `${JSON.stringify({ session, ...groups }, null, 2)}\n`)
}

try {
  await main()
} catch (error) {
  if (!(error instanceof LabError)) throw error
  progress(`error [${error.code}]: ${error.message}`)
  process.exitCode = error.exitCode
}
