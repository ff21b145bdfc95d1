/** The lab as a service, without a door: commands in, events out, real runs in worker threads. */
import { describe, expect, it } from 'vitest'
import { RunStore } from '../../../main/store/run-store.ts'
import { decodeSafetensors } from '../../../shared/exchange/safetensors.ts'
import type { Tensor } from '../../../shared/numerics/dims.ts'
import type { RunStatus } from '../../../shared/runs/run.ts'
import { LONG_CONFIG, openLab, runIs, SMALL_CONFIG } from './lab-helpers.ts'

describe('the lab', () => {
  it('trains every strategy of a configuration and tells all of its events, in order and once', async () => {
    const { run, events, until } = await openLab()
    const { runIds } = await run('run.start', { config: SMALL_CONFIG })
    expect(runIds).toHaveLength(2)
    await until(runIs(runIds[1]!, 'finished'))
    for (const runId of runIds) {
      const told = events.flatMap((event) => (event.type === 'run-events' && event.runId === runId ? [event] : []))
      expect(told[0]!.firstIndex).toBe(0)
      told
        .slice(1)
        .forEach(({ firstIndex }, i) => expect(firstIndex).toBe(told[i]!.firstIndex + told[i]!.events.length))
      const steps = told.flatMap(({ events }) => events).filter(({ type }) => type === 'train-step')
      expect(steps).toHaveLength(40)
      const { series, eventCount } = await run('run.metrics', { runId, series: ['loss', 'vaa'], buckets: 1000 })
      expect(eventCount).toBe(told.at(-1)!.firstIndex + told.at(-1)!.events.length)
      expect(series.map(({ name, pointCount }) => [name, pointCount])).toContainEqual(['loss', 40])
    }
  })

  it('pauses a run at a step, resumes it and stops it', async () => {
    const { run, events, until } = await openLab()
    const [runId] = (await run('run.start', { config: LONG_CONFIG })).runIds as [string]
    await until((event) => event.type === 'run-events' && event.firstIndex > 0)
    await run('run.pause', { runId })
    await until(runIs(runId, 'paused'))
    await until((event) => event.type === 'progress-end' && event.runId === runId)
    await expect(run('run.pause', { runId })).rejects.toMatchObject({ code: 'usage' })
    const paused = await run('run.metrics', { runId, series: ['loss'], buckets: 8 })
    events.length = 0
    await run('run.resume', { runId })
    await until((event) => event.type === 'run-events')
    const continued = events.find((event) => event.type === 'run-events')
    expect(continued).toMatchObject({ firstIndex: paused.eventCount })
    await run('run.stop', { runId })
    await until(runIs(runId, 'stopped'))
  })

  it('keeps each seed’s least and greatest value in every bucket', async () => {
    const { run, until } = await openLab()
    const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const read = async (buckets: number) => (await run('run.metrics', { runId, series: ['loss'], buckets })).series[0]!
    const [whole, coarse] = [await read(1000), await read(4)]
    expect(whole.decimated).toBe(false)
    expect(coarse.positions.length).toBeLessThanOrEqual(4)
    for (const r of [0, 1]) {
      const values = whole.seeds[r]!.mean as number[]
      expect(Math.max(...(coarse.seeds[r]!.greatest as number[]))).toBe(Math.max(...values))
      expect(Math.min(...(coarse.seeds[r]!.least as number[]))).toBe(Math.min(...values))
    }
  })

  it('deletes a run into the trash and takes it back', async () => {
    const { run, until } = await openLab()
    const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
    await until(runIs(runId, 'finished'))
    await run('run.delete', { runIds: [runId] })
    expect(await run('run.query', { count: 10 })).toEqual({ totalCount: 0, offset: 0, runs: [] })
    await run('run.undelete', { runIds: [runId] })
    expect(await run('run.query', { count: 10 })).toMatchObject({ runs: [{ id: runId, state: 'finished' }] })
  })

  it('deletes a run as soon as its folder says that it is finished, and resumes one that says paused', async () => {
    const { run, home } = await openLab()
    const store = new RunStore(home)
    const folderSays = async (runId: string, status: RunStatus): Promise<void> => {
      while ((await store.readRecord(runId)).status !== status) await new Promise((resolve) => setImmediate(resolve))
    }
    for (let round = 0; round < 4; round++) {
      const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
      await folderSays(runId, 'finished')
      expect(await run('run.delete', { runIds: [runId] })).toEqual({ runIds: [runId], failed: [] })
    }
    const [runId] = (await run('run.start', { config: LONG_CONFIG })).runIds as [string]
    for (let round = 0; round < 4; round++) {
      await folderSays(runId, 'running')
      await run('run.pause', { runId })
      await folderSays(runId, 'paused')
      await run('run.resume', { runId })
    }
    await run('run.stop', { runId })
  })

  it('exports weights, series and configuration of a finished run', async () => {
    const { run, until } = await openLab()
    const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const weights = await run('run.export', { runId, format: 'safetensors' })
    expect(weights.fileName).toMatch(/\.safetensors$/)
    const csv = Buffer.from((await run('run.export', { runId, format: 'csv' })).base64, 'base64').toString()
    expect(csv.split('\n').filter((line) => line.startsWith('loss,'))).toHaveLength(2 * 40)
  })

  it('exports the weights of a run that is paused as its checkpoint has them, and the best ones only after a validation', async () => {
    const { run, until, home } = await openLab()
    const config = { ...LONG_CONFIG, training: { ...LONG_CONFIG.training, validateEverySteps: 100_000 } }
    const [runId] = (await run('run.start', { config })).runIds as [string]
    await until((event) => event.type === 'run-events' && event.events.some(({ type }) => type === 'train-step'))
    await run('run.pause', { runId })
    await until(runIs(runId, 'paused'))
    const exported = await run('run.export', { runId, format: 'safetensors', seed: 1, weights: 'last' })
    const { tensors, metadata } = decodeSafetensors(Buffer.from(exported.base64, 'base64'), 'the export')
    const checkpoint = await new RunStore(home).readCheckpoint(runId)
    const parts = (map: ReadonlyMap<string, Tensor>, name: string): number[] => [...map.get(name)!.data]
    expect(parts(tensors, 'linear.weight')).toEqual(parts(checkpoint!.tensors, 'seed1/parameters/readout.weight'))
    const { step } = metadata as { step: string }
    expect(Number(step)).toBeGreaterThan(0)
    expect(exported.fileName).toBe(`${runId}-seed1-training-step${step}.safetensors`)
    await expect(run('run.export', { runId, format: 'npz' })).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringContaining('Take the last weights, or wait for the first validation.') as string,
    })
  })

  it('exports the weights of every checkpoint that was kept, and says which tensors of which seed the file holds', async () => {
    const { run, until, home } = await openLab()
    const config = { ...SMALL_CONFIG, strategies: ['double'], keepCheckpointEverySteps: 20 }
    const [runId] = (await run('run.start', { config })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const store = new RunStore(home)
    const files = new Set<string>()
    for (const name of ['step-20', 'warmed-up'] as const) {
      const { fileName, base64, weights } = await run('run.export', {
        runId,
        format: 'safetensors',
        seed: 1,
        weights: name,
      })
      const { tensors, metadata } = decodeSafetensors(Buffer.from(base64, 'base64'), 'the export')
      const checkpoint = (await store.readCheckpoint(runId, name))!
      expect([...tensors.get('linear.weight')!.data]).toEqual([
        ...checkpoint.tensors.get('seed1/parameters/readout.weight')!.data,
      ])
      expect(weights).toMatchObject({ seed: 1, which: name, at: { step: Number(metadata.step) } })
      expect(weights!.tensors).toEqual([...tensors].map(([tensor, { shape }]) => ({ name: tensor, shape })))
      files.add(fileName)
    }
    for (const name of ['best', 'last'] as const)
      files.add((await run('run.export', { runId, format: 'safetensors', seed: 1, weights: name })).fileName)
    expect(files.size).toBe(4) // no file replaces another
    await expect(run('run.export', { runId, format: 'npz', weights: 'step-30' })).rejects.toMatchObject({
      code: 'weights',
      message: expect.stringContaining('step-20') as string,
    })
    await expect(run('run.export', { runId, format: 'npz', weights: 'step-x' as 'step-1' })).rejects.toMatchObject({
      code: 'usage',
    })
    expect((await run('run.export', { runId, format: 'config' })).weights).toBeNull()
  })

  it('tells the last point of every series whatever range is asked for, and the time until each step', async () => {
    const { run, until } = await openLab()
    const [runId] = (await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })).runIds as [string]
    await until(runIs(runId, 'finished'))
    const { latest } = await run('run.metrics', { runId, series: ['loss'], from: 0, to: 5, buckets: 10 })
    const positions = new Map(latest.map(({ series, position }) => [series, position]))
    expect([positions.get('loss'), positions.get('validation-loss'), positions.get('vaa')]).toEqual([40, 40, 40])
    const timed = await run('run.time-steps', { runId })
    expect(timed.at(-1)).toMatchObject({ phase: 'training', step: 40 })
    expect(timed.map(({ ms }) => ms)).toEqual(timed.map(({ ms }) => ms).toSorted((a, b) => a - b))
    const [summary] = (await run('run.query', { filter: {}, sort: 'created', descending: true, offset: 0, count: 1 }))
      .runs
    expect(summary).toMatchObject({ task: 'regression', settings: { stepsPerEpoch: 25 } })
  })

  it('resolves configurations, checks cells with line and column, and previews datasets', async () => {
    const { run } = await openLab()
    const resolved = await run('config.resolve', { config: SMALL_CONFIG })
    expect(resolved).toMatchObject({ ok: true, trainingSteps: 40 })
    expect(resolved.ok && resolved.networks.map(({ parameterCount }) => parameterCount)).toEqual([273, 177])
    expect(resolved.ok && resolved.networks.every(({ memory }) => memory!.totalBytes < memory!.boundBytes)).toBe(true)
    const counts = { ...SMALL_CONFIG.dataset.counts, train: 10_000_000 }
    const dataset = { ...SMALL_CONFIG.dataset, counts }
    const large = await run('config.resolve', {
      config: { ...SMALL_CONFIG, dataset, training: { ...SMALL_CONFIG.training, batch: counts.train } },
    })
    expect(large).toMatchObject({ ok: false, errors: [{ code: 'backend', field: 'training.batch' }] })
    const wrong = await run('config.resolve', { config: { ...SMALL_CONFIG, sedes: [1] } })
    expect(wrong).toMatchObject({ ok: false, errors: [{ code: 'config', remedy: 'Did you mean `seeds`?' }] })
    const cell = await run('cell.check', { name: 'mine', text: 'cell mine\n\nh_new = tanh(W x +)\n' })
    expect(cell).toMatchObject({ ok: false, diagnostics: [{ location: { line: 3 } }] })
    const preview = await run('dataset.preview', { dataset: SMALL_CONFIG.dataset, seriesCount: 2 })
    expect(preview.series.map(({ length }) => length)).toEqual([12, 12])
  })

  it('measures how long a design would take, and ends a measurement that is cancelled or in the way of a run', async () => {
    const { run, until } = await openLab()
    const { strategies, isBesideRun } = await run('design.estimate', { estimateId: 'a', config: SMALL_CONFIG })
    expect(isBesideRun).toBe(false)
    expect(strategies.map(({ strategy }) => strategy)).toEqual(['none', 'double'])
    for (const { work, totalMs } of strategies) {
      expect(totalMs).toBeGreaterThan(0)
      expect(work.find(({ what }) => what === 'training')).toMatchObject({ count: 40 })
    }
    const measured = (estimateId: string) => run('design.estimate', { estimateId, config: SMALL_CONFIG })
    const [first, second] = [measured('b'), measured('c')]
    const ends = Promise.all([first, second].map((end) => expect(end).rejects.toMatchObject({ code: 'interrupted' })))
    await run('design.cancel-estimate', { estimateId: 'b' })
    const { runIds } = await run('run.start', { config: { ...SMALL_CONFIG, strategies: ['none'] } })
    await ends
    await until(runIs(runIds[0]!, 'finished'))
    const wrong = { ...SMALL_CONFIG, dataset: { ...SMALL_CONFIG.dataset, steps: 1 } }
    await expect(run('design.estimate', { estimateId: 'd', config: wrong })).rejects.toMatchObject({
      code: 'config',
    })
  })

  it('refuses commands and payloads that are not in the protocol', async () => {
    const { lab } = await openLab()
    await expect(lab.execute('rm', {})).rejects.toMatchObject({ code: 'protocol' })
    await expect(lab.execute('run.pause', { runId: 7 })).rejects.toMatchObject({ code: 'protocol' })
    await expect(lab.execute('run.delete', { runIds: ['../runs'] })).rejects.toMatchObject({ code: 'usage' })
  })
})
