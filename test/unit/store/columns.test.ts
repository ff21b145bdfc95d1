/** `metrics.columns`: what long metrics come to is the same with the file, without it, and with one that is torn, damaged or of other metrics. */
import { mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import os from 'node:os'
import { RunSeries } from '../../../main/lab/run-series.ts'
import { BLOCK_BYTES } from '../../../main/store/columns-writer.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { SERIES_NAMES } from '../../../shared/runs/series.ts'
import type { RunEvent } from '../../../shared/runs/run.ts'
import type { RunMetrics } from '../../../shared/protocol/run-views.ts'
import { toyConfig } from '../training/toy.ts'
import { checkpointOf, versions } from './store-helpers.ts'

const SEEDS = [0, 1, 2, 3]
/** A few blocks, and lines behind the last one. */
const STEPS = 45_000
const MIDDLE = 21_000

/** Values with all their digits; a seed that trains no more has none. */
const value = (step: number, seed: number): number => Math.sin(step * 1.7 + seed) + 2

function stepEvent(step: number, shift = 0): RunEvent {
  return {
    type: 'train-step',
    step,
    loss: SEEDS.map((seed) => (seed === 3 && step > 30_000 ? Number.NaN : value(step + shift, seed))),
    gradientNorm: SEEDS.map((seed) => value(step, seed + 9)),
    learningRate: SEEDS.map(() => 1e-3),
  }
}

interface LongRun {
  readonly store: RunStore
  readonly id: string
  readonly folder: string
}

async function newRun(): Promise<LongRun> {
  const home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  const store = new RunStore(home)
  const [record] = await store.createGroup(toyConfig(SEEDS), ['none'], versions)
  return { store, id: record!.id, folder: store.folder(record!.id) }
}

/** Waits for the disk now and then, as a training does at its checkpoints. */
async function write({ store, id }: LongRun, events: Iterable<RunEvent>, isResumed = false): Promise<void> {
  const writer = await store.openWriter(id)
  if (isResumed) await writer.loadCheckpoint()
  let count = 0
  for (const event of events) {
    writer.append([event])
    if (++count % 1000 === 0) await writer.update({})
    if (event.type === 'train-step' && event.step === MIDDLE && !isResumed) await writer.saveCheckpoint(checkpointOf(1))
  }
  await writer.close()
}

function* wholeRun(): Generator<RunEvent> {
  yield { type: 'phase', phase: 'training', step: 0 }
  for (let step = 1; step <= STEPS; step++) yield stepEvent(step)
}

async function read({ id, folder }: LongRun): Promise<RunMetrics> {
  const series = new RunSeries(id, folder, SEEDS.length)
  await series.readFile()
  return series.metrics(
    { runId: id, series: [...SERIES_NAMES], from: null, to: null, buckets: 100_000, smoothing: 0 },
    null,
  )
}

async function readWithout(run: LongRun): Promise<RunMetrics> {
  await rm(path.join(run.folder, 'metrics.columns'))
  return read(run)
}

describe('the columns of long metrics', () => {
  let run: LongRun
  let file: string
  let whole: RunMetrics
  let bytes: Buffer

  beforeAll(async () => {
    run = await newRun()
    file = path.join(run.folder, 'metrics.columns')
    await write(run, wholeRun())
    whole = await read(run)
    bytes = await readFile(file)
    return () => rm(path.dirname(path.dirname(run.folder)), { recursive: true })
  })

  it('say what the metrics say, to the last digit', async () => {
    const metrics = await stat(path.join(run.folder, 'metrics.jsonl'))
    expect(metrics.size).toBeGreaterThan(2.5 * BLOCK_BYTES)
    expect(whole.eventCount).toBe(STEPS + 1)
    const loss = whole.series.find(({ name }) => name === 'loss')!
    expect(loss.pointCount).toBe(STEPS)
    expect(loss.seeds[2]!.mean[12_345]).toBe(value(12_346, 2))
    expect(loss.seeds[3]!.mean[STEPS - 1]).toBeNull()
    expect(await readWithout(run)).toEqual(whole)
    await writeFile(file, bytes)
  })

  it.each([
    ['torn in its last block', (good: Buffer) => good.subarray(0, good.length - 1000)],
    ['torn in its first', (good: Buffer) => good.subarray(0, 500)],
    ['empty', () => Buffer.alloc(0)],
    ['no such file at all', () => Buffer.from('something else, and longer than what stands before a header')],
    [
      'damaged by one bit',
      (good: Buffer) => {
        const damaged = Buffer.from(good)
        damaged[Math.floor(good.length / 2)]! ^= 4
        return damaged
      },
    ],
  ])('are passed over where the file is %s', async (_, damage) => {
    await writeFile(file, damage(bytes))
    expect(await read(run)).toEqual(whole)
    await writeFile(file, bytes)
  })

  it('are not taken for those of other metrics of the same length', async () => {
    const metrics = path.join(run.folder, 'metrics.jsonl')
    const text = await readFile(metrics, 'utf8')
    await writeFile(metrics, text.replaceAll('0.001', '0.002'))
    expect((await read(run)).series.find(({ name }) => name === 'learning-rate')!.seeds[0]!.mean[0]).toBe(0.002)
    await writeFile(metrics, text)
  })
})

describe('beside metrics with damaged lines', () => {
  const DAMAGED_STEP = 5000
  const FIRST_LINE = DAMAGED_STEP + 1 // after that of the phase

  it.each([['of the same length'], ['shorter']])('columns and lines agree: %s', async (kind) => {
    const run = await newRun()
    onTestFinished(() => rm(path.dirname(path.dirname(run.folder)), { recursive: true }))
    const metrics = path.join(run.folder, 'metrics.jsonl')
    await write(run, wholeRun())
    const text = await readFile(metrics, 'utf8')
    const line = `${JSON.stringify(stepEvent(DAMAGED_STEP))}\n`
    const at = text.indexOf(line)
    await writeFile(metrics, text.replace(line, kind === 'shorter' ? 'x\n' : `${'x'.repeat(line.length - 1)}\n`))
    const expected = { count: 1, firstLine: FIRST_LINE, firstByte: at }
    const withoutColumns = await readWithout(run)
    expect(withoutColumns).toMatchObject({ damaged: { file: metrics, lines: expected }, eventCount: STEPS })
    expect(withoutColumns.series.find(({ name }) => name === 'loss')!.pointCount).toBe(STEPS - 1)
    // The next writer makes columns again, which know of the damage.
    const writer = await run.store.openWriter(run.id)
    writer.append([{ type: 'log', level: 'info', message: 'one line more' }])
    await writer.close()
    expect((await stat(path.join(run.folder, 'metrics.columns'))).size).toBeGreaterThan(0)
    const mended = await read(run)
    expect(mended).toEqual({ ...withoutColumns, eventCount: STEPS + 1 })
    expect(await readWithout(run)).toEqual(mended)
  })

  it('columns of other metrics are passed over, so that the damage is told', async () => {
    const run = await newRun()
    onTestFinished(() => rm(path.dirname(path.dirname(run.folder)), { recursive: true }))
    const metrics = path.join(run.folder, 'metrics.jsonl')
    await write(run, wholeRun())
    expect((await read(run)).damaged).toBeNull()
    const lines = (await readFile(metrics, 'utf8')).split('\n')
    lines[DAMAGED_STEP] = '{"type":"train-st'
    await writeFile(metrics, lines.join('\n'))
    expect((await read(run)).damaged).toMatchObject({ lines: { count: 1, firstLine: FIRST_LINE } })
  })
})

it('a resumed run has no columns of what it has written anew', async () => {
  const run = await newRun()
  onTestFinished(() => rm(path.dirname(path.dirname(run.folder)), { recursive: true }))
  await write(run, wholeRun())
  await write(
    run,
    (function* () {
      for (let step = MIDDLE + 1; step <= STEPS + 500; step++) yield stepEvent(step, 1)
    })(),
    true,
  )
  const resumed = await read(run)
  expect(resumed.eventCount).toBe(STEPS + 501)
  const loss = resumed.series.find(({ name }) => name === 'loss')!
  expect(loss.seeds[0]!.mean[MIDDLE - 1]).toBe(value(MIDDLE, 0))
  expect(loss.seeds[0]!.mean[MIDDLE]).toBe(value(MIDDLE + 2, 0))
  expect(await readWithout(run)).toEqual(resumed)
})

it('a run that goes back to its checkpoint without a new writer has no columns of what it has written anew', async () => {
  const run = await newRun()
  onTestFinished(() => rm(path.dirname(path.dirname(run.folder)), { recursive: true }))
  const writer = await run.store.openWriter(run.id)
  const writeSteps = async (first: number, last: number, shift: number): Promise<void> => {
    for (let step = first; step <= last; step++) {
      writer.append([stepEvent(step, shift)])
      if (step % 1000 === 0) await writer.update({})
    }
  }
  writer.append([{ type: 'phase', phase: 'training', step: 0 }])
  await writeSteps(1, MIDDLE, 0)
  await writer.saveCheckpoint(checkpointOf(1))
  await writeSteps(MIDDLE + 1, STEPS, 0)
  await writer.loadCheckpoint() // its device was lost
  await writeSteps(MIDDLE + 1, STEPS + 500, 1)
  await writer.close()
  const shown = await read(run)
  expect(shown.eventCount).toBe(STEPS + 501)
  expect(shown.series.find(({ name }) => name === 'loss')!.seeds[0]!.mean[MIDDLE]).toBe(value(MIDDLE + 2, 0))
  expect(await readWithout(run)).toEqual(shown)
})

it('columns that were lost are written anew by the next writer', async () => {
  const run = await newRun()
  onTestFinished(() => rm(path.dirname(path.dirname(run.folder)), { recursive: true }))
  await write(run, wholeRun())
  const file = path.join(run.folder, 'metrics.columns')
  const { size } = await stat(file)
  await truncate(file, 100)
  const writer = await run.store.openWriter(run.id)
  writer.append([{ type: 'log', level: 'info', message: 'one line more' }])
  await writer.close()
  // Not all of what was there: blocks end elsewhere, and lines behind the last one wait.
  expect((await stat(file)).size).toBeGreaterThan(0.9 * size)
  const mended = await read(run)
  expect(await readWithout(run)).toEqual(mended)
})
