/**
 * Trainings on a real adapter whose device is destroyed at seeded moments: a `GPU` and how many devices to destroy enter, one line for each run
 * leaves. Every run is to end with the bits of one that never lost its device.
 */
import { isDeepStrictEqual } from 'node:util'
import { performance } from 'node:perf_hooks'
import { createLastingBackend } from '../../shared/backends/webgpu/lasting-backend.ts'
import type { MemoryRun } from '../unit/training/toy.ts'
import { destroyableGpu } from '../gpu/destroyable-gpu.ts'
import { LossMoments, trainTiny, withLosses } from './losing-devices.ts'

export interface DisturbedRun {
  readonly seed: number
  readonly lossCount: number
  readonly isSame: boolean
}

/** @param leastLosses runs are made until so many devices were destroyed in all */
export async function* disturbRuns(gpu: GPU, leastLosses: number): AsyncGenerator<DisturbedRun> {
  const { gpu: watched, destroyDevices } = destroyableGpu(gpu)
  const backend = await createLastingBackend(watched, { now: () => performance.now() })
  const whole = await trainTiny(backend)
  let lossCount = 0
  for (let seed = 1; lossCount < leastLosses; seed++) {
    const moments = new LossMoments(seed)
    const run = await trainTiny(withLosses(backend, moments, destroyDevices))
    lossCount += moments.lossCount
    yield { seed, lossCount: moments.lossCount, isSame: isDeepStrictEqual(cameTo(run), cameTo(whole)) }
  }
  destroyDevices()
}

function cameTo({ weights, events }: MemoryRun): unknown {
  return { weights, events: JSON.stringify(events) }
}
