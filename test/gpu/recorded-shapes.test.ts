/** A run is taken up with the shapes of kernels that it was begun with, whatever the machine has forgotten or measures now. */
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, expect, it, onTestFinished } from 'vitest'
import { AdapterMemory } from '../../main/engine/webgpu/adapter-memory.ts'
import { rememberingBackend } from '../../main/engine/webgpu/remembering-backend.ts'
import type { Backend } from '../../shared/backends/backend.ts'
import { createWebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import type { RecurrenceShape } from '../../shared/backends/webgpu/wgsl/recurrence-plan.ts'
import { createNetwork } from '../../shared/networks/network.ts'
import { parseRunRecord } from '../../shared/runs/record.ts'
import { PLAIN_TRAINING, trainTiny, type TinyTraining } from '../faults/losing-devices.ts'
import { temporaryFolder } from '../unit/store/store-helpers.ts'
import type { MemoryRun } from '../unit/training/toy.ts'
import { openTestGpu } from './adapter.ts'

/** Two slices add the terms of a sum in another order than one. */
const ONE_SLICE: RecurrenceShape = {
  rows: 4,
  slices: 1,
  invocations: 8,
  subgroups: false,
  keptVectors: 0,
  memoryBytes: 16_384,
}
const TWO_SLICES: RecurrenceShape = { ...ONE_SLICE, slices: 2, invocations: 16 }

const [LAYER] = PLAIN_TRAINING.network.layers
const TRAINING: TinyTraining = {
  ...PLAIN_TRAINING,
  config: { ...PLAIN_TRAINING.config, training: { ...PLAIN_TRAINING.config.training, epochs: 4 } },
  network: createNetwork({ ...PLAIN_TRAINING.network, layers: [LAYER!.map((part) => ({ ...part, units: 8 }))] }),
}
const PAUSE_STEP = 5
const STEPS = 12

let gpu: GPU

beforeAll(async () => (gpu = await openTestGpu('swiftshader')))

/** As a process has it, on an adapter on which one of the two shapes is the fastest. */
async function openBackend(cache: string, fastest: RecurrenceShape): Promise<Backend> {
  const other = fastest === ONE_SLICE ? TWO_SLICES : ONE_SLICE
  const backend = await createWebGpuBackend(gpu, {
    now: () => 0, // by such a clock the first one is as fast as any, and taken
    measuresShapes: true,
    shapesToTry: () => [fastest, other],
  })
  onTestFinished(() => backend.computeDevice.destroy())
  return rememberingBackend(backend, await AdapterMemory.read(cache, backend))
}

const pauseAt = (run: MemoryRun): boolean => lossesOf(run).length === PAUSE_STEP
const lossesOf = ({ events }: MemoryRun): number[][] =>
  events.flatMap((event) => (event.type === 'train-step' ? [event.loss] : []))

/** From its files. */
const reread = (run: MemoryRun): MemoryRun => ({
  ...run,
  record: parseRunRecord(JSON.stringify(run.record), 'run.json').record,
})

const shapesOf = ({ record }: MemoryRun): unknown[] =>
  record.engines.map(({ tuning = {} }) => Object.values(tuning).map((shape) => (shape as RecurrenceShape).slices))

it('a paused run ends with the bits of one that was not, on a machine that has lost its cache and now finds another shape the fastest', async () => {
  const cache = await temporaryFolder()
  const whole = await trainTiny(await openBackend(cache, ONE_SLICE), TRAINING)
  expect(lossesOf(whole)).toHaveLength(STEPS)
  const paused = await trainTiny(await openBackend(cache, ONE_SLICE), TRAINING, null, pauseAt)
  expect([paused.record.status, lossesOf(paused).length]).toEqual(['paused', PAUSE_STEP])

  await rm(path.join(cache, 'webgpu.json'))
  const now = await openBackend(cache, TWO_SLICES)
  const resumed = await trainTiny(now, TRAINING, reread(paused))
  expect(resumed.record.status).toBe('finished')
  expect(lossesOf(resumed)).toEqual(lossesOf(whole))
  expect(resumed.weights).toEqual(whole.weights)
  expect(shapesOf(resumed)).toEqual([[1]])

  // The shapes do have other bits, and a new run has the one that is the fastest now.
  const other = await trainTiny(now, TRAINING)
  expect(shapesOf(other)).toEqual([[2]])
  expect(lossesOf(other)).not.toEqual(lossesOf(whole))
})

it('a recorded shape that is damaged is left for one that is measured, and the record says from where on', async () => {
  const cache = await temporaryFolder()
  const paused = reread(await trainTiny(await openBackend(cache, ONE_SLICE), TRAINING, null, pauseAt))
  const [begun] = paused.record.engines
  const [key] = Object.keys(begun!.tuning!)
  const engines = [{ ...begun!, tuning: { [key!]: { ...ONE_SLICE, slices: 'many' } } }]
  const resumed = await trainTiny(await openBackend(await temporaryFolder(), TWO_SLICES), TRAINING, {
    ...paused,
    record: { ...paused.record, engines },
  })
  expect(resumed.record.status).toBe('finished')
  expect(resumed.record.engines).toEqual([
    engines[0],
    { ...begun, phase: 'training', step: PAUSE_STEP, tuning: { [key!]: TWO_SLICES } },
  ])
})
