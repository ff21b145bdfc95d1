/**
 * Runs in their folders that change their engine or lose their device on the way: what they come to, and what record, log and metrics say of it.
 */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { AS_BEGUN, makeRuns, prepare, preparedConfig, runOne } from '../../../main/engine/run-group.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { wasmBackend } from '../../../shared/backends/wasm/wasm-backend.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import type { LogEntry } from '../../../shared/runs/log.ts'
import type { RunEvent, RunRecord } from '../../../shared/runs/run.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { temporaryFolder } from '../store/store-helpers.ts'
import { losingBackend } from '../training/losing-backend.ts'
import { toyConfig, toyDataset, toyNetwork } from '../training/toy.ts'

/** Of losses after some ten steps in single and double precision by turns: rounding grows with every step. */
const ENGINES_DIFFER = 1e-4

const SEEDS = [0, 1]
const CONFIG = parseConfig(
  {
    name: 'tiny',
    dataset: { kind: 'copy-first-input', steps: 6, counts: { train: 24, validation: 8, test: 8 } },
    layers: [{ cell: 'gru', units: 4 }],
    strategies: ['double'],
    seeds: SEEDS,
    backend: 'wasm',
    warmup: { steps: 2, batch: 4, maxConvergenceSteps: 4 },
    training: { steps: 12, batch: 4 },
    measures: { everySteps: 0 },
    checkpointEverySteps: 4,
  },
  'test',
)
const OPTIONS = { ...readEngineOptions(), threads: 1 }

interface Bench {
  readonly store: RunStore
  readonly id: string
  readonly events: RunEvent[]
  /** @param pauseStep the step of training after which it is paused */
  run(backend: string | null, pauseStep?: number): Promise<RunRecord | 'paused'>
}

async function openBench(): Promise<Bench> {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const [record] = await makeRuns(store, preparedConfig(await prepare(CONFIG, home, OPTIONS)))
  const { id } = record!
  const events: RunEvent[] = []
  return {
    store,
    id,
    events,
    run(backend, pauseStep = Infinity) {
      const control = {
        requested: () => (lossesOf(events).length >= pauseStep * SEEDS.length ? ('pause' as const) : null),
      }
      const listener = { started: () => undefined, event: (_: RunRecord, event: RunEvent) => void events.push(event) }
      return runOne(store, id, home, OPTIONS, control, listener, { ...AS_BEGUN, backend })
    },
  }
}

const lossesOf = (events: readonly RunEvent[]): number[] =>
  events.flatMap((event) => (event.type === 'train-step' ? event.loss : []))

const entriesOf = async ({ store, id }: Pick<Bench, 'store' | 'id'>): Promise<readonly LogEntry[]> =>
  (await store.readLog(id, null)).entries

it('a run goes from one engine to another and back, to the losses of one that stayed, and says which steps ran where', async () => {
  const stayed = await openBench()
  await stayed.run(null)
  const moved = await openBench()
  await moved.run(null, 5)
  await moved.run('reference', 8)
  await moved.run('wasm')
  const [expected, found] = [lossesOf(stayed.events), lossesOf(moved.events)]
  expect(found).toHaveLength(expected.length)
  expect(found).not.toEqual(expected)
  found.forEach((loss, index) => expect(Math.abs(loss / expected[index]! - 1)).toBeLessThan(ENGINES_DIFFER))

  const { engines, backend, status } = await moved.store.readRecord(moved.id)
  expect({ backend, status }).toEqual({ backend: 'wasm', status: 'finished' })
  expect(engines.map((stretch) => `${stretch.backend} ${stretch.phase} ${stretch.step}`)).toEqual([
    'wasm warm-up 0',
    'reference training 5',
    'wasm training 8',
  ])
  const told = (await entriesOf(moved)).flatMap((entry) => (entry.kind === 'engine' ? [entry] : []))
  expect(told.map(({ engine, before }) => [engine.backend, before?.backend])).toEqual([
    ['wasm', undefined],
    ['reference', 'wasm'],
    ['wasm', 'reference'],
  ])
})

it('a run that was not asked to change its engine is taken up on the one that it was on last', async () => {
  const bench = await openBench()
  await bench.run(null, 5)
  await bench.run('reference', 8)
  await bench.run(null)
  const { engines } = await bench.store.readRecord(bench.id)
  expect(engines.map(({ backend }) => backend)).toEqual(['wasm', 'reference'])
})

it('an unknown engine is refused, and the run stays as it was', async () => {
  const bench = await openBench()
  await bench.run(null, 5)
  const before = await bench.store.readRecord(bench.id)
  await expect(bench.run('abacus')).rejects.toMatchObject({ code: 'backend', detail: { found: 'abacus' } })
  expect(await bench.store.readRecord(bench.id)).toMatchObject({ ...before, heartbeatAt: expect.any(String) })
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
