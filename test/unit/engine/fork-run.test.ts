/** Forks of real runs: unchanged they end with the bits of their run, changed they go their own way, and what cannot change is refused at its field. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { readEngineOptions } from '../../../main/engine/engine-options.ts'
import { forkRun, judgeFork, listForkPoints, type ForkSource } from '../../../main/engine/fork-run.ts'
import { runOne } from '../../../main/engine/run-group.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import type { ExperimentConfig } from '../../../shared/experiments/config.ts'
import { parseConfig } from '../../../shared/experiments/read-config.ts'
import { isCheckpointName, type RunRecord } from '../../../shared/runs/run.ts'
import { SMALL_CONFIG } from '../lab/lab-helpers.ts'
import { complaintOf, temporaryFolder, versions } from '../store/store-helpers.ts'

const CONFIG = parseConfig({ ...SMALL_CONFIG, strategies: ['double'] }, 'test')
const SILENT = { started: () => undefined, event: () => undefined }

interface Bench {
  readonly store: RunStore
  readonly home: string
  /** Runs on until the run is asked for a pause the n-th time, or to its end; one that has finished stays as it is. */
  run(record: RunRecord, pauseAt?: number): Promise<void>
}

async function openBench(): Promise<Bench> {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  return {
    store,
    home,
    async run({ id }, pauseAt = Infinity) {
      if ((await store.readRecord(id)).status === 'finished') return
      let asked = 0
      const requested = (): 'pause' | null => (++asked >= pauseAt ? 'pause' : null)
      await runOne(store, id, home, readEngineOptions(), { requested }, SILENT)
    },
  }
}

async function newRun({ store }: Bench, config: ExperimentConfig = CONFIG): Promise<RunRecord> {
  const [record] = await store.createGroup(config, ['double'], versions)
  return record!
}

const fork = ({ store }: Bench, source: ForkSource, config = CONFIG): Promise<RunRecord> =>
  forkRun(store, source, config, 'test', versions, readEngineOptions())

async function bitsOf({ store }: Bench, { id }: RunRecord): Promise<string[]> {
  const { tensors } = await store.readWeights(id)
  return [...tensors].map(
    ([name, { data }]) => `${name} ${Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')}`,
  )
}

async function metricsOf({ home }: Bench, { id }: RunRecord): Promise<string[]> {
  const text = await readFile(path.join(home, 'runs', id, 'metrics.jsonl'), 'utf8')
  return text.split('\n')
}

describe('a fork with nothing changed', () => {
  it.each([
    ['in the warm-up', 20, 'warm-up'],
    ['in the training', 60, 'training'],
  ] as const)('ends with the bits and events of its run, %s', async (_, pauseAt, phase) => {
    const bench = await openBench()
    const original = await newRun(bench)
    await bench.run(original, pauseAt)
    const [point] = await listForkPoints(bench.store, original.id)
    expect(point).toMatchObject({ checkpoint: 'last', phase })
    const forked = await fork(bench, { runId: original.id, checkpoint: 'last' })
    expect(forked.forkedFrom).toEqual({ runId: original.id, phase, step: point!.step })
    expect(forked).toMatchObject({ status: 'paused', strategy: 'double' })
    await bench.run(forked)
    await bench.run(original)
    expect(await bitsOf(bench, forked)).toEqual(await bitsOf(bench, original))
    const isOwn = (line: string): boolean => !line.startsWith('{"type":"fork"')
    const metrics = await metricsOf(bench, forked)
    expect(metrics.filter((line) => !isOwn(line))).toHaveLength(1)
    expect(metrics.filter(isOwn)).toEqual(await metricsOf(bench, original))
    expect((await bench.store.readRecord(forked.id)).result).toEqual((await bench.store.readRecord(original.id)).result)
  })

  it('goes back to the end of the warm-up of a finished run', async () => {
    const bench = await openBench()
    const original = await newRun(bench)
    await bench.run(original)
    expect(await listForkPoints(bench.store, original.id)).toMatchObject([
      { checkpoint: 'last', phase: 'training', step: 40 },
      { checkpoint: 'warmed-up', phase: 'training', step: 0 },
    ])
    const forked = await fork(bench, { runId: original.id, checkpoint: 'warmed-up' })
    await bench.run(forked)
    expect(await bitsOf(bench, forked)).toEqual(await bitsOf(bench, original))
  })
})

describe('a run that keeps checkpoints', () => {
  const KEEPING = { ...CONFIG, keepCheckpointEverySteps: 15 }
  const keep = async (pauseAt?: number): Promise<[Bench, RunRecord]> => {
    const bench = await openBench()
    const original = await newRun(bench, KEEPING)
    await bench.run(original, pauseAt)
    return [bench, original]
  }

  it('is forked at any of them, and ends with the same bits where nothing is changed', async () => {
    const [bench, original] = await keep()
    const steps = [40, 30, 15, 0]
    expect((await listForkPoints(bench.store, original.id)).map(({ step }) => step)).toEqual(steps)
    for (const step of [30, 15]) {
      const forked = await fork(bench, { runId: original.id, checkpoint: `step-${step}` }, KEEPING)
      expect(forked.forkedFrom).toEqual({ runId: original.id, phase: 'training', step })
      await bench.run(forked)
      expect(await bitsOf(bench, forked)).toEqual(await bitsOf(bench, original))
      expect((await bench.store.readRecord(forked.id)).result).toEqual(
        (await bench.store.readRecord(original.id)).result,
      )
    }
  })

  it('trains as one that keeps none, and keeps the same ones when it was paused on the way', async () => {
    const [bench, original] = await keep()
    const without = await newRun(bench)
    await bench.run(without)
    expect(await bitsOf(bench, original)).toEqual(await bitsOf(bench, without))
    const paused = await newRun(bench, KEEPING)
    for (const pauseAt of [30, 20]) await bench.run(paused, pauseAt)
    await bench.run(paused)
    for (const name of ['step-15', 'step-30'] as const) {
      const [first, second] = [original, paused].map(({ id }) => bench.store.readCheckpoint(id, name))
      expect((await second)!.tensors).toEqual((await first)!.tensors)
    }
  })

  it('says which ones there are when it is asked for another, or for what is no checkpoint', async () => {
    const [bench, original] = await keep()
    expect(await complaintOf(() => fork(bench, { runId: original.id, checkpoint: 'step-16' }, KEEPING))).toMatchObject({
      code: 'checkpoint',
      detail: { expected: 'last, step-30, step-15, warmed-up', found: 'no checkpoint `step-16`' },
    })
    expect(['step-0', 'step-01', 'step--1', 'step-1e3', '../last'].filter(isCheckpointName)).toEqual([])
  })
})

describe('a fork with another training', () => {
  it('ends elsewhere, whichever optimiser it goes on with, and leaves its run alone', async () => {
    const bench = await openBench()
    const original = await newRun(bench)
    await bench.run(original)
    const before = await bitsOf(bench, original)
    const { training } = CONFIG
    const changes: ExperimentConfig['training'][] = [
      { ...training, optimizer: { ...training.optimizer, learningRate: 0.02 } },
      { ...training, optimizer: { ...training.optimizer, kind: 'sgd', learningRate: 0.02 } },
      { ...training, batch: 4 },
    ]
    for (const change of changes) {
      const forked = await fork(
        bench,
        { runId: original.id, checkpoint: 'warmed-up' },
        { ...CONFIG, name: 'other', training: change },
      )
      await bench.run(forked)
      expect(await bitsOf(bench, forked)).not.toEqual(before)
    }
    expect(await bitsOf(bench, original)).toEqual(before)
  })

  it('trains a finished run further', async () => {
    const bench = await openBench()
    const original = await newRun(bench)
    await bench.run(original)
    const longer = { ...CONFIG, training: { ...CONFIG.training, steps: 60 } }
    const forked = await fork(bench, { runId: original.id, checkpoint: 'last' }, longer)
    await bench.run(forked)
    const whole = await newRun(bench, longer)
    await bench.run(whole)
    // A constant learning rate: what was trained in two parts is what is trained in one.
    expect(await bitsOf(bench, forked)).toEqual(await bitsOf(bench, whole))
  })
})

describe('a fork is refused', () => {
  it.each([
    ['another cell', 'layers.0.cell', { layers: CONFIG.layers.map((layer) => ({ ...layer, cell: 'lstm' })) }],
    ['a layer more', 'layers', { layers: [...CONFIG.layers, ...CONFIG.layers] }],
    ['other seeds', 'seeds.1', { seeds: [0, 2] }],
    ['another strategy', 'strategies.0', { strategies: ['none' as const] }],
    ['another warm-up', 'warmup.target', { warmup: { ...CONFIG.warmup, target: 0.9 } }],
    ['fewer steps than are taken', 'training.steps', { training: { ...CONFIG.training, steps: 10 } }],
    ['the steps that are taken', 'training.steps', { training: CONFIG.training }],
    [
      'a loss to stop at that every seed has reached',
      'training.stopAtLoss',
      { training: { ...CONFIG.training, steps: 60, stopAtLoss: 1000 } },
    ],
  ])('with %s, at its field', async (_, field, change) => {
    const bench = await openBench()
    const original = await newRun(bench)
    await bench.run(original)
    const source: ForkSource = { runId: original.id, checkpoint: 'last' }
    const longer = { ...CONFIG, training: { ...CONFIG.training, steps: 60 } }
    const { mistakes } = await judgeFork(bench.store, source, { ...longer, ...change }, 'test')
    expect(mistakes.map((mistake) => mistake.field)).toEqual([field])
    expect((await complaintOf(() => fork(bench, source, { ...longer, ...change }))).detail.where).toBe(`test, ${field}`)
    expect(await bench.store.list()).toHaveLength(1)
  })

  it('of a run that has not begun', async () => {
    const bench = await openBench()
    const original = await newRun(bench)
    expect(await listForkPoints(bench.store, original.id)).toEqual([])
    const complaint = await complaintOf(() => fork(bench, { runId: original.id, checkpoint: 'last' }))
    expect(complaint.code).toBe('checkpoint')
  })
})
