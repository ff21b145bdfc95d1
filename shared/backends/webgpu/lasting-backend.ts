/**
 * The webgpu backend over whichever device there is: a `GPU` object enters, a backend leaves whose next engine is made on a new device where the
 * last one was lost. Engines of the lost one are lost with it, and say so.
 */
import type { Backend } from '../backend.ts'
import type { OpenOptions } from './device.ts'
import { createWebGpuBackend, type WebGpuBackend } from './webgpu-backend.ts'

/** @throws LabError `backend` when there is no adapter, or it gives no device */
export async function createLastingBackend(gpu: GPU, options: OpenOptions): Promise<Backend> {
  let current: Promise<WebGpuBackend> | null = null
  const open = (): Promise<WebGpuBackend> => {
    if (current !== null) return current
    const opening = createWebGpuBackend(gpu, options)
    const forget = (): void => {
      if (current === opening) current = null
    }
    opening.then(({ computeDevice }) => computeDevice.lost.then(forget), forget)
    return (current = opening)
  }
  const { name, precision, device, computeDevice } = await open()
  return {
    name,
    precision,
    device,
    isSoftwareDevice: computeDevice.facts.isSoftware,
    tracing: {
      start: async (spansAThread) => (await open()).computeDevice.trace.start(spansAThread),
      stop: async () => (await open()).computeDevice.trace.stop(),
    },
    createEngine: async (network, replicas) => (await open()).createEngine(network, replicas),
  }
}
