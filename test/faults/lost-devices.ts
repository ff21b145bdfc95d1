/**
 * Trainings on a real adapter whose device is destroyed at seeded moments: a `GPU` and how many devices to destroy enter, one line for each run
 * leaves. Every run is to end with the bits of one that never lost its device.
 */
import { isDeepStrictEqual } from 'node:util'
import { performance } from 'node:perf_hooks'
import { createLastingBackend } from '../../shared/backends/webgpu/lasting-backend.ts'
import { createWebGpuBackend } from '../../shared/backends/webgpu/webgpu-backend.ts'
import type { MemoryRun } from '../unit/training/toy.ts'
import { destroyableGpu } from '../gpu/destroyable-gpu.ts'
import { LossMoments, trainTiny, withLosses, type TinyTraining } from './losing-devices.ts'

export interface DisturbedRun {
  readonly seed: number
  readonly lossCount: number
  readonly isSame: boolean
}

/** @param devices runs are made until so many were destroyed in all */
export async function* disturbRuns(gpu: GPU, devices: number, training: TinyTraining): AsyncGenerator<DisturbedRun> {
  const { gpu: watched, destroyDevices } = destroyableGpu(gpu)
  const backend = await createLastingBackend(() => createWebGpuBackend(watched, { now: () => performance.now() }))
  const whole = await trainTiny(backend, training)
  let lossCount = 0
  for (let seed = 1; lossCount < devices; seed++) {
    const moments = new LossMoments(seed, devices - lossCount)
    const run = await trainTiny(withLosses(backend, moments, destroyDevices), training)
    lossCount += moments.lossCount
    yield { seed, lossCount: moments.lossCount, isSame: isDeepStrictEqual(cameTo(run), cameTo(whole)) }
  }
  destroyDevices()
}

function cameTo({ weights, events }: MemoryRun): unknown {
  return { weights, events: JSON.stringify(events) }
}
