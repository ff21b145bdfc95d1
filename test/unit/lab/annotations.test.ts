/** Tags, notes, star and archive of runs, beside them in their folders, and what is done to many runs at once. */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { applyChange, annotationsChangeSchema, NO_ANNOTATIONS } from '../../../shared/runs/annotations.ts'
import { openLab, runIs, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const QUICK = { ...SMALL_CONFIG, strategies: ['none', 'warmed-up', 'double'], seeds: [0] }

async function finishedRuns({ run, until }: TestLab): Promise<string[]> {
  const { runIds } = await run('run.start', { config: QUICK })
  for (const id of runIds) await until(runIs(id, 'finished'))
  return [...runIds]
}

const file = (home: string, id: string): string => path.join(home, 'runs', id, 'annotations.json')

describe('annotations', () => {
  it('are changed by what is named and keep the rest; a tag is there once, whatever its case', () => {
    const change = (part: object) => annotationsChangeSchema.parse(part)
    const tagged = applyChange(NO_ANNOTATIONS, change({ addTags: ['Paper', ' check ', 'PAPER'] }))
    expect(tagged).toEqual({ ...NO_ANNOTATIONS, tags: ['Paper', 'check'] })
    expect(applyChange(tagged, change({ removeTags: ['paper'], isStarred: true }))).toEqual({
      ...NO_ANNOTATIONS,
      tags: ['check'],
      isStarred: true,
    })
    expect(() => change({ addTags: ['a,b'] })).toThrow()
    expect(() => change({ addTags: [''] })).toThrow()
  })

  it('stand beside many runs at once, in their folders, and every window is told', async () => {
    const lab = await openLab()
    const runIds = await finishedRuns(lab)
    lab.events.length = 0
    const done = await lab.run('run.annotate', {
      runIds,
      change: { addTags: ['paper'], notes: 'all three', isStarred: true },
    })
    expect(done).toEqual({ runIds, failed: [] })
    for (const id of runIds) {
      expect(JSON.parse(readFileSync(file(lab.home, id), 'utf8'))).toEqual({
        tags: ['paper'],
        notes: 'all three',
        isStarred: true,
        isArchived: false,
      })
      await lab.until((event) => event.type === 'run' && event.run.id === id && event.run.annotations.isStarred)
    }
    const { runs } = await lab.run('run.query', { filter: { tags: ['paper'] }, count: 10 })
    expect(runs).toHaveLength(3)
  })

  it('that are damaged are told once, are not written over, and do not hide their run', async () => {
    const lab = await openLab()
    const [id] = (await finishedRuns(lab)) as [string]
    writeFileSync(file(lab.home, id), '{"tags": 7}')
    await lab.until((event) => event.type === 'notice' && event.error.where === file(lab.home, id))
    await expect(lab.run('run.annotate', { runIds: [id], change: { isStarred: true } })).rejects.toMatchObject({
      code: 'run-folder',
    })
    expect(readFileSync(file(lab.home, id), 'utf8')).toBe('{"tags": 7}')
    const { runs } = await lab.run('run.query', { count: 10 })
    expect(runs.map((run) => run.id)).toContain(id)
  })

  it('and deletion are done for those runs for which they can be, and say why not for the others', async () => {
    const lab = await openLab()
    const runIds = await finishedRuns(lab)
    const done = await lab.run('run.delete', { runIds: [...runIds, 'nobody'] })
    expect(done).toMatchObject({ runIds, failed: [{ runId: 'nobody', error: { code: 'run-folder' } }] })
    expect(await lab.run('run.query', { count: 10 })).toMatchObject({ totalCount: 0 })
    expect(await lab.run('run.undelete', { runIds })).toMatchObject({ runIds, failed: [] })
    expect(await lab.run('run.ids', {})).toHaveLength(3)
  })
})

describe('a window that comes', () => {
  it('knows the newest runs and how many there are; the others it asks for', async () => {
    const lab = await openLab()
    const runIds = await finishedRuns(lab)
    const { runs, index } = lab.lab.snapshot()
    expect(runs.map(({ id }) => id).sort()).toEqual([...runIds].sort())
    expect(index).toEqual({ runCount: 3, reading: null })
    await expect(lab.run('run.read', { runId: 'nobody' })).rejects.toMatchObject({ code: 'run-folder' })
  })
})
