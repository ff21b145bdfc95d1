/** A sweep on a machine with several devices: one whose runs are all for one engine takes whichever line of it is free. The devices are pretended. */
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { DesignDesk } from '../../../main/lab/designs/design-desk.ts'
import { RunCatalog } from '../../../main/lab/run-catalog.ts'
import { RunMonitor } from '../../../main/lab/run-monitor.ts'
import { SweepCatalog } from '../../../main/lab/sweep-catalog.ts'
import { SweepDesk } from '../../../main/lab/sweep-desk.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { SweepStore } from '../../../main/store/sweep-store.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { LONG_CONFIG, makeHome } from './lab-helpers.ts'

const ONE_THREAD = readEngineOptions({ threads: '1' }, {})

let monitor: RunMonitor
let desk: SweepDesk

/** A lab with two lines of which the first, that takes every job, is taken. */
beforeEach(async () => {
  const home = await makeHome()
  const [store, sweeps, designs] = [new RunStore(home), new SweepStore(home), new DesignDesk(home, ONE_THREAD)]
  const ignore = (): void => undefined
  const catalog = new RunCatalog(home, (runId) => monitor.holds(runId), ignore)
  monitor = new RunMonitor(home, ONE_THREAD, store, sweeps, catalog, ignore)
  desk = new SweepDesk(home, sweeps, new SweepCatalog(store, sweeps, monitor, designs, ignore), monitor, designs)
  onTestFinished(async () => {
    await monitor.close()
    await designs.close()
    await catalog.close()
  })
  await catalog.open()
  monitor.setLines([
    { id: 'first', engine: ONE_THREAD, backend: null },
    { id: 'wasm:1', engine: ONE_THREAD, backend: 'wasm' },
  ])
  const [record] = await store.createGroup(parseConfig(LONG_CONFIG, 'test'), ['none'], { lab: '0', node: '0' })
  const { id, groupId } = record!
  monitor.start(groupId, 'long', [id])
})

const areRunning = (): boolean[] => monitor.queue().map(({ isRunning }) => isRunning)

it('a sweep for one engine is trained beside what runs, and again when it is resumed', async () => {
  const config = { ...LONG_CONFIG, backend: 'wasm' }
  const { sweepId } = await desk.start({ config, grid: { 'dataset.steps': [8, 12] } })
  expect(areRunning()).toEqual([true, true])
  desk.pause(sweepId)
  await expect.poll(areRunning).toEqual([true])
  await desk.resume(sweepId, false)
  expect(areRunning()).toEqual([true, true])
})

it('a sweep that leaves its engine to the lab takes the line of the one that the lab would take for all of its runs', async () => {
  await desk.start({ config: { ...LONG_CONFIG, backend: 'auto' }, grid: { 'dataset.steps': [8, 12] } })
  expect(areRunning()).toEqual([true, true])
})

it('a sweep over engines waits for the line that takes all', async () => {
  await desk.start({ config: LONG_CONFIG, grid: { backend: ['wasm', 'reference'] } })
  expect(areRunning()).toEqual([true, false])
})
