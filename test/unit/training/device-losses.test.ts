/** A run whose device is lost goes on by itself from its last checkpoint and ends as if nothing had happened; what is lost for good is told. */
import { describe, expect, it } from 'vitest'
import type { Backend } from '../../../shared/backends/backend.ts'
import { LabError } from '../../../shared/errors/errors.ts'
import type { RunPlace } from '../../../shared/runs/engine-history.ts'
import { trainRun, type TrainRunOptions } from '../../../shared/training/train-run.ts'
import { losingBackend } from './losing-backend.ts'
import { memoryRun, memoryWriter, toyBackend, toyConfig, toyDataset, toyNetwork, type MemoryRun } from './toy.ts'
import { finished } from './toy-runs.ts'

const CONFIG = toyConfig([0, 7])

function train(run: MemoryRun, backend: Backend, change: Partial<TrainRunOptions> = {}): ReturnType<typeof trainRun> {
  return trainRun({
    record: run.record,
    network: toyNetwork(),
    datasets: CONFIG.seeds.map(toyDataset),
    backend,
    writer: memoryWriter(run),
    clock: { now: () => 0 },
    control: { requested: () => null },
    ...change,
  })
}

const training = (step: number): RunPlace => ({ phase: 'training', step })
const lost = expect.objectContaining({ code: 'device-lost' })

describe('a run that loses its device', () => {
  it('at any call ends with the bits and events of one that never did', async () => {
    const whole = await finished(CONFIG)
    let lostAt = 0
    for (; ; lostAt++) {
      const run = memoryRun(CONFIG)
      const backend = losingBackend(toyBackend(), (count) => count === lostAt)
      await train(run, backend)
      expect(run.weights).toEqual(whole.weights)
      expect(JSON.stringify(run.events)).toBe(JSON.stringify(whole.events))
      if (backend.callCount() <= lostAt) break
    }
    expect(lostAt).toBeGreaterThan(100)
  })

  it('again and again, but with checkpoints in between, goes on to its end and says where it was', async () => {
    const config = { ...CONFIG, training: { ...CONFIG.training, epochs: 8 } }
    const whole = await finished(config)
    const run = memoryRun(config)
    const told: string[] = []
    let stepCount = 0
    await train(
      run,
      losingBackend(toyBackend(), (_, call) => call === 'trainStep' && ++stepCount % 5 === 0),
      {
        onDeviceLost: async ({ code }) => void told.push(code),
      },
    )
    expect(run.weights).toEqual(whole.weights)
    const { deviceLosses } = run.record
    expect(deviceLosses.length).toBeGreaterThan(3)
    expect(deviceLosses.slice(0, 2)).toEqual([
      { backend: 'reference', message: 'the device is gone.', ...training(4), resumedAt: training(3) },
      { backend: 'reference', message: 'the device is gone.', ...training(7), resumedAt: training(6) },
    ])
    expect(told).toEqual(deviceLosses.map(() => 'device-lost'))
  })

  it('four times at the same place fails, says so, and can be resumed', async () => {
    const run = memoryRun(CONFIG)
    const waits: number[] = []
    const broken = losingBackend(toyBackend(), (_, call) => call === 'trainStep')
    const clock = { now: () => 0, wait: async (ms: number) => void waits.push(ms) }
    await expect(train(run, broken, { clock })).rejects.toEqual(lost)
    expect(waits).toEqual([250, 500, 1000])
    const place = training(0)
    const loss = { backend: 'reference', message: 'the device is gone.', ...place }
    expect(run.record).toMatchObject({
      status: 'failed',
      error: { code: 'device-lost' },
      deviceLosses: [...Array.from({ length: 3 }, () => ({ ...loss, resumedAt: place })), { ...loss, resumedAt: null }],
    })
    await train(run, toyBackend())
    expect(run.weights).toEqual((await finished(CONFIG)).weights)
  })

  it('waits for an adapter that is not back at once', async () => {
    const run = memoryRun(CONFIG)
    let makings = 0
    const losing = losingBackend(toyBackend(), (count) => count === 40)
    const backend: Backend = {
      ...losing,
      createEngine: (...network) =>
        ++makings === 2 ? Promise.reject(new LabError('backend', 'no adapter.')) : losing.createEngine(...network),
    }
    await train(run, backend)
    expect(run.weights).toEqual((await finished(CONFIG)).weights)
    expect(makings).toBe(3)
  })

  it('fails with what is missing when the adapter does not come back', async () => {
    const run = memoryRun(CONFIG)
    let makings = 0
    const losing = losingBackend(toyBackend(), (count) => count === 40)
    const backend: Backend = {
      ...losing,
      createEngine: (...network) =>
        ++makings > 1 ? Promise.reject(new LabError('backend', 'no adapter.')) : losing.createEngine(...network),
    }
    await expect(train(run, backend)).rejects.toMatchObject({ code: 'backend' })
    expect(run.record).toMatchObject({
      status: 'failed',
      error: { code: 'backend' },
      deviceLosses: [{ message: 'the device is gone.', resumedAt: null }],
    })
  })

  it('while a pause is asked for is paused, and goes on to the same end', async () => {
    const run = memoryRun(CONFIG)
    let isPauseAsked = false
    const backend = losingBackend(toyBackend(), (count) => {
      if (count === 40) isPauseAsked = true
      return count === 40
    })
    const control = { requested: () => (isPauseAsked ? ('pause' as const) : null) }
    expect(await train(run, backend, { control })).toBe('paused')
    expect(run.record.status).toBe('paused')
    await train(run, backend)
    expect(run.weights).toEqual((await finished(CONFIG)).weights)
  })
})

describe('a run on another backend', () => {
  const other = (device: string): Backend => ({ ...toyBackend(), name: 'webgpu', device })

  async function pausedRun(): Promise<MemoryRun> {
    const run = memoryRun(CONFIG)
    let asked = 0
    await train(run, toyBackend(), { control: { requested: () => (++asked > 8 ? 'pause' : null) } })
    return run
  }

  it('is refused until it is asked for', async () => {
    const run = await pausedRun()
    await expect(train(run, other('card'))).rejects.toMatchObject({ code: 'checkpoint', detail: { found: 'webgpu' } })
    expect(run.record.status).toBe('paused')
  })

  it('goes on, and its record says which steps ran where', async () => {
    const run = await pausedRun()
    await train(run, other('card'), { mayChangeBackend: true })
    const { engines, backend } = run.record
    expect(backend).toBe('webgpu')
    expect(engines).toEqual([
      { backend: 'reference', device: null, phase: 'warm-up', step: 0 },
      { backend: 'webgpu', device: 'card', phase: 'warm-up', step: 3 },
    ])
  })
})
