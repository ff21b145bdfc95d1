/** The webgpu backend: float32 on any vendor's graphics processor. A `GPU` object enters; who hands it in knows the host. */
import type { Backend } from '../backend.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import { ComputeDevice, type OpenOptions } from './device.ts'
import { runJobs } from './jobs.ts'
import { NetworkWork } from './network-work.ts'
import { defaultShape } from './shapes.ts'
import { WebGpuRecurrence } from './webgpu-recurrence.ts'

export interface WebGpuBackend extends Backend {
  readonly computeDevice: ComputeDevice
}

/** @throws LabError `backend` when there is no adapter, or it gives no device */
export async function createWebGpuBackend(gpu: GPU, options: OpenOptions): Promise<WebGpuBackend> {
  const device = await ComputeDevice.open(gpu, options)
  return {
    name: 'webgpu',
    precision: 'float32',
    device: device.facts.name,
    tracing: device.trace,
    computeDevice: device,
    createEngine: async (network, replicas) => {
      const work = new NetworkWork(device, network, (part) => defaultShape(device.facts, part), replicas)
      return new ProgramEngine(
        network,
        Array.from({ length: replicas }, (_, replica) => new WebGpuRecurrence(work, replica)),
        {
          run: runJobs,
          sideBySide: () => replicas,
          dispose: () => work.release(),
          memoryBytes: () => device.buffers.totalBytes,
        },
      )
    },
  }
}
