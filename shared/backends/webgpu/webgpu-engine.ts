/** An engine on a device: a network, and what was chosen for it there, enter. */
import type { Network } from '../../networks/network.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import type { Tuning } from '../tuning.ts'
import type { ComputeDevice } from './device.ts'
import { runJobs } from './jobs.ts'
import { NetworkWork, type KernelChoice } from './network-work.ts'
import { WebGpuRecurrence, type DeviceHandles } from './webgpu-recurrence.ts'

/** @param tuning gives the choice again */
export function createWebGpuEngine(
  device: ComputeDevice,
  network: Network,
  replicas: number,
  choice: KernelChoice,
  tuning?: Tuning,
): ProgramEngine<DeviceHandles> {
  const work = new NetworkWork(device, network, choice, device.bounds, replicas)
  const recurrences = Array.from({ length: replicas }, (_, replica) => new WebGpuRecurrence(work, replica))
  return new ProgramEngine(network, recurrences, {
    ...(tuning && { tuning }),
    run: runJobs,
    sideBySide: (size) => work.planMemory(size).sideBySide,
    dispose: () => {
      for (const recurrence of recurrences) recurrence.endProgram()
      work.release()
    },
    memoryBytes: () => device.buffers.totalBytes,
  })
}
