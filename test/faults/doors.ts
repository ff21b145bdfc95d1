/**
 * `npm run faults:doors`: a served lab in a process of its own, attacked for some minutes: connections reset at random places, malformed
 * messages, 200 windows at once, and a page of another origin in a real Chromium that opens and drops sockets. Meanwhile it trains, and is
 * asked. Prints what was seen; exits 1 when a bound is missed. `--share 0.1` does a tenth, for a try.
 */
import { readdir, readFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { RandomStream } from '../../shared/numerics/random.ts'
import { launchChromium, serveLab, type ServedLab } from '../browser/served-lab.ts'
import { bitsOf, disturbedConfig, type RunBits } from './disturbed-run.ts'
import { doorOf, type Door } from './door.ts'
import { openAndDropPages, serveForeignSite } from './foreign-page.ts'
import { MALFORMED_KINDS, sendMalformed } from './malformed-messages.ts'
import { startProbe } from './probe.ts'
import { resetAt, RESET_STAGES } from './reset-stages.ts'
import { ScriptWindow } from './script-window.ts'

const { values } = parseArgs({
  options: { share: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
})
const share = Number(values.share)
const RESETS = Math.ceil(5000 * share)
const MALFORMED = Math.ceil(13_000 * share)
const WINDOWS = 200
const COMMANDS_PER_WINDOW = Math.ceil(20 * share)
const FOREIGN_MS = 120_000 * share
const ATTEMPTS_PER_PAGE = 40
const CALM_MS = 10_000
const WARM_UP = { resets: 500, messages: 1300 }
const AT_ONCE = 16
/** On a machine that does nothing else. */
const SLOWEST_MS = 1000
const MOST_GROWTH_BYTES = 64 << 20
const SETTLE_MS = 10_000
const LOOK_EVERY_MS = 500
const CONFIG = disturbedConfig(2000)
const ASSETS = path.join(import.meta.dirname, '..', '..', 'dist', 'app', 'renderer', 'assets')

/** One for each connection: which draws it gets does not depend on when it has its turn. */
const randomAt = (index: number): RandomStream => new RandomStream(Number(values.seed), 'preview', index)
let missedCount = 0

function tell(what: string, seen: string, bound = '', holds = true): void {
  process.stdout.write(`${what.padEnd(34)} ${seen.padEnd(44)} ${bound}${holds ? '' : '  MISSED'}\n`)
  if (!holds) missedCount++
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** So many at a time, until there is no more. */
async function inParallel(count: number, one: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await one(next++)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

async function largestAsset(): Promise<string> {
  const names = await readdir(ASSETS)
  const sized = await Promise.all(
    names.map(async (name) => ({ name, size: (await readFile(path.join(ASSETS, name))).length })),
  )
  return `/assets/${sized.sort((a, b) => b.size - a.size)[0]!.name}`
}

async function resetConnections(door: Door, count: number, largeFile: string): Promise<void> {
  await inParallel(count, (index) =>
    resetAt(
      RESET_STAGES[index % RESET_STAGES.length]!,
      door,
      largeFile,
      index % 2 === 0 ? 1 : randomAt(index).uniform(),
    ),
  )
}

/** @returns how many were not answered as they must be, by kind and outcome */
async function sendMalformedMessages(door: Door, count: number): Promise<string[]> {
  const wrong: string[] = []
  await inParallel(count, async (index) => {
    const { name, expected, make } = MALFORMED_KINDS[index % MALFORMED_KINDS.length]!
    const outcome = await sendMalformed(door, make(randomAt(index)))
    if (outcome !== expected) wrong.push(`${name}: ${outcome}`)
  })
  return wrong
}

async function openManyWindows(door: Door, commands: number): Promise<void> {
  const windows = await Promise.all(Array.from({ length: WINDOWS }, () => ScriptWindow.open(door)))
  await Promise.all(
    windows.map(async (window) => {
      for (let time = 0; time < commands; time++) await window.execute('lab.snapshot', {})
    }),
  )
  await Promise.all(windows.map((window) => window.close()))
}

/** One run from its start to its end. @returns its bits */
async function train(window: ScriptWindow, home: string): Promise<RunBits> {
  const { runIds } = await window.execute('run.start', { config: CONFIG })
  for (;;) {
    await sleep(LOOK_EVERY_MS)
    const { summary } = await window.execute('run.read', { runId: runIds[0]! })
    if (summary.state !== 'queued' && summary.state !== 'running') break
  }
  await sleep(LOOK_EVERY_MS) // its last row may still be on its way
  return bitsOf(home, runIds[0]!)
}

interface Resources {
  readonly residentBytes: number
  readonly openFiles: number
}

/** After what was done is over: the least of some seconds. */
async function settled({ process: { pid } }: ServedLab): Promise<Resources> {
  let least: Resources = { residentBytes: Infinity, openFiles: Infinity }
  for (const end = performance.now() + SETTLE_MS; performance.now() < end; await sleep(LOOK_EVERY_MS)) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const residentBytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)![1]) * 1024
    const openFiles = (await readdir(`/proc/${pid}/fd`)).length
    least = {
      residentBytes: Math.min(least.residentBytes, residentBytes),
      openFiles: Math.min(least.openFiles, openFiles),
    }
  }
  return least
}

/** Asks the lab while something is done to it, and tells how long that took and how long the answers did. */
async function attack(what: string, work: () => Promise<unknown>): Promise<void> {
  const endProbe = await startProbe(lab.address)
  const begin = performance.now()
  await work()
  tell(what, `in ${((performance.now() - begin) / 1000).toFixed(0)} s`)
  const { elapsedMs, failure } = await endProbe()
  const inOrder = [...elapsedMs].sort((a, b) => a - b)
  const [median, slowest] = [inOrder[inOrder.length >> 1] ?? NaN, inOrder.at(-1) ?? NaN]
  const seen = `${inOrder.length}, median ${median.toFixed(0)} ms, slowest ${slowest.toFixed(0)} ms ${failure}`
  tell('  answers meanwhile', seen, `< ${SLOWEST_MS} ms`, failure === '' && slowest < SLOWEST_MS)
}

if (process.platform !== 'linux')
  throw new Error('Memory and open files are read from /proc: this suite runs on Linux.')
const lab = await serveLab()
const browser = await launchChromium()
try {
  const door = doorOf(lab.address)
  const site = await serveForeignSite(door)
  const largeFile = await largestAsset()
  const trainer = await ScriptWindow.open(door)
  const calm = await train(trainer, lab.home)

  // What a lab takes once, it takes before it is measured.
  await resetConnections(door, WARM_UP.resets, largeFile)
  await sendMalformedMessages(door, WARM_UP.messages)
  await openManyWindows(door, 1)
  const before = await settled(lab)

  let isOver = false
  const runs: RunBits[] = []
  const training = (async () => {
    while (!isOver) runs.push(await train(trainer, lab.home))
  })()

  tell('load of this machine, its cores', `${os.loadavg()[0]!.toFixed(1)}, ${os.cpus().length}`)
  await attack('nothing but training', () => sleep(CALM_MS))
  await attack(`${RESETS} connections reset`, () => resetConnections(door, RESETS, largeFile))
  let wrong: string[] = []
  await attack(`${MALFORMED} malformed messages`, async () => (wrong = await sendMalformedMessages(door, MALFORMED)))
  tell(
    '  answered otherwise than they must',
    `${wrong.length} ${wrong.slice(0, 5).join('; ')}`,
    '0',
    wrong.length === 0,
  )
  await attack(`${WINDOWS} windows at once`, () => openManyWindows(door, COMMANDS_PER_WINDOW))
  let attempts = 0
  const foreignEnd = performance.now() + FOREIGN_MS
  await attack('a foreign page in Chromium', async () => {
    attempts = await openAndDropPages(browser, site, ATTEMPTS_PER_PAGE, () => performance.now() > foreignEnd)
  })
  tell('  sockets and requests that it made', `${attempts}`)

  isOver = true
  await training
  const same = runs.filter((bits) => JSON.stringify(bits) === JSON.stringify(calm)).length
  tell('runs with the bits of a calm one', `${same} of ${runs.length}`, 'all', same === runs.length && same > 0)
  const after = await settled(lab)
  const growth = after.residentBytes - before.residentBytes
  const inMiB = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`
  tell(
    'memory before and after',
    `${inMiB(before.residentBytes)}, ${inMiB(after.residentBytes)}`,
    `growth < ${inMiB(MOST_GROWTH_BYTES)}`,
    growth < MOST_GROWTH_BYTES,
  )
  tell(
    'open files before and after',
    `${before.openFiles}, ${after.openFiles}`,
    'no more',
    after.openFiles <= before.openFiles,
  )
  await trainer.close()
  await site.close()
} finally {
  await browser.close()
  await lab.close()
}
if (missedCount > 0) {
  process.stdout.write(`${missedCount} bounds are missed.\n`)
  process.exitCode = 1
}
