/** The trash as a lab shows it: every deleted run and sweep with its time and size, restored and erased by its key, whoever looks on. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { bytesOnDisk } from '../../../main/store/trash-sizes.ts'
import { moveToTrash } from '../../../main/store/trash.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import { trashKey, type TrashEntry } from '../../../shared/protocol/trash.ts'
import { runsOf } from '../cli/lab.ts'
import { bytesOf, versions } from '../store/store-helpers.ts'
import { makeHome, openLab, runIs, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const TINY = { ...SMALL_CONFIG, strategies: ['none'], measures: { vaa: null, vaaStar: null } }
const EMPTY = { runCount: 0, sweepCount: 0, bytes: 0, reading: null }

/** Runs that were made and never begun. */
async function makeRuns(home: string, names: readonly string[]): Promise<string[]> {
  const store = new RunStore(home)
  const ids: string[] = []
  for (const name of names) {
    const [record] = await store.createGroup(parseConfig({ ...TINY, name }, 'test'), ['none'], versions)
    ids.push(record!.id)
  }
  return ids
}

async function labWithDeleted(names: readonly string[]): Promise<TestLab & { ids: string[] }> {
  const home = await makeHome()
  const ids = await makeRuns(home, names)
  const opened = await openLab(home)
  for (const id of ids) await opened.run('run.delete', { runIds: [id] })
  return { ...opened, ids }
}

async function listOf({ run }: Pick<TestLab, 'run'>, text = ''): Promise<readonly TrashEntry[]> {
  return (await run('trash.list', { text, count: 500 })).entries
}

async function sweepWithRuns({ run, until }: TestLab): Promise<{ sweepId: string; runIds: string[] }> {
  const { sweepId } = await run('sweep.start', {
    definition: { name: 'alpha', config: TINY, grid: { 'layers.*.cell': ['gru', 'mgu'] } },
  })
  await until((event) => event.type === 'sweep' && event.sweep.id === sweepId && event.sweep.state === 'finished')
  await until((event) => event.type === 'queue' && event.queue.length === 0)
  const { rows } = await run('sweep.read', { sweepId })
  return { sweepId, runIds: rows.map(({ runId }) => runId!) }
}

const trashIs =
  (runCount: number) =>
  (event: LabEvent): boolean =>
    event.type === 'trash' && event.trash.reading === null && event.trash.runCount === runCount

describe('the trash', () => {
  it('of a new lab is empty, and nobody is told before somebody has asked', async () => {
    const { run, lab } = await openLab()
    expect(lab.snapshot().trash).toBeNull()
    expect(await run('trash.state', {})).toEqual(EMPTY)
    expect(lab.snapshot().trash).toEqual(EMPTY)
    expect(await run('trash.list', { count: 10 })).toEqual({ totalCount: 0, offset: 0, entries: [] })
  })

  it('lists what was deleted, newest first, with what its record says, when it was deleted, and its size', async () => {
    const opened = await labWithDeleted(['early', 'late'])
    const { home, ids, run } = opened
    const entries = await listOf(opened)
    expect(entries.map(({ name }) => name)).toEqual(['late', 'early'])
    expect(entries[0]).toEqual({
      key: trashKey('run', ids[1]!),
      kind: 'run',
      id: ids[1],
      name: 'late',
      groupId: ids[1]!.replace(/-none$/, ''),
      strategy: 'none',
      network: 'gru 8',
      dataset: 'copy-first-input T=12',
      state: 'queued',
      sweepName: null,
      runCount: null,
      deletedAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      isTimeNoted: true,
      bytes: await bytesOnDisk(path.join(home, 'trash', ids[1]!)),
      error: null,
    })
    expect(await run('trash.state', {})).toEqual({
      ...EMPTY,
      runCount: 2,
      bytes: entries.reduce((sum, { bytes }) => sum + bytes, 0),
    })
    expect((await listOf(opened, 'EARLY gru')).map(({ name }) => name)).toEqual(['early'])
    expect(await listOf(opened, 'early lstm')).toEqual([])
    expect(await run('trash.ids', { text: 'early' })).toEqual([trashKey('run', ids[0]!)])
    expect(await run('trash.ids', { range: { offset: 1, count: 5 } })).toEqual([trashKey('run', ids[0]!)])
  })

  it('tells all windows what comes and goes, and what is restored is among the runs again', async () => {
    const opened = await labWithDeleted(['one', 'two', 'three'])
    const { ids, run, until, events, home } = opened
    await listOf(opened)
    events.length = 0
    const [one, two, three] = ids as [string, string, string]
    expect(await run('trash.restore', { keys: [trashKey('run', one)] })).toEqual({
      keys: [trashKey('run', one)],
      failed: [],
    })
    await until(trashIs(2))
    await until((event) => event.type === 'run' && event.run.id === one)
    expect(await run('run.query', { count: 10 })).toMatchObject({ totalCount: 1, runs: [{ id: one }] })
    expect(await run('trash.erase', { keys: [trashKey('run', two)] })).toMatchObject({ keys: [trashKey('run', two)] })
    await until(trashIs(1))
    expect(readdirSync(path.join(home, 'trash')).filter((name) => !name.startsWith('.'))).toEqual([three])
    events.length = 0
    await run('run.undelete', { runIds: [three] })
    await until(trashIs(0))
    await run('run.delete', { runIds: [one] })
    await until(trashIs(1))
    expect(runsOf(home)).toEqual([three])
  })

  it('shows what another process deletes, restores and erases', async () => {
    const opened = await labWithDeleted(['here'])
    const { home, until, events, ids } = opened
    await listOf(opened)
    const [there] = await makeRuns(home, ['there'])
    await moveToTrash(home, new RunStore(home), there!)
    await until(trashIs(2))
    expect((await listOf(opened)).map(({ name }) => name)).toEqual(['there', 'here'])
    events.length = 0
    rmSync(path.join(home, 'trash', ids[0]!), { recursive: true })
    await until(trashIs(1))
    expect((await listOf(opened)).map(({ name }) => name)).toEqual(['there'])
  })

  it('has a damaged run with what is wrong, and restores or erases it', async () => {
    const opened = await labWithDeleted(['whole', 'odd', 'torn', 'empty'])
    const { home, ids, run } = opened
    const [, odd, torn, empty] = ids as [string, string, string, string]
    const place = (id: string): string => path.join(home, 'trash', id, 'run.json')
    writeFileSync(place(torn), '{"formatVersion":')
    rmSync(place(empty))
    const record = JSON.parse(readFileSync(place(odd), 'utf8')) as { config: object }
    writeFileSync(place(odd), JSON.stringify({ ...record, config: { ...record.config, layers: [null] } }))
    const entries = await listOf(opened)
    expect(entries.map(({ name, state }) => [name, state])).toEqual([
      [empty, 'damaged'],
      [torn, 'damaged'],
      [odd, 'damaged'],
      ['whole', 'queued'],
    ])
    expect(entries[1]!.error).toMatchObject({
      code: 'run-folder',
      where: place(torn),
      found: '`{"formatVersion":`',
      remedy: 'It can be erased, or restored and its `run.json` repaired.',
    })
    expect(entries[2]!.error).toMatchObject({ code: 'run-folder', where: place(odd) })
    await run('trash.restore', { keys: [trashKey('run', torn)] })
    expect(await run('run.read', { runId: torn })).toMatchObject({ summary: { state: 'damaged' } })
    await run('trash.erase', { keys: [trashKey('run', empty)] })
    expect(existsSync(path.join(home, 'trash', empty))).toBe(false)
  })

  it('says what could not be restored, and why, and restores the others', async () => {
    const opened = await labWithDeleted(['taken', 'gone', 'free'])
    const { home, ids, run } = opened
    const [taken, gone, free] = ids as [string, string, string]
    await listOf(opened)
    mkdirSync(path.join(home, 'runs', taken))
    rmSync(path.join(home, 'trash', gone), { recursive: true })
    const { keys, failed } = await run('trash.restore', { keys: ids.map((id) => trashKey('run', id)) })
    expect(keys).toEqual([trashKey('run', free)])
    expect([...failed].sort((a, b) => (a.error.found! < b.error.found! ? -1 : 1))).toMatchObject([
      { key: trashKey('run', gone), error: { code: 'run-folder', found: 'nothing at the first' } },
      { key: trashKey('run', taken), error: { code: 'run-folder', found: 'something at the second' } },
    ])
    expect((await listOf(opened)).map(({ id }) => id)).toEqual([taken])
    await expect(run('trash.erase', { keys: [trashKey('run', gone)] })).rejects.toMatchObject({ code: 'run-folder' })
  })

  it.each(['run:../runs', 'run:a/b', 'sweep:.hidden', 'other:a', 'run:'])(
    'has no entry of the key `%s`',
    async (key) => {
      const { lab, home, ids } = await labWithDeleted(['kept'])
      for (const name of ['trash.restore', 'trash.erase'])
        await expect(lab.execute(name, { keys: [trashKey('run', ids[0]!), key] })).rejects.toMatchObject({
          code: expect.stringMatching(/usage|protocol/) as string,
        })
      expect(existsSync(path.join(home, 'trash', ids[0]!))).toBe(true)
    },
  )

  it('finishes, when a lab is opened, what was being erased when the last one ended', async () => {
    const { home, ids } = await labWithDeleted(['half'])
    renameSync(path.join(home, 'trash', ids[0]!), path.join(home, 'trash', `.erasing-${ids[0]!}.0badcafe`))
    const next = await openLab(home)
    expect(await listOf(next)).toEqual([])
    await expect(next.run('run.undelete', { runIds: ids })).rejects.toMatchObject({ code: 'run-folder' })
    await expect
      .poll(() => readdirSync(path.join(home, 'trash')).filter((name) => name.startsWith('.erasing')))
      .toEqual([])
  })

  it('leaves alone what is no run', async () => {
    const { home, ids, ...opened } = await labWithDeleted(['kept'])
    writeFileSync(path.join(home, 'trash', 'notes.txt'), 'mine')
    mkdirSync(path.join(home, 'trash', 'a folder'))
    expect((await listOf(opened)).map(({ id }) => id)).toEqual(ids)
    await opened.run('trash.erase', { keys: [...(await opened.run('trash.ids', {}))] })
    expect(readdirSync(path.join(home, 'trash')).sort()).toEqual(['a folder', 'notes.txt'])
  })

  it('keeps a fork and a comparison of an erased run as they are', async () => {
    const { run, until, home } = await openLab()
    const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const { config } = await run('run.read', { runId })
    const forked = await run('run.fork', {
      source: { runId },
      config: { ...config, training: { ...config!.training, steps: 60 } },
    })
    const forkId = forked.runIds[0]!
    await until(runIs(forkId, 'finished'))
    const read = async () => [
      await run('run.read', { runId: forkId }),
      await run('run.metrics', { runId: forkId, series: ['loss'], buckets: 100 }),
    ]
    const before = await read()
    await run('run.delete', { runIds: [runId] })
    const missing = await run('run.read', { runId }).catch((error: unknown) => error)
    await run('trash.erase', { keys: [trashKey('run', runId)] })
    expect(await read()).toEqual(before)
    expect(await run('run.read', { runId }).catch((error: unknown) => error)).toEqual(missing)
    expect(readdirSync(path.join(home, 'trash'))).toEqual([])
  })
})

describe('a deleted sweep in the trash', () => {
  it('stands above the runs that went with it, and takes them along when it is restored', async () => {
    const opened = await openLab()
    const { home, run, until } = opened
    const { sweepId, runIds } = await sweepWithRuns(opened)
    const before = await bytesOf(path.join(home, 'runs'))
    await run('sweep.delete', { sweepId, withRuns: true })
    const entries = await listOf(opened)
    expect(entries.map(({ kind }) => kind)).toEqual(['sweep', 'run', 'run'])
    expect(entries[0]).toMatchObject({
      id: sweepId,
      name: 'alpha',
      runCount: 2,
      strategy: null,
      state: null,
      error: null,
    })
    expect(entries[1]).toMatchObject({ sweepName: 'alpha', runCount: null })
    expect(await listOf(opened, 'alpha')).toHaveLength(3)
    const keys = [...runIds.map((id) => trashKey('run', id)), trashKey('sweep', sweepId)]
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0)
    expect(await run('trash.sum', { keys: [trashKey('sweep', sweepId)] })).toEqual({
      runCount: 2,
      sweepCount: 1,
      bytes,
    })
    expect(await run('trash.sum', { keys })).toEqual({ runCount: 2, sweepCount: 1, bytes })
    const done = await run('trash.restore', { keys })
    expect([...done.keys].sort()).toEqual([...keys].sort())
    expect(done.failed).toEqual([])
    await until((event) => event.type === 'sweep' && event.sweep.id === sweepId)
    expect(await bytesOf(path.join(home, 'runs'))).toEqual(before)
    expect(await bytesOf(path.join(home, 'trash'))).toEqual({})
    expect((await run('sweep.read', { sweepId })).summary.counts).toEqual({ finished: 2 })
  })

  it('is erased with the runs that went with it, but for those that are back', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId, runIds } = await sweepWithRuns(opened)
    const [back, gone] = runIds as [string, string]
    await run('sweep.delete', { sweepId, withRuns: true })
    await run('trash.restore', { keys: [trashKey('run', back)] })
    expect((await listOf(opened))[0]).toMatchObject({ kind: 'sweep', runCount: 1 })
    const { keys } = await run('trash.erase', { keys: [trashKey('sweep', sweepId)] })
    expect([...keys].sort()).toEqual([trashKey('run', gone), trashKey('sweep', sweepId)].sort())
    expect(await bytesOf(path.join(home, 'trash'))).toEqual({})
    expect(runsOf(home)).toEqual([back])
    await expect(run('sweep.undelete', { sweepId })).rejects.toMatchObject({ code: 'run-folder' })
  })

  it('whose place is taken moves none of its runs', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId } = await sweepWithRuns(opened)
    const file = path.join(home, 'sweeps', `${sweepId}.json`)
    const text = readFileSync(file, 'utf8')
    await run('sweep.delete', { sweepId, withRuns: true })
    writeFileSync(file, text)
    const before = await bytesOf(path.join(home, 'trash'))
    const keys = [trashKey('sweep', sweepId)]
    await expect(run('trash.restore', { keys })).rejects.toMatchObject({
      code: 'run-folder',
      detail: { found: 'something at the second' },
    })
    expect(await bytesOf(path.join(home, 'trash'))).toEqual(before)
    rmSync(file)
    await run('trash.restore', { keys })
    expect(runsOf(home)).toHaveLength(2)
  })

  it('comes back without a run whose place is taken, which stays by itself', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId, runIds } = await sweepWithRuns(opened)
    const [taken, free] = runIds as [string, string]
    await run('sweep.delete', { sweepId, withRuns: true })
    cpSync(path.join(home, 'trash', taken), path.join(home, 'runs', taken), { recursive: true })
    const done = await run('trash.restore', { keys: [trashKey('sweep', sweepId)] })
    expect(done.keys).toEqual([trashKey('run', free), trashKey('sweep', sweepId)])
    expect(done.failed).toMatchObject([{ key: trashKey('run', taken), error: { code: 'run-folder' } }])
    expect(await listOf(opened)).toMatchObject([{ key: trashKey('run', taken), sweepName: null }])
  })

  it('that is damaged is listed with what is wrong, and is erased or restored as it is', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId } = await sweepWithRuns(opened)
    await run('sweep.delete', { sweepId, withRuns: true })
    const file = path.join(home, 'trash', 'sweeps', `${sweepId}.json`)
    writeFileSync(file, '{"id":')
    const again = await openLab(home)
    expect((await listOf(again))[0]).toMatchObject({ name: sweepId, error: { code: 'run-folder', where: file } })
    await again.run('trash.restore', { keys: [trashKey('sweep', sweepId)] })
    expect(readFileSync(path.join(home, 'sweeps', `${sweepId}.json`), 'utf8')).toBe('{"id":')
    expect(runsOf(home)).toHaveLength(2)
  })

  it('of whose runs the list is damaged is not restored, and is erased without runs', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId, runIds } = await sweepWithRuns(opened)
    await run('sweep.delete', { sweepId, withRuns: true })
    const file = path.join(home, 'trash', 'sweeps', `${sweepId}.runs.json`)
    writeFileSync(file, '[')
    const again = await openLab(home)
    const keys = [trashKey('sweep', sweepId)]
    expect(await listOf(again)).toContainEqual(expect.objectContaining({ name: 'alpha', runCount: 0 }))
    await expect(again.run('trash.restore', { keys })).rejects.toMatchObject({ detail: { where: file } })
    expect(await again.run('trash.erase', { keys })).toEqual({ keys, failed: [] })
    expect((await listOf(again)).map(({ id }) => id).sort()).toEqual([...runIds].sort())
  })

  it('that is not there erases none of the runs that its interrupted deletion has taken away', async () => {
    const opened = await openLab()
    const { home, run } = opened
    const { sweepId, runIds } = await sweepWithRuns(opened)
    mkdirSync(path.join(home, 'trash', 'sweeps'), { recursive: true })
    const notes = path.join(home, 'trash', 'sweeps', `${sweepId}.runs.json`)
    writeFileSync(notes, JSON.stringify({ formatVersion: 1, runIds }))
    renameSync(path.join(home, 'runs', runIds[0]!), path.join(home, 'trash', runIds[0]!))
    const error = run('trash.erase', { keys: [trashKey('sweep', sweepId)] })
    await expect(error).rejects.toMatchObject({ code: 'run-folder', detail: { where: sweepId } })
    expect(existsSync(path.join(home, 'trash', runIds[0]!))).toBe(true)
  })
})

describe('a large trash', () => {
  it('is answered page by page while it is read, and says how far that is', async () => {
    const COUNT = 1000
    const home = await makeHome()
    const [id] = await makeRuns(home, ['original'])
    const record = await new RunStore(home).readRecord(id!)
    for (let copy = 0; copy < COUNT; copy++) {
      const folder = path.join(home, 'trash', `copy-${copy}-none`)
      mkdirSync(folder, { recursive: true })
      const text = JSON.stringify({ ...record, id: `copy-${copy}-none`, groupId: `copy-${copy}` })
      writeFileSync(path.join(folder, 'run.json'), text)
      const deletedAt = new Date(Date.UTC(2026, 0, 1) + copy * 60_000).toISOString()
      writeFileSync(
        path.join(home, 'trash', `.copy-${copy}-none.deletion.json`),
        JSON.stringify({ formatVersion: 1, deletedAt }),
      )
    }
    const opened = await openLab(home)
    const { run, until } = opened
    const first = await run('trash.list', { count: 64 })
    expect(first.totalCount).toBeLessThanOrEqual(COUNT)
    await until(trashIs(COUNT))
    const page = await run('trash.list', { offset: 500, count: 3 })
    expect(page).toMatchObject({ totalCount: COUNT, offset: 500 })
    expect(page.entries.map((entry) => entry.id)).toEqual(['copy-499-none', 'copy-498-none', 'copy-497-none'])
    const keys = await run('trash.ids', {})
    expect(keys).toHaveLength(COUNT)
    expect(await run('trash.sum', { keys: [...keys] })).toMatchObject({ runCount: COUNT, sweepCount: 0 })
    expect(await run('trash.erase', { keys: [...keys] })).toMatchObject({ failed: [] })
    expect(readdirSync(path.join(home, 'trash'))).toEqual([])
  })
})
