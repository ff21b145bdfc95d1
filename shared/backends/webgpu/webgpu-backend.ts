/** The webgpu backend: float32 on any vendor's graphics processor. A `GPU` object enters; who hands it in knows the host. */
import type { Network, Part } from '../../networks/network.ts'
import type { Backend, Engine } from '../backend.ts'
import { ProgramEngine } from '../programs/program-engine.ts'
import type { Tuning } from '../tuning.ts'
import { ComputeDevice, type OpenOptions } from './device.ts'
import { runJobs } from './jobs.ts'
import { NetworkWork } from './network-work.ts'
import { shapesToTry } from './shapes.ts'
import { chooseShapes } from './tune/choose-shapes.ts'
import { fastestShape } from './tune/fastest-shape.ts'
import { WebGpuRecurrence } from './webgpu-recurrence.ts'
import type { RecurrenceShape } from './wgsl/recurrence-shapes.ts'

export interface WebGpuOptions extends OpenOptions {
  /** Whether shapes that no tuning gives are measured; else the likeliest are taken. */
  readonly measuresShapes?: boolean
  /** What a part may be tried with, the likeliest first; default: what is likely on such an adapter. */
  readonly shapesToTry?: typeof shapesToTry
}

export interface WebGpuBackend extends Backend {
  readonly computeDevice: ComputeDevice
  /** The same where nothing is measured: for a first check of the device. */
  readonly unmeasured: Backend
}

/** How the shape of a part is found among those that may be tried, one at least. */
type PickShape = (part: Part, shapes: readonly RecurrenceShape[]) => Promise<RecurrenceShape>

/** @throws LabError `backend` when there is no adapter, or it gives no device */
export async function createWebGpuBackend(gpu: GPU, options: WebGpuOptions): Promise<WebGpuBackend> {
  const device = await ComputeDevice.open(gpu, options)
  const { facts } = device
  const shapesOf = options.shapesToTry ?? shapesToTry
  const withPick = (pick: PickShape): Backend => ({
    name: 'webgpu',
    precision: 'float32',
    device: facts.name,
    isSoftwareDevice: facts.isSoftware,
    driver: [facts.vendor, facts.driver].filter((text) => text !== '').join(' / '),
    adapter: { facts, bounds: device.bounds },
    tracing: device.trace,
    createEngine: async (network, replicas, tuning = {}) => {
      const parts = network.wiredLayers.flatMap((layer) => layer.parts)
      const chosen = await chooseShapes(parts, tuning, (part) => shapesOf(facts, part), pick)
      return buildEngine(device, network, replicas, chosen)
    },
  })
  const likeliest: PickShape = async (_, shapes) => shapes[0]!
  const fastest: PickShape = (part, shapes) => fastestShape(device, part, shapes, options.now)
  const unmeasured = withPick(likeliest)
  return { ...(options.measuresShapes ? withPick(fastest) : unmeasured), computeDevice: device, unmeasured }
}

function buildEngine(
  device: ComputeDevice,
  network: Network,
  replicas: number,
  { shapes, tuning }: { readonly shapes: ReadonlyMap<Part, RecurrenceShape>; readonly tuning: Tuning },
): Engine {
  const work = new NetworkWork(device, network, (part) => shapes.get(part)!, device.bounds, replicas)
  const recurrences = Array.from({ length: replicas }, (_, replica) => new WebGpuRecurrence(work, replica))
  return new ProgramEngine(network, recurrences, {
    tuning,
    run: runJobs,
    sideBySide: (size) => work.planMemory(size).sideBySide,
    dispose: () => {
      for (const recurrence of recurrences) recurrence.endProgram()
      work.release()
    },
    memoryBytes: () => device.buffers.totalBytes,
  })
}
