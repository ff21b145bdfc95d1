/** The queue survives the end of its lab: held in its order for the next one, which starts nothing by itself; with real runs and processes. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connect } from '../../../main/lab/connection.ts'
import type { KeptJob, KeptQueue } from '../../../main/store/queue-file.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { LabMessage } from '../../../shared/protocol/messages.ts'
import { lab as terminal } from '../cli/lab.ts'
import { LONG_CONFIG, makeHome, openLab, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const PLAIN = { ...SMALL_CONFIG, strategies: ['none'], measures: { vaa: null, vaaStar: null } }
const long = (name: string, strategies = ['none']): object => ({ ...LONG_CONFIG, name, strategies })
/** Behind a long run: it waits as long as that does. */
const small = (name: string, strategies = ['none']): object => ({ ...PLAIN, name, strategies })

const queueNames = ({ lab }: TestLab): string[] => lab.snapshot().queue.map(({ name }) => name)
const heldNames = ({ lab }: TestLab): string[] => lab.snapshot().heldQueue.map(({ name }) => name)
const heldIs =
  (...names: string[]) =>
  (event: LabEvent): boolean =>
    event.type === 'held-queue' && event.heldQueue.map(({ name }) => name).join() === names.join()
const isEmpty = (event: LabEvent): boolean => event.type === 'queue' && event.queue.length === 0
const isTraining = (event: LabEvent): boolean => event.type === 'run-events' && event.firstIndex > 0

/** What stands in the files of lines at a home. */
function keptJobs(home: string): KeptJob[] {
  const folder = path.join(home, 'queue')
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : []
  return files.flatMap((file) => (JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as KeptQueue).jobs)
}

const keptNames = (home: string): string[] => keptJobs(home).map(({ name }) => name)

/** A lab that was closed over a line: the first job, a long run, was being trained. @returns runs by the name of their job */
async function closedOver(...configs: object[]): Promise<{ home: string; runIds: Record<string, readonly string[]> }> {
  const { lab, home, run, until } = await openLab()
  const runIds: Record<string, readonly string[]> = {}
  for (const config of configs) runIds[(config as { name: string }).name] = (await run('run.start', { config })).runIds
  await until(isTraining)
  await lab.close()
  return { home, runIds }
}

const statusOf = async (home: string, runId: string): Promise<string> =>
  (await new RunStore(home).readRecord(runId)).status

describe('a line of jobs', () => {
  it('is held in its order when its lab is closed, and runs in that order when all of it is resumed', async () => {
    const first = await openLab()
    const { runIds } = await first.run('run.start', { config: long('first') })
    await first.run('run.start', { config: small('second', ['none', 'warmed-up']) })
    const grid = { 'dataset.steps': [8, 12] }
    const { sweepId } = await first.run('sweep.start', { definition: { name: 'third', config: PLAIN, grid } })
    await first.run('run.start', { config: small('fourth') })
    const [, second, , fourth] = first.lab.snapshot().queue
    await first.run('queue.move', { jobId: fourth!.id, index: 1 })
    await first.run('queue.move', { jobId: second!.id, index: 3 })
    await first.until(isTraining)
    await first.lab.close()
    const order = ['first', 'fourth', 'third', 'second']
    expect(keptNames(first.home)).toEqual(order)

    const next = await openLab(first.home)
    expect(next.lab.snapshot().heldQueue).toMatchObject([
      { name: 'first', sweepId: null, firstRunId: runIds[0], runCount: 1 },
      { name: 'fourth', sweepId: null, runCount: 1 },
      { name: 'third', sweepId, runCount: 0 },
      { name: 'second', sweepId: null, runCount: 2 },
    ])
    expect(next.lab.snapshot().queue).toEqual([])
    expect(next.lab.isBusy).toBe(false)
    expect(await statusOf(first.home, runIds[0]!)).toBe('paused')

    await next.run('queue.resume-held', { jobId: null })
    expect(heldNames(next)).toEqual([])
    expect(queueNames(next)).toEqual(order)
    await next.run('run.stop', { runId: runIds[0]! }) // too long to wait for
    await next.until(isEmpty)
    const endedNames = (): string[] => {
      const ended = new Map<string, string>()
      for (const event of next.events)
        if (event.type === 'run' && ['finished', 'stopped'].includes(event.run.state) && !ended.has(event.run.id))
          ended.set(event.run.id, event.run.name)
      return [...ended.values()]
    }
    // How the last of them ended may be told after the line is empty.
    await expect.poll(endedNames).toEqual(['first', 'fourth', 'third 1', 'third 2', 'second', 'second'])
    await expect.poll(() => keptNames(first.home)).toEqual([])
  })

  it('is held after its process was killed, what it trained as crashed', async () => {
    const home = await makeHome()
    const owner = spawn(
      process.execPath,
      [path.join(import.meta.dirname, 'queue-owner.ts'), home, JSON.stringify(LONG_CONFIG)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const exited = once(owner, 'exit')
    onTestFinished(() => void owner.kill('SIGKILL'))
    await once(owner.stdout, 'data')
    await expect.poll(() => keptNames(home)).toEqual(['first', 'second', 'third'])

    // A lab beside it does not take a living line.
    const beside = await openLab(home)
    expect(heldNames(beside)).toEqual([])
    await beside.lab.close()

    owner.kill('SIGKILL')
    await exited
    const next = await openLab(home)
    expect(heldNames(next)).toEqual(['first', 'second', 'third'])
    const { heldQueue } = next.lab.snapshot()
    expect(heldQueue.map(({ runCount }) => runCount)).toEqual([2, 2, 0])
    const runId = heldQueue[0]!.firstRunId!
    expect((await next.run('run.read', { runId })).summary.state).toBe('crashed')
    await next.run('queue.resume-held', { jobId: heldQueue[0]!.id })
    await next.until(isTraining)
    expect(queueNames(next)).toEqual(['first'])
    expect(heldNames(next)).toEqual(['second', 'third'])
  })

  it('that nobody took up is held again, behind what was begun since', async () => {
    const { home } = await closedOver(long('first'), small('second'))
    const next = await openLab(home)
    await next.run('run.start', { config: long('new') })
    await next.lab.close()
    const last = await openLab(home)
    expect(heldNames(last)).toEqual(['new', 'first', 'second'])
  })

  it('is of one lab: two at a home have each their own, and of two that come after them none gets a job twice', async () => {
    const home = await makeHome()
    const labs = { a: await openLab(home), b: await openLab(home) }
    for (const [name, { run, until }] of Object.entries(labs)) {
      await run('run.start', { config: long(name) })
      await until(isTraining)
    }
    await expect.poll(() => keptNames(home).sort()).toEqual(['a', 'b'])
    await labs.b.lab.close()
    const beside = await openLab(home)
    expect(heldNames(beside)).toEqual(['b'])
    await Promise.all([beside.lab.close(), labs.a.lab.close()])
    const both = await Promise.all([openLab(home), openLab(home)])
    expect(both.flatMap(heldNames).sort()).toEqual(['a', 'b'])
  })

  it('keeps what is removed from it out of the file, be it waiting, at work or held', async () => {
    const { home } = await closedOver(long('first'), small('second'), small('third'))
    const next = await openLab(home)
    const [, second] = next.lab.snapshot().heldQueue
    await next.run('queue.remove', { jobId: second!.id })
    await next.until(heldIs('first', 'third'))
    await expect(next.run('queue.resume-held', { jobId: second!.id })).rejects.toMatchObject({ code: 'usage' })
    await expect.poll(() => keptNames(home)).toEqual(['first', 'third'])
    await next.run('queue.resume-held', { jobId: null })
    await next.until(isTraining)
    // At work: it is asked to save, and the lab is closed before it has.
    await next.run('queue.remove', { jobId: next.lab.snapshot().queue[0]!.id })
    await next.lab.close()
    expect(keptNames(home)).toEqual(['third'])
  })

  it('keeps of a job the runs that have not ended', async () => {
    const { home, run } = await openLab()
    await run('run.start', { config: long('first') })
    const { groupId, runIds } = await run('run.start', { config: small('second', ['none', 'warmed-up', 'double']) })
    await run('run.stop', { runId: runIds[1]! })
    const left = { kind: 'group', groupId, name: 'second', runIds: [runIds[0], runIds[2]] }
    await expect.poll(() => keptJobs(home)[1]).toEqual(left)
  })

  it('resumed twice at once is in line once', async () => {
    const { home } = await closedOver(long('first'), small('second'))
    const next = await openLab(home)
    const [, { id }] = next.lab.snapshot().heldQueue as [unknown, { id: string }]
    const asked = [id, null, id].map((jobId) => next.run('queue.resume-held', { jobId }))
    const answers = await Promise.allSettled(asked)
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected'])
    expect(queueNames(next).sort()).toEqual(['first', 'second'])
  })
})

describe('a held job', () => {
  it('lets go of the runs that are resumed by hand, and of no others', async () => {
    const { home, runIds } = await closedOver(long('first', ['none', 'warmed-up', 'double']), small('second'))
    const next = await openLab(home)
    const [none, warmedUp, double] = runIds.first!
    // With those of its group that come after it.
    await next.run('run.resume', { runId: warmedUp! })
    expect(next.lab.snapshot().queue).toMatchObject([{ name: 'first', runCount: 2 }])
    expect(next.lab.snapshot().heldQueue).toMatchObject([
      { name: 'first', firstRunId: none, runCount: 1 },
      { name: 'second', runCount: 1 },
    ])
    await next.run('run.pause', { runId: double! })
    await next.until(isEmpty)
    expect(next.lab.snapshot().heldQueue).toMatchObject([{ name: 'first', runCount: 1 }, { name: 'second' }])
    await next.run('run.resume', { runId: none! })
    expect(heldNames(next)).toEqual(['second'])
  })

  it('goes when its runs are deleted or stopped, and comes back with them', async () => {
    const { home, runIds } = await closedOver(long('first'), small('second'), small('third'))
    const next = await openLab(home)
    await next.run('run.stop', { runId: runIds.second![0]! })
    await next.until(heldIs('first', 'third'))
    await next.run('run.delete', { runIds: [...runIds.third!] })
    await next.until(heldIs('first'))
    await next.run('run.undelete', { runIds: [...runIds.third!] })
    await expect.poll(() => heldNames(next)).toEqual(['first', 'third'])
    await next.run('run.delete', { runIds: [...runIds.third!] })
    await expect.poll(() => keptNames(home)).toEqual(['first'])
  })

  it('goes when a terminal ends its run, before the lab is opened and after', async () => {
    const { home, runIds } = await closedOver(long('first'), small('second'), small('third'))
    expect(await terminal(['resume', runIds.second![0]!, '--json'], home)).toMatchObject({ code: 0 })
    const next = await openLab(home)
    expect(heldNames(next)).toEqual(['first', 'third'])
    expect(await terminal(['resume', runIds.third![0]!, '--json'], home)).toMatchObject({ code: 0 })
    // By the lab's own looking.
    await next.until(heldIs('first'))
    let wasHidden = false
    const paused = await terminal(['resume', runIds.first![0]!, '--json'], home, null, (_, child) => {
      if (heldNames(next).length > 0 || wasHidden) return
      wasHidden = true
      child.kill('SIGINT')
    })
    expect(paused).toMatchObject({ code: 130 })
    expect(wasHidden).toBe(true)
    await expect.poll(() => heldNames(next)).toEqual(['first'])
    expect(next.events.filter(({ type }) => type === 'notice')).toEqual([])
  })

  it('of a sweep takes failed runs up again if it was to', async () => {
    const first = await openLab()
    const config = { ...PLAIN, strategies: ['warmed-up'], warmup: { steps: 5, maxRestarts: 0 } }
    const definition = { name: 'restarts', config, grid: { 'warmup.restartAbove': [0.001, 1] } }
    const { sweepId } = await first.run('sweep.start', { definition })
    await first.until((event) => event.type === 'sweep' && event.sweep.state === 'failed')
    await first.until(isEmpty)
    await first.run('run.start', { config: long('first') })
    await first.run('sweep.resume', { sweepId, rerunFailed: true })
    await first.until(isTraining)
    await first.lab.close()

    const next = await openLab(first.home)
    const [, sweep] = next.lab.snapshot().heldQueue
    expect(sweep).toMatchObject({ name: 'restarts', sweepId, runCount: 1 })
    await next.run('queue.resume-held', { jobId: sweep!.id })
    await next.until(isEmpty)
    const trained = new Set(next.events.flatMap((event) => (event.type === 'progress' ? [event.progress.runId] : [])))
    const { rows } = await next.run('sweep.read', { sweepId })
    expect([...trained]).toEqual([rows[0]!.runId])
    expect(heldNames(next)).toEqual(['first'])
  })

  it('of a deleted sweep goes, and what is wrong with one job keeps no other from the line', async () => {
    const first = await openLab()
    await first.run('run.start', { config: long('first') })
    const { sweepId } = await first.run('sweep.start', {
      definition: { name: 'gone', config: PLAIN, grid: { 'dataset.steps': [8, 12] } },
    })
    await first.run('sweep.start', {
      definition: { name: 'taken', config: long('x'), grid: { 'dataset.steps': [8, 12] } },
    })
    await first.run('run.start', { config: small('last') })
    await first.until(isTraining)
    await first.lab.close()
    const next = await openLab(first.home)
    expect(heldNames(next)).toEqual(['first', 'gone', 'taken', 'last'])
    await next.run('sweep.delete', { sweepId })
    await next.until(heldIs('first', 'taken', 'last'))
    await next.run('queue.resume-held', { jobId: null })
    expect(queueNames(next)).toEqual(['first', 'taken', 'last'])
  })
})

describe('what is wrong with the file of a line', () => {
  /** A window at the lab. @returns the notices that it hears, and what kinds of events */
  function openWindow({ lab }: TestLab): { notices: () => string[]; heard: () => string[] } {
    const messages: LabMessage[] = []
    const events = (): LabEvent[] => messages.flatMap((message) => (message.kind === 'events' ? message.events : []))
    const connection = connect(lab, { send: (message) => messages.push(message), isCongested: () => false })
    onTestFinished(() => connection.close())
    return {
      heard: () => events().map(({ type }) => type),
      notices: () => events().flatMap((event) => (event.type === 'notice' ? [event.error.message] : [])),
    }
  }

  it('is told to the first window, though the lab was opened before it, and to that one alone', async () => {
    const home = await makeHome()
    const id = '00000001-0000-4000-8000-000000000000'
    await mkdir(path.join(home, 'queue'))
    await writeFile(path.join(home, 'queue', `${id}.json`), '{ torn')
    const opened = await openLab(home)
    expect(heldNames(opened)).toEqual([])
    const [first, second] = [openWindow(opened), openWindow(opened)]
    await expect.poll(first.notices).toEqual([expect.stringContaining(`${id}.damaged`)])
    await opened.run('settings.change', { theme: 'dark' })
    await expect.poll(second.heard).toContain('settings') // told after the notice
    expect(second.notices()).toEqual([])
  })

  it('is told once while it cannot be written; training goes on, and it is written when it can be', async () => {
    const home = await makeHome()
    const obstacle = path.join(home, 'queue')
    await writeFile(obstacle, 'where the folder should be')
    const opened = await openLab(home)
    const { notices } = openWindow(opened)
    await opened.run('run.start', { config: long('first') })
    await opened.run('run.start', { config: small('second') })
    await opened.until(isTraining)
    const told = ['cannot be taken over', 'the order of the queue cannot be kept']
    await expect.poll(notices).toEqual(told.map((text) => expect.stringContaining(text) as string))
    await rm(obstacle)
    await opened.run('run.start', { config: small('third') })
    await expect.poll(() => keptNames(home)).toEqual(['first', 'second', 'third'])
    expect(notices()).toHaveLength(2)
  })
})
