/** Sweeps that are deleted and taken back: whole each time, with their runs or without, whoever looks on. */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { lab as terminal, runsOf } from '../cli/lab.ts'
import { bytesOf } from '../store/store-helpers.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import { LONG_CONFIG, openLab, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const TINY = { ...SMALL_CONFIG, strategies: ['none'], measures: { vaa: null, vaaStar: null } }
const AXES = { grid: { 'layers.*.cell': ['gru', 'mgu'] } }

const isGone =
  (sweepId: string) =>
  (event: LabEvent): boolean =>
    event.type === 'sweep-removed' && event.sweepId === sweepId

async function finishedSweep({ run, until }: TestLab): Promise<string> {
  const { sweepId } = await run('sweep.start', { definition: { name: 'short', config: TINY, ...AXES } })
  await until((event) => event.type === 'sweep' && event.sweep.id === sweepId && event.sweep.state === 'finished')
  await until((event) => event.type === 'queue' && event.queue.length === 0)
  return sweepId
}

const sweepIds = ({ lab }: TestLab): string[] => lab.snapshot().sweeps.map(({ id }) => id)

describe('a deleted sweep', () => {
  it('leaves its runs, and comes back byte for byte', async () => {
    const opened = await openLab()
    const { home, run, until } = opened
    const sweepId = await finishedSweep(opened)
    const runs = runsOf(home)
    const before = await bytesOf(path.join(home, 'sweeps'))
    const detail = await run('sweep.read', { sweepId })
    expect(await run('sweep.delete', { sweepId })).toEqual({ runCount: 0 })
    await until(isGone(sweepId))
    expect(sweepIds(opened)).toEqual([])
    expect(await bytesOf(path.join(home, 'sweeps'))).toEqual({})
    expect(runsOf(home)).toEqual(runs)
    await expect(run('sweep.read', { sweepId })).rejects.toMatchObject({ code: 'usage' })
    await expect(run('sweep.delete', { sweepId })).rejects.toMatchObject({ code: 'usage' })
    expect(await run('sweep.undelete', { sweepId })).toEqual({ runIds: [], failed: [] })
    expect(await bytesOf(path.join(home, 'sweeps'))).toEqual(before)
    expect(await run('sweep.read', { sweepId })).toEqual(detail)
    await expect(run('sweep.undelete', { sweepId })).rejects.toMatchObject({ code: 'run-folder' })
  })

  it('takes its runs along, and all of them come back but one that was deleted before', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const sweepId = await finishedSweep(opened)
    const [early, late] = runsOf(home) as [string, string]
    await run('run.delete', { runIds: [early] })
    const before = await bytesOf(path.join(home, 'runs'))
    expect(await run('sweep.delete', { sweepId, withRuns: true })).toEqual({ runCount: 1 })
    expect(runsOf(home)).toEqual([])
    expect(await run('run.query', { count: 10 })).toMatchObject({ totalCount: 0 })
    expect(await run('sweep.undelete', { sweepId })).toEqual({ runIds: [late], failed: [] })
    expect(await bytesOf(path.join(home, 'runs'))).toEqual(before)
    expect(existsSync(path.join(home, 'trash', early))).toBe(true)
    expect((await run('sweep.read', { sweepId })).summary.counts).toEqual({ finished: 1, missing: 1 })
    expect(existsSync(path.join(home, 'trash', 'sweeps', `${sweepId}.runs.json`))).toBe(false)
  })

  it('that was interrupted after some of its runs is deleted in full, and comes back in full', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const sweepId = await finishedSweep(opened)
    const runs = runsOf(home)
    // As a lab leaves it that is killed over the second of two runs.
    const trash = path.join(home, 'trash')
    mkdirSync(path.join(trash, 'sweeps'), { recursive: true })
    writeFileSync(
      path.join(trash, 'sweeps', `${sweepId}.runs.json`),
      JSON.stringify({ formatVersion: 1, runIds: runs }),
    )
    renameSync(path.join(home, 'runs', runs[0]!), path.join(trash, runs[0]!))
    await run('sweep.delete', { sweepId, withRuns: true })
    expect(runsOf(home)).toEqual([])
    await run('sweep.undelete', { sweepId })
    expect(runsOf(home).sort()).toEqual([...runs].sort())
  })

  it('whose list of runs is damaged says so, and is left where it is', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const sweepId = await finishedSweep(opened)
    await run('sweep.delete', { sweepId, withRuns: true })
    const file = path.join(home, 'trash', 'sweeps', `${sweepId}.runs.json`)
    writeFileSync(file, '{"runIds":')
    const before = await bytesOf(path.join(home, 'trash'))
    await expect(run('sweep.undelete', { sweepId })).rejects.toMatchObject({
      code: 'run-folder',
      detail: { where: file },
    })
    expect(await bytesOf(path.join(home, 'trash'))).toEqual(before)
  })

  it('was none that runs or waits, here or in a terminal, nor one of whose runs is trained', async () => {
    const opened = await openLab()
    const { home, run, until, lab } = opened
    const long = { definition: { name: 'long', config: LONG_CONFIG, ...AXES } }
    const { sweepId } = await run('sweep.start', long)
    const waiting = await run('sweep.start', long)
    await until(({ type }) => type === 'run-events')
    for (const id of [sweepId, waiting.sweepId])
      await expect(run('sweep.delete', { sweepId: id })).rejects.toMatchObject({ code: 'sweep-locked' })
    await run('queue.remove', { jobId: lab.snapshot().queue[1]!.id })
    await run('sweep.pause', { sweepId })
    await until((event) => event.type === 'queue' && event.queue.length === 0)

    let isAsked = false // a second signal would end it at once
    const ended = terminal(['sweep', waiting.sweepId, '--json'], home, null, (_, child) => {
      if (!isAsked && existsSync(path.join(home, 'end'))) isAsked = child.kill('SIGINT')
    })
    await expect.poll(() => existsSync(path.join(home, 'sweeps', `${waiting.sweepId}.lock`))).toBe(true)
    await expect(run('sweep.delete', { sweepId: waiting.sweepId })).rejects.toMatchObject({ code: 'sweep-locked' })
    writeFileSync(path.join(home, 'end'), '')
    expect(await ended).toMatchObject({ code: 130 })

    // One of its runs alone: the sweep may go, the run may not.
    const runId = (await run('sweep.read', { sweepId })).rows[0]!.runId!
    await run('run.resume', { runId })
    const before = readFileSync(path.join(home, 'sweeps', `${sweepId}.json`), 'utf8')
    await expect(run('sweep.delete', { sweepId, withRuns: true })).rejects.toMatchObject({ code: 'run-locked' })
    expect(readFileSync(path.join(home, 'sweeps', `${sweepId}.json`), 'utf8')).toBe(before)
    expect(await run('sweep.delete', { sweepId })).toEqual({ runCount: 0 })
  })

  it('deletes none of its runs when one of them cannot go', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const sweepId = await finishedSweep(opened)
    const runs = runsOf(home)
    const [, last] = (await run('sweep.read', { sweepId })).rows
    mkdirSync(path.join(home, 'trash', last!.runId!), { recursive: true }) // its place is taken
    await expect(run('sweep.delete', { sweepId, withRuns: true })).rejects.toMatchObject({ code: 'run-folder' })
    expect(runsOf(home)).toEqual(runs)
    expect(sweepIds(opened)).toEqual([sweepId])
  })

  it('leaves the list of a lab that did not delete it, and comes back there', async () => {
    const first = await openLab()
    const sweepId = await finishedSweep(first)
    const second = await openLab(first.home)
    expect(sweepIds(second)).toEqual([sweepId])
    await first.run('sweep.delete', { sweepId })
    await second.until(isGone(sweepId))
    expect(sweepIds(second)).toEqual([])
    second.events.length = 0
    await first.run('sweep.undelete', { sweepId })
    await second.until((event) => event.type === 'sweep' && event.sweep.id === sweepId)
  })

  it.each(['../runs', '', '.hidden', 'a/b'])('is none that is called `%s`', async (sweepId) => {
    const { lab } = await openLab()
    await expect(lab.execute('sweep.undelete', { sweepId })).rejects.toMatchObject({
      code: expect.stringMatching(/usage|protocol/) as string,
    })
  })
})
