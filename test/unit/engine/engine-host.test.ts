/** The host of worker threads: what it tells when a thread dies, and that the run goes on from its checkpoint afterwards. */
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { EngineHost, type HostEvent } from '../../../main/engine/host/engine-host.ts'
import { releaseLockOfDeadThread } from '../../../main/store/run-lock.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { readProgress } from '../../../shared/training/progress.ts'
import { LONG_CONFIG } from '../lab/lab-helpers.ts'

it('tells a thread that dies as a crash of its run, which can be taken up again', async () => {
  const home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  const store = new RunStore(home)
  const [record] = await store.createGroup(
    parseConfig({ ...LONG_CONFIG, checkpointEverySteps: 50 }, 'test'),
    ['none'],
    {
      lab: '0',
      node: '0',
    },
  )
  const { id, groupId } = record!
  let events: HostEvent[] = []
  let check = (): void => undefined
  const host = new EngineHost(home, readEngineOptions(), (event) => {
    events.push(event)
    check()
  })
  onTestFinished(async () => {
    await host.close()
    await rm(home, { recursive: true, force: true })
  })
  const until = (holds: (event: HostEvent) => boolean): Promise<void> =>
    new Promise((resolve) => {
      check = () => {
        if (events.some(holds)) resolve()
      }
      check()
    })
  const isStep = (event: HostEvent): boolean =>
    event.type === 'events' && event.events.some(({ type }) => type === 'train-step')
  const savedStep = async (): Promise<number> => {
    const saved = await store.readCheckpoint(id)
    return saved === null ? 0 : readProgress(saved.counters, record!.config.seeds.length).training.step
  }

  host.start({ kind: 'group', groupId, name: 'long' }, [id])
  while ((await savedStep()) === 0) {
    events = []
    await until(isStep)
  }
  await host.kill(id)
  await until(({ type }) => type === 'released')
  const step = await savedStep()
  expect(events.find(({ type }) => type === 'crashed')).toMatchObject({ runId: id, error: { code: 'worker' } })
  expect(host.holds(id)).toBe(false)

  await releaseLockOfDeadThread(store.folder(id))
  expect(await store.listOne(id)).toMatchObject({ crashed: true })
  events = []
  host.start({ kind: 'group', groupId, name: 'long' }, [id])
  await until(isStep)
  const first = events
    .flatMap((event) => (event.type === 'events' ? event.events : []))
    .find((e) => e.type === 'train-step')
  expect(first).toMatchObject({ step: step + 1 })
})
