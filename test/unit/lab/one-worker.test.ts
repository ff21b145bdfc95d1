/** A sweep is made and run by one process at a time: terminals and labs at the same home, real processes each. */
import type { ChildProcess } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { EngineHost } from '../../../main/engine/host/engine-host.ts'
import { jsonLines, lab as terminal, runsOf, when } from '../cli/lab.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { SweepSummary } from '../../../shared/protocol/sweep-views.ts'
import { LONG_CONFIG, openLab, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const TINY = { ...SMALL_CONFIG, strategies: ['none'], measures: { vaa: null, vaaStar: null } }
/** Some seconds each: long enough to come second, short enough to wait for. */
const SLOW = { ...TINY, training: { steps: 1200, batch: 8 } }
const AXES = { grid: { 'layers.*.cell': ['gru', 'mgu'], 'dataset.steps': [8, 12] } }
const POINT_COUNT = 4

const stateIs =
  (sweepId: string, ...states: SweepSummary['state'][]) =>
  (event: LabEvent): boolean =>
    event.type === 'sweep' && event.sweep.id === sweepId && states.includes(event.sweep.state)

const isLateTraining = (event: LabEvent): event is Extract<LabEvent, { type: 'run-events' }> =>
  event.type === 'run-events' && event.firstIndex > 0

/** A sweep that is written down and nobody runs. */
async function pausedSweep({ run, until }: TestLab, config: object): Promise<string> {
  const { sweepId } = await run('sweep.start', { definition: { name: 'shared', config, ...AXES } })
  await run('sweep.pause', { sweepId })
  await until((event) => event.type === 'queue' && event.queue.length === 0)
  return sweepId
}

interface SweepFile {
  readonly runIds: readonly (readonly string[] | null)[]
}

const sweepFile = (home: string, id: string): SweepFile =>
  JSON.parse(readFileSync(path.join(home, 'sweeps', `${id}.json`), 'utf8')) as SweepFile

/** Every run of the home stands once in the sweep, and has ended well: none was made twice or overwritten. */
function expectWhole(home: string, id: string): void {
  const named = sweepFile(home, id).runIds.flatMap((runIds) => runIds ?? [])
  expect([...named].sort()).toEqual(runsOf(home).sort())
  expect(named).toHaveLength(POINT_COUNT)
  for (const run of named) {
    const record = JSON.parse(readFileSync(path.join(home, 'runs', run, 'run.json'), 'utf8')) as { status: string }
    expect(record.status).toBe('finished')
  }
  expect(existsSync(path.join(home, 'sweeps', `${id}.lock`))).toBe(false)
}

describe('a sweep has one worker', () => {
  it('of two terminals at once, one makes the runs and the other is told who does', async () => {
    const opened = await openLab()
    const { home } = opened
    const id = await pausedSweep(opened, LONG_CONFIG)
    const children: ChildProcess[] = []
    const both = [0, 1].map((index) =>
      terminal(['sweep', id, '--json'], home, null, (_, child) => (children[index] = child)),
    )
    const second = await Promise.race(both.map(async (ended, index) => ({ index, ...(await ended) })))
    expect(second.code).toBe(1)
    const worker = 1 - second.index
    expect(second.stderr).toContain('another process is running this sweep.')
    expect(second.stderr).toContain(`process ${children[worker]!.pid} on ${os.hostname()}`)
    expect(second.stderr).toContain('Ctrl-C in its terminal')
    expect(jsonLines(second.stdout).filter(({ type }) => type === 'run')).toEqual([])
    await expect.poll(() => runsOf(home).length).toBe(1)
    children[worker]!.kill('SIGINT')
    expect(await both[worker]).toMatchObject({ code: 130 })
    expect(sweepFile(home, id).runIds).toEqual([runsOf(home), null, null, null])
  })

  it('shows the terminal that runs it, refuses to run it beside, and follows it to its end', async () => {
    const opened = await openLab()
    const { home, run, until, events, lab } = opened
    const id = await pausedSweep(opened, SLOW)
    events.length = 0
    let pid: number | undefined
    const running = terminal(['sweep', id, '--json'], home, null, (_, child) => (pid = child.pid))
    await expect.poll(() => existsSync(path.join(home, 'sweeps', `${id}.lock`))).toBe(true)
    const { summary } = await run('sweep.read', { sweepId: id })
    expect(summary).toMatchObject({ state: 'elsewhere', holder: { pid, host: os.hostname() } })
    await expect(run('sweep.resume', { sweepId: id })).rejects.toMatchObject({
      code: 'sweep-locked',
      detail: { found: `process ${pid} on ${os.hostname()}` },
    })
    expect(lab.isBusy).toBe(false)
    // By the lab's own looking, with nobody asking.
    await until(stateIs(id, 'finished'))
    expect(await running).toMatchObject({ code: 0 })
    const { rows } = await run('sweep.read', { sweepId: id })
    expect(rows.map(({ status }) => status)).toEqual(Array<string>(POINT_COUNT).fill('finished'))
    expectWhole(home, id)
  })

  it('refuses the terminal while the lab runs it', async () => {
    const { home, run, until } = await openLab()
    const { sweepId } = await run('sweep.start', { definition: { name: 'shared', config: LONG_CONFIG, ...AXES } })
    await until(({ type }) => type === 'run-events')
    const second = await terminal(['sweep', sweepId, '--json'], home)
    expect(second.code).toBe(1)
    expect(second.stderr).toContain(`process ${process.pid} on`)
    await run('sweep.pause', { sweepId })
    await until(stateIs(sweepId, 'paused'))
    expect(sweepFile(home, sweepId).runIds).toEqual([runsOf(home), null, null, null])
  })

  it('tells the turn of a waiting sweep that a terminal has taken meanwhile as what it is', async () => {
    const opened = await openLab()
    const { home, run, until, events, lab } = opened
    await run('run.start', { config: LONG_CONFIG })
    const { sweepId } = await run('sweep.start', { definition: { name: 'shared', config: SLOW, ...AXES } })
    const running = terminal(['sweep', sweepId, '--json'], home)
    await expect.poll(() => existsSync(path.join(home, 'sweeps', `${sweepId}.lock`))).toBe(true)
    await run('queue.remove', { jobId: lab.snapshot().queue[0]!.id })
    const notice = await until(({ type }) => type === 'notice')
    expect(notice).toMatchObject({ error: { code: 'sweep-locked' } })
    await until((event) => event.type === 'queue' && event.queue.length === 0)
    expect(events.filter(({ type }) => type === 'notice')).toHaveLength(1)
    expect(await running).toMatchObject({ code: 0 })
  })

  it('goes on in the lab once the terminal that ran it was killed', async () => {
    const opened = await openLab()
    const { home, run, until, events } = opened
    const id = await pausedSweep(opened, SLOW)
    const killed = await terminal(['sweep', id, '--json'], home, null, ({ stdout }, child) => {
      if (stdout.split('"type":"run"').length > 2 && stdout.includes('"type":"train-step"')) child.kill('SIGKILL')
    })
    expect(killed.signal).toBe('SIGKILL')
    expect(existsSync(path.join(home, 'sweeps', `${id}.lock`))).toBe(true)
    expect((await run('sweep.read', { sweepId: id })).summary).toMatchObject({ state: 'paused', holder: null })
    events.length = 0
    await run('sweep.resume', { sweepId: id })
    await until(stateIs(id, 'finished', 'failed'))
    expectWhole(home, id)
  })

  it('goes on once its thread of the lab has died, in this lab and in a terminal', async () => {
    const opened = await openLab()
    const { home, run, until, events } = opened
    const start = vi.spyOn(EngineHost.prototype, 'start')
    const { sweepId } = await run('sweep.start', { definition: { name: 'shared', config: LONG_CONFIG, ...AXES } })
    const host = start.mock.contexts[0] as EngineHost
    start.mockRestore()
    const { runId } = await until(isLateTraining)
    await host.kill(runId)
    await until(({ type }) => type === 'notice')
    await expect.poll(() => existsSync(path.join(home, 'sweeps', `${sweepId}.lock`))).toBe(false)
    events.length = 0
    await run('sweep.resume', { sweepId })
    await until(stateIs(sweepId, 'running'))
    await run('sweep.pause', { sweepId })
    await until(stateIs(sweepId, 'paused'))
    const interrupt = when('stdout', '"type":"train-step"', (child) => child.kill('SIGINT'))
    const goesOn = await terminal(['sweep', sweepId, '--json'], home, null, interrupt)
    expect(goesOn.code).toBe(130)
  })
})

it('a file beside the sweeps that is no lock of theirs does no harm', async () => {
  const opened = await openLab()
  const { home, run } = opened
  const id = await pausedSweep(opened, TINY)
  writeFileSync(path.join(home, 'sweeps', 'foreign.lock'), 'not ours')
  expect((await run('sweep.read', { sweepId: id })).summary.state).toBe('paused')
  expect(readFileSync(path.join(home, 'sweeps', 'foreign.lock'), 'utf8')).toBe('not ours')
})
