/** A thread of the index that dies: another one takes its place, questions are answered, and changes of the folders are told again. */
import { rm } from 'node:fs/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RunIndex } from '../../../main/lab/run-index/run-index.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { LabError } from '../../../shared/errors/errors.ts'
import { runQuerySchema } from '../../../shared/protocol/run-query.ts'
import { versions } from '../store/store-helpers.ts'
import { makeHome, SMALL_CONFIG } from './lab-helpers.ts'

const QUERY = runQuerySchema.parse({ count: 10 })
async function openIndex() {
  const home = await makeHome()
  const store = new RunStore(home)
  const [record] = await store.createGroup(parseConfig(SMALL_CONFIG, 'test'), ['none'], versions)
  const notices: LabError[] = []
  const removed: string[] = []
  const index = new RunIndex(home, {
    changed: (_, gone) => removed.push(...gone),
    state: () => undefined,
    notice: (error) => notices.push(error),
  })
  onTestFinished(() => index.close())
  await index.ask('sync-all', null)
  return { index, notices, removed, folder: store.folder(record!.id), runId: record!.id }
}

describe('an index whose thread has died', () => {
  it('answers the question in flight and those after it, and is told once', async () => {
    const { index, notices, runId } = await openIndex()
    const inFlight = index.ask('sync', [runId])
    await index.kill()
    expect((await inFlight).map(({ id }) => id)).toEqual([runId])
    expect((await index.ask('page', QUERY)).runs.map(({ id }) => id)).toEqual([runId])
    expect(notices.map(({ code }) => code)).toEqual(['run-index'])
  })

  it('tells what changes in the folders, without being asked', async () => {
    const { index, removed, folder, runId } = await openIndex()
    await index.kill()
    await rm(folder, { recursive: true })
    await expect.poll(() => removed).toEqual([runId])
  })
})
