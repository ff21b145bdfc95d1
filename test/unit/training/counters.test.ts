/** Counters of a checkpoint that no run can have are refused with their place, before the engine or the run is touched. */
import { describe, expect, it } from 'vitest'
import type { Checkpoint } from '../../../shared/runs/run.ts'
import { captureCheckpoint, restoreCheckpoint, startProgress } from '../../../shared/training/progress.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { bytesOf, complaintOf, temporaryFolder, versions } from '../store/store-helpers.ts'
import { toyBackend, toyConfig, toyDataset, toyNetwork } from './toy.ts'

const SEEDS = [0, 1]
const engine = await toyBackend().createEngine(toyNetwork(), SEEDS.length)
const started = await captureCheckpoint(engine, SEEDS, startProgress(SEEDS.length, true), [null, null])

function withCounter(at: string, value: unknown): Checkpoint {
  const counters = structuredClone(started.counters)
  const keys = at.split('.')
  let inner = counters
  for (const key of keys.slice(0, -1)) inner = inner[key] as Record<string, unknown>
  inner[keys.at(-1)!] = value
  return { ...started, counters }
}

const WRONG: [string, unknown][] = [
  ['version', 2],
  ['version', undefined],
  ['progress', null],
  ['progress', 3],
  ['progress.phase', 'sleep'],
  ['progress.warmup', null],
  ['progress.warmup.round', -1],
  ['progress.warmup.round', NaN],
  ['progress.warmup.step', Infinity],
  ['progress.warmup.step', -3],
  ['progress.warmup.step', 0.5],
  ['progress.warmup.measuredBefore', 1],
  ['progress.warmup.measuredStep', -1],
  ['progress.warmup.active', [true]],
  ['progress.warmup.active', [true, 'no']],
  ['progress.warmup.attempts', [0, -1]],
  ['progress.warmup.attempts', [0, NaN]],
  ['progress.warmup.checked', [[], [Infinity]]],
  ['progress.warmup.checked', [[], null]],
  ['progress.training', null],
  ['progress.training', []],
  ['progress.training.step', -1],
  ['progress.training.step', 2 ** 60],
  ['progress.training.validatedStep', -2],
  ['progress.training.measuredStep', NaN],
  ['progress.training.checkpointedStep', '7'],
  ['progress.training.bestLoss', [null, -Infinity]],
  ['progress.training.reached', [false, 0]],
  ['progress.training.plateau', [null, null]],
  ['progress.training.plateau.0.factor', NaN],
  ['progress.training.plateau.1.badEpochCount', -1],
  ['optimizerSteps', [0, NaN]],
  ['optimizerSteps', [0, -1]],
  ['optimizerSteps', [0]],
  ['optimizerSteps', null],
]

describe('a checkpoint is refused whose counter', () => {
  it.each(WRONG)('%s is %s', async (at, value) => {
    const before = await engine.readParameters(0)
    const complaint = await complaintOf(() => restoreCheckpoint(engine, SEEDS, withCounter(at, value)))
    expect(complaint.code).toBe('checkpoint')
    const place = complaint.detail.where!.replace('checkpoint, ', '')
    expect(at.startsWith(place) || place.startsWith(at), place).toBe(true)
    expect(await engine.readParameters(0)).toEqual(before)
  })
})

it('what a run starts with is not refused', async () => {
  const { progress } = await restoreCheckpoint(engine, SEEDS, started)
  expect(progress).toEqual(startProgress(SEEDS.length, true))
})

it('a run whose counters are wrong is not resumed, and its folder keeps every byte', async () => {
  const home = await temporaryFolder()
  const store = new RunStore(home)
  const config = toyConfig(SEEDS)
  const [record] = await store.createGroup(config, ['warmed-up'], versions)
  const resume = async () => {
    const writer = await store.openWriter(record!.id)
    try {
      return await trainRun({
        record: writer.record,
        network: toyNetwork(),
        datasets: SEEDS.map(toyDataset),
        backend: toyBackend(),
        writer,
        clock: { now: () => Date.now() },
        control: { requested: () => null },
      })
    } finally {
      await writer.close()
    }
  }
  const writer = await store.openWriter(record!.id)
  await writer.saveCheckpoint(withCounter('progress.training.step', -1))
  writer.append([{ type: 'log', level: 'info', message: 'after the checkpoint' }])
  await writer.update({ status: 'paused', backend: 'reference' })
  await writer.close()
  const before = await bytesOf(home)
  expect(await complaintOf(resume)).toMatchObject({ code: 'checkpoint', detail: { found: '-1' } })
  expect(await bytesOf(home)).toEqual(before)

  const again = await store.openWriter(record!.id)
  await again.saveCheckpoint(started)
  await again.close()
  expect(await resume()).toMatchObject({ seeds: SEEDS })
})
