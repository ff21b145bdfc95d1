/**
 * Runs in their folders that change their engine or lose their device on the way: what they come to, and what record, log and metrics say of it.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import type { Backend } from '../../../shared/backends/backend.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import type { RunRecord } from '../../../shared/runs/run.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { temporaryFolder } from '../store/store-helpers.ts'
import { choosingBackend } from '../training/choosing-backend.ts'
import { losingBackend } from '../training/losing-backend.ts'
import { toyBackend, toyConfig, toyDataset, toyNetwork } from '../training/toy.ts'
import { compareLosses, entriesOf, makeMovedRun, stretchesOf } from './moved-run.ts'

it('a run goes from one engine to another and back, to the losses of one that stayed, and says which steps ran where', async () => {
  const stayed = await makeMovedRun()
  await stayed.run(null)
  const moved = await makeMovedRun()
  await moved.run(null, 5)
  await moved.run('reference', 8)
  await moved.run('wasm')
  expect(compareLosses(moved, stayed)).toEqual([])

  expect(await moved.store.readRecord(moved.id)).toMatchObject({ backend: 'wasm', status: 'finished' })
  expect(await stretchesOf(moved)).toEqual(['wasm warm-up 0', 'reference training 5', 'wasm training 8'])
  const told = (await entriesOf(moved)).flatMap((entry) => (entry.kind === 'engine' ? [entry] : []))
  expect(told.map(({ engine, before }) => [engine.backend, before?.backend])).toEqual([
    ['wasm', undefined],
    ['reference', 'wasm'],
    ['wasm', 'reference'],
  ])
})

it('a run that was not asked to change its engine is taken up on the one that it was on last', async () => {
  const moved = await makeMovedRun()
  await moved.run(null, 5)
  await moved.run('reference', 8)
  await moved.run(null)
  const { engines } = await moved.store.readRecord(moved.id)
  expect(engines.map(({ backend }) => backend)).toEqual(['wasm', 'reference'])
})

it('an unknown engine is refused, and the run stays as it was', async () => {
  const moved = await makeMovedRun()
  await moved.run(null, 5)
  const before = await moved.store.readRecord(moved.id)
  await expect(moved.run('abacus')).rejects.toMatchObject({ code: 'backend', detail: { found: 'abacus' } })
  expect(await moved.store.readRecord(moved.id)).toMatchObject({ ...before, heartbeatAt: expect.any(String) })
})

it('the files of a run that has lost its devices are those of one that has not, and its log tells of it', async () => {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const finish = async (isLost: (count: number) => boolean): Promise<string> => {
    const [record] = await store.createGroup(toyConfig([0, 7]), ['warmed-up'], { lab: '0', node: '0' })
    const writer = await store.openWriter(record!.id)
    await trainRun({
      record: record!,
      network: toyNetwork(),
      datasets: [0, 7].map(toyDataset),
      backend: losingBackend(wasmBackend, isLost),
      writer,
      clock: { now: () => 0 },
      control: { requested: () => null },
    })
    await writer.close()
    return record!.id
  }
  const whole = await finish(() => false)
  const lost = await finish((count) => count % 60 === 59)
  const metricsOf = (id: string): Promise<string> => readFile(path.join(store.folder(id), 'metrics.jsonl'), 'utf8')
  expect(await metricsOf(lost)).toBe(await metricsOf(whole))
  expect((await store.readWeights(lost)).tensors).toEqual((await store.readWeights(whole)).tensors)
  const { deviceLosses } = await store.readRecord(lost)
  expect(deviceLosses.length).toBeGreaterThan(1)
  const told = (await entriesOf({ store, id: lost })).flatMap((entry) => (entry.kind === 'device-lost' ? [entry] : []))
  expect(told).toMatchObject(deviceLosses)
})

it('a run that is taken up on a device that computes with other kernels now says so, and one that goes on as it was does not', async () => {
  const store = new RunStore(await temporaryFolder())
  const [{ id }] = (await store.createGroup(toyConfig([0]), ['none'], { lab: '0', node: '0' })) as [RunRecord]
  const card = { name: 'webgpu', device: 'card' } as const
  const takeUp = async (backend: Backend, pauseStep: number): Promise<void> => {
    const writer = await store.openWriter(id)
    let step = 0
    await trainRun({
      record: await store.readRecord(id),
      network: toyNetwork(),
      datasets: [toyDataset(0)],
      backend: { ...backend, ...card },
      writer,
      clock: { now: () => 0 },
      control: { requested: () => (step >= pauseStep ? 'pause' : null) },
      onEvent: (event) => (step = event.type === 'train-step' ? event.step : step),
    })
    await writer.close()
  }
  await takeUp(toyBackend(), 2) // as a version of the lab whose records know no kernels
  await takeUp(choosingBackend('fast').backend, 4)
  await takeUp(choosingBackend('faster').backend, Infinity)
  const { engines, status } = await store.readRecord(id)
  expect(status).toBe('finished')
  expect(engines).toEqual([
    { backend: 'webgpu', device: 'card', phase: 'training', step: 0 },
    { backend: 'webgpu', device: 'card', tuning: { choice: 'fast' }, phase: 'training', step: 2 },
  ])
  const told = (await entriesOf({ store, id })).flatMap((entry) => (entry.kind === 'engine' ? [entry] : []))
  expect(told.map(({ engine, before }) => [engine.step, before])).toEqual([
    [0, null],
    [2, { backend: 'webgpu', device: 'card' }],
  ])
})
