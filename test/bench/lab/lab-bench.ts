/** `npm run bench:lab`: cold starts, how a long run opens, what an open window costs a run, and a lab with 20,000 runs. Prints the figures beside their targets; progress goes to stderr. */
import os from 'node:os'
import { parseArgs } from 'node:util'
import { print, printJson } from '../../../main/cli/output.ts'
import { findTestElectron } from '../../desktop/electron-lab.ts'
import { describeMachine, measureBusyCores } from '../machine.ts'
import { measureDesktopStarts, measurePageStarts } from './cold-start.ts'
import { measureLoad } from './load.ts'
import { measureOpening } from './open-run.ts'
import { measureRuns } from './runs.ts'
import { median } from './statistics.ts'

const USAGE = `usage: npm run bench:lab -- [--rounds N] [--pairs N] [--seconds N] [--threads N] [--only start|load|open|runs] [--json]

  --rounds N     cold starts of each kind, and openings of each long run; default 7
  --pairs N      alternated pairs of the load test; default 10
  --seconds N    of each half of a pair; default 60, so that the window is open for ten minutes
  --runs N       of the lab with many; default 20000, made once and kept in node_modules/.cache
  --threads N    of the engine in the load test; default 1, which leaves a core for drawing, and then every core for a fifth of the pairs
`

interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  /** Null: reported only. */
  readonly below: number | null
}

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    pairs: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '60' },
    threads: { type: 'string', default: '1' },
    runs: { type: 'string', default: '20000' },
    only: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})

const progress = (line: string): void => void process.stderr.write(`${line}\n`)

const ALL_CORES = os.availableParallelism()

async function measureLoadOn(program: string, threads: number, pairCount: number): Promise<Figure[]> {
  const load = await measureLoad(program, pairCount, 1000 * Number(values.seconds), threads, progress)
  const isJudged = threads === 1
  return [
    {
      name: `steps logged, window open, ${threads} thread(s)`,
      value: median(load.pairs.map(({ openStepsPerSecond }) => openStepsPerSecond)),
      unit: '/s',
      below: null,
    },
    { name: `window open, ${threads} thread(s)`, value: load.openMs / 1000, unit: 's', below: null },
    {
      name: `slowdown by the open window, median of the pairs, ${threads} thread(s)`,
      value: 100 * median(load.pairs.map(({ slowdown }) => slowdown)),
      unit: '%',
      below: isJudged ? 5 : null,
    },
    { name: `frame time, median, ${threads} thread(s)`, value: load.frameMsP50, unit: 'ms', below: null },
    {
      name: `frame time, 95th percentile, ${threads} thread(s)`,
      value: load.frameMsP95,
      unit: 'ms',
      below: isJudged ? 33 : null,
    },
  ]
}

async function measure(): Promise<Figure[]> {
  const figures: Figure[] = []
  const electron = await findTestElectron()
  if (electron.program === null) progress(`no desktop: ${electron.why}`)
  const measures = (what: 'start' | 'load' | 'open' | 'runs'): boolean =>
    values.only === undefined || values.only === what
  if (measures('runs')) figures.push(...(await runFigures(Number(values.runs))))
  if (measures('open'))
    for (const { name, openMs } of await measureOpening(Number(values.rounds), progress))
      figures.push({ name: `a run opens, ${name}`, value: median(openMs), unit: 'ms', below: 1000 })
  if (measures('start')) {
    const pages = await measurePageStarts(Number(values.rounds))
    progress(`served page, ms: ${pages.map((ms) => ms.toFixed(0)).join(' ')}`)
    figures.push({ name: 'served page, address to usable', value: median(pages), unit: 'ms', below: 1000 })
    if (electron.program !== null) {
      const starts = await measureDesktopStarts(electron.program, Number(values.rounds))
      progress(`desktop, ms: ${starts.map((ms) => ms.toFixed(0)).join(' ')}`)
      figures.push({ name: 'desktop, process to usable window', value: median(starts), unit: 'ms', below: 2500 })
    }
  }
  if (measures('load') && electron.program !== null) {
    const pairs = Number(values.pairs)
    figures.push(...(await measureLoadOn(electron.program, Number(values.threads), pairs)))
    // With a thread on every core the window has to share one: told, without a target.
    if (values.threads === '1')
      figures.push(...(await measureLoadOn(electron.program, ALL_CORES, Math.ceil(pairs / 5))))
  }
  return figures
}

async function runFigures(runCount: number): Promise<Figure[]> {
  const result = await measureRuns(runCount, progress)
  const figure = (name: string, value: number, unit: string, below: number | null): Figure => ({
    name: `${runCount} runs: ${name}`,
    value,
    unit,
    below,
  })
  return [
    figure('index made from the folders', result.rebuildMs / 1000, 's', 60),
    figure('index opened, first rows there', result.openMs, 'ms', 1000),
    figure('index opened, every folder looked at', result.verifiedMs, 'ms', 1000),
    figure('slowest order', result.sortMs, 'ms', 100),
    figure('slowest filter', result.filterMs, 'ms', 100),
    figure('slowest by configuration', result.groupMs, 'ms', 100),
    figure('press on a header to the frame with the rows', result.pageSortMs, 'ms', 100),
    figure('letter in the search to the frame with the rows', result.pageSearchMs, 'ms', 100),
    figure('press on “By configuration” to the frame with the means', result.pageGroupMs, 'ms', 100),
    ...result.scrolls.flatMap(({ what, frameMsMax, frameMsP95 }) => [
      figure(`longest frame while scrolled (${what})`, frameMsMax, 'ms', 33),
      figure(`frame while scrolled, 95th percentile (${what})`, frameMsP95, 'ms', null),
    ]),
    figure('longest frame of an empty page here', result.idleFrameMsMax, 'ms', null),
    figure('heap of the page', result.heapBytes / 1e6, 'MB', null),
    ...(result.rendererBytes === null ? [] : [figure('memory of the renderer', result.rendererBytes / 1e6, 'MB', 400)]),
  ]
}

if (values.help) print(USAGE.trimEnd())
else {
  const busyBefore = await measureBusyCores()
  const figures = await measure()
  const busyCores = [busyBefore, await measureBusyCores()]
  if (values.json) printJson({ machine: describeMachine(), busyCores, figures })
  else {
    for (const line of describeMachine()) print(line)
    print(
      `cores that other processes kept busy before and after: ${busyCores.map((count) => count.toFixed(1)).join(', ')}`,
    )
    for (const { name, value, unit, below } of figures) {
      const verdict =
        below === null ? '' : value < below ? `  (target < ${below}: met)` : `  (target < ${below}: MISSED)`
      print(`${name}: ${value.toPrecision(3)} ${unit}${verdict}`)
    }
  }
}
