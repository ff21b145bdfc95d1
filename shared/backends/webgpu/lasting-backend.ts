/**
 * The webgpu backend over whichever device there is: how one is opened enters, a backend leaves whose next engine is made on a new device where the
 * last one was lost. Engines of the lost one are lost with it, and say so.
 */
import type { Backend } from '../backend.ts'
import type { WebGpuBackend } from './webgpu-backend.ts'

export interface LastingBackend extends Backend {
  /** On the device that there is, or on a new one. */
  current(): Promise<WebGpuBackend>
}

/** @throws LabError what `open` throws */
export async function createLastingBackend(open: () => Promise<WebGpuBackend>): Promise<LastingBackend> {
  let opened: Promise<WebGpuBackend> | null = null
  const current = (): Promise<WebGpuBackend> => {
    if (opened !== null) return opened
    const opening = open()
    const forget = (): void => {
      if (opened === opening) opened = null
    }
    opening.then(({ computeDevice }) => computeDevice.lost).then(forget, forget)
    return (opened = opening)
  }
  const { name, precision, device, isSoftwareDevice, driver, adapter } = await current()
  return {
    name,
    precision,
    device,
    isSoftwareDevice,
    driver,
    adapter,
    current,
    tracing: {
      start: async (spansAThread) => (await current()).computeDevice.trace.start(spansAThread),
      stop: async () => (await current()).computeDevice.trace.stop(),
    },
    createEngine: async (...asked) => (await current()).createEngine(...asked),
  }
}
