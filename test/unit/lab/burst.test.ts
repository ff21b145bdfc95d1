/** More runs change at once than are told one by one: the page of their sweep follows all the same, from real folders. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { writeSweep } from '../../../main/store/sweep-writer.ts'
import { parseSweep } from '../../../shared/experiments/sweep.ts'
import type { LabEvent } from '../../../shared/protocol/events.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { makeHome, openLab, SMALL_CONFIG } from './lab-helpers.ts'
import { versions } from '../store/store-helpers.ts'

/** More than the index tells one by one. */
const POINT_COUNT = 100
/** Newer ones, as many as every window knows: those of the sweep are told by no list. */
const NEWER_COUNT = 200
const DEFINITION = {
  name: 'wide',
  config: { ...SMALL_CONFIG, strategies: ['none'], seeds: [0] },
  random: {
    count: POINT_COUNT,
    fields: { 'training.optimizer.learningRate': { kind: 'log-uniform', low: 1e-4, high: 1e-2 } },
  },
}

function finished(record: RunRecord, best: number): RunRecord {
  return {
    ...record,
    status: 'finished',
    startedAt: record.createdAt,
    endedAt: record.createdAt,
    result: { metric: 'mse', best: [best], last: [best], seeds: [0], warmupRestarts: [0] },
  }
}

it('the rows of a sweep follow a burst of changed runs that are not told one by one', async () => {
  const home = await makeHome()
  const runs = new RunStore(home)
  const { definition, sweep } = parseSweep(DEFINITION, 'test')
  const [template] = await runs.createGroup(sweep.configOf(0), ['none'], versions)
  const write = (record: RunRecord): void => {
    const folder = runs.folder(record.id)
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, '.run.json.new'), JSON.stringify(record))
    renameSync(path.join(folder, '.run.json.new'), path.join(folder, 'run.json'))
  }
  const named = (name: string, index: number, createdAt: string): RunRecord => ({
    ...template!,
    id: `${name}-${index}-none`,
    groupId: `${name}-${index}`,
    createdAt,
  })
  const records = sweep.points.map((_, index) => named('swept', index, '2020-01-01T00:00:00.000Z'))
  for (const record of records) write(record)
  for (let index = 0; index < NEWER_COUNT; index++)
    write(finished(named('newer', index, '2030-01-01T00:00:00.000Z'), 1))
  const sweeps = new SweepStore(home)
  const written = await sweeps.create(definition, home, POINT_COUNT)
  await writeSweep(sweeps.file(written.id), { ...written, runIds: records.map(({ id }) => [id]) })

  const { lab, run, events, until } = await openLab(home)
  await expect.poll(() => lab.snapshot().index).toEqual({ runCount: POINT_COUNT + NEWER_COUNT + 1, reading: null })
  const before = await run('sweep.read', { sweepId: written.id })
  expect(before.summary).toMatchObject({ state: 'paused', counts: { queued: POINT_COUNT } })
  events.length = 0
  records.forEach((record, index) => write(finished(record, index)))
  await until(({ type }) => type === 'runs-changed')
  await until((event) => event.type === 'sweep' && event.sweep.state === 'finished')
  const rows = new Map<number, Extract<LabEvent, { type: 'sweep-row' }>['row']>()
  for (const event of events) if (event.type === 'sweep-row') rows.set(event.row.index, event.row)
  expect(rows.size).toBe(POINT_COUNT)
  for (const [index, { status, summary }] of rows) {
    expect(status).toBe('finished')
    expect(summary?.mean).toBe(index)
  }
})
