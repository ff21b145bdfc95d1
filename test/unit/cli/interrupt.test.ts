/** Ctrl-C: once saves and pauses, twice stops at once, in every phase; either way the run goes on and ends with the bytes of an undisturbed one. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  jsonLines,
  lab,
  runsOf,
  smallRun,
  temporaryFolder,
  weightBytes,
  when,
  type LabResult,
  type Watch,
} from './lab.ts'
import { LINUX_LACK, describeUnless } from '../../needs.ts'

const INTERRUPTED = 130
/** So many that the signal comes long before the end. */
const ARGUMENTS = smallRun(400)

const calm = temporaryFolder()
beforeAll(async () => {
  const undisturbed = await lab(ARGUMENTS, calm)
  expect(undisturbed, undisturbed.stderr).toMatchObject({ code: 0 })
})

const metricsOf = (home: string): string =>
  readFileSync(path.join(home, 'runs', runsOf(home)[0]!, 'metrics.jsonl'), 'utf8')

/** What a shell calls the exit code; a second signal may reach a process that has saved and is already ending. */
function shellCode({ code, signal }: LabResult): number | null {
  return signal === null ? code : 128 + os.constants.signals[signal]
}

/** Runs with the watch; @returns what the process said, what the list of runs says of it then, and the home */
async function interrupt(watch: Watch) {
  const home = temporaryFolder()
  const ended = await lab(ARGUMENTS, home, null, watch)
  expect(shellCode(ended), ended.stderr).toBe(INTERRUPTED)
  const [listed] = jsonLines((await lab(['runs', '--json'], home)).stdout)
  return { home, stderr: ended.stderr, listed: listed! }
}

async function expectSameEnd(home: string): Promise<void> {
  const [run] = runsOf(home)
  const resumed = await lab(['resume', run!, '--json'], home)
  expect(resumed, resumed.stderr).toMatchObject({ code: 0 })
  expect(weightBytes(home, run!).equals(weightBytes(calm, runsOf(calm)[0]!))).toBe(true)
  expect(metricsOf(home)).toBe(metricsOf(calm))
}

describe('one signal saves and pauses', () => {
  it.each<[NodeJS.Signals, string]>([
    ['SIGINT', 'train-step'],
    ['SIGINT', 'warmup-step'],
    ['SIGTERM', 'train-step'],
  ])('%s at the first %s', async (signal, event) => {
    const { home, stderr, listed } = await interrupt(when('stdout', `"type":"${event}"`, (child) => child.kill(signal)))
    expect(stderr).toMatch(/^Saving; press Ctrl-C again to stop at once\.\nSaved\. Go on with: lab resume \S+\n$/)
    expect(listed).toMatchObject({ status: 'paused', error: null })
    const steps = metricsOf(home).split(`"type":"${event}"`).length - 1
    expect(steps).toBeGreaterThan(0)
    expect(metricsOf(calm).startsWith(metricsOf(home))).toBe(true)
    await expectSameEnd(home)
  })
})

describe('two signals stop at once', () => {
  it('when both come together', async () => {
    // Two of one kind that wait for a process are one; both of these mean the same to the lab.
    const both = (child: ChildProcess): void => {
      for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
    }
    const { home, listed } = await interrupt(when('stdout', '"type":"train-step"', both))
    // The system may hand one over after the other, and a small run saves fast.
    expect(['paused', 'crashed']).toContain(listed.status)
    expect(listed.error).toBeNull()
    await expectSameEnd(home)
  })

  it('when the second comes while the first is being answered', async () => {
    const first = when('stdout', '"type":"train-step"', (child) => child.kill('SIGINT'))
    const second = when('stderr', 'Saving', (child) => child.kill('SIGINT'))
    const { home, listed } = await interrupt((said, child) => {
      first(said, child)
      second(said, child)
    })
    // Which is faster, saving or the second signal, is the machine's affair.
    expect(['paused', 'crashed']).toContain(listed.status)
    expect(listed.error).toBeNull()
    await expectSameEnd(home)
  })
})

/** A command that does not end is ended by this, with another code. */
const HANGS_MS = 300_000
/** So many that no machine comes to the end. */
const ENDLESS = 1e9

/** A network whose states never come to rest, so that no exit ends a measure early. */
const RESTLESS = {
  name: 'restless',
  dataset: { kind: 'copy-first-input', steps: 10, counts: { train: 64, validation: 16, test: 16 } },
  layers: [{ cell: 'restless', units: 32 }],
  cells: { restless: "cell restless\nh' = tanh(6 * (U h) + W x)\ninit U, W: xavier" },
  strategies: ['none'],
  training: { steps: ENDLESS, batch: 8 },
  measures: { vaa: null, vaaStar: null },
  seeds: [0],
}

const AT_TRAINING = '"phase":"training"'
const ENDLESS_MEASURE = { measures: { vaa: { series: 4, convergenceSteps: ENDLESS, draws: 1 }, vaaStar: null } }
const { dataset } = RESTLESS

const PHASES: readonly (readonly [string, string, object])[] = [
  [
    'a warm-up',
    '"type":"warmup-step"',
    { layers: [{ cell: 'gru', units: 32 }], strategies: ['warmed-up'], warmup: { steps: ENDLESS } },
  ],
  ['the training', '"type":"train-step"', {}],
  ['a measure of 1e9 steps', AT_TRAINING, ENDLESS_MEASURE],
  [
    'the shuffling of 5 million series',
    AT_TRAINING,
    { dataset: { ...dataset, counts: { train: 5e6, validation: 16 } } },
  ],
  [
    'the test of 1e9 series',
    '"phase":"test"',
    { training: { steps: 1, batch: 8 }, dataset: { ...dataset, counts: { ...dataset.counts, test: ENDLESS } } },
  ],
]

function configFile(changes: object): string {
  const file = path.join(temporaryFolder(), 'restless.json')
  writeFileSync(file, JSON.stringify({ ...RESTLESS, ...changes }))
  return file
}

/** Processor time of a process, in clock ticks; one that has ended has had all of its own. */
function ticksOf(pid: number): number {
  if (!existsSync(`/proc/${pid}`)) return Infinity
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const [user, system] = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
  return Number(user) + Number(system)
}

/** Signals once the process has said `sign` and has computed on for half a second of its own, so that it is in the middle of what follows. */
function amidst(sign: string, signal: NodeJS.Signals): Watch {
  const signalLater = async (child: ChildProcess): Promise<void> => {
    const begin = ticksOf(child.pid!)
    while (ticksOf(child.pid!) < begin + 50) await setTimeout(10)
    child.kill(signal)
  }
  return when('stdout', sign, (child) => void signalLater(child))
}

describeUnless(LINUX_LACK)('in every phase', () => {
  it.each(PHASES)('two signals end %s at once', async (_, sign, changes) => {
    const first = amidst(sign, 'SIGINT')
    const second = when('stderr', 'Saving', (child) => child.kill('SIGINT'))
    const ended = await lab(['run', configFile(changes), '--json'], temporaryFolder(), HANGS_MS, (said, child) => {
      first(said, child)
      second(said, child)
    })
    expect(shellCode(ended), ended.stderr).toBe(INTERRUPTED)
  })

  it('one signal saves in the middle of a measure of 1e9 steps', async () => {
    const home = temporaryFolder()
    const file = configFile(ENDLESS_MEASURE)
    const watch = amidst(AT_TRAINING, 'SIGINT')
    const ended = await lab(['run', file, '--json'], home, HANGS_MS, watch)
    expect(ended, ended.stderr).toMatchObject({ code: INTERRUPTED, signal: null })
    expect(jsonLines((await lab(['runs', '--json'], home)).stdout)).toMatchObject([{ status: 'paused' }])
  })

  it('a terminal that closes, which tells its processes twice, has them save', async () => {
    const home = temporaryFolder()
    const first = when('stdout', '"type":"train-step"', (child) => child.kill('SIGHUP'))
    const second = when('stderr', 'Saving', (child) => child.kill('SIGHUP'))
    const ended = await lab(['run', configFile({}), '--json'], home, HANGS_MS, (said, child) => {
      first(said, child)
      second(said, child)
    })
    // The second may come when the command has saved and listens no more.
    expect([INTERRUPTED, 128 + os.constants.signals.SIGHUP]).toContain(shellCode(ended))
    expect(jsonLines((await lab(['runs', '--json'], home)).stdout)).toMatchObject([{ status: 'paused' }])
  })
})

it('more series than a list of them fits in memory are refused before a run is made', async () => {
  const home = temporaryFolder()
  const file = configFile({ dataset: { ...dataset, counts: { train: 5e9 } } })
  const { code, stderr } = await lab(['run', file, '--json'], home, HANGS_MS)
  expect(code).toBe(2)
  expect(jsonLines(stderr)).toMatchObject([{ type: 'error', code: 'config' }])
  expect(stderr).toContain('dataset.counts.train')
  expect(runsOf(home)).toEqual([])
})
