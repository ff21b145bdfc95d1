/** Ctrl-C: once saves and pauses, twice stops at once; either way the run goes on and ends with the bytes of an undisturbed one. */
import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
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
  it('without saving when both are seen together', async () => {
    // Two of one kind that wait for a process are one; both of these mean the same to the lab.
    const both = (child: ChildProcess): void => {
      for (const signal of ['SIGSTOP', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
    }
    const { home, stderr, listed } = await interrupt(when('stdout', '"type":"train-step"', both))
    expect(stderr).toBe('Saving; press Ctrl-C again to stop at once.\n')
    expect(listed).toMatchObject({ status: 'crashed', error: null })
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
