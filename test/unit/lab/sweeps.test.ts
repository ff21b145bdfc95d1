/** Sweeps and the queue in the lab: real runs in worker threads, through the protocol. */
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { SweepRow } from '../../../shared/runs/sweep-table.ts'
import { LONG_CONFIG, openLab, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const TINY = { ...SMALL_CONFIG, measures: { vaa: null, vaaStar: null } }
const DEFINITION = {
  name: 'memory',
  config: TINY,
  grid: { 'layers.*.cell': ['gru', 'mgu'], 'dataset.steps': [8, 12] },
}

const sweepIs =
  (sweepId: string, state: string) =>
  (event: LabEvent): boolean =>
    event.type === 'sweep' && event.sweep.id === sweepId && event.sweep.state === state

/** The table as the events alone tell it. */
function followRows(events: readonly LabEvent[], sweepId: string): Map<number, SweepRow> {
  const rows = new Map<number, SweepRow>()
  for (const event of events)
    if (event.type === 'sweep-row' && event.sweepId === sweepId) rows.set(event.row.index, event.row)
  return rows
}

const queueNames = ({ lab }: TestLab): string[] => lab.snapshot().queue.map(({ name }) => name)

describe('a sweep in the lab', () => {
  it('runs every strategy of every point, and its events tell the whole table', async () => {
    const { run, events, until } = await openLab()
    const { sweepId } = await run('sweep.start', { definition: DEFINITION })
    await until(sweepIs(sweepId, 'finished'))
    const { rows, axes, summary } = await run('sweep.read', { sweepId })
    expect(axes).toEqual(['layers.*.cell', 'dataset.steps'])
    expect(summary).toMatchObject({ runCount: 8, counts: { finished: 8 } })
    expect(rows.map(({ point, strategy }) => [point, strategy])).toEqual(
      [1, 2, 3, 4].flatMap((point) => ['none', 'double'].map((strategy) => [point, strategy])),
    )
    expect([...followRows(events, sweepId).values()].sort((a, b) => a.index - b.index)).toEqual(rows)
    const csv = Buffer.from((await run('sweep.export', { sweepId })).base64, 'base64')
      .toString()
      .trim()
      .split('\n')
    expect(csv).toHaveLength(1 + 8 * 2)
  })

  it('is paused within a run and goes on with it', async () => {
    const { run, events, until, home } = await openLab()
    const definition = { ...DEFINITION, config: { ...LONG_CONFIG, training: { steps: 3000, batch: 8 } } }
    const { sweepId } = await run('sweep.start', { definition })
    await until((event) => event.type === 'run-events' && event.firstIndex > 0)
    await run('sweep.pause', { sweepId })
    await until((event) => event.type === 'queue' && event.queue.length === 0)
    expect((await run('sweep.read', { sweepId })).summary).toMatchObject({
      state: 'paused',
      counts: { paused: 1, 'not made': 3 },
    })
    events.length = 0
    await run('sweep.resume', { sweepId })
    await expect(run('sweep.resume', { sweepId })).rejects.toMatchObject({ code: 'usage' })
    await until(sweepIs(sweepId, 'finished'))
    expect(readdirSync(path.join(home, 'runs'))).toHaveLength(4)
  })

  it('goes on after a run that fails, and takes that one up again when asked', async () => {
    const { run, events, until } = await openLab()
    const definition = {
      config: { ...TINY, strategies: ['warmed-up'], warmup: { steps: 5, maxRestarts: 0 } },
      grid: { 'warmup.restartAbove': [0.99, 0.001, 0.98] },
    }
    const { sweepId } = await run('sweep.start', { definition })
    await until(sweepIs(sweepId, 'failed'))
    const { rows } = await run('sweep.read', { sweepId })
    expect(rows.map(({ status }) => status)).toEqual(['finished', 'failed', 'finished'])
    expect(rows[1]!.error).toContain('too multi-stable')
    events.length = 0
    await run('sweep.resume', { sweepId, rerunFailed: true })
    await until(sweepIs(sweepId, 'failed'))
    const trained = new Set(events.flatMap((event) => (event.type === 'progress' ? [event.progress.runId] : [])))
    expect([...trained]).toEqual([rows[1]!.runId])
  })

  it('says what is wrong before anything is made', async () => {
    const { run, home } = await openLab()
    expect(await run('sweep.check', { definition: DEFINITION })).toMatchObject({ ok: true, pointCount: 4, runCount: 8 })
    const wrong = { ...DEFINITION, grid: { 'layers.*.cell': ['gru', 'gruu'] } }
    expect(await run('sweep.check', { definition: { ...DEFINITION, grid: { 'seeds..': [1] } } })).toMatchObject({
      ok: false,
      error: { code: 'config' },
    })
    await expect(run('sweep.start', { definition: wrong })).rejects.toThrow('gruu')
    expect(readdirSync(home)).not.toContain('sweeps')
  })
})

describe('the queue', () => {
  const long = (name: string) => ({ ...LONG_CONFIG, name })

  it('is left by a job that was taken out though another is put before it while it saves', async () => {
    const opened = await openLab()
    const { run, lab, until } = opened
    for (const name of ['first', 'second']) await run('run.start', { config: long(name) })
    await until((event) => event.type === 'run-events' && event.firstIndex > 0)
    const [first, second] = lab.snapshot().queue
    await Promise.all([run('queue.remove', { jobId: first!.id }), run('queue.move', { jobId: second!.id, index: 0 })])
    await until((event) => event.type === 'queue' && event.queue[0]?.id === second!.id && event.queue[0].isRunning)
    expect(queueNames(opened)).toEqual(['second'])
  })

  it('shows what runs and waits, takes another order, and lets jobs leave', async () => {
    const opened = await openLab()
    const { run, lab, until } = opened
    for (const name of ['first', 'second', 'third']) await run('run.start', { config: long(name) })
    expect(queueNames(opened)).toEqual(['first', 'second', 'third'])
    const [, second, third] = lab.snapshot().queue
    await run('queue.move', { jobId: third!.id, index: 1 })
    expect(queueNames(opened)).toEqual(['first', 'third', 'second'])
    await run('queue.remove', { jobId: second!.id })
    expect(queueNames(opened)).toEqual(['first', 'third'])
    await expect(run('queue.remove', { jobId: second!.id })).rejects.toMatchObject({ code: 'usage' })

    // Before the one at work: that one saves, waits, and goes on later from where it was.
    const firstRun = lab.snapshot().queue[0]!.firstRunId!
    await until((event) => event.type === 'run-events' && event.runId === firstRun && event.firstIndex > 0)
    await run('queue.move', { jobId: third!.id, index: 0 })
    await until((event) => event.type === 'queue' && event.queue[0]!.id === third!.id && event.queue[0]!.isRunning)
    expect(queueNames(opened)).toEqual(['third', 'first'])
    const { summary } = await run('run.read', { runId: firstRun })
    expect(summary).toMatchObject({ state: 'paused', active: true })
    const { eventCount } = await run('run.metrics', { runId: firstRun, series: ['loss'], buckets: 8 })
    opened.events.length = 0
    await run('queue.remove', { jobId: third!.id })
    await until((event) => event.type === 'run-events' && event.runId === firstRun)
    expect(opened.events.find((event) => event.type === 'run-events' && event.runId === firstRun)).toMatchObject({
      firstIndex: eventCount,
    })
  })
})
