/** A finished run of which any file differs from what was written: whoever reads it is told, with the place and what to do, or reads what was written. */
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { findMetricsChange } from '../../../main/store/metrics-change.ts'
import { RunStore } from '../../../main/store/run-store.ts'
import { RandomStream } from '../../../shared/numerics/random.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import { trainRun } from '../../../shared/training/train-run.ts'
import { toyBackend, toyConfig, toyDataset, toyNetwork } from '../training/toy.ts'
import { bytesOf, checkpointOf, complaintOf, storeWithRun, versions } from './store-helpers.ts'

const FLIPS = 400
const CUTS = 40
const CONFIG = toyConfig([0], { keepCheckpointEverySteps: 4 })

let home: string
let store: RunStore
let id: string
let folder: string
/** What every reader says of the whole run. */
let whole: Readonly<Record<string, unknown>>

/** Everything that is read of a run's files, or why it is not. */
const READERS: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  'run.json': () => store.readRecord(id),
  'weights.safetensors': () => store.readWeights(id),
  'checkpoint.safetensors': () => store.readCheckpoint(id),
  'warmed-up.safetensors': () => store.readCheckpoint(id, 'warmed-up'),
  'checkpoints/4.safetensors': () => store.readCheckpoint(id, 'step-4'),
  'metrics.jsonl': async () => {
    const change = await findMetricsChange(store, id, 'digest')
    return change ?? store.readMetrics(id)
  },
}

async function trainToy(): Promise<void> {
  const writer = await store.openWriter(id)
  try {
    await trainRun({
      record: writer.record,
      network: toyNetwork(),
      datasets: [toyDataset(0)],
      backend: toyBackend(),
      writer,
      clock: { now: () => Date.now() },
      control: { requested: () => null },
    })
  } finally {
    await writer.close()
  }
}

beforeAll(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'warmup-lab-test-'))
  store = new RunStore(home)
  const [record] = await store.createGroup(CONFIG, ['warmed-up'], versions)
  id = record!.id
  folder = store.folder(id)
  await trainToy()
  whole = Object.fromEntries(
    await Promise.all(Object.entries(READERS).map(async ([name, read]) => [name, await read(name)] as const)),
  )
  return () => rm(home, { recursive: true, force: true })
})

describe('of a finished run', () => {
  it.each(Object.keys(READERS))(
    '%s: a flipped bit or a cut anywhere is told with its place and a remedy',
    async (name) => {
      const file = path.join(folder, name)
      const good = await readFile(file)
      const draws = new RandomStream(7, 'preview')
      const flipped = Array.from({ length: FLIPS }, () => {
        const byte = draws.integer(good.length)
        return good.with(byte, good[byte]! ^ (1 << draws.integer(8)))
      })
      const cuts = Array.from({ length: CUTS }, () => good.subarray(0, draws.integer(good.length)))
      const told = { count: 0 }
      for (const bytes of [...flipped, ...cuts]) {
        await writeFile(file, bytes)
        let found: unknown
        try {
          found = await READERS[name]!(name)
        } catch (error) {
          expect(error).toBeInstanceOf(LabError)
          expect((error as LabError).detail).toMatchObject({
            where: file,
            remedy: expect.stringMatching(/\S/) as string,
          })
          told.count++
          continue
        }
        if (name === 'metrics.jsonl') {
          expect(found).toEqual({ writtenBytes: good.length, foundBytes: bytes.length })
          told.count++
        } else expect(found, `${name} says something else, and nobody is told`).toMatchObject(whole[name] as object)
      }
      // What is read as it was, of another file, is where the name of the digest itself has changed.
      expect(told.count).toBeGreaterThan((FLIPS + CUTS) * 0.95)
      await writeFile(file, good)
      expect(await READERS[name]!(name)).toEqual(whole[name])
    },
  )

  it.each(['weights.safetensors', 'metrics.jsonl'])('%s that is gone is missed', async (name) => {
    const file = path.join(folder, name)
    await rename(file, `${file}.away`)
    if (name === 'metrics.jsonl')
      expect(await READERS[name]!(name)).toMatchObject({ writtenBytes: expect.any(Number) as number, foundBytes: 0 })
    else expect(await complaintOf(() => READERS[name]!(name))).toMatchObject({ code: 'weights' })
    await rename(`${file}.away`, file)
  })

  it('weights without their digest, or those of another run, are not taken for those of the run', async () => {
    const file = path.join(folder, 'weights.safetensors')
    const good = await readFile(file)
    const stripped = Buffer.from(good.toString('latin1').replace(/"sha256"/, '"sha257"'), 'latin1')
    const other = await storeWithRun()
    const writer = await other.store.openWriter(other.id)
    await writer.saveWeights(checkpointOf(1).tensors, { run: other.id })
    await writer.close()
    for (const [bytes, found] of [
      [stripped, 'none'],
      [await readFile(path.join(other.folder, 'weights.safetensors')), 'another'],
    ] as const) {
      await writeFile(file, bytes)
      expect(await complaintOf(() => store.readWeights(id))).toMatchObject({
        code: 'weights',
        detail: { where: file, found, remedy: expect.stringContaining(`lab fork ${id}`) as string },
      })
    }
    await writeFile(file, good)
  })

  it('that an earlier version of the lab has written, without any digest, all is read as before', async () => {
    const file = path.join(folder, 'run.json')
    const good = await readFile(file, 'utf8')
    const record = JSON.parse(good) as Record<string, unknown>
    await writeFile(file, JSON.stringify({ ...record, digests: undefined, recordSha256: undefined }))
    expect((await store.readRecord(id)).digests).toBeNull()
    expect(await findMetricsChange(store, id, 'digest')).toBeNull()
    expect((await store.readWeights(id)).tensors.size).toBeGreaterThan(0)
    await writeFile(file, good)
  })
})

describe('a checkpoint', () => {
  /** Edits the configuration and takes away the digest of the record, as a patient user may. */
  async function edit(place: string, change: (config: Record<string, Record<string, unknown>>) => void): Promise<void> {
    const file = path.join(place, 'run.json')
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>
    change(record.config as Record<string, Record<string, unknown>>)
    await writeFile(file, JSON.stringify({ ...record, recordSha256: undefined }))
  }

  it('does not go on with another configuration than the one it was made with, and the folder stays as it is', async () => {
    const { store: runs, id: paused, folder: place } = await storeWithRun()
    const writer = await runs.openWriter(paused)
    await writer.saveCheckpoint(checkpointOf(1), 'warmed-up')
    await writer.update({ status: 'paused' })
    await writer.close()
    expect((await runs.readCheckpoint(paused))?.trial?.strategy).toBe('none')

    await edit(place, ({ training }) => ((training!.optimizer as Record<string, unknown>).learningRate = 0.5))
    const before = await bytesOf(place)
    const again = await runs.openWriter(paused)
    for (const attempt of [
      () => again.loadCheckpoint(),
      () => runs.readCheckpoint(paused),
      () => runs.readCheckpoint(paused, 'warmed-up'),
    ])
      expect(await complaintOf(attempt)).toMatchObject({
        code: 'checkpoint',
        detail: {
          expected: '`training.optimizer.learningRate` 0.05',
          found: '0.5 in run.json',
          remedy: expect.stringMatching(/lab fork/) as string,
        },
      })
    await again.close()
    expect(await bytesOf(place)).toEqual(before)

    await edit(place, ({ training }) => ((training!.optimizer as Record<string, unknown>).learningRate = 0.05))
    expect((await runs.readCheckpoint(paused))?.counters).toEqual({ step: 1 })
  })

  it('whose metrics have changed says so in the run, which goes on', async () => {
    const { store: runs, id: paused, folder: place } = await storeWithRun()
    const writer = await runs.openWriter(paused)
    writer.append([{ type: 'log', level: 'info', message: 'first' }])
    await writer.saveCheckpoint(checkpointOf(1))
    await writer.update({ status: 'paused' })
    await writer.close()
    const file = path.join(place, 'metrics.jsonl')
    await writeFile(file, (await readFile(file, 'utf8')).replace('first', 'worst'))
    expect(await findMetricsChange(runs, paused, 'length')).toBeNull()
    expect(await findMetricsChange(runs, paused, 'digest')).not.toBeNull()
    const again = await runs.openWriter(paused)
    expect((await again.loadCheckpoint())?.counters).toEqual({ step: 1 })
    await again.close()
    expect((await runs.readMetrics(paused)).events.at(-1)).toMatchObject({
      type: 'log',
      level: 'warning',
      message: expect.stringContaining('another digest') as string,
    })
  })

  it('stays damaged metrics when its run is only stopped: what they were is kept', async () => {
    const { store: runs, id: paused, folder: place } = await storeWithRun()
    const writer = await runs.openWriter(paused)
    writer.append([{ type: 'log', level: 'info', message: 'first' }])
    await writer.saveCheckpoint(checkpointOf(1))
    await writer.update({ status: 'paused' })
    await writer.close()
    const file = path.join(place, 'metrics.jsonl')
    await writeFile(file, (await readFile(file, 'utf8')).replace('first', 'worst'))
    const again = await runs.openWriter(paused)
    await again.update({ status: 'stopped' })
    await again.close()
    expect(await findMetricsChange(runs, paused, 'digest')).not.toBeNull()
  })
})
