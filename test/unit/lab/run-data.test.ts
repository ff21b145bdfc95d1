/** The data of runs and designs through the protocol: what is told of it, what is refused, and where it is said to lie now. */
import { readFile, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { openLab, runIs, SMALL_CONFIG, type TestLab } from './lab-helpers.ts'

const csvOf = (factor: number): string =>
  ['id,t,x,y', ...Array.from({ length: 60 }, (_, row) => `${row >> 1},${row % 2},${factor * (row % 7)},${row}`)].join(
    '\n',
  )

const OWN = {
  ...SMALL_CONFIG,
  dataset: {
    kind: 'file',
    path: 'own.csv',
    task: 'regression',
    columns: { series: 'id', step: 't', inputs: ['x'], targets: ['y'] },
  },
  strategies: ['none'],
}

async function startOwn(lab: TestLab, steps: number): Promise<string> {
  await writeFile(path.join(lab.home, 'own.csv'), csvOf(1))
  const { runIds } = await lab.run('run.start', { config: { ...OWN, training: { steps, batch: 8 } } })
  return runIds[0]!
}

/** The next notice of what was refused; older ones are forgotten. */
async function refusal(lab: TestLab, act: () => Promise<unknown>): Promise<string> {
  lab.events.length = 0
  await act()
  const event = await lab.until((told) => told.type === 'notice')
  return event.type === 'notice' ? event.error.message : ''
}

describe('a run whose file was moved or exchanged', () => {
  it('is refused with both digests, and goes on where the file is said to lie', async () => {
    const lab = await openLab()
    const runId = await startOwn(lab, 200_000)
    await lab.until((event) => event.type === 'run-events' && event.events.some(({ type }) => type === 'train-step'))
    await lab.run('run.pause', { runId })
    await lab.until(runIs(runId, 'paused'))
    const [file, moved] = ['own.csv', 'moved.csv'].map((name) => path.join(lab.home, name)) as [string, string]
    await rename(file, moved)
    await writeFile(file, csvOf(2))

    const message = await refusal(lab, () => lab.run('run.resume', { runId }))
    expect(message.match(/SHA-256 [0-9a-f]{64}/g)).toHaveLength(2)
    expect(message).toContain('say where it lies now')
    await expect(lab.run('run.predict', { runId, weights: 'last' })).rejects.toMatchObject({ code: 'dataset' })
    await expect(lab.run('run.locate-data', { runId, path: file })).rejects.toMatchObject({ code: 'dataset' })
    const fork = { runId, checkpoint: 'last' } as const
    const { config } = await lab.run('run.read', { runId })
    expect(await lab.run('config.resolve', { config, fork })).toMatchObject({
      ok: false,
      errors: [
        { code: 'dataset', field: 'dataset', remedy: expect.stringContaining('say where it lies now') as string },
      ],
    })

    expect(await lab.run('run.locate-data', { runId, path: moved })).toBeNull()
    expect(await lab.run('run.predict', { runId, weights: 'last' })).toMatchObject({ testCount: 6 })
    expect(await lab.run('config.resolve', { config, fork })).toMatchObject({ ok: true })
    lab.events.length = 0
    await lab.run('run.resume', { runId })
    await lab.until((event) => event.type === 'run-events' && event.events.some(({ type }) => type === 'train-step'))
  })

  it('takes other data where that is asked for, and tells what it held before', async () => {
    const lab = await openLab()
    const runId = await startOwn(lab, 200_000)
    await lab.until((event) => event.type === 'run-events' && event.events.some(({ type }) => type === 'train-step'))
    await lab.run('run.pause', { runId })
    await lab.until(runIs(runId, 'paused'))
    const { data: before } = await lab.run('run.read', { runId })
    await writeFile(path.join(lab.home, 'own.csv'), csvOf(2))
    await lab.run('run.locate-data', { runId, path: 'own.csv', takesOther: true })
    const { data } = await lab.run('run.read', { runId })
    expect(data!.earlier.map(({ sha256 }) => sha256)).toEqual([before!.sha256])
    const { entries } = await lab.run('run.log', { runId })
    expect(entries).toContainEqual(expect.objectContaining({ kind: 'other-data', before: before!.sha256 }))
    expect(await lab.run('run.predict', { runId, weights: 'last' })).toMatchObject({ testCount: 6 })
  })
})

describe('a design', () => {
  it('says what of it is fitted to its data, and keeps what was typed', async () => {
    const { run, home } = await openLab()
    await writeFile(path.join(home, 'own.csv'), csvOf(1))
    const resolved = await run('config.resolve', { config: { ...OWN, training: { epochs: 3, batch: 500 } } })
    expect(resolved).toMatchObject({
      ok: true,
      trainingSteps: 3,
      config: { training: { batch: 500 } },
      remarks: [{ kind: 'batch', field: 'training.batch', asked: 500, used: 18 }],
    })
    const warmed = { ...OWN, strategies: ['warmed-up'], warmup: { ...OWN.warmup, batch: 500 } }
    const { strategies } = await run('design.estimate', { estimateId: 'a', config: warmed })
    expect(strategies[0]!.work.find(({ what }) => what === 'warm-up')).toMatchObject({ count: 6 })
  })

  it('is refused at the field of what needs a validation set, where there is none', async () => {
    const { run } = await openLab()
    const counts = { ...SMALL_CONFIG.dataset.counts, validation: 0 }
    const dataset = { ...SMALL_CONFIG.dataset, counts }
    expect(await run('config.resolve', { config: { ...SMALL_CONFIG, dataset } })).toMatchObject({
      ok: true,
      remarks: [{ kind: 'no-validation' }],
    })
    const stopping = { ...SMALL_CONFIG.training, stopAtLoss: 0.1 }
    expect(await run('config.resolve', { config: { ...SMALL_CONFIG, dataset, training: stopping } })).toMatchObject({
      ok: false,
      errors: [{ code: 'config', field: 'training.stopAtLoss' }],
    })
  })

  it('is kept as a preset that names its file from anywhere', async () => {
    const { run, home } = await openLab()
    await run('presets.save', { config: { ...OWN, name: 'mine-own' } })
    const text = await readFile(path.join(home, 'presets', 'mine-own.json'), 'utf8')
    expect(JSON.parse(text)).toMatchObject({ dataset: { path: path.join(home, 'own.csv') } })
  })
})
